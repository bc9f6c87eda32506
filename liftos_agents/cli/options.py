"""Options that several commands share, and what is made of them."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any

import typer

from liftos_agents import data as data_room
from liftos_agents.cli import settings_file
from liftos_agents.config import Settings
from liftos_agents.errors import ArgumentError

_LONGEST_GRAPH = 200_000

Data = Annotated[
    list[str] | None,
    typer.Option(
        "--data",
        "-d",
        metavar="FILE",
        help="CSV, TSV, Parquet, XLSX, JSON, Stata, text, HTML, or a glob. Repeat for several.",
    ),
]
Role = Annotated[
    list[str] | None,
    typer.Option(
        "--role",
        "-r",
        metavar="ROLE=COLUMNS",
        help="Say what a column is: outcome=y, spend=x1,x2, date=, margin=0.3, country=DE …",
    ),
]
Describe = Annotated[
    Path | None,
    typer.Option(
        "--describe",
        metavar="FILE",
        help="What each column holds: text with a line a column (`educ: years of schooling`), or JSON.",
    ),
]
Graph = Annotated[
    Path | None,
    typer.Option(
        "--graph",
        metavar="FILE",
        help="A causal graph over the columns: DOT, GML, networkx JSON, or words such as `price -> sales`.",
    ),
]
Model = Annotated[str | None, typer.Option("--model", "-m", help="offline, or openai:NAME.")]
Organisation = Annotated[
    str | None, typer.Option("--organisation", "-o", help="Whose memory and trace this is.")
]
Home = Annotated[
    Path | None, typer.Option("--home", help="Folder of the stores (default: LIFTOS_HOME, else .liftos).")
]
Timeout = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        min=0.001,
        metavar="SECONDS",
        help="Stop after so long; what is done is kept, to be resumed.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]

verbose: ContextVar[bool] = ContextVar("liftos_verbose", default=False)
"""Whether `--verbose` stood before the command."""


def settings(
    *,
    home: Path | None = None,
    organisation: str | None = None,
    model: str | None = None,
    max_usd: float | None = None,
) -> Settings:
    """The project's settings, under the environment's, under a command's options."""
    found = Settings.from_environment(base=settings_file.current().settings).with_(
        home=home, organisation=organisation, model=model, max_usd=max_usd
    )
    return found.with_(log_level=found.log_level or "info") if verbose.get() else found


def roles(given: list[str] | None) -> dict[str, Any]:
    """The project's column roles with those of a command over them."""
    return {**settings_file.current().roles, **data_room.parse_role_options(given or [])}


def about_columns(describe: Path | None, graph: Path | None) -> dict[str, Any]:
    """What two files say of the columns, as `LiftOS.ask` takes it beside roles.

    Raises:
        ArgumentError: A file cannot be read, or says nothing.
    """
    said: dict[str, Any] = {}
    if describe is not None:
        said["descriptions"] = data_room.read_descriptions(describe)
    if graph is not None:
        said["graph"] = _graph_text(graph)
    return said


def _graph_text(file: Path) -> str:
    where = f"--graph {file.name}"
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ArgumentError(
            f"the file cannot be read: {error}", where=where, fix="Give a text file in UTF-8"
        ) from None
    if not text.strip() or len(text) > _LONGEST_GRAPH:
        raise ArgumentError(
            "the file is empty" if not text.strip() else "the file is too large for a graph",
            where=where,
            fix="Write edges such as `price -> sales`, or DOT, GML or networkx JSON",
        )
    return text


def dataset(sources: list[str] | None, *, date_order: Any = None) -> data_room.Dataset | None:
    """The files given, as one dataset: several are joined on their dates; `date_order` is as `data.load` has it."""
    if not sources:
        return None
    loaded = [data_room.load(source, date_order=date_order) for source in sources]
    return loaded[0] if len(loaded) == 1 else data_room.unify(loaded)
