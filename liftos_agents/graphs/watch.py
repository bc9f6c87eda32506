"""Runs at work in this engine, and the look-out for those that somebody wants stopped."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from liftos_agents.graphs.services import Run, Stores

LOOK_SECONDS = 0.4
SIGN_LOOKS = 25
"""Every so many looks, runs tell other machines that they live."""


class Watch:
    """Stops runs that were cancelled from another process; looks only while runs are at work.

    Args:
        stores: Whose ledger is looked at.
    """

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._at_work: dict[str, tuple[Run, asyncio.Future[Any]]] = {}
        self._looking: asyncio.Task[None] | None = None

    def add(self, run: Run, task: asyncio.Future[Any]) -> None:
        """Watches over a run; called on the engine's loop."""
        self._at_work[run.id] = (run, task)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look())

    def remove(self, run: Run) -> None:
        """Ends it."""
        self._at_work.pop(run.id, None)
        if not self._at_work and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    def stop(self, run_id: str) -> bool:
        """Stops a run that is at work here; returns whether it is. Called on the engine's loop."""
        found = self._at_work.get(run_id)
        if found is None:
            return False
        run, task = found
        run.stopped = run.stopped or "cancelled"
        run.cancelled.set()
        task.cancel()
        return True

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        looks = 0
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            looks += 1
            # A ledger that is busy for a moment is no reason to stop looking.
            with contextlib.suppress(SQLAlchemyError):
                if looks % SIGN_LOOKS == 0:
                    await loop.run_in_executor(None, self._stores.ledger.sign, tuple(self._at_work))
                for run_id in await loop.run_in_executor(None, self._stores.ledger.unwanted):
                    self.stop(run_id)
