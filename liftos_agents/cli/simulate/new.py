"""`liftos simulate new`: a scenario file to begin with."""

from __future__ import annotations

import importlib.resources
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from liftos_agents.cli import options
from liftos_agents.errors import ArgumentError, DataError
from liftos_agents.sandbox import scenarios

_HEADER = """\
# A simulated market of your own, begun from the scenario {name!r}.
# What every field means: liftos simulate schema. Look at it: liftos simulate show {path}
# Raise `version` whenever the market changes, so that results of two versions are never mixed.
"""


def new(
    path: Annotated[Path, typer.Argument(help="The file to write, ending in .yaml.")],
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="NAME", help="Begin from this scenario instead of the explained one."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Write a scenario file to begin with, each field explained where it stands."""
    if path.suffix.lower() not in (".yaml", ".yml"):
        raise ArgumentError("a scenario file ends in .yaml", where=str(path), fix=f"Name it {path.name}.yaml")
    if path.exists() and not force:
        raise ArgumentError("a file is there already", where=str(path), fix="Add --force to replace it")
    text = (
        starting_text()
        if source is None
        else _HEADER.format(name=source, path=path.name) + scenarios.text(source)
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise DataError(
            f"the file cannot be written: {error.strerror}", where=str(path), fix="Choose another path"
        ) from error
    if as_json:
        typer.echo(json.dumps({"written": str(path), "from": source}))
        return
    Console().print(
        f"Written: {escape(str(path))}\nNext: liftos simulate show {escape(str(path))} --truth",
        highlight=False,
        soft_wrap=True,
    )


def starting_text() -> str:
    """The explained scenario."""
    folder = importlib.resources.files("liftos_agents.cli.simulate")
    return (folder / "starting_scenario.yaml").read_text(encoding="utf-8")
