"""Which specialists a request speaks to, part by part, and what in it is nobody's business here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from liftos_agents.domain.task import SpecialistBrief
from liftos_agents.models.offline.channel_names import in_common_words
from liftos_agents.models.offline.clauses import asks, clauses, parts_of, sentences
from liftos_agents.models.offline.scope import Foreign, foreign_in
from liftos_agents.models.offline.similarity import Similarity
from liftos_agents.models.offline.topics import ACTIVE, evidence, owners, own_evidence, said_of

SURE = 0.46
_OWN = 1.4
_PLAIN = 1.9
_HEAPED = 3.0
_SOME = 0.75
_CARRIED = 0.35
_FIRM = 3.4
_BESIDE = 0.5
_ALONE = 1.3
_MAKING = frozenset(("write", "shorten"))
_OBJECTS = frozenset(("ad", "copy", "headline", "mail", "subject_line", "snippet", "post"))
_LATIN_ASKS = ("en", "de", "fr", "es")


@dataclass
class Assignment:
    """Specialist to the parts of the request that are for it.

    Attributes:
        strength: Specialist to how firmly the request speaks to it.
        foreign: What some part is about that is nobody's business.
        concepts: All subjects of the request.
    """

    parts: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    strength: dict[str, float] = field(default_factory=dict[str, float])
    foreign: Foreign | None = None
    concepts: tuple[str, ...] = ()

    def concepts_here(self) -> bool:
        """Whether any subject of the request is one of ours."""
        return any(sum(abs(v) for v in evidence((c,)).values()) > _SOME for c in self.concepts)


@dataclass
class _Span:
    """A sentence, or one part of it, with what it says for each topic."""

    text: str
    scores: dict[str, float]
    own: dict[str, float]
    parts: tuple[_Span, ...] = ()


def assign(
    question: str, specialists: tuple[SpecialistBrief, ...], channels: tuple[str, ...], language: str
) -> Assignment:
    """The assignment of `question`; no parts when nobody is spoken to."""
    owned = owners(specialists)
    others = tuple(b for b in specialists if b.name not in owned.values())
    similarity = similarity_of(specialists)
    knows = similarity_of(others).knows if others else (lambda concept: False)
    made = Assignment()
    heard: list[_Span] = []
    objects: tuple[str, ...] = ()
    on_tables = {brief.name for brief in specialists if brief.needs == "table"}
    for text in sentences(question):
        said = in_common_words(text, channels) if channels else text
        subjects = said_of(said, language)
        made.concepts += subjects
        subjects += objects if _MAKING & set(subjects) and not _OBJECTS & set(subjects) else ()
        objects = tuple(sorted(_OBJECTS & {*subjects, *objects}))
        scores = {t: v for t, v in evidence(subjects).items() if t in owned}
        if heard and language in _LATIN_ASKS and not asks(text):
            current = max(heard[-1].scores, key=lambda t: heard[-1].scores[t], default=None)
            if current and heard[-1].scores[current] >= ACTIVE and owned[current] not in on_tables:
                heard[-1].text += " " + text
                continue
        strongest = max(scores.values(), default=0.0)
        foreign = foreign_in(text, subjects, strongest, scores.get(_writing(owned, on_tables, scores), 0.0), language, knows)
        if foreign is not None:
            made.foreign = made.foreign or foreign
            continue
        parts = tuple(_span(part, language, owned, channels) for part in parts_of(said)) if strongest else ()
        heard.append(_Span(text, scores, own_evidence(subjects), parts if len(parts) > 1 else ()))
    for other in others:
        for sentence in heard:
            best = similarity.scores(sentence.text)[0]
            if best.name == other.name and best.value >= SURE:
                made.parts.setdefault(other.name, []).append(sentence.text)
                made.strength[other.name] = best.value
    active = _active(heard)
    if made.parts:
        active = {t: v for t, v in active.items() if v >= _FIRM}
    for topic, value in active.items():
        made.strength[owned[topic]] = max(made.strength.get(owned[topic], 0.0), value)
    _share_out(heard, {t: owned[t] for t in active}, made, language)
    return made


@lru_cache(maxsize=32)
def similarity_of(specialists: tuple[SpecialistBrief, ...]) -> Similarity:
    """Specialists compared by what they say of themselves."""
    return Similarity({s.name: (s.purpose, *s.handles, *s.examples) for s in specialists})


def _writing(owned: dict[str, str], on_tables: set[str], scores: dict[str, float]) -> str:
    """The strongest topic of somebody who works on texts."""
    on_texts = [t for t in scores if owned[t] not in on_tables]
    return max(on_texts, key=lambda t: scores[t], default="")


def _span(text: str, language: str, owned: dict[str, str], channels: tuple[str, ...]) -> _Span:
    subjects = said_of(in_common_words(text, channels) if channels else text, language)
    return _Span(text, {t: v for t, v in evidence(subjects).items() if t in owned}, own_evidence(subjects))


def _active(heard: Sequence[_Span]) -> dict[str, float]:
    """Topics that the sentences, or parts of them, ask for, with their strength."""
    found: dict[str, float] = {}
    totals: dict[str, float] = {}
    for topic in heard[0].scores if heard else ():
        for span in (s for sentence in heard for s in (sentence, *sentence.parts)):
            beside = _BESIDE * max(span.scores.values())
            firm = span.scores[topic] >= ACTIVE and span.own[topic] >= _OWN
            plain = span.own[topic] >= _PLAIN and span.scores[topic] == max(span.scores.values())
            others = (v for t, v in span.scores.items() if t != topic)
            firm = firm or (span.scores[topic] >= _HEAPED and max(others, default=0.0) <= beside)
            if span.scores[topic] >= beside and (firm or (plain and span.scores[topic] >= _PLAIN)):
                found[topic] = max(found.get(topic, 0.0), span.scores[topic])
        values = sorted((s.scores[topic] for s in heard), reverse=True)
        totals[topic] = values[0] + _CARRIED * sum(values[1:])
    strongest = max(totals.values(), default=0.0)
    if not found and strongest >= _ALONE:
        found = {max(totals, key=lambda t: totals[t]): strongest}
    return found


def _share_out(heard: Sequence[_Span], active: dict[str, str], made: Assignment, language: str) -> None:
    if not active:
        return
    if len(active) == 1:
        topic = next(iter(active))
        made.parts.setdefault(active[topic], []).extend(s.text for s in heard)
        return
    current: str | None = None
    pending: list[str] = []
    given: dict[str, list[str]] = {}
    for sentence in heard:
        for clause in clauses(sentence.text):
            scores = evidence(said_of(clause, language))
            best = max(active, key=lambda t: (scores[t], t == current))
            if scores[best] > 0.8 or (current is None and scores[best] > 0):
                current = best
            if current is None:
                pending.append(clause)
                continue
            given.setdefault(current, []).extend([*pending, clause])
            pending = []
    for topic in active:
        if topic not in given:
            best = max(heard, key=lambda s: s.scores[topic])
            given[topic] = [best.text]
    for topic, parts in given.items():
        made.parts.setdefault(active[topic], []).extend(parts)
