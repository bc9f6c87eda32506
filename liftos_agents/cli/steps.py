"""Steps that move while a question is worked on."""

from __future__ import annotations

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
        self._running: dict[str, str] = {}
        self._live = Live(console=console, transient=True, refresh_per_second=12, get_renderable=self._view)
        self._shown = console.is_terminal

    def __enter__(self) -> Steps:
        if self._shown:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._live.stop()

    def feed(self, event: Event) -> None:
        """Take one event in."""
        data = event.data
        match event.kind:
            case "dataset_loaded":
                self._finish("", f"read {data.get('name', 'data')}: {data.get('rows', 0)} rows")
            case "plan":
                agents = [str(step["agent"]).replace("_", " ") for step in data.get("steps", [])]
                self._finish("", "plan: " + (", then ".join(agents) or "a question back"))
            case "agent_started":
                self._running[str(data.get("agent"))] = (
                    f"{data.get('agent')}: {data.get('goal', '')}".replace("_", " ")
                )
            case "tool_started":
                self._running[str(data.get("call") or data.get("tool"))] = f"  {data.get('tool')}"
            case "tool_progress":
                key = str(data.get("call") or data.get("tool"))
                self._running[key] = f"  {data.get('tool')}: {data.get('message', '')}"
            case "tool_finished":
                again = " (from evidence)" if data.get("cached") else ""
                self._finish(str(data.get("call") or data.get("tool")), f"{data.get('tool')}{again}")
            case "agent_finished":
                self._finish(str(data.get("agent")), str(data.get("agent")).replace("_", " "))
            case _:
                pass

    def _finish(self, key: str, text: str) -> None:
        self._running.pop(key, None)
        self._done.append(Text.assemble(("✓ ", "green"), text))

    def _view(self) -> RenderableType:
        running = [Spinner("dots", text=text, style="cyan") for text in self._running.values()]
        return Group(*self._done, *running)
