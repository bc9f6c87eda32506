"""Steps that move while a question is worked on."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from liftos_agents.domain.event import Event


class Steps:
    """A live list of what has been done and what is going on; silent where the terminal is not one.

    Use as a context manager and feed it each event.
    """

    def __init__(self, console: Console) -> None:
        self._done: list[Text] = []
        self._running: dict[str, Spinner] = {}
        self._live = Live(console=console, transient=True, refresh_per_second=12, get_renderable=self._view)
        self._shown = console.is_terminal

    def __enter__(self) -> Steps:
        if self._shown:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._live.stop()

    @property
    def lines(self) -> tuple[str, ...]:
        """What has been done so far, a line each."""
        return tuple(text.plain for text in self._done)

    def feed(self, event: Event) -> None:
        """Take one event in."""
        data = event.data
        match event.kind:
            case "dataset_loaded":
                self._finish("", _read(data["dataset"]))
            case "plan":
                self._finish("", _planned(data["plan"]))
            case "agent_started":
                self._start(_agent(data), f"{_agent(data)}: {data['goal']}")
            case "tool_started":
                self._start(str(data["tool"]), f"  {data['tool']}")
            case "tool_progress":
                self._start(str(data["tool"]), f"  {data['tool']}: {data['message']}")
            case "tool_finished":
                outcome = (
                    f": {data['message']}"
                    if data.get("error")
                    else " (from evidence)"
                    if data.get("reused")
                    else ""
                )
                self._finish(str(data["tool"]), f"{data['tool']}{outcome}")
            case "agent_finished":
                self._finish(_agent(data), _agent(data))
            case _:
                pass

    def _start(self, key: str, text: str) -> None:
        self._running[key] = Spinner("dots", text=Text(text), style="cyan")

    def _finish(self, key: str, text: str) -> None:
        self._running.pop(key, None)
        self._done.append(Text.assemble(("✓ ", "green"), text))

    def _view(self) -> RenderableType:
        return Group(*self._done, *tuple(self._running.values()))


def _agent(data: dict[str, Any]) -> str:
    return str(data["agent"]).replace("_", " ")


def _read(dataset: dict[str, Any]) -> str:
    size = f"{dataset['rows']:,} rows" if dataset["kind"] == "table" else "text"
    channels = f", {len(dataset['channels'])} channels" if dataset["channels"] else ""
    return f"read {dataset['name']}: {size}{channels}"


def _planned(plan: dict[str, Any]) -> str:
    if plan.get("refusal"):
        return "plan: decline"
    return "plan: " + (", then ".join(_agent(step) for step in plan["steps"]) or "a question back")
