"""`liftos simulate data`: a simulated market as the files an analyst would get."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console
from rich.markup import escape

from liftos_agents.cli import options
from liftos_agents.domain.verdict import SIMULATED
from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox import export_folder, scenarios
from liftos_agents.sandbox.export import WorldExport


def data(
    scenario: Annotated[
        str,
        typer.Option(
            "--scenario", "-s", metavar="NAME|FILE", help="A scenario's name, or a file of your own."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="The folder to write; made when it is not there.")],
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**62, help="Which world of the scenario.")] = 0,
    format: Annotated[
        str, typer.Option("--format", help=f"Of the tables: {' or '.join(export_folder.FORMATS)}.")
    ] = "csv",
    holdout: Annotated[
        str | None,
        typer.Option(
            "--holdout",
            metavar="CHANNEL",
            help="Whose budget the geo holdout takes (default: where its platform claims most).",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Write simulated tables as an analyst would get them, and the truth beside them."""
    if format not in export_folder.FORMATS:
        raise ArgumentError(
            f"there is no format {format!r}",
            where="--format",
            fix=f"Use {' or '.join(export_folder.FORMATS)}",
        )
    chosen = scenarios.find(scenario)
    with Console(stderr=True, quiet=as_json).status("simulating …") as status:
        written = export_folder.write(
            WorldExport.of(chosen, seed, holdout),
            out,
            format=cast(export_folder.Format, format),
            force=force,
            tell=lambda what: status.update(f"{what} …"),
        )
    if as_json:
        body = {
            "label": SIMULATED,
            "scenario": chosen.name,
            "version": chosen.version,
            "seed": seed,
            "files": [str(path) for path in written],
        }
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    console = Console()
    console.print(
        f"[magenta]{SIMULATED}[/magenta]: {escape(chosen.name)}, version {chosen.version}, seed {seed}",
        highlight=False,
    )
    for path in written:
        console.print(f"  {escape(str(path))}", highlight=False, soft_wrap=True)
    console.print(
        f'Next: liftos ask "Where is my budget wasted?" --data {escape(str(out / f"weekly.{format}"))}',
        highlight=False,
        soft_wrap=True,
    )
