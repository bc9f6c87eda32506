"""Which product of a catalogue a sentence names."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from rapidfuzz import fuzz, process

from liftos_agents.tools.catalogue.product import Product
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.surfacing.language import WORD_LANGUAGES
from liftos_agents.tools.surfacing.lexicon import stop_words, tokens

CLEARLY = 1.3
_ALIKE = 88.0
_SHORTEST_FUZZY = 5
_SHORTEST_ID = 4
_CHOICES = 4
_COMMON = 0.5
_PARTS = re.compile(
    r"[,;]|\b(?:with|to|and|or|than|against|versus|vs|mit|und|oder|als|gegen|avec|et|ou|que|contre|con|y|e|o|contra|contro|com|met|en|tegen|z|i)\b",
    re.IGNORECASE,
)
_SAYS_NOTHING = frozenset(
    [
        "audit",
        "page",
        "product",
        "products",
        "catalogue",
        "catalog",
        "item",
        "listing",
        "text",
        "ads",
        "ad",
        "write",
        "check",
        "score",
        "make",
        "shop",
        "title",
        "please",
        "best",
        "new",
    ]
)


def named_in(item: str | None, products: Sequence[Product]) -> Product:
    """The product that `item` names: by its id, by its whole title, or by the rarer words of its title.

    Raises:
        ToolRetry: None is named, or none clearly before the others; the nearest are named.
    """
    if item is None or not item.strip():
        raise ToolRetry(
            "the catalogue has several products, and none is named",
            fix=f"Name one by its id or by words of its title. There are {_listed(products)}",
        )
    said = _words(item)
    exact = _by_id(item, said, products) or _by_title(said, products)
    if len(exact) == 1:
        return exact[0]
    ranked = _by_words(said, exact or products)
    if not ranked:
        raise ToolRetry(
            f"no product of the catalogue is named by {_short(item)}",
            fix=f"Name it by its id or by words of its title. The nearest are {_listed(_nearest(item, products))}",
        )
    best, score = ranked[0]
    if len(ranked) > 1 and score < CLEARLY * ranked[1][1]:
        close = [product for product, s in ranked if score < CLEARLY * s]
        raise ToolRetry(
            f"several products of the catalogue fit {_short(item)}",
            fix=f"Say which one is meant, by its id or more words of its title. There are {_listed(close)}",
        )
    return best


def all_named_in(item: str, products: Sequence[Product]) -> tuple[Product, ...]:
    """Every product that a sentence names, in its order: `compare A with B and C`; a part that names none clearly is passed over."""
    found: dict[int, Product] = {}
    for part in _PARTS.split(item):
        try:
            product = named_in(part, products) if part.strip() else None
        except ToolRetry:
            continue
        if product is not None:
            found.setdefault(id(product), product)
    return tuple(found.values())


def _by_id(item: str, said: Sequence[str], products: Sequence[Product]) -> list[Product]:
    whole = item.strip().casefold()
    equal = [p for p in products if p.id and p.id.casefold() == whole]
    if equal:
        return equal
    words = {*said, *(w.strip(".,;:!?()[]\"'“”„«»").casefold() for w in item.split())}
    telling = {w for w in words if len(w) >= _SHORTEST_ID and any(c.isdigit() for c in w)}
    return [p for p in products if p.id and p.id.casefold() in telling]


def _by_title(said: Sequence[str], products: Sequence[Product]) -> list[Product]:
    """Products whose whole title stands in what was said, the longest titles where several do; none when another shares more words."""
    line = f" {' '.join(said)} "
    held = [
        (len(title), p) for p in products if (title := " ".join(_words(p.title))) and f" {title} " in line
    ]
    longest = max((size for size, _ in held), default=0)
    best = [p for size, p in held if size == longest]
    shared = {id(p): len(set(_words(p.title)) & set(said)) for p in products}
    most = max((shared[id(p)] for p in best), default=0)
    return [] if any(count > most for count in shared.values()) else best


def _by_words(said: Sequence[str], products: Sequence[Product]) -> list[tuple[Product, float]]:
    """Products by the summed rarity of the words that they share with what was said, best first.

    A product shares no word that tells: it is not among them.
    """
    titles = [frozenset(_words(f"{p.title} {p.brand or ''}")) for p in products]
    count = Counter(word for words in titles for word in words)
    vocabulary = sorted(count)
    wanted: set[str] = set()
    # "brew master" names a BrewMaster, and neither word of it another product.
    joined = [pair for pair in pairwise(said) if "".join(pair) in count]
    wanted |= {"".join(pair) for pair in joined}
    for word in said:
        if word in _silent() or any(word in pair for pair in joined):
            continue
        if word in count:
            wanted.add(word)
        elif len(word) >= _SHORTEST_FUZZY:
            hit = process.extractOne(word, vocabulary, scorer=fuzz.ratio, score_cutoff=_ALIKE)
            wanted |= {hit[0]} if hit else set()
    total = len(products)
    telling = {w for w in wanted if count[w] <= max(min(2, total - 1), _COMMON * total)}
    if not telling:
        return []
    rarity = {w: math.log(1.0 + total / count[w]) for w in wanted}
    scores = [
        (p, sum(rarity[w] for w in sorted(words & wanted)))
        for p, words in zip(products, titles, strict=True)
        if words & telling
    ]
    return sorted(scores, key=lambda pair: (-round(pair[1], 9), pair[0].row or 0))


def _nearest(item: str, products: Sequence[Product]) -> list[Product]:
    scored = [(fuzz.token_set_ratio(item.casefold(), p.title.casefold()), p) for p in products]
    return [p for _, p in sorted(scored, key=lambda pair: (-pair[0], pair[1].row or 0))]


def _words(text: str) -> list[str]:
    return [word for token in tokens(text) for word in token.replace("’", "'").removesuffix("'s").split("-")]


def _silent() -> frozenset[str]:
    return _SAYS_NOTHING.union(*(stop_words(code) for code in WORD_LANGUAGES))


def _listed(products: Sequence[Product]) -> str:
    return "; ".join(
        f"{p.label[:70]!r}" + (f" ({p.id})" if p.id and p.title else "") for p in products[:_CHOICES]
    )


def _short(item: str) -> str:
    words = " ".join(item.split())
    return repr(words if len(words) <= 80 else f"{words[:77]}…")
