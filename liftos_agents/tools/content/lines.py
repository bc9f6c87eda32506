"""A line of copy, and which drafts of it are kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from liftos_agents.tools.content.counting import measured_length, message_size
from liftos_agents.tools.content.fact_words import is_measure, unit_of
from liftos_agents.tools.content.facts import Fact, GivenFacts
from liftos_agents.tools.content.limits import FieldLimit, PlatformLimits
from liftos_agents.tools.content.phrases import Phrases, in_list, neutral_words, phrases
from liftos_agents.tools.content.pixel_width import pixel_width
from liftos_agents.tools.content.policy import fault
from liftos_agents.tools.content.traceable import untraceable

SIGNS = {"title": "|", "path": "-"}
MESSAGE_CHARACTERS = {"gsm7": 160, "ucs2": 70}
_MOST_OF_NAME_ALONE = 4
_FORMULA = tuple("=+-@\t")


@dataclass(frozen=True)
class Line:
    """One line with the ids of the facts that it is made of."""

    text: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Order:
    """What is to be written: from which facts, in which language and tone, for which platform."""

    given: GivenFacts
    language: str
    tone: str
    call: str | None
    limits: PlatformLimits

    @property
    def wording(self) -> Phrases:
        """The language's wording."""
        return phrases(self.language)

    @property
    def calls(self) -> tuple[str, ...]:
        """Calls to action, the user's own first."""
        own = (self.call,) if self.call else ()
        return own + tuple(c for c in self.wording.calls[self.tone] if c != self.call)

    @property
    def subject(self) -> Fact:
        """The product, else the brand."""
        subject = self.given.subject
        assert subject is not None
        return subject

    @property
    def brand(self) -> str:
        """The brand's name, or nothing."""
        brand = self.given.first("brand")
        return brand.value if brand else ""

    @cached_property
    def units(self) -> Counter[str]:
        """How many facts have a value in each unit."""
        return Counter(unit_of(f.value) for f in self.given.details)

    def told(self, fact: Fact) -> str:
        """The fact within a list; a measure stands without its name where its unit says enough."""
        if fact.kind == "property" and is_measure(fact.name):
            unit = unit_of(fact.value)
            if unit and self.units[unit] == 1:
                return fact.value
        return in_list(fact, self.language, self.brand)

    def echoes(self, fact: Fact) -> bool:
        """Whether a fact says beside the name only what the name says: women of a women's jacket."""
        own = _words(fact.value)
        return fact.kind in ("material", "colour", "audience", "phrase") and own <= _words(self.subject.value)

    def after(self, opening: str, said: str) -> str:
        """`said` behind its opening, parted by a colon; by a dash where `said` has a colon of its own."""
        colon = self.wording.colon
        return f"{opening} – {said}" if colon.strip() in said else f"{opening}{colon}{said}"


def both_names(order: Order, name: str) -> str:
    """Brand and product as the language orders them; the product alone where it begins with the brand."""
    if order.brand.casefold() in name.casefold():
        return name
    return order.wording.both.format(brand=order.brand, name=name)


def fits(text: str, field: FieldLimit, limits: PlatformLimits, *, recommended: bool = False) -> bool:
    """Whether `text` is within the field's hard limits, or also within those that a reader sees whole."""
    length = measured_length(text, limits.counting)
    if field.hard is not None and length > field.hard:
        return False
    if field.pixels is not None and pixel_width(text) > field.pixels:
        return False
    if limits.effect == "refused" and length < field.shortest:
        return False
    most = field.recommended_segments if recommended else field.segments
    if most is not None and message_size(text).segments > most:
        return False
    return not (recommended and field.recommended is not None and length > field.recommended)


def room_in(field: FieldLimit) -> int:
    """How long a line may be so that it is seen whole; of a short message, one part in the wider alphabet."""
    if field.segments is not None:
        return MESSAGE_CHARACTERS["gsm7"]
    return field.recommended or field.hard or 10_000


def kept(drafts: Iterable[Line], order: Order, field: FieldLimit, most: int) -> tuple[Line, ...]:
    """The first `most` drafts that fit, say nothing that is not given, break no rule, and differ from one another."""
    candidates = list(drafts)
    chosen = _chosen(candidates, order, field, most, recommended=True)
    if len(chosen) < max(field.least, 1):
        chosen = _chosen(candidates, order, field, most, recommended=False)
    return chosen


def _chosen(
    drafts: list[Line], order: Order, field: FieldLimit, most: int, *, recommended: bool
) -> tuple[Line, ...]:
    lines = list[Line]()
    seen = set[tuple[str, ...]]()
    named = 0
    subject_words = {w for f in order.given.usable if f.kind in ("product", "brand") for w in _words(f.value)}
    sources = {f.id: f"{f.name} {f.value} {f.source}" for f in order.given.usable}
    for draft in drafts:
        text = _tidy(draft.text)
        words = _words(text)
        key = tuple(sorted(words))
        if not words or key in seen or not fits(text, field, order.limits, recommended=recommended):
            continue
        only_name = words <= subject_words | neutral_words(order.language)
        if only_name and named >= _MOST_OF_NAME_ALONE and len(lines) >= field.least:
            continue
        if _faulty(text, order, field):
            continue
        if untraceable(text, (*(sources[i] for i in draft.facts), order.call or ""), order.language):
            continue
        seen.add(key)
        named += only_name
        lines.append(Line(text, draft.facts))
        if len(lines) == most:
            break
    return tuple(lines)


def _faulty(text: str, order: Order, field: FieldLimit) -> bool:
    headline = "headline" in field.role or field.role in ("title", "subject")
    if text.startswith(_FORMULA) or any(sign in text for sign in order.limits.forbidden):
        return True
    pieces = [p.removeprefix("- ") for p in text.split("\n") if p.strip()]
    return any(
        fault(
            piece,
            headline=headline,
            brand=order.brand,
            language=order.language,
            allowed=SIGNS.get(field.role, ""),
        )
        for piece in pieces
    )


def _tidy(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", text.casefold()))
