"""What a product text or a row of a catalogue states, as named values and short phrases."""

from __future__ import annotations

import re

from liftos_agents.tools.catalogue.money import money_text, read_money
from liftos_agents.tools.content.clauses import leading_clauses
from liftos_agents.tools.content.fact_words import kind_of, needs_context, qualified, unit_of
from liftos_agents.tools.surfacing.lexicon import mentions, words
from liftos_agents.tools.surfacing.listing import Listing, read_listing
from liftos_agents.tools.surfacing.penalties import contradicting_prices
from liftos_agents.tools.surfacing.product_facts import found, name_of
from liftos_agents.tools.surfacing.structured_data import stated_product

PHRASE_CHARACTERS = 80
SENTENCE_CHARACTERS = 120
MOST_PHRASES = 20
_FEW_SENTENCES = 4
_PART = re.compile(
    r"\s*[,|;]\s*|\s+[-–—/]\s+|(?<!compatible)\s+(?=(?:with|for|including|compatible (?:with|for)|mit|für|avec|pour|con|para|per|met|voor)\s)",
    re.I,
)
_OPENS_LIST = re.compile(
    r"\b(?:for|compatible|fits|supports?|such as|like|including|für|pour|para|per|voor|dla)\b", re.I
)
_ASIDE = re.compile(
    r"\b(?:password|keyword|pin|code|contact|customer service|asin|sku|ean|gtin|applicable|notes?|package|models|manual|specifications?|features?|and more|etc)\b",
    re.I,
)
_COUNTED = re.compile(r"\d+\s?[x×*]\s")
_NAME_ENDS = {
    "de": re.compile(r"\s+(?:mit|für|aus|inkl\.?|inklusive|zum|zur|von)\s", re.I),
    "fr": re.compile(r"\s+(?:avec|pour|sans|inclus)\s", re.I),
    "es": re.compile(r"\s+(?:con|para|sin|incluye)\s", re.I),
    "it": re.compile(r"\s+(?:con|per|senza)\s", re.I),
    "pt": re.compile(r"\s+(?:com|para|sem)\s", re.I),
    "nl": re.compile(r"\s+(?:met|voor|zonder|van)\s", re.I),
    "pl": re.compile(r"\s+(?:z|ze|dla|bez|do)\s", re.I),
}


def stated(text: str, language: str, brand: str | None = None) -> list[tuple[str, str]]:
    """Name and value of each fact that `text` states, its product and brand first; phrases have no name.

    `language` is that of the text, `und` where it could not be told.
    """
    listing = read_listing(text)
    named = name_of(listing, None, brand)
    of_page = stated_product(text)
    name = of_page.get("name") or _name(named.name, listing.title, language)
    rows = [("product", name)] if name else []
    maker = of_page.get("brand") or named.brand
    rows += [("brand", maker)] if maker else []
    amount, currency = read_money(of_page.get("price", ""), of_page.get("priceCurrency"))
    prices = found("price", listing.text)
    if amount is not None:
        rows.append(("price", money_text(amount, currency)))
    elif prices and not contradicting_prices(listing.text):
        rows.append(("price", prices[0]))
    pairs = [pair for pair in listing.pairs if _tells(*pair, language)]
    measured = [pair for pair in pairs if kind_of(pair[0]) != "property" or unit_of(pair[1])]
    rows += measured
    if language in ("en", "und"):
        rows += _english(listing)
    phrases = _phrases(listing, name, named.product_type, language)
    others = [pair for pair in pairs if pair not in measured]
    return rows + [("", phrase) for phrase in phrases[:MOST_PHRASES]] + others


def _name(name: str, title: str, language: str) -> str:
    ends = _NAME_ENDS.get(language)
    if ends is None:
        return name
    first = ends.split(name)[0].strip(" ,-–")
    return first if len(first.split()) >= 1 and any(c.isalpha() for c in first) else title


def _english(listing: Listing) -> list[tuple[str, str]]:
    rows = [("colour", colour) for colour in mentions("colours", listing.title)[:2]]
    if made := re.search(r"\bmade (?:of|from) ([^.,;:\n]{3,40})", listing.text):
        rows += [("material", m) for m in mentions("materials", made.group(1))]
    audiences = "|".join(sorted((re.escape(a) for a in words("audiences")), key=lambda a: (-len(a), a)))
    rows += [("audience", m.group(1)) for m in re.finditer(rf"\bfor ({audiences})\b", listing.text, re.I)][:2]
    return rows + [("", w) for w in found("warranty", listing.text)[:1]]


def _tells(name: str, value: str, language: str) -> bool:
    return (
        kind_of(name) not in ("product", "brand", "price", "aside", "phrase")
        and len(value) <= PHRASE_CHARACTERS
        and not _ASIDE.search(name)
        and not needs_context(value, language)
    )


def _phrases(listing: Listing, name: str, product_type: str, language: str) -> list[str]:
    """Parts of the title after the name, list items, and sentences about the product that need no context."""
    phrases = _title_parts(listing.title.partition(name)[2])
    paired = {f"{n}: {v}" for n, v in listing.pairs}
    headings = {words for _, words in listing.headings}
    for item in listing.items:
        label, colon, rest = item.partition(":")
        text = leading_clauses(item, PHRASE_CHARACTERS, language)
        if colon:
            text = None if qualified(rest, language) else label
        if item not in paired and item not in headings and text and len(text.split()) >= 2:
            phrases.append(text)
    head = product_type.split()[-1].casefold() if product_type else ""
    told = [s for s in listing.sentences[1:] if s not in listing.items and s.endswith(".")]
    phrases += [
        s
        for s in told
        if len(s) <= SENTENCE_CHARACTERS and ((head and head in s.casefold()) or len(told) <= _FEW_SENTENCES)
    ]
    return [
        p
        for p in phrases
        if ":" not in p and not needs_context(p, language) and not _COUNTED.match(p) and not _ASIDE.search(p)
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
