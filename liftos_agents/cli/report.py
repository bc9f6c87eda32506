"""`liftos report`: a run as one page to look at and hand on, and its pictures as files."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import liftos_agents
from liftos_agents import reports
from liftos_agents.cli import options
from liftos_agents.errors import ArgumentError


class PictureFormat(StrEnum):
    """How a picture is written."""

    PNG = "png"
    SVG = "svg"


def report(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A run's id, enough of its beginning, or `last`.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE.html", help="Where to (default: RUN.html here); - for standard output."
        ),
    ] = None,
    charts: Annotated[
        Path | None,
        typer.Option("--charts", metavar="FOLDER", help="Write each picture to this folder, too."),
    ] = None,
    picture_format: Annotated[
        PictureFormat, typer.Option("--format", help="How the pictures are written.")
    ] = PictureFormat.PNG,
    xlsx: Annotated[
        Path | None,
        typer.Option(
            "--xlsx", metavar="FILE.xlsx", help="Write the run's results as an Excel workbook, too."
        ),
    ] = None,
    open_it: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = False,
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Write a run as one HTML page: readable with no network, its pictures and the evidence behind each number in it."""
    to_terminal = out == Path("-")
    if to_terminal and as_json:
        raise ArgumentError(
            "--out - and --json both write to standard output", where="--out", fix="Leave one out"
        )
    if out and not to_terminal:
        reports.check_page_path(out)
    if xlsx:
        reports.check_workbook_path(xlsx)
    with liftos_agents.LiftOS(settings=options.settings(home=home, organisation=organisation)) as lift:
        answer = lift.answer(run)
        html = lift.report(answer.run_id)
    if to_terminal:
        sys.stdout.write(html)
    page = None if to_terminal else reports.write_page(html, out or Path(f"{answer.run_id}.html"))
    written = (
        reports.write_charts(reports.charts(answer.evidence), charts, picture_format.value) if charts else ()
    )
    if xlsx:
        reports.write_workbook(answer.evidence, xlsx, question=answer.question)
    if as_json:
        body = {
            "run": answer.run_id,
            "report": str(page),
            "charts": [str(path) for path in written],
            "workbook": str(xlsx) if xlsx else None,
        }
        typer.echo(json.dumps(body, ensure_ascii=False))
    else:
        console = Console(stderr=to_terminal)
        if page:
            console.print(f"Report written to {page}", highlight=False, markup=False, soft_wrap=True)
        if charts:
            console.print(f"{len(written)} pictures written to {charts}", highlight=False, markup=False)
        if xlsx:
            console.print(f"Workbook written to {xlsx}", highlight=False, markup=False, soft_wrap=True)
    if open_it and page:
        typer.launch(page.resolve().as_uri())
