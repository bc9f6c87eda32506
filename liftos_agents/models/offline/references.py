"""What a goal takes from elsewhere: a product named before, amounts of other parts, a margin stated earlier."""

from __future__ import annotations

import re

from liftos_agents.domain.task import SpecialistTask
from liftos_agents.models.offline.clauses import clauses
from liftos_agents.models.offline.glossary import FOREIGN
from liftos_agents.models.offline.language import language_of
from liftos_agents.models.offline.lexicon import lexicon
from liftos_agents.models.offline.spelling import fold
from liftos_agents.models.offline.topics import evidence, said_of

_MONEY = ("measuring", "allocating")
_TEXTS = ("surfacing", "writing")
_SHORTEST = 3
_MARGIN = re.compile(r"stated margin:\s*(?P<margin>\d+(?:\.\d+)?)\b", re.IGNORECASE)
_LANGUAGE = re.compile(
    r"(?:german|english|french|spanish|italian|portuguese|dutch|polish|deutsch|englisch|franzos|spanisch|francais|anglais|allemand|espan|aleman|ingles)"
)


def about_money(question: str) -> str:
    """`question` without the clauses that ask for a text or an audit: their amounts are prices, their names products."""
    language = language_of(question)
    return "; ".join(part for part in clauses(question) if not _of_text(part, language))


def named_product(task: SpecialistTask) -> str:
    """What names the product that a goal is about: the goal, or the nearest words before it when it says no more than “it”."""
    language = language_of(task.question or task.goal)
    if _names(task.goal, language):
        return task.goal
    before, found, _ = task.question.partition(task.goal.split("; ", 1)[0])
    said = [*reversed(clauses(before)), *(clauses(task.question) if not found else ())]
    said += [part for turn in reversed(task.thread) for part in reversed(clauses(turn.question))]
    named = [part for part in said if _names(part, language)]
    return next((part for part in named if _of_text(part, language)), named[0] if named else task.goal)


def recalled_margin(task: SpecialistTask) -> float | None:
    """The margin that an earlier question stated, from memory; None when a call of the thread has one."""
    if any("margin" in (call.get("arguments") or {}) for turn in task.thread for call in turn.calls):
        return None
    facts = (_MARGIN.search(r.text) for r in task.recalled if r.kind == "fact")
    return next((float(match.group("margin")) for match in facts if match), None)


def _of_text(part: str, language: str) -> bool:
    scores = evidence(said_of(part, language))
    return max(scores[t] for t in _TEXTS) > max(0.0, *(scores[t] for t in _MONEY))


def _names(part: str, language: str) -> bool:
    """Whether a text holds a word that is none of the trade's, nor of everyday speech: a name or a kind of product."""
    strange = (
        c
        for c in said_of(part, language)
        if not c.startswith(("#", FOREIGN)) and c != "vague" and c not in lexicon().generic
    )
    return any(
        (len(c) >= _SHORTEST or not c.isascii())
        and not any(evidence((c,)).values())
        and not _LANGUAGE.match(fold(c))
        for c in strange
    )
