"""A small engine for the flow's tests: a scripted model, real tools, a real home."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from liftos_agents.config import Settings
from liftos_agents.data import Dataset
from liftos_agents.domain.specialist import Specialist
from liftos_agents.graphs.checkpoints import open_saver
from liftos_agents.graphs.flow import Flow
from liftos_agents.graphs.run import new_run
from liftos_agents.graphs.services import Run, Services, Stores, Untraced
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.registry import Registry, tool

Reply = Any
"""A list of (tool, arguments) pairs, an exception to raise, or a function of the messages that gives one."""


class Script(BaseChatModel):
    """Answers each call with the next reply of the agent that is speaking; complains about a call too many."""

    replies: dict[str, list[Any]] = Field(default_factory=dict)
    usage: tuple[int, int] = (0, 0)
    _seen: list[list[BaseMessage]] = PrivateAttr(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "script"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Any:
        return self.bind(tools=tools)

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        self._seen.append(messages)
        speaker = json.loads(str(messages[1].content)).get("agent", "router")
        queue = self.replies.get(speaker, [])
        assert queue, f"unexpected call of {speaker!r}"
        reply = queue.pop(0)
        if callable(reply):
            reply = reply(messages)
        if isinstance(reply, Exception):
            raise reply
        usage = {
            "input_tokens": self.usage[0],
            "output_tokens": self.usage[1],
            "total_tokens": sum(self.usage),
        }
        if isinstance(reply, AIMessage):
            message = reply
        else:
            calls = [
                {"name": name, "args": args, "id": f"call_{len(self._seen)}_{i}"}
                for i, (name, args) in enumerate(reply)
            ]
            message = AIMessage(content="", tool_calls=calls, usage_metadata=usage)
        return ChatResult(generations=[ChatGeneration(message=message)])

    async def _agenerate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        return self._generate(messages)

    @property
    def unused(self) -> int:
        """Replies that nobody asked for."""
        return sum(len(queue) for queue in self.replies.values())

    def messages(self, call: int) -> list[BaseMessage]:
        """The messages of one call."""
        return self._seen[call]


def evidence_in(messages: list[BaseMessage], name: str) -> str:
    """Id of the last evidence that a tool gave in a conversation."""
    for message in reversed(messages):
        if isinstance(message, ToolMessage):
            content = json.loads(str(message.content))
            if content.get("tool") == name:
                return content["evidence"]
    raise AssertionError(f"no evidence of {name}")


def repair_in(messages: list[BaseMessage]) -> list[dict[str, Any]]:
    """The texts that the last message wants repaired."""
    last = messages[-1]
    assert isinstance(last, HumanMessage)
    return json.loads(str(last.content))["repair"]


class MeasureArguments(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    factor: float = Field(default=1.0, gt=0)


class Measured(BaseModel):
    model_config = ConfigDict(frozen=True)

    channels: dict[str, dict[str, Any]]
    total: float
    checks: list[dict[str, Any]]
    series: list[float]
    frequency: str = "week"
    currency: str = "EUR"
    units: dict[str, str] = {
        "channels.*.spend": "money",
        "channels.*.roas": "ratio",
        "channels.*.share": "share",
        "total": "money",
        "checks.*.value": "number",
    }


@tool("measure", version="1", summary="Spend and return of each channel.", data="panel")
def measure(context: ToolContext, arguments: MeasureArguments) -> Measured:
    """Spend by channel, and a made return on it."""
    panel = context.panel
    spend = panel.spend.sum(axis=0) * arguments.factor
    return Measured(
        channels={
            name: {
                "spend": float(s),
                "share": float(s / spend.sum()),
                "roas": {"mean": 2.0 - i, "p05": -1.0 - i, "p50": 2.0 - i, "p95": 3.0 - i},
            }
            for i, (name, s) in enumerate(zip(panel.channels, spend, strict=True))
        },
        total=float(spend.sum()),
        checks=[
            {"name": "enough_weeks", "value": 6.0, "threshold": 52.0, "passed": False, "meaning": "Few weeks"}
        ],
        series=[float(i) for i in range(100)],
    )


@tool("break_down", version="1", summary="Has a fault.", data="none")
def break_down(context: ToolContext, arguments: MeasureArguments) -> Measured:
    """Meets a fault of its own."""
    raise ZeroDivisionError("a fault")


class Nothing(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Never(BaseModel):
    model_config = ConfigDict(frozen=True)


@tool("give_up", version="1", summary="Never succeeds.", data="none")
def give_up(context: ToolContext, arguments: Nothing) -> Never:
    """Gives up."""
    raise ToolFailed("this cannot be known", fix="Ask for something else")


@tool("try_again", version="1", summary="Wants other arguments.", data="none")
def try_again(context: ToolContext, arguments: MeasureArguments) -> Never:
    """Wants other arguments, whatever they are."""
    raise ToolRetry("another factor, please")


SPECIALISTS = {
    name: Specialist(
        name=name,
        purpose=f"the {name}'s purpose",
        prompt=f"You are the {name}.",
        prompt_version="1",
        tools=("measure", "give_up", "try_again", "break_down"),
        needs="table",
    )
    for name in ("analyst", "planner")
} | {
    "writer": Specialist(
        name="writer", purpose="writes", prompt="You write.", prompt_version="1", tools=("give_up",)
    )
}

CSV = """week,revenue,tv_spend,search_spend
2024-01-01,1000,200,100
2024-01-08,1100,210,120
2024-01-15,1050,190,110
2024-01-22,1200,250,130
2024-01-29,1150,240,90
2024-02-05,1300,260,150
"""


class Engine:
    """A flow with a scripted model, and what its tests look at."""

    def __init__(self, root: Path, model: Script, **settings: Any) -> None:
        self.model = model
        self.pool = ThreadPoolExecutor(2)
        self.services = Services(
            settings=Settings(home=root / "home", **settings),
            registry=Registry(homes={}, tools=(measure, give_up, try_again, break_down)),
            specialists=SPECIALISTS,
            model=model,
            model_name="script",
            router_prompt="Choose.",
            price=lambda read, written: (read + 2 * written) / 1e6,
            pool=self.pool,
            stores=Stores(Settings(home=root / "home", **settings)),
        )
        self.home = self.services.home
        self.saver = open_saver(root / "home" / "threads.sqlite")
        self.flow = Flow(self.saver)
        self.data = root / "shop.csv"
        self.data.write_text(CSV)
        self.events: list[Any] = []

    def run(self, **given: Any) -> Run:
        """A run on the shop's data."""
        given.setdefault("sources", (str(self.data),))
        given.setdefault("trace", Untraced())
        return new_run(self.services, given.pop("trace"), organisation="test", **given)

    async def ask(self, question: str, **given: Any) -> Any:
        """The answer to `question`, its run settled as an engine does behind it."""
        run = self.run(**given)
        answer = await self.flow.answer(run, question, listener=self.events.append)
        self.flow.settle(run, answer)
        return answer

    def close(self) -> None:
        """Closes what was opened."""
        self.pool.shutdown()
        self.saver.conn.close()
        self.home.close()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine without replies; a test fills `engine.model.replies`."""
    made = Engine(tmp_path, Script())
    yield made
    made.close()


@pytest.fixture
def shop(engine: Engine) -> Dataset:
    """The shop's data."""
    from liftos_agents.data import load

    return load(str(engine.data))


def plan_of(*steps: tuple[str, str, list[int]]) -> list[Any]:
    """A router's reply."""
    return [
        (
            "submit_plan",
            {"steps": [{"agent": a, "goal": g, "needs": n} for a, g, n in steps], "reason": "because"},
        )
    ]


def findings(headline: str, **parts: list[str]) -> list[Any]:
    """A specialist's reply."""
    return [("submit_findings", {"headline": headline, **parts})]
