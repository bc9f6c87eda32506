"""The run store as commands open it, and how they name a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from liftos_agents import data as data_room
from liftos_agents import tracing
from liftos_agents.cli import options
from liftos_agents.errors import NotFoundError

if TYPE_CHECKING:
    from liftos_agents.tracing import records

Run = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, enough of its beginning, or `last`.")]


@contextmanager
def opened(home: Path | None) -> Iterator[tracing.TraceStore]:
    """The run store of a home."""
    with data_room.open_home(options.settings(home=home)) as stores:
        yield tracing.TraceStore(stores.database, stores.folder("keys"))


def whose(home: Path | None, organisation: str | None) -> str:
    """Whose runs a command means: those of the organisation named, else of the environment's, else of the project's."""
    return options.settings(home=home, organisation=organisation).organisation


def find(store: tracing.TraceStore, run: str, organisation: str | None) -> records.RunRecord:
    """The run that is meant.

    Raises:
        NotFoundError: There is none.
    """
    if run != "last":
        return store.run(run, organisation=organisation)
    latest = store.runs(1, organisation=organisation)
    if not latest:
        raise NotFoundError("there is no run yet", fix="Ask a question first: liftos ask …")
    return store.run(latest[0].id, organisation=organisation)
