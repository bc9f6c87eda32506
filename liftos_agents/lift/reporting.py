"""Runs as reports: what was answered, to look at and hand on."""

from __future__ import annotations

from datetime import UTC, datetime

from liftos_agents import reports
from liftos_agents.domain.answer import Answer
from liftos_agents.errors import NotFoundError
from liftos_agents.lift.run_control import RunControl


class Reporting(RunControl):
    """The part of `LiftOS` that shows a run's answer again.

    A run is known by its id, by enough of its beginning, or as `last`.
    """

    def answer(self, run: str) -> Answer:
        """The answer of a run, with its approvals as they stand now.

        Raises:
            NotFoundError: No such run, or one that has no answer yet.
        """
        self._workshop.settle()
        entry = self._entry(run)
        if not self.run(entry.public.id)["answer"]:
            raise NotFoundError(
                f"run {entry.public.id!r} has no answer ({entry.public.status})",
                fix=f"Go on with it: liftos runs resume {entry.public.id}",
            )
        return self._kept(entry)

    def report(self, run: str) -> str:
        """A run's answer as one HTML page that needs no network; the same run gives the same bytes.

        Raises:
            NotFoundError: No such run, or one that has no answer yet.
        """
        answer = self.answer(run)
        record = self.run(answer.run_id)
        asked_at = datetime.fromtimestamp(record["started"], UTC)
        return reports.page(answer, versions=record["versions"], asked_at=asked_at)
