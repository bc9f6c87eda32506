"""A user's mistake, as the terminal shows it: what, where, what to do; no traceback."""

from __future__ import annotations

import json

import typer
from rich.console import Console
from rich.markup import escape

from liftos_agents.errors import UserError


def complain(error: UserError, *, as_json: bool) -> None:
    """Print the error: one JSON object on standard output, or text on standard error."""
    if as_json:
        detail = {"type": type(error).__name__, "message": error.what, "where": error.where, "fix": error.fix}
        typer.echo(json.dumps({"error": detail}, ensure_ascii=False))
        return
    console = Console(stderr=True)
    place = f"[bold]{escape(error.where)}[/bold]: " if error.where else ""
    console.print(f"[bold red]error[/bold red] {place}{escape(error.what)}", soft_wrap=True, highlight=False)
    if error.fix:
        console.print(f"      {escape(error.fix)}", soft_wrap=True, highlight=False)
