"""The progress bar of everything that is simulated, on standard error where that is a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class Tell(Protocol):
    """Moves a bar on."""

    def __call__(self, done: int, total: int, what: str, *, resumed: int = 0, failed: int = 0) -> None:
        """So much is done, `resumed` of it by a run before; `what` is played now, and `failed` are to be counted aloud."""
        ...


@contextmanager
def simulation_bar(unit: str) -> Iterator[Tell]:
    """A bar that counts in `unit`, with its rate, for as long as the context lasts."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TextColumn("{task.fields[rate]}"),
        TextColumn("{task.fields[failed]}", style="red"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task("simulating", total=None, rate="", failed="")

    def tell(done: int, total: int, what: str, *, resumed: int = 0, failed: int = 0) -> None:
        seconds, fresh = bar.tasks[0].elapsed or 0.0, done - resumed
        bar.update(
            task,
            description=escape(what) if what else "simulating",
            total=total,
            completed=done,
            rate=f"{fresh / seconds:,.0f}/s" if fresh and seconds else "",
            failed=f"{failed:,} failed" if failed else "",
        )

    with bar:
        yield tell
