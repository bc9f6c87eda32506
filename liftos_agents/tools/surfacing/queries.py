"""What shoppers may type, drawn from the texts at hand; no search volume is known, so none is stated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from liftos_agents.tools.surfacing.bm25 import singular
from liftos_agents.tools.surfacing.lexicon import mentions, tokens
from liftos_agents.tools.surfacing.listing import Listing

_KINDS = {"material": "materials", "colour": "colours", "use": "uses", "audience": "audiences"}
_BEHIND = ("use", "audience")
MOST_QUERIES = 16


@dataclass(frozen=True)
class Query:
    """A query and the facet that it asks by; the bare product type has none."""

    text: str
    facet: str | None = None
    value: str | None = None


def shared_type(product_type: str, others: Sequence[Listing]) -> str:
    """The words of a product type that another text uses too, so that a product's own name is no query; all where none is shared."""
    held = {singular(t) for listing in others for t in tokens(listing.text)}
    shared = [word for word in product_type.split() if any(singular(t) in held for t in tokens(word))]
    return " ".join(shared) or product_type


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
    ranked = sorted(spread.items(), key=lambda entry: (-entry[1], entry[0]))
    asked = [
        Query(f"{base} for {value}" if kind in _BEHIND else f"{value} {base}", kind, value)
        for (kind, value), _ in ranked
    ]
    return (Query(base), *asked[: most - 1])
