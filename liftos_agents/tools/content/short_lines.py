"""Headlines and other short lines: a name, a fact, two facts, a call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations

from liftos_agents.tools.content.clauses import HEAD_AT_END, leading_clauses, short_name
from liftos_agents.tools.content.counting import measured_length
from liftos_agents.tools.content.limits import FieldLimit
from liftos_agents.tools.content.lines import Line, Order, both_names, room_in
from liftos_agents.tools.content.phrases import alone, capitalised, title_case

_MOST_ALONE = 8
_MOST_PAIRS = 4
_LONGEST_OF_PAIR = 24


def headlines(order: Order, field: FieldLimit) -> Iterator[Line]:
    """Headlines for adverts where several are shown at once: names, then a fact each, then calls and pairs."""
    cased: Callable[[str], str] = title_case if order.language == "en" else capitalised
    drafts = _headline_drafts(order, room_in(field))
    return (Line(cased(d.text), d.facts) for d in drafts)


def plain_headlines(order: Order, field: FieldLimit) -> Iterator[Line]:
    """Headlines for adverts where one is shown: each names the product or says what is strongest about it."""
    room = room_in(field)
    subject = order.subject
    for fact in [f for f in order.given.details if not order.echoes(f)][:3]:
        said = order.told(fact)
        name = _name(subject.value, room - _length(order, order.after("", said)), order)
        if name:
            yield Line(order.after(name, said), (subject.id, fact.id))
    yield from (Line(capitalised(d.text), d.facts) for d in _headline_drafts(order, room))


def shorts(order: Order, field: FieldLimit) -> Iterator[Line]:
    """Supporting lines of a few words: a pair of facts, a fact, the brand, a call."""
    room = room_in(field)
    yield from _pairs(order, room, most=3)
    yield from _alone(order, room)
    if order.brand:
        brand = order.given.first("brand")
        assert brand is not None
        yield Line(order.wording.brand[0].format(brand=brand.value), (brand.id,))
    yield from (Line(call, ()) for call in order.calls)


def paths(order: Order, wanted: tuple[str, ...], field: FieldLimit) -> Iterator[Line]:
    """Paths of the URL: those wanted, else the words of product and brand, lower case with hyphens."""
    room = room_in(field)
    sources = [(w, ()) for w in wanted] or [
        (f.value, (f.id,))
        for f in (order.given.first("product"), order.given.first("brand"))
        if f is not None
    ]
    for text, ids in sources:
        if slug := _slug(text, room, order):
            yield Line(slug, ids)


def brands(order: Order, field: FieldLimit) -> Iterator[Line]:
    """The brand's name alone."""
    brand = order.given.first("brand")
    if brand is not None:
        yield Line(brand.value, (brand.id,))


def _headline_drafts(order: Order, room: int) -> Iterator[Line]:
    own, subject = order.wording, order.subject
    product, brand = order.given.first("product"), order.given.first("brand")
    short = _name(subject.value, room, order)
    if product and brand:
        names = (product.value, _name(product.value, room - _length(order, brand.value) - 1, order))
        yield from (Line(both_names(order, n), (brand.id, product.id)) for n in dict.fromkeys(names) if n)
    if short:
        yield Line(short, (subject.id,))
    yield from _alone(order, room)
    if order.call:
        yield Line(order.call, ())
    if short:
        for pattern in own.show[order.tone]:
            name = _name(subject.value, room - _length(order, pattern.format(name="")), order)
            if name:
                yield Line(pattern.format(name=name), (subject.id,))
    yield from _pairs(order, room, most=_MOST_PAIRS)
    if product and brand:
        name = _name(
            product.value, room - _length(order, own.by_brand.format(name="", brand=brand.value)), order
        )
        if name and brand.value.casefold() not in name.casefold():
            yield Line(own.by_brand.format(name=name, brand=brand.value), (product.id, brand.id))
    if brand:
        yield from (Line(pattern.format(brand=brand.value), (brand.id,)) for pattern in own.brand)
    yield from (Line(call, ()) for call in order.calls)


def _alone(order: Order, room: int) -> Iterator[Line]:
    """A line for each fact, with the product's name where both fit."""
    own, subject = order.wording, order.subject
    for fact in order.given.details[:_MOST_ALONE]:
        said = order.told(fact)
        ids = (subject.id, fact.id)
        if fact.kind == "price":
            name = _name(subject.value, room - _length(order, own.colon + fact.value), order)
            yield (
                Line(f"{name}{own.colon}{fact.value}", ids)
                if name
                else Line(alone(fact, order.language), (fact.id,))
            )
        elif order.language == "en" and fact.kind in ("material", "colour", "audience"):
            name = _name(subject.value, room - _length(order, said) - 1, order)
            plain = said.startswith(("made of ", "in ", "for ")) and not _echoes(fact.value, subject.value)
            yield Line(f"{name} {said}", ids) if name and plain else Line(capitalised(said), (fact.id,))
        elif fact.kind == "phrase":
            cut = leading_clauses(fact.value, room, order.language, order.limits.counting)
            if cut:
                yield Line(capitalised(cut), (fact.id,))
        else:
            yield Line(alone(fact, order.language), (fact.id,))


def _echoes(value: str, name: str) -> bool:
    """Whether a value says again what the name says: hikers of a hiking backpack."""
    stems = {w[:3] for w in re.findall(r"[^\W\d_]{4,}", name.casefold())}
    return any(w[:3] in stems for w in re.findall(r"[^\W\d_]{4,}", value.casefold()))


def _pairs(order: Order, room: int, *, most: int) -> Iterator[Line]:
    """Two short facts in one line; each fact stands in one pair at most."""
    told = [(f, order.told(f)) for f in order.given.details if f.kind != "price"]
    told = [(f, t) for f, t in told if len(t) <= _LONGEST_OF_PAIR and ", " not in t and ":" not in t]
    used: set[str] = set()
    made = 0
    for (first, one), (second, two) in combinations(told, 2):
        text = capitalised(f"{one}, {two}")
        if made == most or {first.id, second.id} & used or _length(order, text) > room:
            continue
        used |= {first.id, second.id}
        made += 1
        yield Line(text, (first.id, second.id))


def _slug(text: str, room: int, order: Order) -> str:
    name = short_name(text, room, order.language, order.limits.counting)
    words = re.findall(r"[^\W_]+", (name or text).casefold())
    from_start = order.language in HEAD_AT_END
    while words and _length(order, "-".join(words)) > room:
        words = words[1:] if from_start else words[:-1]
    return "-".join(words)


def _name(name: str, room: int, order: Order) -> str | None:
    return short_name(name, room, order.language, order.limits.counting) if room > 0 else None


def _length(order: Order, text: str) -> int:
    return measured_length(text, order.limits.counting)
