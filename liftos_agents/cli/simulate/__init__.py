"""`liftos simulate`: simulated markets with known truth. Its commands are imported when one is asked for: they need the
sandbox, whose mathematics take longer to import than most commands take to run.
"""

from __future__ import annotations

import importlib
from functools import cached_property
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command


class OnDemand(TyperGroup):
    """A group whose commands are those of `commands.app`, looked up when needed."""

    @cached_property
    def _loaded(self) -> TyperGroup:
        found = get_command(importlib.import_module("liftos_agents.cli.simulate.commands").app)
        assert isinstance(found, TyperGroup)
        return found

    def list_commands(self, ctx: Any) -> list[str]:
        """Names in the order in which they are declared."""
        return self._loaded.list_commands(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, or None."""
        return self._loaded.get_command(ctx, cmd_name)


app = typer.Typer(
    cls=OnDemand,
    no_args_is_help=True,
    help="Simulated markets whose truth is known: look at them, play policies in them, put plans to the gate.",
    epilog="Example: liftos simulate list   ·   liftos simulate compare thompson equal_split --scenarios textbook",
)


@app.callback()
def simulate() -> None:
    """Simulated markets."""
