"""What shoppers may type, drawn from the texts at hand; no search volume is known, so none is stated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from liftos_agents.tools.surfacing.bm25 import singular
from liftos_agents.tools.surfacing.lexicon import mentions, tokens
from liftos_agents.tools.surfacing.listing import Listing
from liftos_agents.tools.surfacing.phrases import phrases

_KINDS = {"material": "materials", "colour": "colours", "use": "uses", "audience": "audiences"}
_BEHIND = ("use", "audience")
MOST_QUERIES = 16
# Among several texts, a facet that one of them states alone is no common question.
_MANY = 4


@dataclass(frozen=True)
class Query:
    """A query and the facet that it asks by; the bare product type has none."""

    text: str
    facet: str | None = None
    value: str | None = None


def shared_type(product_type: str, own: Listing, others: Sequence[Listing]) -> str:
    """What shoppers may call the product: the words of its type that another text uses too, so that its own name is no query.

    Where none is shared, the phrase that most of the other texts share with it; all of its type where there is no such phrase.
    """
    held = {singular(t) for listing in others for t in tokens(listing.text)}
    shared = [word for word in product_type.split() if any(singular(t) in held for t in tokens(word))]
    if shared:
        return " ".join(shared)
    counts = [phrases(_prose(other), "en") for other in others]
    common = {p: sum(p in counted for counted in counts) for p in phrases(_prose(own), "en")}
    spoken = [p for p, texts in common.items() if texts and p.isascii()]
    return max(spoken, key=lambda p: (common[p], len(p.split()), p), default=product_type)


def _prose(listing: Listing) -> str:
    """The text without its lines of named values."""
    return "\n".join(s for s in listing.sentences if ":" not in s)


def derived_queries(
    product_type: str, listings: Sequence[Listing], most: int = MOST_QUERIES
) -> tuple[Query, ...]:
    """The product type alone, then with each facet value that the texts state, those of most texts first."""
    base = " ".join(product_type.casefold().split())
    spread: Counter[tuple[str, str]] = Counter()
    for listing in listings:
        for kind, words in _KINDS.items():
            for value in mentions(words, listing.text):
                if value not in base:
                    spread[kind, value] += 1
    if len(listings) >= _MANY:
        spread = Counter({facet: count for facet, count in spread.items() if count > 1})
    ranked = sorted(spread.items(), key=lambda entry: (-entry[1], entry[0]))
    asked = [
        Query(f"{base} for {value}" if kind in _BEHIND else f"{value} {base}", kind, value)
        for (kind, value), _ in ranked
    ]
    return (Query(base), *asked[: most - 1])
