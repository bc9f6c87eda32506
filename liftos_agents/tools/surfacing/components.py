"""The components of readiness that a text alone allows."""

from __future__ import annotations

import re
from itertools import pairwise

from liftos_agents.tools.surfacing.language import consistency
from liftos_agents.tools.surfacing.lexicon import is_content_word, tokens
from liftos_agents.tools.surfacing.listing import Listing
from liftos_agents.tools.surfacing.penalties import contradicting_prices
from liftos_agents.tools.surfacing.product_facts import KINDS, ProductName, asked_facts, found
from liftos_agents.tools.surfacing.readability import reading_ease
from liftos_agents.tools.surfacing.readiness import Component, Item, saturating

_QUOTE = re.compile(r"[“\"][^“”\"\n]{15,240}[”\"]\s*(?:[-–—,(]|said|says|according)\s*[^\n]{2,40}", re.I)
_SOURCE = re.compile(
    r"\baccording to\b|\b(?:tested|certified|verified|measured|rated|recommended) by\b|\b(?:independent|clinical|laborator(?:y|ies)|lab)[ -](?:test|study|trial)\w*"
    r"|\bstudy (?:by|of|with)\b|\bsource\s*:",
    re.I,
)
_IS_A = re.compile(
    r"\b(?:is|are|lets?|helps?|makes?|keeps?|connects?|fits|holds|provides?|plays?|brews?|gives?)\b", re.I
)
_FACETS = {
    "specification": 1.5,
    "use": 1.0,
    "audience": 1.0,
    "material": 1.0,
    "colour": 0.5,
    "size": 0.75,
    "compatibility": 1.0,
}
_FACT_WEIGHTS = {
    "specification": 4.0, "material": 1.5, "colour": 1.0, "size": 1.5, "audience": 1.5, "use": 1.5, "compatibility": 1.5,
    "price": 2.0, "availability": 1.5, "contents": 1.0, "warranty": 1.0,
}  # fmt: skip


def facet_coverage(listing: Listing, product: ProductName, category: str | None) -> Component:
    """Whether title and lead answer the facets by which shoppers ask for such a product.

    A facet counts in full in the title, 0.8 in the lead, 0.35 further down.
    """
    asked = asked_facts(product.category)
    items = [
        Item(
            "product_type",
            2.0,
            _words_in_place(category or product.product_type, listing),
            (product.product_type,),
        ),
        Item(
            "brand",
            1.0,
            _words_in_place(product.brand, listing) if product.brand else 0.0,
            _one(product.brand),
        ),
    ]
    for kind, weight in _FACETS.items():
        if kind in asked:
            places = ((1.0, listing.title), (0.8, listing.lead), (0.35, listing.body))
            hit = next(((value, words) for value, text in places if (words := found(kind, text))), (0.0, ()))
            items.append(Item(kind, weight, hit[0], hit[1][:3], reachable=max(0.8, hit[0])))
    return Component(
        "facet_coverage",
        15.0,
        "strong",
        "rank in what a model reads decides: C-SEO Bench, retail, +2.77 ± 2.31 ranks",
        tuple(items),
    )


def fact_completeness(listing: Listing, product: ProductName) -> Component:
    """Whether the facts that shoppers of the category ask about are stated, with units and numbers."""
    items: list[Item] = []
    for kind in KINDS:
        if kind not in asked_facts(product.category):
            continue
        hits = found(kind, listing.text)
        if kind == "price" and contradicting_prices(listing.text):
            hits = ()
        if kind == "specification":
            value, scale = saturating(len(hits), 5.0), 12
            items.append(
                Item(kind, _FACT_WEIGHTS[kind], value, hits[:5], reachable=max(value, saturating(scale, 5.0)))
            )
        else:
            items.append(
                Item(
                    kind,
                    _FACT_WEIGHTS[kind],
                    0.7 + 0.3 * saturating(len(hits) - 1, 2.0) if hits else 0.0,
                    hits[:3],
                )
            )
    named = [f"{name}: {value}" for name, value in listing.pairs]
    value = saturating(len(named), 5.0)
    items.append(Item("pairs", 3.0, value, tuple(named[:4]), reachable=max(value, saturating(8, 5.0))))
    words = len({t for t in tokens(listing.text) if is_content_word(t)})
    items.append(
        Item(
            "detail",
            3.0,
            saturating(words, 90.0),
            (f"{words} different content words",),
            reachable=max(saturating(words, 90.0), 0.9),
        )
    )
    return Component(
        "fact_completeness", 20.0, "moderate", "what a shopper's question can be matched with", tuple(items)
    )


def extractability(listing: Listing, language: str) -> Component:
    """Whether a machine can lift single answers out: headings in order, lists, named values, answer first, short sentences."""
    levels = [level for level, _ in listing.headings]
    ordered = all(b <= a + 1 for a, b in pairwise(levels))
    headings = saturating(len(levels), 1.5) * (1.0 if ordered else 0.6)
    answers = next(
        ((value, said) for value, said in zip((1.0, 0.8), listing.opening, strict=False) if _answers(said)),
        None,
    )
    ease = reading_ease(listing.sentences, language)
    length = saturating(len(tokens(listing.text)), 60.0)
    readable = length * min(1.0, max(0.0, (ease - 10.0) / 50.0))
    bullets = saturating(len(listing.items), 3.0)
    pairs = saturating(len(listing.pairs), 4.0)
    return Component(
        "extractability",
        13.0,
        "moderate",
        "passages are lifted as they stand; no crawler of an assistant runs JavaScript",
        (
            Item(
                "headings",
                2.0,
                headings,
                tuple(words for _, words in listing.headings[:4]),
                reachable=max(headings, 0.9),
            ),
            Item("bullets", 4.0, bullets, listing.items[:2], reachable=max(bullets, saturating(6, 3.0))),
            Item(
                "pairs",
                2.5,
                pairs,
                tuple(f"{n}: {v}" for n, v in listing.pairs[:2]),
                reachable=max(pairs, saturating(8, 4.0)),
            ),
            Item("answer_first", 2.5, answers[0] if answers else 0.0, (answers[1][:120],) if answers else ()),
            Item("readability", 2.0, readable, (f"reading ease {ease:.0f}",), reachable=max(readable, 0.8)),
        ),
    )


def _answers(sentence: str) -> bool:
    """Whether a sentence is short and says what the product is, does or measures."""
    return len(sentence.split()) <= 35 and bool(_IS_A.search(sentence) or found("specification", sentence))


def proof(listing: Listing) -> Component:
    """Whether claims come with ratings, attributed quotes, sources or certificates."""
    ratings, certificates = found("rating", listing.text), found("certification", listing.text)
    quotes = tuple(m.group(0) for m in _QUOTE.finditer(listing.body))
    sources = tuple(m.group(0) for m in _SOURCE.finditer(listing.body))
    warranty = found("warranty", listing.text)
    return Component(
        "proof",
        12.0,
        "contested",
        "GEO, KDD 2024: +28 to +41 %; not repeated by C-SEO Bench",
        (
            Item("rating", 4.0, 0.0 if not ratings else 1.0 if len(ratings) > 1 else 0.7, ratings[:2]),
            Item(
                "certification",
                3.0,
                saturating(len(certificates), 0.7),
                certificates[:3],
                reachable=max(0.8, saturating(len(certificates), 0.7)),
            ),
            Item(
                "quotes",
                2.0,
                saturating(len(quotes), 1.0),
                quotes[:1],
                reachable=max(0.63, saturating(len(quotes), 1.0)),
            ),
            Item(
                "sources",
                2.0,
                saturating(len(sources), 1.0),
                sources[:2],
                reachable=max(0.63, saturating(len(sources), 1.0)),
            ),
            Item("warranty", 1.0, float(bool(warranty)), warranty[:1]),
        ),
    )


def language_consistency(listing: Listing, language: str) -> Component:
    """Whether the text keeps to one language."""
    share = consistency(listing.sentences, language)
    return Component(
        "language_consistency",
        4.0,
        "weak",
        "a passage in another language than the question is passed over",
        (Item("language", 1.0, share, (f"{share * 100:.0f} % in {language}",)),),
    )


def _words_in_place(words: str, listing: Listing) -> float:
    wanted = {t.removesuffix("s") for t in tokens(words)}
    for value, text in ((1.0, listing.title), (0.8, listing.lead), (0.35, listing.body)):
        held = {t.removesuffix("s") for t in tokens(text)}
        if wanted and wanted <= held:
            return value
    return 0.0


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()
