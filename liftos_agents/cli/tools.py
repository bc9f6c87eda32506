"""`liftos tools`: the analysis tools, by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from liftos_agents import data as data_room
from liftos_agents import reports
from liftos_agents import tools as tools_room
from liftos_agents.cli import effect_view, evidence_tables, options
from liftos_agents.errors import ArgumentError
from liftos_agents.reports.effect_words import is_effect

app = typer.Typer(
    no_args_is_help=True, help="The deterministic analysis tools: list, look at, run one by hand."
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A tool's name, as `liftos tools list` gives it.")]


@app.command("list", epilog="Example: liftos tools list --json")
def list_(as_json: options.AsJson = False) -> None:
    """List the tools."""
    specs = [tools_room.spec(name) for name in tools_room.names()]
    if as_json:
        rows = [{"name": s.name, "version": s.version, "summary": s.summary, "data": s.data} for s in specs]
        typer.echo(json.dumps(rows))
        return
    table = Table("Tool", "Version", "Reads", "What it finds", box=box.SIMPLE_HEAD)
    for s in specs:
        table.add_row(s.name, s.version, s.data, s.summary)
    Console().print(table)


@app.command("show", epilog="Example: liftos tools show optimise_budget")
def show(name: Name, as_json: options.AsJson = False) -> None:
    """Show a tool's arguments and what its result holds."""
    spec = tools_room.spec(name)
    if as_json:
        schema = {"arguments": spec.arguments_schema, "result": spec.result_schema}
        typer.echo(json.dumps({"name": name, "version": spec.version, "summary": spec.summary, **schema}))
        return
    console = Console()
    console.print(f"[bold]{name}[/bold] version {spec.version}: {spec.summary}", highlight=False)
    table = Table("Argument", "Type", "Default", "Meaning", box=box.SIMPLE_HEAD)
    for argument, detail in spec.arguments_schema.get("properties", {}).items():
        table.add_row(
            argument, _type(detail), json.dumps(detail.get("default")), detail.get("description", "")
        )
    console.print(table)
    console.print(
        "Result: " + ", ".join(spec.result_schema.get("properties", {})), style="dim", highlight=False
    )


@app.command(
    "run",
    epilog="Example: liftos tools run optimise_budget -d sales.csv -a '{\"total\": 100000}' -r margin=0.35",
)
def run(
    name: Name,
    data: options.Data = None,
    arguments: Annotated[
        str, typer.Option("--arguments", "-a", metavar="JSON", help="The tool's arguments as JSON.")
    ] = "{}",
    role: options.Role = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            "--plot", metavar="FILE", help="Write its pictures, too: FILE.svg, FILE.png, or a folder."
        ),
    ] = None,
    xlsx: Annotated[
        Path | None,
        typer.Option("--xlsx", metavar="FILE.xlsx", help="Write the result as an Excel workbook, too."),
    ] = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Run one tool on data and show its evidence."""
    if plot is not None:
        reports.check_picture_path(plot)
    if xlsx is not None:
        reports.check_workbook_path(xlsx)
    given = _arguments(arguments) | options.roles(role)
    source = options.dataset(data, date_order=given.pop("date_order", None))
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True, quiet=as_json), transient=True)
    with data_room.open_home(options.settings(home=home)) as stores, bar as progress:
        task = progress.add_task(name, total=None)
        evidence = tools_room.run(
            name,
            source,
            home=stores,
            progress=lambda message, fraction=None: progress.update(task, description=f"{name}: {message}"),
            **given,
        )
    pictures = reports.write_pictures(reports.charts([evidence]), plot) if plot is not None else ()
    if xlsx is not None:
        reports.write_workbook([evidence], xlsx)
    if as_json:
        typer.echo(evidence.model_dump_json())
        return
    console = Console()
    shown = (
        [effect_view.view(evidence.result, console.width)]
        if is_effect(evidence.result)
        else list(evidence_tables.tables([evidence]))
    )
    for part in shown:
        console.print(part)
    if not shown:
        console.print_json(json.dumps(evidence.result))
    console.print(
        f"{evidence.id} · {evidence.tool} {evidence.version} · {evidence.seconds:.2f} s · --json for all of it",
        style="dim",
    )
    if plot is not None:
        _tell_written(pictures, "This result has no picture")
    if xlsx is not None:
        _tell_written([xlsx], "")


def _tell_written(written: Sequence[Path], nothing: str) -> None:
    console = Console(stderr=True)
    for path in written:
        console.print(f"Written: {path}", highlight=False, markup=False, soft_wrap=True)
    if not written:
        console.print(nothing, style="yellow")


def _arguments(text: str) -> dict[str, Any]:
    source = _written(Path(text[1:])) if text.startswith("@") else text
    try:
        value = json.loads(source)
    except json.JSONDecodeError as error:
        raise ArgumentError(
            f"{source!r} is not JSON: {error}", where="--arguments", fix='Write it as {"total": 1500000}'
        ) from None
    if not isinstance(value, dict):
        raise ArgumentError(
            f"{source!r} is not a JSON object", where="--arguments", fix='Write it as {"total": 1500000}'
        )
    return value


def _written(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ArgumentError(
            f"the file cannot be read: {error}",
            where=f"--arguments @{file}",
            fix="Give a file of JSON in UTF-8",
        ) from error


def _type(detail: dict[str, Any]) -> str:
    if "anyOf" in detail:
        return " or ".join(_type(one) for one in detail["anyOf"])
    if "enum" in detail:
        return " | ".join(str(v) for v in detail["enum"])
    return str(detail.get("type", detail.get("$ref", "").rsplit("/", 1)[-1]))
