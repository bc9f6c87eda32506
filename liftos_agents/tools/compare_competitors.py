"""How a product's text ranks against competitors' texts, and where each of them is ahead."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.tools.catalogue.documents import product_of_text
from liftos_agents.tools.catalogue.naming import all_named_in, named_in
from liftos_agents.tools.catalogue.product import Product
from liftos_agents.tools.catalogue.products import MOST_CHARACTERS, product_of, products_of
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.registry import tool
from liftos_agents.tools.surfacing.audit import Surroundings, product_name
from liftos_agents.tools.surfacing.comparison import ahead, component_scores, fact_gaps
from liftos_agents.tools.surfacing.listing import read_listing
from liftos_agents.tools.surfacing.queries import Query, derived_queries, shared_type
from liftos_agents.tools.surfacing.retrieval import QueryRank, missed_terms, ranks, reciprocal_rank

MOST_COMPETITORS = 50


class CompareArguments(BaseModel):
    """Arguments of `compare_competitors`; competitors are given as texts, or named among the rows of a catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    item: str | None = Field(
        default=None,
        max_length=2_000,
        description="The own product, a row of the catalogue. A sentence may name its competitors too: the first product named is the own.",
    )
    text: str | None = Field(
        default=None, max_length=MOST_CHARACTERS, description="The own product's text or page."
    )
    competitors: tuple[str, ...] = Field(
        default=(), max_length=MOST_COMPETITORS, description="Texts or pages of competitors."
    )
    rows: tuple[str, ...] = Field(
        default=(),
        max_length=MOST_COMPETITORS,
        description="Competitors among the rows of the catalogue, by id or words of the title; all other rows when absent.",
    )
    queries: tuple[str, ...] = Field(
        default=(), max_length=200, description="What shoppers type; drawn from the texts when absent."
    )
    category: str | None = Field(
        default=None,
        max_length=80,
        description="What shoppers call such a product, for example 'car stereo'.",
    )


class CompetitorRow(BaseModel):
    """One competitor: its mean rank, the share of queries on which it stands before the product, and its leads."""

    model_config = ConfigDict(frozen=True)

    name: str
    mean_rank: float
    reciprocal_rank: float
    ahead_share: float
    ahead_queries: int
    ahead_on: tuple[str, ...]
    facts_ahead: tuple[str, ...]


class ComparedQuery(BaseModel):
    """One query: the product's rank, 1 for the best, among all texts, and the text that leads."""

    model_config = ConfigDict(frozen=True)

    query: str
    rank: float
    texts: int
    leader: str


class FacetGap(BaseModel):
    """A kind of fact that competitors state and the product does not, with examples of theirs."""

    model_config = ConfigDict(frozen=True)

    kind: str
    competitors: int
    share: float
    examples: tuple[str, ...]


class CompareResult(BaseModel):
    """A comparison of texts alone: BM25 ranks, facts, components; nothing is known of other pages or of sales.

    Attributes:
        mean_rank: Mean rank of the product over the queries, texts that score alike sharing theirs.
        reciprocal_rank: Mean of 1 / rank.
        first_places: Queries on which no other text scores more.
        missed_words: Words of the queries that the product's text does not hold.
    """

    model_config = ConfigDict(frozen=True)

    product: str
    texts: int
    queries_given: bool
    mean_rank: float | None
    reciprocal_rank: float
    first_places: int
    compared_queries: int
    components: dict[str, float]
    competitors: tuple[CompetitorRow, ...]
    queries: tuple[ComparedQuery, ...]
    gaps: tuple[FacetGap, ...]
    missed_words: tuple[str, ...]
    caveats: tuple[str, ...]
    units: dict[str, str]


_UNITS = {
    "product": "text",
    "texts": "count",
    "mean_rank": "score",
    "reciprocal_rank": "score",
    "first_places": "count",
    "compared_queries": "count",
    "components": "score",
    "competitors.*.name": "text",
    "competitors.*.mean_rank": "score",
    "competitors.*.reciprocal_rank": "score",
    "competitors.*.ahead_share": "share",
    "competitors.*.ahead_queries": "count",
    "competitors.*.ahead_on": "text",
    "competitors.*.facts_ahead": "text",
    "queries.*.query": "text",
    "queries.*.rank": "score",
    "queries.*.texts": "count",
    "queries.*.leader": "text",
    "gaps.*.kind": "text",
    "gaps.*.competitors": "count",
    "gaps.*.share": "share",
    "gaps.*.examples": "text",
    "missed_words": "text",
    "caveats": "text",
}


@tool(
    "compare_competitors",
    version="3",
    summary="Ranks a product's text against competitors' texts for given or derived queries, and says where each competitor is ahead.",
    data="product",
    timeout_seconds=120.0,
)
def compare_competitors(context: ToolContext, arguments: CompareArguments) -> CompareResult:
    """The comparison of a product with competitors, from given texts and rows alone.

    Raises:
        ToolRetry: No product or no competitor was given, or a name fits no row or several.
        ToolFailed: The table is no catalogue.
    """
    own, others, notes = _compared(context, arguments)
    listing, rivals = read_listing(own.source), [read_listing(p.source) for p in others]
    around = Surroundings(category=arguments.category)
    name = product_name(listing, own, None, around)
    base = arguments.category or shared_type(name.product_type, listing, rivals)
    asked = tuple(Query(q) for q in dict.fromkeys(arguments.queries) if q.strip())
    ranked = ranks(listing, rivals, asked or derived_queries(base, (listing, *rivals)))
    scores = component_scores(listing, name, arguments.category)
    gaps = fact_gaps(listing, rivals, name.category)
    rows: list[CompetitorRow] = []
    for i, (product, rival) in enumerate(zip(others, rivals, strict=True)):
        theirs = component_scores(rival, product_name(rival, product, None, around), arguments.category)
        before = [r for r in ranked if r.ranks[i + 1] < r.own]
        rows.append(
            CompetitorRow(
                name=product.label[:120],
                mean_rank=_rounded(fmean(r.ranks[i + 1] for r in ranked)) if ranked else 0.0,
                reciprocal_rank=_rounded(reciprocal_rank(ranked, i + 1)),
                ahead_share=len(before) / len(ranked) if ranked else 0.0,
                ahead_queries=len(before),
                ahead_on=ahead(theirs, scores),
                facts_ahead=tuple(gap.kind for gap in gaps if i in gap.holders),
            )
        )
    labels = [own.label, *(p.label for p in others)]
    return CompareResult(
        product=own.label[:200],
        texts=len(labels),
        queries_given=bool(asked),
        mean_rank=_rounded(fmean(r.own for r in ranked)) if ranked else None,
        reciprocal_rank=_rounded(reciprocal_rank(ranked)),
        first_places=sum(r.own < 1.5 for r in ranked),
        compared_queries=len(ranked),
        components=scores,
        competitors=tuple(sorted(rows, key=lambda r: (-r.ahead_share, -r.reciprocal_rank, r.name))),
        queries=tuple(_query(r, labels) for r in sorted(ranked, key=lambda r: (-r.own, r.query.text))),
        gaps=tuple(
            FacetGap(
                kind=g.kind,
                competitors=len(g.holders),
                share=len(g.holders) / len(others),
                examples=g.examples,
            )
            for g in gaps
        ),
        missed_words=missed_terms(listing, [r.query for r in ranked]),
        caveats=_caveats(bool(asked), len(ranked), notes),
        units=_UNITS,
    )


def _compared(
    context: ToolContext, arguments: CompareArguments
) -> tuple[Product, tuple[Product, ...], tuple[str, ...]]:
    """The own product, its competitors, and what is to be said of the choice."""
    given = tuple(product_of_text(text[:MOST_CHARACTERS]) for text in arguments.competitors if text.strip())
    catalogue = context.given_dataset is not None and context.given_dataset.kind == "table"
    rows = products_of(context) if catalogue and (arguments.text is None or not given) else ()
    named = all_named_in(arguments.item, rows) if arguments.item and len(rows) > 1 else ()
    if arguments.text is not None or len(named) < 1:
        own = product_of(context, arguments.item, arguments.text)
    else:
        own = named[0]
    wanted = tuple(named_in(row, rows) for row in arguments.rows) if rows else ()
    others = (*given, *(p for p in (*wanted, *named[1:]) if p.row != own.row))
    if others:
        return own, _once(others), ()
    rest = tuple(p for p in rows if p.row != own.row or own.row is None)
    if not rest:
        raise ToolRetry(
            "there is no competitor to compare with",
            fix="Give competitors' texts in the argument competitors, or a catalogue with their rows",
        )
    note = f"No competitor was named, so the other {min(len(rest), MOST_COMPETITORS)} products of the catalogue stand for them."
    return own, rest[:MOST_COMPETITORS], (note,)


def _once(products: Sequence[Product]) -> tuple[Product, ...]:
    kept: list[Product] = []
    for product in products:
        if not any(product is other or product == other for other in kept):
            kept.append(product)
    return tuple(kept[:MOST_COMPETITORS])


def _query(ranked: QueryRank, labels: Sequence[str]) -> ComparedQuery:
    leader = min(range(len(labels)), key=lambda i: (ranked.ranks[i], i))
    return ComparedQuery(
        query=ranked.query.text, rank=ranked.own, texts=len(labels), leader=labels[leader][:120]
    )


def _caveats(asked: bool, ranked: int, notes: tuple[str, ...]) -> tuple[str, ...]:
    said = list(notes)
    said.append(
        "The ranks are those of the given texts among themselves (BM25); other pages, links, reviews and sales are not known."
    )
    if not asked:
        said.append(
            "The queries were drawn from the texts, since none were given; how often each is typed is not known."
        )
    if not ranked:
        said.append("None of the texts answers any of the queries, so no ranks were worked out.")
    return tuple(said)


def _rounded(value: float) -> float:
    return round(value, 3)
