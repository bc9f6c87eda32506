"""The facts that an advert may use: as they are given, or as a product text states them."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, cast

from liftos_agents.tools.content.fact_language import spoken
from liftos_agents.tools.content.fact_words import kind_of, says_no, says_yes
from liftos_agents.tools.content.facts import Fact, GivenFacts
from liftos_agents.tools.content.placeholders import has_placeholder
from liftos_agents.tools.content.policy import fault, shouted
from liftos_agents.tools.content.stated_facts import stated
from liftos_agents.tools.surfacing.injection import set_aside, strip_invisible
from liftos_agents.tools.surfacing.listing import read_listing
from liftos_agents.tools.surfacing.page_text import is_markup, visible_lines

LONGEST_FACT = 400
_PAIR = re.compile(r"^([^\W\d][\w &/'’-]{1,30}?)\s*[:：=]\s*(?<!\d:)(\S.*)$")
_CURRENCY = re.compile(
    r"[€$£¥₹₺₽]|\b[A-Z]{3}\b|(?i:zł|kč|\b(?:eur|usd|gbp|chf|pln|kr|ft|lei|euros?|dollars?)\b)"
)
_ACCENT = re.compile("[\u0300-\u036f]")


def gather(
    facts: Sequence[str] | Mapping[str, Any] | None,
    text: str | None,
    *,
    product: str | None = None,
    brand: str | None = None,
    text_brand: str | None = None,
) -> GivenFacts:
    """All facts of one call in a fixed order: product, brand, given facts, then those of the text.

    Args:
        facts: Named values, or sentences and `name: value` lines.
        text: A product text whose facts are added.
        product: The product's name, before any that facts or text state.
        brand: Likewise.
        text_brand: The brand that a catalogue names for the text's product.
    """
    rows: list[tuple[str, str]] = []
    rows += [("product", product)] if product else []
    rows += [("brand", brand)] if brand else []
    rows += _given(facts)
    has = {kind_of(name) for name, _ in rows}
    if text:
        listing = read_listing(text)
        language = spoken((n for n, _ in listing.pairs), listing.sentences)
        told = stated(text, language, brand or text_brand)
        rows += [row for row in told if kind_of(row[0]) not in has & {"product", "brand", "price"}]
    return _sorted_out(rows)


def fact_texts(facts: Sequence[str] | Mapping[str, Any]) -> tuple[str, ...]:
    """The words of given facts, one text each."""
    return tuple(f"{name} {value}".strip() for name, value in _given(facts))


def clean(text: str, brand: str | None = None) -> str:
    """`text` in one line, without markup, exclamation marks, doubled punctuation or shouted words."""
    text, _ = strip_invisible(unicodedata.normalize("NFC", text))
    if is_markup(text):
        text = visible_lines(text)[0]
    text = "".join(c if c.isprintable() else " " for c in html.unescape(text))
    text = re.sub(r"!+", ".", " ".join(text.split()))
    text = re.sub(r"([^\w\s])(?:\s*\1)+", r"\1", text)
    text = re.sub(r"^[ .,;:–—|/-]+(?!\d)|^[ .,;:–—|/]+|[ .,;:\-–—|/]+$", "", text).strip()
    for word in shouted(text, brand):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", word.capitalize(), text)
    return text


def _given(facts: Sequence[str] | Mapping[str, Any] | None) -> list[tuple[str, str]]:
    if facts is None:
        return []
    rows: list[tuple[str, str]] = []
    if isinstance(facts, Mapping):
        for name, value in facts.items():
            several = cast("Sequence[Any]", value) if isinstance(value, list | tuple) else (value,)
            label, told = (
                str(name).replace("_", " ").strip(),
                [_plain(v) for v in several if v not in (None, "")],
            )
            # One of several materials or colours by itself would say of the whole what is true of a part.
            if len(told) > 1 and kind_of(label) in ("property", "material", "colour"):
                told = [", ".join(told)]
            rows += [(label, value) for value in told]
        return rows
    for entry in facts:
        pair = _PAIR.match(entry.strip())
        rows.append((pair.group(1).strip(), pair.group(2).strip()) if pair else ("", entry.strip()))
    return rows


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _sorted_out(rows: Sequence[tuple[str, str]]) -> GivenFacts:
    brand = next((value for name, value in rows if kind_of(name) == "brand"), None)
    usable: list[Fact] = []
    refused: list[tuple[str, str]] = []
    seen: list[tuple[str, str]] = []
    for name, raw in rows:
        kind, given, shown = kind_of(name), raw, name
        source = f"{name}: {raw}" if kind in ("property", "aside") else raw
        if kind == "price" and not (_CURRENCY.search(raw) and any(c.isdigit() for c in raw)):
            kind = "property"
        if kind == "property" and says_yes(raw):
            kind, given, shown = "phrase", name[:1].upper() + name[1:], ""
        value = clean(given, brand)
        label = shown.casefold() if kind == "property" else kind
        if not value or any(label == other and value.casefold() in held for other, held in seen):
            continue
        seen.append((label, value.casefold()))
        said = f"{clean(shown, brand)} {value}" if kind == "property" else value
        if reason := _unusable(kind, name, raw, said, brand):
            refused.append((source[:200], reason))
        else:
            own = clean(shown, brand) if kind == "property" else ""
            usable.append(Fact(f"f{len(usable) + 1}", kind, own, value, source))
    language = spoken(
        (name for name, _ in rows),
        (f"{f.name} {f.value}" for f in usable if f.kind not in ("brand",)),
    )
    return GivenFacts(tuple(usable), tuple(refused), language)


def _unusable(kind: str, name: str, raw: str, said: str, brand: str | None) -> str | None:
    if kind == "aside":
        return "identifies or rates the product; a rating needs its source beside it"
    if kind == "property" and says_no(raw):
        return "says what the product has not"
    if kind == "phrase" and not any(c.isalpha() for c in said):
        return "is a number without a name or a unit"
    if kind == "colour" and not any(c.isalpha() for c in said):
        return "names no colour"
    if len(raw) > LONGEST_FACT:
        return "is too long for one fact"
    if set_aside(f"{name} {raw}")[1]:
        return "gives a machine orders"
    if has_placeholder(raw) or has_placeholder(name):
        return "holds a placeholder whose length is unknown"
    if raw.lstrip().startswith(("=", "@")) or name.lstrip().startswith(("=", "@", "+")):
        return "would be read as a formula by a spreadsheet"
    if any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in said):
        return "is written from right to left"
    if len(_ACCENT.findall(unicodedata.normalize("NFC", said))) > 2:
        return "symbols"
    return fault(said, brand=brand)
