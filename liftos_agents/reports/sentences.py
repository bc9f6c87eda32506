"""The words of an answer as sections of a page: headline, findings, recommendations, caveats, what was dropped."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.findings import Claim
from liftos_agents.domain.reference import references
from liftos_agents.reports.bound_text import BoundText
from liftos_agents.reports.markup import Markup, element, escape, joined


def headline(answer: Answer, bound: BoundText) -> Markup:
    """The answer's headline, or the question back, or the refusal; the numbers of the headline bound."""
    if answer.status == "refused":
        said, source = answer.plan.refusal or answer.answer.headline, ""
    elif answer.status == "needs_clarification":
        said, source = answer.plan.clarification or answer.answer.headline, ""
    else:
        said, source = answer.answer.headline, answer.answer.headline_source
    if not said:
        return Markup("")
    return element("div", *(element("p", line) for line in bound.paragraphs(said, source)), class_="lead")


def to_do(answer: Answer, bound: BoundText) -> Markup:
    """What to do, each recommendation with its evidence."""
    return _section("What to do", answer.answer.recommendations, answer, bound)


def found(answer: Answer, bound: BoundText) -> Markup:
    """What was found, each claim with its evidence."""
    return _section("What was found", answer.answer.claims, answer, bound)


def caveats(answer: Answer, bound: BoundText) -> Markup:
    """What to keep in mind."""
    said = answer.answer.caveats
    if not said:
        return Markup("")
    sources = answer.answer.caveat_sources
    if len(sources) != len(said):
        sources = ("",) * len(said)
    items = [
        element(
            "li",
            bound.sentence(text, source),
            bound.marks(reference.evidence for reference in references(source)),
        )
        for text, source in zip(said, sources, strict=True)
    ]
    return element("section", element("h2", "What to keep in mind"), element("ul", *items, class_="said"))


def not_verified(answer: Answer) -> Markup:
    """Sentences that were left out because they could not be verified, and why."""
    dropped = answer.grounding.dropped
    if not dropped:
        return Markup("")
    items = [
        element(
            "li",
            element("q", item.text),
            element("br"),
            f"{_who(item.agent)}: {'; '.join(item.reasons)}" if item.reasons else _who(item.agent),
        )
        for item in dropped
    ]
    return element(
        "section",
        element("h2", "What could not be verified"),
        element("p", "These sentences were left out of the answer."),
        element("ul", *items, class_="said"),
    )


def _section(title: str, claims: Sequence[Claim], answer: Answer, bound: BoundText) -> Markup:
    if not claims:
        return Markup("")
    several = len({claim.agent for claim in claims}) > 1 or len(answer.plan.steps) > 1
    groups = [
        joined(
            (
                _goal(agent, answer) if several else None,
                element("ul", *(_item(claim, bound) for claim in group), class_="said"),
            )
        )
        for agent, group in groupby(claims, key=lambda claim: claim.agent)
    ]
    return element("section", element("h2", title), *groups)


def _item(claim: Claim, bound: BoundText) -> Markup:
    return element("li", bound.sentence(claim.text, claim.source), bound.marks(claim.evidence), id=claim.id)


def _goal(agent: str, answer: Answer) -> Markup:
    goals = list(dict.fromkeys(step.goal for step in answer.plan.steps if step.agent == agent))
    words = f": {'; '.join(goals)}" if goals else ""
    return element("p", element("b", _who(agent)), escape(words), class_="goal")


def _who(agent: str) -> str:
    words = agent.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
