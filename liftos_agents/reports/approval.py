"""What waits for a person: the limits that a plan passes, what it recommends, and how to decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.reference import references
from liftos_agents.reports.arguments import written
from liftos_agents.reports.bound_text import BoundText
from liftos_agents.reports.figures import rows
from liftos_agents.reports.markup import Markup, element

_TEXTS = (("reasons", "Why it waits"), ("recommendations", "What is recommended"))


def approval(answer: Answer, bound: BoundText) -> Markup:
    """The panel of a run that waits for approval; nothing for any other run."""
    if answer.status != "needs_approval" or not answer.pending_approval:
        return Markup("")
    asked = rows(answer.pending_approval.get("approvals")) or [answer.pending_approval]
    return element(
        "section",
        element("h2", "Waits for approval"),
        *(element("div", *_one(item, bound), class_="panel") for item in asked),
        element(
            "p",
            "To decide: ",
            element("code", "liftos runs approve ID"),
            " or ",
            element("code", "liftos runs deny ID"),
            ".",
        ),
    )


def _one(item: Mapping[str, Any], bound: BoundText) -> list[Markup]:
    parts = [element("h3", element("code", item.get("id", "")))] if item.get("id") else []
    for key, title in _TEXTS:
        said = item.get(key)
        listed = [said] if isinstance(said, str) else list(said) if isinstance(said, list | tuple) else []
        if listed:
            parts.append(element("h4", title))
            parts.append(
                element("ul", *(element("li", _said(text, bound)) for text in listed), class_="said")
            )
    return parts


def _said(text: Any, bound: BoundText) -> Markup:
    if isinstance(text, Mapping) and isinstance(text.get("text"), str):
        return bound.sentence(text["text"], str(text.get("source") or ""))
    plain = written(text)
    return bound.sentence(bound.rendered(plain), plain) if references(plain) else element("span", plain)
