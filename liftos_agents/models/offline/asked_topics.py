"""Which specialists a question asks for: what was learnt from labelled questions, with the rules' opinion beside it."""

from __future__ import annotations

from dataclasses import dataclass

from liftos_agents.domain.task import SpecialistBrief
from liftos_agents.models.offline.assignment import Assignment
from liftos_agents.models.offline.channel_names import in_common_words
from liftos_agents.models.offline.clauses import clauses, parts_of, sentences, wishes
from liftos_agents.models.offline.glossary import FOREIGN
from liftos_agents.models.offline.lexicon import lexicon
from liftos_agents.models.offline.scope import ALWAYS
from liftos_agents.models.offline.topic_model import (
    ELSEWHERE,
    LABELS,
    NOTHING,
    TOPICS,
    TopicWeights,
    Verdict,
    verdict,
)
from liftos_agents.models.offline.topics import evidence, owners

_RULES = 0.4
_PARTS = 0.45
_GUARDED = 3.0
_SHORT_WORD = 4
_EMPTY = frozenset(
    ("vague", "marketing", "improve", "show", "recommend", "explain", "check", "audit", "data", "optimise", "money", "sales", "effective",
     "best", "worst", "compare", "write", "increase", "budget", "campaign", "product", "quality", "profile", "plan", "ad")
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """Specialist to the parts of the question that are for it; none when it is elsewhere's, or nobody's in particular."""

    parts: dict[str, list[str]]
    elsewhere: bool = False


def asked_for(
    question: str,
    made: Assignment,
    specialists: tuple[SpecialistBrief, ...],
    channels: tuple[str, ...],
    language: str,
    learnt: TopicWeights,
) -> Asked:
    """What `question` asks of whom.

    Args:
        made: What the rules make of it.
        channels: Channels of the data, which go by names of their own.
        learnt: What the model learnt.
    """
    owned = owners(specialists)
    if set(made.parts) - set(owned.values()):
        return Asked(made.parts)
    told = in_common_words(question, channels) if channels else question
    for fact in made.facts:
        told = told.replace(fact, "")
    guarded = made.foreign is not None and made.foreign.kind in ALWAYS and not made.parts
    said = combined(told.strip(), by_rules(question, made, owned), language, learnt, guarded=guarded)
    topics = [t for t in said.topics if t in owned]
    if not topics:
        return Asked({}, elsewhere=not said.nothing)
    names = {owned[t] for t in topics}
    if names == set(made.parts):
        return Asked(made.parts)
    if len(names) == 1:
        return Asked({name: [question] for name in names})
    return Asked(_shared_out(question, topics, owned, language, learnt))


def combined(
    question: str, rules: frozenset[str], language: str, learnt: TopicWeights, *, guarded: bool = False
) -> Verdict:
    """What the model says of a question and of its parts, moved towards what the rules say.

    Args:
        guarded: A word for secrets or personal data is said: doubts count against the question.
    """
    said = verdict(learnt, question, language)
    heard = [verdict(learnt, part, language).odds for part in _pieces(question, language)]
    moved: dict[str, float] = {}
    for label in LABELS:
        value = said.odds[label]
        if label in TOPICS:
            value += _PARTS * max(0.0, max((odds[label] for odds in heard), default=value) - value)
        moved[label] = round(value + (_RULES if label in rules else -_RULES), 4)
    if guarded:
        moved[ELSEWHERE] += _GUARDED
    return Verdict(moved)


def by_rules(question: str, made: Assignment, owned: dict[str, str]) -> frozenset[str]:
    """The labels that the rules give."""
    if made.parts:
        firm = {t for t in TOPICS if owned.get(t) in made.parts}
        return frozenset(firm)
    if made.foreign is not None:
        return frozenset((ELSEWHERE,))
    asked = wishes(question)
    return frozenset((NOTHING if not asked or _in_general(made) else ELSEWHERE,))


def _pieces(question: str, language: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for sentence in sentences(question):
        found |= dict.fromkeys((sentence, *clauses(sentence), *parts_of(sentence, language)))
    return tuple(piece for piece in found if piece != question)


def _shared_out(
    question: str, topics: list[str], owned: dict[str, str], language: str, learnt: TopicWeights
) -> dict[str, list[str]]:
    given: dict[str, list[str]] = {}
    for clause in clauses(question):
        odds = verdict(learnt, clause, language).odds
        given.setdefault(owned[max(topics, key=lambda t: odds[t])], []).append(clause)
    for topic in topics:
        given.setdefault(owned[topic], [question])
    return given


def _in_general(made: Assignment) -> bool:
    """Whether a request that nobody stands out for may still be meant for somebody here.

    It may when it speaks of nothing in particular, or mostly of what is spoken of here.
    """
    found = [c for c in made.concepts if not c.startswith("#")]
    weights = {c: sum(evidence((c,)).values()) for c in set(found)}
    ours = [c for c in set(found) if weights[c] > 0 or c in _EMPTY]
    strange = [
        c
        for c in set(found)
        if c not in ours
        and c not in lexicon().generic
        and not c.startswith(FOREIGN)
        and (len(c) >= _SHORT_WORD or not c.isascii())
    ]
    return not strange or len(ours) > len(strange) or ("vague" in found and len(strange) <= 1)
