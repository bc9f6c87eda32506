"""An engine whose work can be held up: a specialist that counts two flocks, each as soon as its gate is open."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from liftos_agents import LiftOS
from liftos_agents.config import Guardrails, Settings
from liftos_agents.domain.answer import Answer
from liftos_agents.domain.specialist import Specialist
from liftos_agents.errors import CancelledError, UserError
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.registry import tool

QUESTION = "Count the sheep on the meadow"
_LOOK = 0.005

PROMPT = """You count sheep.

```yaml
playbook: 1
intents:
  - name: count
    default: true
    about:
      - count the sheep on the meadow
    steps:
      - id: white
        tool: count_sheep
        arguments: {flock: white}
      - id: black
        tool: count_sheep
        needs: [white]
        arguments: {flock: black}
      - id: plan
        tool: what_if
        needs: [black]
        arguments: {flocks: 2}
      - id: more
        tool: what_if
        needs: [plan]
        arguments: {flocks: 3}
    headline:
      - text: "There are {white:sheep|count} white sheep and {black:sheep|count} black ones."
    claims:
      - text: "The plan moves {plan:channels.grass.change|money} to grass."
    recommendations:
      - text: "Put {plan:channels.grass.changed|money} into grass."
      - text: "With more flocks, put {more:channels.grass.changed|money} into grass."
```
"""


class Flock(BaseModel):
    """Which flock."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    flock: Literal["white", "black"]


class Counted(BaseModel):
    """How many sheep."""

    model_config = ConfigDict(frozen=True)

    sheep: int
    units: dict[str, str] = {"sheep": "count"}


class Flocks(BaseModel):
    """How many flocks eat."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    flocks: int


class Grazed(BaseModel):
    """Money that would be moved, as a counterfactual states it."""

    model_config = ConfigDict(frozen=True)

    status: str = "solved"
    channels: dict[str, dict[str, float]]
    spend: dict[str, float]
    currency: str = "EUR"
    units: dict[str, str] = {"channels.*.change": "money", "channels.*.changed": "money", "spend.*": "money"}


class Meadow:
    """A home with its gates and the log of what was computed there."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)

    def open(self, *flocks: str) -> None:
        """Opens the gates: these flocks can be counted."""
        for flock in flocks:
            (self.home / f"{flock}.gate").touch()

    def computed(self) -> list[str]:
        """Flocks whose counting was begun, in order."""
        log = self.home / "computed.log"
        return log.read_text().split() if log.exists() else []

    def waits_at(self, flock: str) -> None:
        """Returns once a flock is being counted."""
        deadline = time.monotonic() + 60
        while flock not in self.computed():
            assert time.monotonic() < deadline, f"nobody counts the {flock} sheep"
            time.sleep(_LOOK)

    def engine(self, prompt: str = PROMPT, **settings: Any) -> LiftOS:
        """An engine on this home."""
        home = self.home

        @tool("count_sheep", version="1", summary="Counts a flock.", data="none")
        def count_sheep(context: ToolContext, arguments: Flock) -> Counted:
            with (home / "computed.log").open("a") as log:
                log.write(f"{arguments.flock}\n")
            while not (home / f"{arguments.flock}.gate").exists():
                if context.cancelled is not None and context.cancelled():
                    raise CancelledError("the run was stopped")
                time.sleep(_LOOK)
            return Counted(sheep=7 if arguments.flock == "white" else 5)

        @tool("what_if", version="1", summary="What the flocks eat.", data="none")
        def what_if(context: ToolContext, arguments: Flocks) -> Grazed:
            grass = 60.0 + 10.0 * arguments.flocks
            hay = 100.0 - grass
            return Grazed(
                channels={
                    "grass": {"current": 50.0, "changed": grass, "change": grass - 50.0},
                    "hay": {"current": 50.0, "changed": hay, "change": hay - 50.0},
                },
                spend={"current": 100.0, "changed": 100.0, "change": 0.0},
            )

        shepherd = Specialist(
            name="shepherd",
            purpose="Counts the sheep on the meadow.",
            prompt=prompt,
            prompt_version="1",
            tools=("count_sheep", "what_if"),
        )
        settings.setdefault("guardrails", Guardrails(max_share_moved=None))
        return LiftOS(
            tools=[count_sheep, what_if], specialists=[shepherd], settings=Settings(home=home, **settings)
        )


def said(answer: Answer) -> dict[str, Any]:
    """What of an answer must be the same however often its run was stopped."""
    return {
        "status": answer.status,
        "answer": answer.answer.model_dump(mode="json"),
        "evidence": [e.id for e in answer.evidence],
        "grounding": answer.grounding.model_dump(mode="json"),
        "run": answer.run_id,
    }


def step(home: Path, name: str, limit: float | None, out: Path) -> None:
    """One step of a process of its own: `ask`, `resume` or `approve`; writes what was said, or what is wrong."""
    with Meadow(home).engine(guardrails=Guardrails(max_share_moved=limit)) as lift:
        try:
            if name == "ask":
                answer = lift.ask(QUESTION, run_id="run_meadow")
            elif name == "resume":
                answer = lift.resume("last")
            else:
                answer = lift.approve("last", by="Ada")
        except (UserError, CancelledError) as error:
            out.write_text(json.dumps({"error": type(error).__name__, "message": str(error)}))
            return
    out.write_text(json.dumps(said(answer)))
