"""Asking for a decision where one is wanted: what a plan would move, why a person must say yes, and the reply."""

from __future__ import annotations

import getpass

import typer
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

import liftos_agents
from liftos_agents.cli import answer_view
from liftos_agents.domain.answer import Answer
from liftos_agents.domain.run import Approval


def decide(lift: liftos_agents.LiftOS, console: Console, answer: Answer) -> Answer:
    """The answer once a person at the terminal has said yes or no to each plan that waits."""
    if answer.status != "needs_approval":
        return answer
    answer_view.show(console, answer)
    for approval in pending(answer):
        console.print(view(approval))
        say = lift.approve if typer.confirm("Recommend this plan?") else lift.deny
        answer = say(answer.run_id, approval.id, by=whoever_is_here())
    return answer


def pending(answer: Answer) -> tuple[Approval, ...]:
    """What an answer waits for."""
    waiting = (answer.pending_approval or {}).get("approvals", ())
    asked = tuple(Approval.model_validate(given) for given in waiting)
    return tuple(a for a in asked if a.status == "pending")


def view(approval: Approval) -> RenderableType:
    """One question to a person: why it is asked, what would be recommended, what was said."""
    lines: list[RenderableType] = [Text(f"· {reason.text}") for reason in approval.reasons]
    if approval.recommendations:
        lines.append(Padding(Text("If approved:", style="bold"), (1, 0, 0, 0)))
        lines += [Text(f"  {text}") for text in approval.recommendations]
    lines.append(Padding(Text(said(approval), style="dim"), (1, 0, 0, 0)))
    return Panel(Group(*lines), title=f"Approval {approval.id}", border_style="magenta", title_align="left")


def said(approval: Approval) -> str:
    """Where a question stands, in a few words."""
    if approval.status == "pending":
        return f"waits for a decision · evidence {approval.evidence}"
    by = f" by {approval.by}" if approval.by else ""
    note = f": {approval.note}" if approval.note else ""
    return f"{approval.status}{by}{note} · evidence {approval.evidence}"


def how_to_decide(answer: Answer) -> str:
    """The commands that decide what an answer waits for."""
    asked = pending(answer)
    lines = [f"liftos runs approve {answer.run_id}", f"liftos runs deny {answer.run_id}"]
    if len(asked) > 1:
        lines += [f"liftos runs approve {answer.run_id} --approval {a.id}" for a in asked]
    return "\n".join(lines)


def whoever_is_here() -> str:
    """The user of this terminal, as far as the system knows one."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
