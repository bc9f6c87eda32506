"""Which specialists a request speaks to, part by part, and what in it is nobody's business here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from liftos_agents.domain.task import SpecialistBrief
from liftos_agents.models.offline.channel_names import in_common_words
from liftos_agents.models.offline.clauses import clauses, parts_of, request, sentences, wishes
from liftos_agents.models.offline.scope import ANCHORS, Foreign, foreign_in
from liftos_agents.models.offline.similarity import Similarity
from liftos_agents.models.offline.topics import ACTIVE, evidence, own_evidence, owners, said_of

SURE = 0.46
_OWN = 1.4
_PLAIN = 1.9
_HEAPED = 3.0
_SINGLE = 0.9
_SEPARATE = 1.3
_HARDLY = 0.55
_HINTED = 0.5
_FAINT = 2.2
_LONG_WORD = 5
_SOME = 0.75
_CARRIED = 0.35
_STATED = 0.6
_FIRM = 3.4
_BESIDE = 0.5
_ALONE = 1.5
_CLEARLY = 0.5
_MAKING = frozenset(("write", "shorten"))
_SUPPORTING = frozenset(("effective", "best", "worst", "sales", "recommend", "show", "vague"))
_DECIDING = frozenset(("split", "optimise", "plan", "write", "audit", "assistant"))
_ASKED = _MAKING | {"#number", "#wish"}
_OBJECTS = frozenset(("ad", "copy", "headline", "mail", "subject_line", "snippet", "post"))
_HINTS = frozenset(
    ("print", "ooh", "search", "cinema", "activity", "channel", "mail", "ad", "listing", "budget", "media", "campaign", "#money")
)  # fmt: skip
_ASKING = frozenset(
    ("write", "show", "check", "audit", "split", "optimise", "move", "plan", "explain", "recommend", "compare", "shorten", "improve", "what_if")
)  # fmt: skip


@dataclass
class Assignment:
    """Specialist to the parts of the request that are for it.

    Attributes:
        strength: Specialist to how firmly the request speaks to it.
        foreign: What some part is about that is nobody's business.
        concepts: All subjects of the request.
        facts: Sentences that only tell of what a text is to be about.
    """

    parts: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    strength: dict[str, float] = field(default_factory=dict[str, float])
    foreign: Foreign | None = None
    concepts: tuple[str, ...] = ()
    facts: list[str] = field(default_factory=list[str])

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
    wished: bool = True
    subjects: tuple[str, ...] = ()


def assign(
    question: str, specialists: tuple[SpecialistBrief, ...], channels: tuple[str, ...], language: str
) -> Assignment:
    """The assignment of `question`; no parts when nobody is spoken to."""
    owned = owners(specialists)
    others = tuple(b for b in specialists if b.name not in owned.values())
    knows = similarity_of(others).knows if others else _unknown
    made = Assignment()
    heard: list[_Span] = []
    objects: tuple[str, ...] = ()
    on_tables = {brief.name for brief in specialists if brief.needs == "table"}
    for text in sentences(question):
        said = in_common_words(text, channels) if channels else text
        subjects = said_of(said, language)
        made.concepts += subjects
        if not heard and "?" not in text and "？" not in text and _begins_with_text(subjects):
            subjects += ("#first",)
        subjects += objects if _MAKING & set(subjects) and not _OBJECTS & set(subjects) else ()
        objects = tuple(sorted(_OBJECTS & {*subjects, *objects}))
        scores = {t: v for t, v in evidence(subjects).items() if t in owned}
        wished = wishes(text) or bool(_ASKING & set(subjects))
        if heard and not wished:
            current = max(heard[-1].scores, key=lambda t: heard[-1].scores[t], default=None)
            if current and heard[-1].scores[current] >= ACTIVE and owned[current] not in on_tables:
                heard[-1].text += " " + text
                made.facts.append(text)
                continue
        strongest = max(scores.values(), default=0.0)
        foreign = foreign_in(
            text, subjects, strongest, scores.get(_writing(owned, on_tables, scores), 0.0), language, knows
        )
        if foreign is not None:
            made.foreign = made.foreign or foreign
            continue
        supposed = "what_if" in subjects
        parts = (
            tuple(_span(part, language, owned, channels, supposed) for part in parts_of(said, language))
            if strongest
            else ()
        )
        heard.append(
            _Span(text, scores, own_evidence(subjects), parts if len(parts) > 1 else (), wished, subjects)
        )
    for other in others:
        for sentence in heard:
            for text in (sentence.text, *clauses(sentence.text)):
                best = similarity_of(specialists).scores(text)[0]
                if best.name == other.name and best.value >= SURE:
                    made.parts.setdefault(other.name, []).append(text)
                    made.strength[other.name] = best.value
                    break
    claimed = {other.name for other in others}
    heard = [sentence for sentence in heard if not _is_claimed(sentence.text, claimed, specialists)]
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


def asks_for(text: str, language: str) -> bool:
    """Whether a text asks for something that somebody does here, rather than being what is worked on."""
    subjects = set(said_of(text, language))
    return bool(_ASKING & subjects) and max(evidence(subjects).values()) >= ACTIVE


def own_words(question: str, language: str) -> str:
    """`question` without its material."""
    return request(question, lambda text: asks_for(text, language))


def _is_claimed(text: str, others: set[str], specialists: tuple[SpecialistBrief, ...]) -> bool:
    """Whether one without a topic speaks of `text` clearly more than anybody else, and of no clause less."""
    if not others:
        return False
    first, second = similarity_of(specialists).scores(text)[:2]
    if first.name not in others or first.value < max(SURE, second.value + _CLEARLY):
        return False
    heads = (similarity_of(specialists).scores(clause)[0] for clause in clauses(text))
    return all(head.name in others or head.value < SURE for head in heads)


def _unknown(concept: str) -> bool:
    """Nobody speaks of `concept`."""
    del concept
    return False


def _writing(owned: dict[str, str], on_tables: set[str], scores: dict[str, float]) -> str:
    """The strongest topic of somebody who works on texts."""
    on_texts = [t for t in scores if owned[t] not in on_tables]
    return max(on_texts, key=lambda t: scores[t], default="")


def _begins_with_text(subjects: Sequence[str]) -> bool:
    """Whether the first thing that a sentence names is an ad, an e-mail or the like: a request without a verb."""
    first = next(
        (s for s in subjects if s[0] != "#" and s not in ("google", "social", "search", "campaign", "vague")),
        None,
    )
    return first in _OBJECTS


def _span(
    text: str, language: str, owned: dict[str, str], channels: tuple[str, ...], supposed: bool
) -> _Span:
    subjects = said_of(in_common_words(text, channels) if channels else text, language)
    if supposed and not _DECIDING & set(subjects):
        subjects += ("what_if",)
    scores = {t: v for t, v in evidence(subjects).items() if t in owned}
    wished = wishes(text) or bool(_ASKING & set(subjects))
    return _Span(text, scores, own_evidence(subjects), (), wished, subjects)


def _active(heard: Sequence[_Span]) -> dict[str, float]:
    """Topics that the sentences, or parts of them, ask for, with their strength."""
    found: dict[str, float] = {}
    totals: dict[str, float] = {}
    asking = [s for s in heard if s.wished]
    if max((v for s in asking for v in s.scores.values()), default=0.0) < 1.0:
        asking = list(heard)
    for topic in heard[0].scores if heard else ():
        for span in (s for sentence in asking for s in (sentence, *_asking_parts(sentence))):
            beside = _BESIDE * max(span.scores.values())
            firm = span.scores[topic] >= ACTIVE and span.own[topic] >= _OWN
            plain = span.own[topic] >= _PLAIN and _PLAIN <= span.scores[topic] == max(span.scores.values())
            firm = firm or (
                span.scores[topic] >= _HEAPED and max(others_of(span, topic), default=0.0) <= beside
            )
            alone = span.own[topic] >= _SINGLE and span.scores[topic] >= _SEPARATE and _telling(span)
            plain = plain or (
                span not in heard
                and alone
                and max(others_of(span, topic), default=0.0) <= _HARDLY * span.scores[topic]
            )
            if span.scores[topic] >= beside and (firm or plain):
                found[topic] = max(found.get(topic, 0.0), span.scores[topic])
        values = sorted((s.scores[topic] * (1.0 if s in asking else _STATED) for s in heard), reverse=True)
        totals[topic] = values[0] + _CARRIED * sum(values[1:])
    strongest = max(totals.values(), default=0.0)
    spoken = {s for sentence in asking for s in sentence.subjects}
    least = _HINTED if any(s.wished for s in asking) and spoken & _HINTS and "vague" not in spoken else _ALONE
    whole = {s for sentence in heard for s in sentence.subjects}
    lone = strongest < _FAINT and not whole & (ANCHORS | {"#money"}) and _strangers(spoken)
    if not found and strongest >= least and not lone:
        found = {max(totals, key=lambda t: totals[t]): strongest}
    return found


def _strangers(spoken: set[str]) -> bool:
    """Whether a word is said that means nothing here."""
    words = (s for s in spoken if s[0] != "#" and s not in _SUPPORTING and not any(evidence((s,)).values()))
    return any(len(word) >= _LONG_WORD or not word.isascii() for word in words)


def _telling(span: _Span) -> bool:
    """Whether a part says what it is about, and not only that it should work or be best."""
    return bool({s for s in span.subjects if s[0] != "#"} - _SUPPORTING)


def others_of(span: _Span, topic: str) -> list[float]:
    """What a span says for the other topics."""
    return [value for name, value in span.scores.items() if name != topic]


def _asking_parts(sentence: _Span) -> tuple[_Span, ...]:
    """The parts of a sentence that may ask for something: after a text to be made, its facts do not."""
    kept: list[_Span] = []
    making = False
    for part in sentence.parts:
        if making and not part.wished:
            continue
        kept.append(part)
        making = making or (bool(_OBJECTS & set(part.subjects)) and bool(_ASKED & set(part.subjects)))
    return tuple(kept)


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
