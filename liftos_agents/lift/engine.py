"""A `LiftOS` as a server or a client is handed it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from liftos_agents import models
from liftos_agents.domain.answer import Answer
from liftos_agents.domain.engine import AskRequest
from liftos_agents.domain.event import Event
from liftos_agents.domain.plan import Plan
from liftos_agents.domain.run import RunStatus

if TYPE_CHECKING:
    from liftos_agents.lift.lift_os import LiftOS


class Engine:
    """A `LiftOS` as `liftos_agents.domain.engine.Engine` describes it."""

    def __init__(self, lift: LiftOS) -> None:
        self._lift = lift

    async def answer(self, request: AskRequest) -> Answer:
        """The answer to `request`."""
        return await self._lift.aask(request.question, list(request.data), **_options(request))

    def stream(self, request: AskRequest) -> AsyncIterator[Event]:
        """Events of the run; the last one is `answer`."""
        return self._lift.astream(request.question, list(request.data), **_options(request))

    async def route(self, request: AskRequest) -> Plan:
        """The router's plan alone."""
        return await self._lift.aplan(
            request.question, list(request.data), roles=request.roles, model=request.model
        )

    def modules(self) -> dict[str, Any]:
        """Specialists, tools and models that this engine has."""
        return {
            "agents": [
                {
                    **s.brief().model_dump(mode="json"),
                    "tools": list(s.tools),
                    "prompt_version": s.prompt_version,
                }
                for s in self._lift.specialists.values()
            ],
            "tools": [
                {"name": spec.name, "version": spec.version, "summary": spec.summary, "data": spec.data}
                for spec in (self._lift.registry.spec(name) for name in self._lift.registry.names())
            ],
            "models": list(models.available()),
        }

    def health(self) -> dict[str, Any]:
        """Whether the stores answer."""
        return self._lift.health()

    def runs(self, limit: int = 20, status: RunStatus | None = None) -> list[dict[str, Any]]:
        """The latest runs, newest first; those of a status alone when one is given."""
        return [r.model_dump(mode="json") for r in self._lift.runs(limit, status=status)]

    def run(self, run_id: str) -> dict[str, Any]:
        """One run: how it stands, its answer once it has one, and what waits for a decision.

        Raises:
            NotFoundError: No such run.
        """
        return self._lift.run(run_id)

    async def resume(self, run_id: str, *, max_seconds: float | None = None) -> Answer:
        """The answer of a run that was stopped, on from where it was.

        Raises:
            NotFoundError: No such run.
            UserError: It cannot be resumed now.
        """
        return await self._lift.aresume(run_id, max_seconds=max_seconds)

    async def cancel(self, run_id: str) -> dict[str, Any]:
        """Stops a run; what it found is kept.

        Raises:
            NotFoundError: No such run.
            ArgumentError: It has ended.
        """
        return (await self._lift.acancel(run_id)).model_dump(mode="json")

    async def decide(
        self, run_id: str, approved: bool, *, approval_id: str | None = None, by: str = "", note: str = ""
    ) -> Answer:
        """Decides what a run waits for; it goes on with the last decision.

        Raises:
            NotFoundError: No such run or approval.
            ArgumentError: It was decided the other way.
        """
        decide = self._lift.aapprove if approved else self._lift.adeny
        return await decide(run_id, approval_id, by=by, note=note)


def _options(request: AskRequest) -> dict[str, Any]:
    return {
        "roles": request.roles,
        "thread": request.thread_id,
        "organisation": request.organisation,
        "model": request.model,
        "interactive": request.interactive,
        "max_usd": request.max_usd,
        "max_seconds": request.max_seconds,
    }
