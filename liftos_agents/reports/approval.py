"""What waits for a person: the limits that a plan passes, what it recommends, and how to decide."""

from __future__ import annotations

from pydantic import ValidationError

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.run import Approval
from liftos_agents.reports.bound_text import BoundText, together
from liftos_agents.reports.figures import group, rows
from liftos_agents.reports.markup import Markup, element

_DECIDED = {"approved": "Approved", "denied": "Denied"}


def approval(answer: Answer, bound: BoundText) -> Markup:
    """The panels of a run that waits for approval; nothing for any other run."""
    if answer.status != "needs_approval" or not answer.pending_approval:
        return Markup("")
    asked: list[Approval] = []
    for row in rows(answer.pending_approval.get("approvals")):
        try:
            asked.append(Approval.model_validate(row))
        except ValidationError:
            continue
    how = [str(command) for command in group(answer.pending_approval.get("how")).values()]
    return element(
        "section",
        element("h2", "What waits for approval"),
        *(_panel(one, bound) for one in asked),
        element("p", "To decide:") if how else None,
        element("ul", *(element("li", element("code", command)) for command in how), class_="plain")
        if how
        else None,
    )


def _panel(one: Approval, bound: BoundText) -> Markup:
    parts = [
        element("h3", _DECIDED.get(one.status, "Not decided yet"), bound.marks([one.evidence])),
        element("h4", "Why a person decides"),
        element("ul", *(element("li", together(reason.text)) for reason in one.reasons), class_="said"),
    ]
    if one.recommendations:
        parts += [
            element("h4", "What is withheld until then"),
            element("ul", *(element("li", together(text)) for text in one.recommendations), class_="said"),
        ]
    return element(
        "div", *parts, element("p", "Approval ", element("code", one.id), class_="goal"), class_="panel"
    )
