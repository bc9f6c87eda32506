"""The engine as a server, a client or a test sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.event import Event
from liftos_agents.domain.plan import Plan
from liftos_agents.domain.run import RunStatus


class AskRequest(BaseModel):
    """A question with everything that decides its answer.

    Attributes:
        data: Paths, globs or dataset ids.
        roles: Role overrides, `{"outcome": "y", "spend": ["x1", "x2"]}`.
        interactive: Whether a clarifying question may be asked; else ambiguity is an error.
        max_usd: Money cap of this run.
        max_seconds: Time cap of this run; what it found is kept, and it can be resumed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str = Field(min_length=1, max_length=20_000)
    data: tuple[str, ...] = ()
    roles: dict[str, Any] = Field(default_factory=dict)
    thread_id: str | None = Field(default=None, min_length=1, max_length=128)
    organisation: str | None = None
    model: str | None = None
    max_usd: float | None = Field(default=None, ge=0)
    max_seconds: float | None = Field(default=None, gt=0)
    interactive: bool = True


class Engine(Protocol):
    """What the server is handed."""

    async def answer(self, request: AskRequest) -> Answer:
        """The answer to `request`."""
        ...

    def stream(self, request: AskRequest) -> AsyncIterator[Event]:
        """Events of the run; the last one is `answer` or `error`."""
        ...

    async def route(self, request: AskRequest) -> Plan:
        """The router's plan alone."""
        ...

    def modules(self) -> dict[str, Any]:
        """Specialists, tools and models that this engine has."""
        ...

    def health(self) -> dict[str, Any]:
        """Whether the stores answer; `{"ok": bool, …}`."""
        ...

    def runs(self, limit: int = 20, status: RunStatus | None = None) -> list[dict[str, Any]]:
        """The latest runs, newest first, without their answers; those of a status alone when one is given."""
        ...

    def run(self, run_id: str) -> dict[str, Any]:
        """One run: how it stands, its answer once it has one, and what waits for a decision.

        Raises:
            NotFoundError: No such run.
        """
        ...

    async def resume(self, run_id: str, *, max_seconds: float | None = None) -> Answer:
        """The answer of a run that was stopped, on from where it was.

        Raises:
            NotFoundError: No such run.
            UserError: It cannot be resumed now.
        """
        ...

    async def cancel(self, run_id: str) -> dict[str, Any]:
        """Stops a run; what it found is kept. Returns how it stands.

        Raises:
            NotFoundError: No such run.
            ArgumentError: It has ended.
        """
        ...

    async def decide(
        self, run_id: str, approved: bool, *, approval_id: str | None = None, by: str = "", note: str = ""
    ) -> Answer:
        """Decides what a run waits for, one approval or all; it goes on with the last decision.

        Raises:
            NotFoundError: No such run or approval.
            ArgumentError: It was decided the other way.
        """
        ...
