"""A small real engine, and a real server on loopback around it."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from liftos_agents.domain.answer import Answer, AnswerBody
from liftos_agents.domain.engine import AskRequest, Engine
from liftos_agents.domain.event import Event
from liftos_agents.domain.findings import Claim
from liftos_agents.domain.plan import Plan, PlanStep
from liftos_agents.errors import (
    AmbiguousRoleError,
    ArgumentError,
    BudgetExceededError,
    CancelledError,
    NotFoundError,
)
from liftos_agents.server import create_app

MISTAKES = {
    "ambiguous": AmbiguousRoleError("two columns fit", role="outcome", choices=["a", "b"], fix="Name one"),
    "missing": NotFoundError("no thread 't9'", fix="See /v1/runs"),
    "costly": BudgetExceededError("the next call would pass 0.01 USD"),
    "stopped": CancelledError("stopped by its owner"),
    "broken": RuntimeError("secret /etc/passwd sk-123"),
}


class WordEngine:
    """Counts the words of a question. A question that starts with `slow` goes on until it is stopped;
    one that starts with a word of `MISTAKES` fails so."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []
        self.asked: list[AskRequest] = []
        self.started = threading.Event()
        self.stopped = threading.Event()
        self.ready = True

    async def answer(self, request: AskRequest) -> Answer:
        events = [event async for event in self.stream(request)]
        return Answer.model_validate(events[-1].data)

    async def stream(self, request: AskRequest) -> AsyncIterator[Event]:
        self.asked.append(request)
        run = f"run_{len(self.asked)}"
        yield Event(kind="run_started", run_id=run, sequence=0, data={"question": request.question})
        first = request.question.split()[0]
        if first in MISTAKES:
            raise MISTAKES[first]
        if first == "slow":
            self.started.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.stopped.set()
        await asyncio.sleep(0)
        count = len(request.question.split())
        answer = Answer(
            status="complete",
            run_id=run,
            thread_id=request.thread_id or "t1",
            question=request.question,
            model="words",
            plan=await self.route(request),
            answer=AnswerBody(headline=f"{count} words", claims=(Claim(id="c1", text="line one\nline two"),)),
        )
        self.kept.insert(
            0, {"id": run, "question": request.question, "answer": answer.model_dump(mode="json")}
        )
        yield Event(kind="answer", run_id=run, sequence=1, data=answer.model_dump(mode="json"))

    async def route(self, request: AskRequest) -> Plan:
        if request.question.startswith("missing"):
            raise MISTAKES["missing"]
        return Plan(steps=(PlanStep(agent="counter", goal=request.question),))

    def modules(self) -> dict[str, Any]:
        return {"agents": [{"name": "counter"}], "tools": [], "models": ["words"]}

    def health(self) -> dict[str, Any]:
        return {"ok": self.ready, "home": "/private/place"}

    def runs(self, limit: int = 20, status: str | None = None) -> list[dict[str, Any]]:
        known = [run for run in self.kept if status in (None, run["answer"]["status"])]
        return [{k: v for k, v in run.items() if k != "answer"} for run in known[:limit]]

    async def resume(self, run_id: str, *, max_seconds: float | None = None) -> Answer:
        return Answer.model_validate(self.run(run_id)["answer"])

    async def cancel(self, run_id: str) -> dict[str, Any]:
        raise ArgumentError(f"run {self.run(run_id)['id']!r} has ended")

    async def decide(self, run_id: str, approved: bool, **said: Any) -> Answer:
        if approved:
            return Answer.model_validate(self.run(run_id)["answer"])
        raise ArgumentError(f"approved already by {said['by']}")

    def run(self, run_id: str) -> dict[str, Any]:
        for run in self.kept:
            if run["id"] == run_id:
                return run
        raise NotFoundError(f"no run {run_id!r}")


@contextmanager
def serving(app):
    """The app under a real uvicorn on a free loopback port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", ws="none", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        with httpx.Client(base_url=address, timeout=10, transport=httpx.HTTPTransport(retries=20)) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
    assert not thread.is_alive()


@pytest.fixture
def engine() -> WordEngine:
    return WordEngine()


@pytest.fixture
def data_root(tmp_path):
    root = tmp_path / "data"
    root.mkdir()
    (root / "sales.csv").write_text("date,revenue\n2024-01-01,1\n")
    (tmp_path / "outside.csv").write_text("secret\n")
    return root


@pytest.fixture
def client(engine: Engine, data_root):
    with serving(create_app(engine, data_roots=[data_root], heartbeat=0.05)) as connected:
        yield connected


@pytest.fixture
def serve_app():
    return serving
