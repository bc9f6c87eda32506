"""Where one text is behind others: facts that they state and it does not, and components on which they score more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from liftos_agents.tools.surfacing.components import extractability, facet_coverage, fact_completeness, proof
from liftos_agents.tools.surfacing.language import detect
from liftos_agents.tools.surfacing.listing import Listing
from liftos_agents.tools.surfacing.product_facts import ProductName, asked_facts, found
from liftos_agents.tools.surfacing.readiness import Component

_EVERY = ("rating", "certification", "compatibility", "contents")
_AHEAD = 0.05


@dataclass(frozen=True)
class FactGap:
    """A kind of fact, the texts that state it, and an example of each."""

    kind: str
    holders: tuple[int, ...]
    examples: tuple[str, ...]


def fact_gaps(own: Listing, others: Sequence[Listing], category: str) -> tuple[FactGap, ...]:
    """Kinds of facts that others state and `own` does not, those of most texts first."""
    kinds = tuple(dict.fromkeys((*asked_facts(category), *_EVERY)))
    made: list[FactGap] = []
    for kind in kinds:
        if found(kind, own.text):
            continue
        stated = [(i, hits[0]) for i, other in enumerate(others) if (hits := found(kind, other.text))]
        if stated:
            made.append(FactGap(kind, tuple(i for i, _ in stated), tuple(e[:80] for _, e in stated[:3])))
    return tuple(sorted(made, key=lambda gap: (-len(gap.holders), gap.kind)))


def component_scores(listing: Listing, name: ProductName, category: str | None) -> dict[str, float]:
    """The components that any text shows, 0 to 100."""
    every: tuple[Component, ...] = (
        facet_coverage(listing, name, category),
        fact_completeness(listing, name),
        extractability(listing, detect(listing.text)),
        proof(listing),
    )
    return {c.name: round(100.0 * c.value, 2) for c in every}


def ahead(theirs: Mapping[str, float], own: Mapping[str, float]) -> tuple[str, ...]:
    """The components on which another text scores clearly more, by the lead."""
    leads = {name: theirs[name] - own[name] for name in own if theirs[name] > own[name] + 100.0 * _AHEAD}
    return tuple(sorted(leads, key=lambda name: (-leads[name], name)))
