"""Headlines, descriptions and paths of a responsive search ad, filled from facts by fixed patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from liftos_agents.tools.content.given_facts import Fact, GivenFacts, shortened
from liftos_agents.tools.content.limits import PlatformLimits, measured_length
from liftos_agents.tools.content.policy import fault, untraceable

CALLS = {"neutral": "See the details", "friendly": "Take a look", "formal": "View the details"}
_SMALL = {"a", "an", "and", "or", "by", "for", "from", "in", "of", "on", "the", "to", "with"}
_WHOLE_LINES = 60


@dataclass(frozen=True)
class Line:
    """One line with the ids of the facts that it is made of."""

    text: str
    facts: tuple[str, ...]


def headlines(given: GivenFacts, limits: PlatformLimits, tone: str, call: str | None) -> tuple[Line, ...]:
    """Up to the most headlines that the platform takes, product and brand first, no two with the same words."""
    room = limits.headlines.characters
    drafts = (Line(_title_case(d.text), d.facts) for d in _headline_drafts(given, room, tone, call))
    return _kept(drafts, given, limits.headlines.most, room, call, headline=True)


def descriptions(given: GivenFacts, limits: PlatformLimits, tone: str, call: str | None) -> tuple[Line, ...]:
    """Up to the most descriptions that the platform takes; each fact stands in one of them at most."""
    room = limits.descriptions.characters
    return _kept(_description_drafts(given, room, tone, call), given, limits.descriptions.most, room, call)


def paths(given: GivenFacts, limits: PlatformLimits, wanted: Iterable[str]) -> tuple[Line, ...]:
    """URL paths: those wanted, else the words of brand and product, lower case with hyphens."""
    room, lines = limits.paths.characters, list[Line]()
    sources = [(w, ()) for w in wanted] or [
        (f.value, (f.id,)) for f in (given.first("product"), given.first("brand")) if f is not None
    ]
    for text, ids in sources:
        words = re.findall(r"[^\W_]+", text.casefold())
        while words and measured_length("-".join(words)) > room:
            words = words[1:]
        slug = "-".join(words)
        if slug and all(slug != line.text for line in lines):
            lines.append(Line(slug, ids))
    return tuple(lines[: limits.paths.most])


def said(fact: Fact) -> str:
    """The fact within a list: `made of oak`, `in navy`, `for hikers`, `capacity 12 cups`."""
    if fact.kind == "material":
        return f"made of {fact.value}"
    if fact.kind == "colour":
        return f"in {fact.value}"
    if fact.kind == "audience":
        return fact.value if fact.value.casefold().startswith("for ") else f"for {fact.value}"
    if fact.kind == "property":
        return f"{_lower(fact.name)} {fact.value}"
    return fact.value


def _headline_drafts(given: GivenFacts, room: int, tone: str, call: str | None) -> Iterator[Line]:
    product, brand = given.first("product"), given.first("brand")
    subject = product or brand
    assert subject is not None
    short = _head(subject.value, room)
    if product and brand:
        for name in dict.fromkeys(
            (product.value, _head(product.value, room - measured_length(brand.value) - 1))
        ):
            yield Line(f"{brand.value} {name}", (brand.id, product.id))
    yield Line(short, (subject.id,))
    for fact in _details(given):
        ids = (subject.id, fact.id)
        if fact.kind == "price":
            yield Line(f"{_head(short, room - measured_length(fact.value) - 2)}: {fact.value}", ids)
        elif fact.kind in ("material", "colour", "audience"):
            joined = f"{_head(short, room - measured_length(said(fact)) - 1)} {said(fact)}"
            yield Line(joined, ids) if measured_length(joined) <= room else Line(said(fact), (fact.id,))
        elif fact.kind == "property":
            yield Line(f"{fact.name}: {fact.value}", (fact.id,))
        elif phrase := shortened(fact.value, room):
            yield Line(phrase, (fact.id,))
    if call:
        yield Line(call, ())
    if brand and product:
        yield Line(
            f"{_head(product.value, room - measured_length(brand.value) - 4)} by {brand.value}",
            (product.id, brand.id),
        )
    verb = {"friendly": "Discover", "formal": "View"}.get(tone, "See")
    yield Line(f"{verb} {_head(short, room - len(verb) - 1)}", (subject.id,))
    if brand:
        yield Line(f"Explore {brand.value}", (brand.id,))
    yield Line(CALLS[tone], ())


def _description_drafts(given: GivenFacts, room: int, tone: str, call: str | None) -> Iterator[Line]:
    product, brand = given.first("product"), given.first("brand")
    subject = product or brand
    assert subject is not None
    names = [
        (f"{brand.value} {product.value}", (brand.id, product.id))
        if product and brand
        else (subject.value, (subject.id,)),
        (_head(subject.value, 30), (subject.id,)),
    ]
    closing = (call or CALLS[tone]).rstrip(".!")
    longest = room - measured_length(names[1][0]) - 3
    whole, listed = list[Fact](), list[tuple[Fact, str]]()
    for fact in _details(given):
        text = shortened(said(fact), longest)
        if (
            fact.kind == "phrase"
            and len(fact.value) > _WHOLE_LINES
            and shortened(fact.value, room - 1) == fact.value
        ):
            whole.append(fact)
        elif text is not None:
            listed.append((fact, text))
    groups = _grouped(listed, room, names, most=4 - min(len(whole), 1))
    for i, group in enumerate(groups):
        name, ids = names[0] if i == 0 else names[1]
        body = ", ".join(text for _, text in group)
        if measured_length(f"{name}: {body}.") > room:
            name, ids = names[1]
        line = f"{name}: {body}."
        ended = f"{line} {closing}."
        used = (*ids, *(f.id for f, _ in group))
        yield Line(ended if measured_length(ended) <= room else line, used)
    for fact in whole:
        yield Line(f"{fact.value}.", (fact.id,))
    if len(groups) + len(whole) < 2:
        yield Line(f"{closing}: {names[0][0]}.", names[0][1])


def _grouped(
    listed: list[tuple[Fact, str]], room: int, names: list[tuple[str, tuple[str, ...]]], most: int
) -> list[list[tuple[Fact, str]]]:
    """Facts parted into lists that fit a description each; into two at least when there are two facts."""
    groups: list[list[tuple[Fact, str]]] = []
    for entry in listed:
        for group in groups:
            name = names[1][0] if group is not groups[0] else names[0][0]
            if (
                len(group) < 4
                and measured_length(f"{name}: {', '.join(t for _, t in [*group, entry])}.") <= room
            ):
                group.append(entry)
                break
        else:
            if len(groups) < most:
                groups.append([entry])
    if len(groups) == 1 and len(groups[0]) > 1:
        half = (len(groups[0]) + 1) // 2
        groups = [groups[0][:half], groups[0][half:]]
    return groups


def _kept(
    drafts: Iterable[Line],
    given: GivenFacts,
    most: int,
    room: int,
    call: str | None,
    *,
    headline: bool = False,
) -> tuple[Line, ...]:
    lines = list[Line]()
    seen = set[tuple[str, ...]]()
    brand = given.first("brand")
    sources = {f.id: f"{f.name} {f.value} {f.source}" for f in given.usable}
    for draft in drafts:
        text = " ".join(draft.text.split())
        words = tuple(sorted(re.findall(r"[^\W_]+", text.casefold())))
        if not words or words in seen or measured_length(text) > room:
            continue
        if fault(text, headline=headline, brand=brand.value if brand else None):
            continue
        if untraceable(text, (*(sources[i] for i in draft.facts), call or "")):
            continue
        seen.add(words)
        lines.append(Line(text, draft.facts))
    return tuple(lines[:most])


def _details(given: GivenFacts) -> Iterator[Fact]:
    return (f for f in given.usable if f.kind not in ("product", "brand"))


def _head(name: str, room: int) -> str:
    """The last words of a name that fit: English names carry what a thing is at their end."""
    words = name.split()
    while len(words) > 1 and measured_length(" ".join(words)) > room:
        words = words[1:]
    while (
        len(words) > 1
        and len(words) < len(name.split())
        and (words[0].isdigit() or not words[0][0].isalnum())
    ):
        words = words[1:]
    return " ".join(words)


def _title_case(text: str) -> str:
    def cased(match: re.Match[str]) -> str:
        word, before = match.group(0), text[: match.start()].rstrip()
        unit = len(word) <= 3 and before[-1:].isdigit()
        keep = not word.isalpha() or not word.islower() or unit or (match.start() and word in _SMALL)
        return word if keep else word[:1].upper() + word[1:]

    return re.sub(r"(?<![\w'’])[^\W_]+", cased, text)


def _lower(name: str) -> str:
    return " ".join(w.lower() if w.istitle() else w for w in name.split())
