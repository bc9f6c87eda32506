"""Where a product's text ranks among competitors' for what shoppers may type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from liftos_agents.tools.surfacing.bm25 import Ranking, place, query_terms, terms
from liftos_agents.tools.surfacing.listing import Listing
from liftos_agents.tools.surfacing.queries import Query
from liftos_agents.tools.surfacing.readiness import Component, Item


@dataclass(frozen=True)
class QueryRank:
    """The rank of each text for one query, 1 for the best; `scores` in the same order, the own text first."""

    query: Query
    ranks: tuple[float, ...]
    scores: tuple[float, ...]

    @property
    def own(self) -> float:
        """The rank of the own text."""
        return self.ranks[0]


def ranks(own: Listing, others: Sequence[Listing], queries: Sequence[Query]) -> tuple[QueryRank, ...]:
    """The ranks for each query that at least one of the texts answers."""
    return _ranked([terms(p.title, p.body) for p in (own, *others)], queries)


def reciprocal_rank(ranked: Sequence[QueryRank], text: int = 0) -> float:
    """The mean of 1 / rank over the queries for one text, the own by default; 0 without queries."""
    return sum(1.0 / r.ranks[text] for r in ranked) / len(ranked) if ranked else 0.0


def retrieval_rank(own: Listing, others: Sequence[Listing], queries: Sequence[Query]) -> Component:
    """The component of the mean reciprocal BM25 rank; what saying the missed words once would bring is worked out."""
    ranked = ranks(own, others, queries)
    now = reciprocal_rank(ranked)
    missed = missed_terms(own, [r.query for r in ranked])
    told = terms(f"{own.title} {' '.join(missed)}", own.body)
    after = reciprocal_rank(
        _ranked([told, *(terms(p.title, p.body) for p in others)], [r.query for r in ranked])
    )
    worst = sorted(ranked, key=lambda r: (-r.own, r.query.text))[:3]
    return Component(
        "retrieval_rank",
        20.0,
        "strong",
        "rank in what a model reads decides: C-SEO Bench, retail, +2.77 ± 2.31 ranks",
        (
            Item(
                "query_words",
                1.0,
                now,
                tuple(f"{r.query.text}: rank {r.own:g} of {len(r.ranks)}" for r in worst),
                reachable=max(now, after),
            ),
        ),
    )


def missed_terms(own: Listing, queries: Sequence[Query]) -> tuple[str, ...]:
    """Terms of the queries that the own text does not hold, in order of first use."""
    held = set(terms(own.title, own.body))
    return tuple(dict.fromkeys(t for q in queries for t in query_terms(q.text) if t not in held))


def _ranked(documents: Sequence[Sequence[str]], queries: Sequence[Query]) -> tuple[QueryRank, ...]:
    ranking = Ranking(documents)
    found: list[QueryRank] = []
    for query in queries:
        scores = ranking.scores(query_terms(query.text))
        if any(s > 0.0 for s in scores):
            places = tuple(place(scores, i) for i in range(len(scores)))
            found.append(QueryRank(query, places, tuple(scores)))
    return tuple(found)
