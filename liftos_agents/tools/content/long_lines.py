"""Descriptions and other running lines: a name or an opening, facts in a row, a call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from liftos_agents.tools.content.clauses import leading_clauses, short_name
from liftos_agents.tools.content.counting import measured_length
from liftos_agents.tools.content.facts import Fact
from liftos_agents.tools.content.limits import FieldLimit
from liftos_agents.tools.content.lines import MESSAGE_CHARACTERS, Line, Order, both_names, room_in
from liftos_agents.tools.content.phrases import alone, capitalised

Told = tuple[Fact, str]

_MOST_LISTED = 4
_SENTENCE = 60
_SHORT_NAME = 30


def descriptions(order: Order, field: FieldLimit) -> Iterator[Line]:
    """Descriptions that may be shown together: each fact stands in one of them at most, while there are enough."""
    room = room_in(field)
    whole, listed = _parted(order, room)
    each = max(2, -(-len(listed) // 3)) if len(listed) > field.least else 1
    slot = 0
    while listed and slot < field.most:
        line, taken = _running(order, listed, room, slot, most=each)
        if line is None:
            listed = listed[1:]
            continue
        yield line
        listed = [entry for entry in listed if entry[0].id not in taken]
        slot += 1
    for fact in whole:
        yield Line(f"{fact.value}.", (fact.id,))
    yield from islice(_calls(order, room), max(1, field.least - slot - len(whole)))


def alternatives(order: Order, field: FieldLimit) -> Iterator[Line]:
    """Running texts of which one is shown: each opens with another fact or in another way."""
    yield from _alternatives(order, room_in(field))
    if field.segments is not None:
        yield from _alternatives(order, MESSAGE_CHARACTERS["ucs2"])


def _alternatives(order: Order, room: int) -> Iterator[Line]:
    whole, listed = _parted(order, room)
    turns = min(len(listed), 3)
    for turn in range(turns):
        line, _ = _running(order, [*listed[turn:], *listed[:turn]], room, turn)
        if line is not None:
            yield line
    for fact in whole:
        for call in order.calls:
            yield Line(f"{fact.value}. {call}.", (fact.id,))
            break
        yield Line(f"{fact.value}.", (fact.id,))
    yield from _calls(order, room)


def titles(order: Order, field: FieldLimit) -> Iterator[Line]:
    """Titles of a page: the product first, then facts, the brand at the end."""
    room = field.recommended or field.hard or 60
    product, brand = order.given.first("product"), order.given.first("brand")
    subject = order.subject
    tail = f" | {brand.value}" if brand and product else ""
    ids = (brand.id,) if tail and brand else ()
    told = [(f, order.told(f)) for f in order.given.details if not order.echoes(f)]
    short = [(f, t) for f, t in told if len(t) <= 30 and ", " not in t]
    name = short_name(subject.value, room - len(tail), order.language, order.limits.counting)
    if name:
        for (first, one), (second, two) in pairwise(short):
            yield Line(f"{name} – {one}, {two}{tail}", (subject.id, first.id, second.id, *ids))
            break
        for fact, text in short[:3]:
            yield Line(f"{name} – {text}{tail}", (subject.id, fact.id, *ids))
        for fact, text in short[:3]:
            yield Line(f"{name} – {text}", (subject.id, fact.id))
        yield Line(f"{name}{tail}", (subject.id, *ids))
        yield Line(name, (subject.id,))


def subjects(order: Order, field: FieldLimit) -> Iterator[Line]:
    """Subjects of a letter: the product with its first fact, two facts, the product under an opening."""
    room, own, subject = room_in(field), order.wording, order.subject
    told = [(f, order.told(f)) for f in order.given.details]
    for fact, text in [entry for entry in told if not order.echoes(entry[0])][:4]:
        name = _fitting(order, room - _length(order, order.after("", text)))
        if name:
            yield Line(order.after(name, text), (subject.id, fact.id))
    for glance in own.glance:
        name = _fitting(order, room - _length(order, glance + own.colon))
        if name:
            yield Line(f"{glance}{own.colon}{name}", (subject.id,))
    for fact, _ in told:
        cut = leading_clauses(fact.value, room, order.language, order.limits.counting)
        if cut and fact.kind == "phrase":
            yield Line(capitalised(cut), (fact.id,))
    name = _fitting(order, room)
    if name:
        yield Line(name, (subject.id,))


def preheaders(order: Order, field: FieldLimit) -> Iterator[Line]:
    """What a mail client shows behind the subject: facts in a row, long enough to fill the line."""
    room = room_in(field)
    _, listed = _parted(order, room)
    for turn in range(min(len(listed), 2)):
        rotated = [*listed[turn:], *listed[:turn]]
        for slot in (1, 0):
            line, _ = _running(order, rotated, room, slot)
            if line is not None and _length(order, line.text) >= field.shortest:
                yield line
    yield from (line for line in _calls(order, room) if _length(order, line.text) >= field.shortest)


def bodies(order: Order, field: FieldLimit) -> Iterator[Line]:
    """A letter's body: the product, its facts a line each, a call."""
    room, own = room_in(field), order.wording
    name, ids = _named(order, room) or (order.subject.value, (order.subject.id,))
    for count in range(min(len(order.given.details), 8), 0, -1):
        facts = order.given.details[:count]
        rows = [f"- {alone(f, order.language)}" for f in facts]
        text = "\n".join([f"{own.glance[0]}{own.colon}{name}", "", *rows, "", f"{order.calls[0]}."])
        yield Line(text, (*ids, *(f.id for f in facts)))


def _parted(order: Order, room: int) -> tuple[list[Fact], list[Told]]:
    """Facts that are sentences of their own, and those that stand in a row."""
    whole, listed = list[Fact](), list[Told]()
    for fact in order.given.details:
        text = order.told(fact)
        longest = room - min(_SHORT_NAME, _length(order, order.subject.value)) - 3
        cut = leading_clauses(text, longest, order.language, order.limits.counting)
        sentence = fact.kind == "phrase" and (len(fact.value) > _SENTENCE or ". " in fact.value)
        if sentence and _length(order, fact.value) <= room - 1:
            whole.append(fact)
        elif cut is not None:
            listed.append((fact, cut))
    return whole, listed


def _running(
    order: Order, listed: Sequence[Told], room: int, slot: int, *, most: int = _MOST_LISTED
) -> tuple[Line | None, set[str]]:
    """One line of as many of `listed` as fit, opened in the way of `slot`, and the facts that it took."""
    own = order.wording
    call = order.calls[slot % len(order.calls)]
    opening, ids = "", tuple[str, ...]()
    # A price alone says nothing: it stands beside the name.
    if slot % 3 == 0 or all(fact.kind == "price" for fact, _ in listed):
        named = _named(order, room * 6 // 10)
        if named:
            opening, ids = named
    elif slot % 3 == 2 and len(listed) > 1:
        opening = own.glance[0]
    taken: list[Told] = []
    for entry in listed:
        if ids and order.echoes(entry[0]) and len(listed) > 1:
            continue
        if len(taken) < most and _length(order, _behind(order, opening, [*taken, entry])) <= room:
            taken.append(entry)
    if not taken:
        return None, set()
    line = _behind(order, opening, taken)
    ended = f"{line} {call}."
    shown = ended if _length(order, ended) <= room else line
    return Line(shown, (*ids, *(f.id for f, _ in taken))), {f.id for f, _ in taken}


def _behind(order: Order, opening: str, entries: Sequence[Told]) -> str:
    row = _row(order, entries)
    return f"{order.after(opening, row)}." if opening else f"{capitalised(row)}."


def _row(order: Order, entries: Sequence[Told]) -> str:
    texts = [text for _, text in entries]
    inner = any(", " in text or ": " in text for text in texts)
    return (order.wording.colon.replace(":", ";") if inner else ", ").join(texts)


def _calls(order: Order, room: int) -> Iterator[Line]:
    named = _named(order, room - max(_length(order, c) for c in order.calls) - 4)
    if named:
        yield from (Line(f"{call}{order.wording.colon}{named[0]}.", named[1]) for call in order.calls)


def _named(order: Order, room: int) -> tuple[str, tuple[str, ...]] | None:
    product, brand = order.given.first("product"), order.given.first("brand")
    if product and brand and brand.value.casefold() not in product.value.casefold():
        both = both_names(order, product.value)
        if _length(order, both) <= room:
            return both, (brand.id, product.id)
    name = _fitting(order, room)
    return (name, (order.subject.id,)) if name else None


def _fitting(order: Order, room: int) -> str | None:
    return short_name(order.subject.value, room, order.language, order.limits.counting) if room > 0 else None


def _length(order: Order, text: str) -> int:
    return measured_length(text, order.limits.counting)
