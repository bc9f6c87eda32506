"""An answer as a page of terminal text."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from liftos_agents.cli.evidence_tables import tables
from liftos_agents.domain.answer import Answer

MOST_RECALLED = 3
STATUS_STYLE = {
    "complete": "green",
    "refused": "yellow",
    "needs_clarification": "cyan",
    "needs_approval": "magenta",
}


def show(console: Console, answer: Answer) -> None:
    """Print headline, claims, tables, recommendations, caveats, and how to ask why."""
    console.print(view(answer))


def view(answer: Answer) -> RenderableType:
    """The answer as one renderable."""
    return Group(*_parts(answer))


def _parts(answer: Answer) -> Iterator[RenderableType]:
    body = answer.answer
    if answer.status == "needs_clarification":
        yield Panel(
            Text(answer.plan.clarification or body.headline), title="A question back", border_style="cyan"
        )
        return
    if answer.status == "refused":
        yield Panel(Text(answer.plan.refusal or body.headline), title="Not answered", border_style="yellow")
        return
    yield Panel(Text(body.headline, style="bold"), border_style=STATUS_STYLE[answer.status])
    if body.claims:
        yield _section("What was found", [(c.id, c.text) for c in body.claims])
    for table in tables(answer.evidence):
        yield Padding(table, (1, 0, 0, 0))
    if body.recommendations:
        yield _section("What to do", [(r.id, r.text) for r in body.recommendations])
    if body.caveats:
        yield _section("What to keep in mind", [("·", c) for c in body.caveats])
    if answer.recalled:
        rows = [("·", f"{r.text} ({r.source_run or r.id})") for r in answer.recalled[:MOST_RECALLED]]
        yield _section("What was known before", rows)
    yield Padding(_footer(answer), (1, 0, 0, 0))


def _section(title: str, rows: list[tuple[str, str]]) -> RenderableType:
    lines: list[RenderableType] = [Text(title, style="bold underline")]
    lines += [Padding(Text.assemble((f"{mark:<4}", "dim"), text), (0, 0, 0, 1)) for mark, text in rows]
    return Padding(Group(*lines), (1, 0, 0, 0))


def _footer(answer: Answer) -> RenderableType:
    grounding, timings, cost = answer.grounding, answer.timings, answer.cost
    dropped = f", {_counted(len(grounding.dropped), 'sentence')} left out" if grounding.dropped else ""
    pieces = _counted(len(answer.evidence), "piece")
    first = next((c.id for c in (*answer.answer.claims, *answer.answer.recommendations)), None)
    why = f"\nWhy? liftos trace why {answer.run_id} {first}" if first else ""
    return Text(
        f"{grounding.bound} of {grounding.numbers} numbers bound to {pieces} of evidence{dropped}"
        f" · {answer.model} · {timings.total_ms / 1000:.2f} s · ${cost.usd:.4f}{why}",
        style="dim",
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
