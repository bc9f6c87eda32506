"""The facts that an ad may use: as they are given, or as a product text states them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from liftos_agents.tools.content.policy import fault, shouted
from liftos_agents.tools.surfacing.injection import set_aside, strip_invisible
from liftos_agents.tools.surfacing.lexicon import mentions, words
from liftos_agents.tools.surfacing.listing import Listing, read_listing
from liftos_agents.tools.surfacing.penalties import contradicting_prices
from liftos_agents.tools.surfacing.product_facts import found, name_of

PHRASE_CHARACTERS = 80
MOST_PHRASES = 20
_PAIR = re.compile(r"^([^\W\d][\w &/'’-]{1,30}?)\s*[:=]\s+(\S.*)$")
_CLAUSE = re.compile(r"\s*[,;–—(]\s*|\s-\s|\.\s")
_QUALIFIES = re.compile(
    r"\b(?:not|no|without|except|unless|only|if|when|but|excluding|sold separately|may|optional|required?|up to)\b",
    re.I,
)
_PROSE = re.compile(
    r"\b(?:you|your|yours|we|our|us|i|they|it|its|this|these|that|then|please|note|make sure|item|contact)\b",
    re.I,
)
_PART = re.compile(
    r"\s*[,|;]\s*|\s+[-–—/]\s+|(?<!compatible)\s+(?=(?:with|for|including|compatible (?:with|for))\s)", re.I
)
_OPENS_LIST = re.compile(r"\b(?:for|compatible|fits|supports?|such as|like|including)\b", re.I)
_ASIDE = re.compile(
    r"\b(?:password|keyword|pin|code|contact|customer service|asin|sku|ean|gtin|applicable|notes?|package|models|manual|specifications?|features?|and more|etc)\b",
    re.I,
)
_COUNTED = re.compile(r"\d+\s?[x×*]\s")
_KINDS = {
    "phrase": (
        "feature",
        "features",
        "highlights",
        "bullets",
        "description",
        "benefit",
        "benefits",
        "key features",
    ),
    "product": ("product", "name", "title", "product name", "item"),
    "brand": ("brand", "manufacturer", "maker"),
    "price": ("price", "cost"),
    "colour": ("colour", "color", "colours", "colors"),
    "material": ("material", "materials", "made of", "fabric"),
    "audience": ("audience", "for", "ideal for", "target audience", "suitable for"),
}


@dataclass(frozen=True)
class Fact:
    """One given fact.

    Attributes:
        id: `f1`, `f2`, … in the order given.
        kind: `product`, `brand`, `price`, `colour`, `material`, `audience`, `property` (named) or `phrase`.
        name: The property's name, empty for a phrase.
        value: What is said, cleaned of exclamation marks and doubled punctuation.
        source: The words as they were given.
    """

    id: str
    kind: str
    name: str
    value: str
    source: str


@dataclass(frozen=True)
class GivenFacts:
    """Facts that can be used, and those that cannot, with the reason."""

    usable: tuple[Fact, ...]
    refused: tuple[tuple[str, str], ...]

    def first(self, kind: str) -> Fact | None:
        """The first fact of `kind`, or None."""
        return next((f for f in self.usable if f.kind == kind), None)


def gather(
    facts: Sequence[str] | Mapping[str, Any] | None,
    text: str | None,
    *,
    product: str | None = None,
    brand: str | None = None,
) -> GivenFacts:
    """All facts of one call in a fixed order: product, brand, given facts, then those of the text."""
    rows: list[tuple[str, str]] = []
    rows += [("product", product)] if product else []
    rows += [("brand", brand)] if brand else []
    rows += _given(facts)
    has = {_kind(name) for name, _ in rows}
    if text:
        rows += [
            row
            for row in _stated(read_listing(text), brand)
            if _kind(row[0]) not in has & {"product", "brand", "price"}
        ]
    brand_value = next((value for name, value in rows if _kind(name) == "brand"), None)
    usable: list[Fact] = []
    refused: list[tuple[str, str]] = []
    seen: list[tuple[str, str]] = []
    for name, raw in rows:
        kind = _kind(name)
        value = clean(raw, brand_value)
        source = f"{name}: {raw}" if kind == "property" else raw
        label = name.casefold() if kind == "property" else kind
        if not value or any(label == other and value.casefold() in held for other, held in seen):
            continue
        seen.append((label, value.casefold()))
        if reason := _unusable(raw, f"{name} {value}" if kind == "property" else value, brand_value):
            refused.append((source, reason))
        else:
            shown = clean(name, brand_value) if kind == "property" else ""
            usable.append(Fact(f"f{len(usable) + 1}", kind, shown, value, source))
    return GivenFacts(tuple(usable), tuple(refused))


def clean(text: str, brand: str | None = None) -> str:
    """`text` in one line, without exclamation marks, doubled punctuation or shouted words."""
    text, _ = strip_invisible(text)
    text = re.sub(r"!+", ".", " ".join(text.split()))
    text = re.sub(r"([^\w\s])(?:\s*\1)+", r"\1", text).strip(" .,;:-–—|/")
    for word in shouted(text, brand):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", word.capitalize(), text)
    return text


def shortened(value: str, room: int) -> str | None:
    """`value`, or its leading clauses, within `room` characters; None where no clause can be cut off safely.

    A clause that qualifies the rest ("not for …", "only with …") is never parted from it.
    """
    if len(value) <= room:
        return value
    best: str | None = None
    for cut in _CLAUSE.finditer(value):
        if cut.start() > room:
            break
        if not _QUALIFIES.search(value) and len(value[: cut.start()].split()) >= 2:
            best = value[: cut.start()]
    return best


def _given(facts: Sequence[str] | Mapping[str, Any] | None) -> list[tuple[str, str]]:
    if facts is None:
        return []
    rows: list[tuple[str, str]] = []
    if isinstance(facts, Mapping):
        for name, value in facts.items():
            several = cast("Sequence[Any]", value) if isinstance(value, list | tuple) else (value,)
            rows += [(str(name).replace("_", " ").strip(), _plain(v)) for v in several if v not in (None, "")]
        return rows
    for entry in facts:
        pair = _PAIR.match(entry.strip())
        rows.append((pair.group(1).strip(), pair.group(2).strip()) if pair else ("", entry.strip()))
    return rows


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _kind(name: str) -> str:
    key = name.casefold().strip()
    if not key:
        return "phrase"
    return next((kind for kind, names in _KINDS.items() if key in names), "property")


def _stated(listing: Listing, brand: str | None) -> list[tuple[str, str]]:
    named = name_of(listing, None, brand)
    rows = [("product", named.name)]
    rows += [("brand", named.brand)] if named.brand else []
    prices = found("price", listing.text)
    if prices and not contradicting_prices(listing.text):
        rows.append(("price", prices[0]))
    rows += [pair for pair in listing.pairs if _tells(*pair)]
    rows += [("colour", colour) for colour in mentions("colours", listing.title)[:2]]
    if made := re.search(r"\bmade (?:of|from) ([^.,;:\n]{3,40})", listing.text):
        rows += [("material", m) for m in mentions("materials", made.group(1))]
    audiences = "|".join(sorted((re.escape(a) for a in words("audiences")), key=lambda a: (-len(a), a)))
    rows += [("audience", m.group(1)) for m in re.finditer(rf"\bfor ({audiences})\b", listing.text, re.I)][:2]
    rows += [("", w) for w in found("warranty", listing.text)[:1]]
    return (
        rows + [("", phrase) for phrase in _phrases(listing, named.name, named.product_type)][:MOST_PHRASES]
    )


def _tells(name: str, value: str) -> bool:
    known = _kind(name) in ("product", "brand", "price")
    return (
        not known and len(value) <= PHRASE_CHARACTERS and not _ASIDE.search(name) and not _PROSE.search(value)
    )


def _phrases(listing: Listing, name: str, product_type: str) -> list[str]:
    """Parts of the title after the name, list items, and sentences about the product that need no context."""
    after = listing.title.partition(name)[2]
    phrases = _title_parts(after)
    paired = {f"{n}: {v}" for n, v in listing.pairs}
    headings = {words for _, words in listing.headings}
    for item in listing.items:
        label, colon, rest = item.partition(":")
        text = shortened(item, PHRASE_CHARACTERS) if not colon else None if _QUALIFIES.search(rest) else label
        if item not in paired and item not in headings and text and len(text.split()) >= 2:
            phrases.append(text)
    head = product_type.split()[-1].casefold() if product_type else ""
    phrases += [
        s
        for s in listing.sentences[1:]
        if s.endswith(".") and head in s.casefold() and len(s) <= PHRASE_CHARACTERS and s not in listing.items
    ]
    return [
        p
        for p in phrases
        if ":" not in p and not _PROSE.search(p) and not _COUNTED.match(p) and not _ASIDE.search(p)
    ]


def _title_parts(after: str) -> list[str]:
    """What a title says after the name; what continues a list ("for A, B, C") is left out, for it says nothing alone."""
    parts: list[str] = []
    listing_on = False
    for part in _PART.split(after):
        opens = bool(_OPENS_LIST.search(part))
        if (opens or not listing_on) and 2 <= len(part.split()) <= 10:
            parts.append(part.strip())
        listing_on = opens or listing_on
    return parts


def _unusable(raw: str, value: str, brand: str | None) -> str | None:
    if set_aside(raw)[1]:
        return "gives a machine orders"
    if re.search(r"[{}]", raw):
        return "holds a placeholder whose length is unknown"
    return fault(value, brand=brand)
