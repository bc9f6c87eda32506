"""Which words shoppers' questions and a catalogue's own texts use, and which of them a product does not hold."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.data.catalogue_table import is_catalogue
from liftos_agents.tools.catalogue.documents import product_of_text
from liftos_agents.tools.catalogue.naming import named_in
from liftos_agents.tools.catalogue.product import Product
from liftos_agents.tools.catalogue.products import MOST_CHARACTERS, products_of
from liftos_agents.tools.catalogue.queries import queries_of_table
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.registry import tool
from liftos_agents.tools.surfacing.keywords import (
    Keyword,
    Text,
    facet_words,
    phrase_words,
    query_answers,
    query_words,
)

_MOST_UNANSWERED = 15


class KeywordArguments(BaseModel):
    """Arguments of `find_keywords`; queries come from `queries`, or from a table of queries given as data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    item: str | None = Field(
        default=None,
        max_length=2_000,
        description="One product of a catalogue, by id or words of its title; all of them when absent.",
    )
    text: str | None = Field(default=None, max_length=MOST_CHARACTERS, description="A product text.")
    queries: tuple[str, ...] = Field(
        default=(), max_length=5_000, description="What shoppers type, for example from a search report."
    )
    most: int = Field(default=20, ge=1, le=100, description="How many keywords to list of each kind.")


class KeywordRow(BaseModel):
    """A word or phrase: where it comes from, how many products and queries hold it, and where the product says it."""

    model_config = ConfigDict(frozen=True)

    term: str
    kind: Literal["facet", "phrase", "query"]
    facet: str | None
    products: int
    product_share: float
    queries: int
    query_share: float
    place: Literal["title", "lead", "body", "missing"] | None


class QueryRow(BaseModel):
    """A given query that no product answers in full, the product that comes nearest, and the words it lacks."""

    model_config = ConfigDict(frozen=True)

    query: str
    nearest: str
    missing: tuple[str, ...]


class KeywordResult(BaseModel):
    """Keywords of one product or of a catalogue; no search volume is known, so none is stated.

    Attributes:
        keywords: Terms that the texts or the queries hold, most telling first.
        missing: Terms that other products of the catalogue, or the queries, hold and this product does not.
        relevant_queries: Of the given queries, those that share a word with the product's title; all of them for a catalogue.
            Counts and shares of queries are of these.
        answered_share: Share of these queries all of whose content words one product holds; None without queries.
    """

    model_config = ConfigDict(frozen=True)

    product: str | None
    products: int
    queries: int
    relevant_queries: int
    keywords: tuple[KeywordRow, ...]
    missing: tuple[KeywordRow, ...]
    answered_queries: int | None
    answered_share: float | None
    unanswered: tuple[QueryRow, ...]
    caveats: tuple[str, ...]
    units: dict[str, str]


_UNITS = {
    "product": "text",
    "products": "count",
    "queries": "count",
    "relevant_queries": "count",
    **{
        f"{rows}.*.{field}": unit
        for rows in ("keywords", "missing")
        for field, unit in (
            ("term", "text"),
            ("kind", "text"),
            ("facet", "text"),
            ("products", "count"),
            ("product_share", "share"),
            ("queries", "count"),
            ("query_share", "share"),
            ("place", "text"),
        )
    },
    "answered_queries": "count",
    "answered_share": "share",
    "unanswered.*.query": "text",
    "unanswered.*.nearest": "text",
    "unanswered.*.missing": "text",
    "caveats": "text",
}


@tool(
    "find_keywords",
    version="3",
    summary="Finds facet words, phrases and query words in product texts, and which of them a product lacks; states no search volume.",
    data="product",
    timeout_seconds=300.0,
)
def find_keywords(context: ToolContext, arguments: KeywordArguments) -> KeywordResult:
    """Keywords of a product text or a catalogue, with what is missing.

    Raises:
        ToolRetry: Nothing was given, or `item` names no row or several.
        ToolFailed: The table is neither a catalogue nor a list of queries.
    """
    products, queries = _given(context, arguments)
    chosen = products[0] if len(products) == 1 else None
    if arguments.item is not None and len(products) > 1:
        chosen = named_in(arguments.item, products)
    context.progress("reading the texts", 0.1)
    texts = [Text.of(product) for product in products]
    own = next((t for t, p in zip(texts, products, strict=True) if p is chosen), None)
    context.progress("counting words", 0.5)
    given = len(queries)
    if own is not None:
        queries = tuple(q for q in queries if own.concerned_by(q))
    asked = query_words(queries, texts)
    stated = [*facet_words(texts, queries), *phrase_words(texts, queries)]
    subject = [k for k in stated if own is None or own.place(k.term) is not None]
    known = {k.term for k in subject}
    lacking = [] if own is None else [k for k in (*asked, *stated) if own.place(k.term) is None]
    answers = query_answers(queries, texts if own is None else [own])
    open_queries = [a for a in answers if a.missing]
    return KeywordResult(
        product=chosen.label if chosen else None,
        products=len(products),
        queries=given,
        relevant_queries=len(queries),
        keywords=tuple(
            _row(k, texts, queries, own)
            for kind in (
                [k for k in subject if k.kind == "facet"],
                [k for k in asked if k.term not in known and (own is None or own.place(k.term))],
                [k for k in subject if k.kind == "phrase"],
            )
            for k in kind[: arguments.most]
        ),
        missing=tuple(_row(k, texts, queries, own) for k in _once(lacking)[: arguments.most]),
        answered_queries=len(answers) - len(open_queries) if queries else None,
        answered_share=(len(answers) - len(open_queries)) / len(answers) if answers else None,
        unanswered=tuple(
            QueryRow(query=a.query, nearest=a.nearest[:120], missing=a.missing)
            for a in open_queries[:_MOST_UNANSWERED]
        ),
        caveats=_caveats(given, len(queries), texts),
        units=_UNITS,
    )


def _given(context: ToolContext, arguments: KeywordArguments) -> tuple[tuple[Product, ...], tuple[str, ...]]:
    queries = tuple(dict.fromkeys(q.strip() for q in arguments.queries if q.strip()))
    dataset = context.given_dataset
    if dataset is not None and dataset.frame is not None and not is_catalogue(dataset):
        queries = queries or queries_of_table(dataset)
    if arguments.text is not None:
        return (product_of_text(arguments.text),), queries
    return products_of(context), queries


def _row(keyword: Keyword, texts: list[Text], queries: tuple[str, ...], own: Text | None) -> KeywordRow:
    place = None if own is None else own.place(keyword.term) or "missing"
    return KeywordRow(
        term=keyword.term,
        kind=keyword.kind,
        facet=keyword.facet,
        products=keyword.texts,
        product_share=keyword.texts / len(texts),
        queries=keyword.queries,
        query_share=keyword.queries / len(queries) if queries else 0.0,
        place=place,
    )


def _once(keywords: list[Keyword]) -> list[Keyword]:
    """Each term once, those of more queries, then of more texts, first."""
    kept: dict[str, Keyword] = {}
    for keyword in keywords:
        kept.setdefault(keyword.term, keyword)
    ranked = sorted(kept.values(), key=lambda k: (-k.queries, -k.texts, k.term))
    return [k for k in ranked if k.queries > 0 or k.texts > 1 or k.kind == "facet"]


def _caveats(given: int, relevant: int, texts: list[Text]) -> tuple[str, ...]:
    said = ["No search volume is known here: shares are of the given products and queries, not of searches."]
    if not given:
        said.append("No queries were given, so the words are those of the texts themselves.")
    if relevant < given:
        said.append(
            f"{given - relevant} of the {given} given queries share no word with the product's title and were set aside."
        )
    if len(texts) == 1 and not given:
        said.append("With one text and no queries nothing can be said to be missing.")
    others = sorted({t.language for t in texts} - {"en", "und"})
    if others:
        said.append("The lists of facet words are English, so facets in other languages may be overlooked.")
    return tuple(said)
