"""The house itself: its graph, its schemas, its server."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import liftos_agents
from liftos_agents import graphs, server
from liftos_agents.cli import options
from liftos_agents.domain.answer import Answer
from liftos_agents.domain.engine import AskRequest
from liftos_agents.domain.event import Event
from liftos_agents.domain.plan import Plan
from liftos_agents.errors import NotFoundError

graph = typer.Typer(no_args_is_help=True, help="The state machine that a question travels through.")

SCHEMAS = {"answer": Answer, "plan": Plan, "request": AskRequest, "event": Event}


@graph.command("draw", epilog="Example: liftos graph draw --mermaid --out graph.mmd")
def draw(
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Mermaid source instead of a drawing.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write to a file instead of the terminal.")
    ] = None,
) -> None:
    """Draw the graph."""
    text = graphs.draw("mermaid" if mermaid else "text")
    if out:
        out.write_text(text + "\n")
        typer.echo(f"Written to {out}")
    else:
        typer.echo(text)


def schema(name: Annotated[str, typer.Argument(help=f"One of: {', '.join(SCHEMAS)}.")] = "answer") -> None:
    """Print the JSON schema of what `--json` prints."""
    if name not in SCHEMAS:
        raise NotFoundError(f"no schema {name!r}", fix=f"There are: {', '.join(SCHEMAS)}")
    typer.echo(json.dumps(SCHEMAS[name].model_json_schema(mode="serialization"), indent=2))


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8080,
    data_root: Annotated[
        list[Path] | None,
        typer.Option(
            "--data-root", help="Folder that requests may read data from (default: the current one)."
        ),
    ] = None,
    model: options.Model = None,
    organisation: options.Organisation = None,
    home: options.Home = None,
) -> None:
    """Serve the HTTP API and its page."""
    settings = options.settings(home=home, model=model, organisation=organisation)
    with liftos_agents.LiftOS(settings=settings) as lift:
        Console(stderr=True).print(
            f"Listening on http://{host}:{port} · page at / · API at /docs · stop with Ctrl-C",
            highlight=False,
        )
        sys.stderr.flush()
        server.serve(lift.engine, host=host, port=port, data_roots=tuple(data_root or [Path.cwd()]))
