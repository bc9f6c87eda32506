"""Words of queries and texts, counted: which product says what, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from liftos_agents.tools.catalogue.product import Product
from liftos_agents.tools.surfacing.bm25 import query_terms, singular
from liftos_agents.tools.surfacing.language import detect
from liftos_agents.tools.surfacing.lexicon import mentions, tokens
from liftos_agents.tools.surfacing.listing import Listing, read_listing
from liftos_agents.tools.surfacing.phrases import phrases, weights

_FACETS = {
    "material": "materials",
    "colour": "colours",
    "use": "uses",
    "audience": "audiences",
    "certification": "certifications",
}
_MOST_TERMS = 500
Place = Literal["title", "lead", "body"]


@dataclass(frozen=True)
class Text:
    """A product's text, read once: its words by place."""

    label: str
    listing: Listing
    language: str
    title: str
    lead: str
    body: str
    terms: frozenset[str]

    @classmethod
    def of(cls, product: Product) -> Text:
        """The text of a product."""
        listing = read_listing(product.source)
        language = product.language or detect(listing.text)
        title, lead, body = (_line(part) for part in (listing.title, listing.lead, listing.body))
        return cls(product.label, listing, language, title, lead, body, frozenset(f"{title} {body}".split()))

    def concerned_by(self, query: str) -> bool:
        """Whether a query shares a content word with the title."""
        return not set(self.title.split()).isdisjoint(query_terms(query))

    def place(self, term: str) -> Place | None:
        """Where the text first says `term`, singular or plural; None where it does not."""
        wanted = _line(term)
        places: tuple[tuple[Place, str], ...] = (
            ("title", self.title),
            ("lead", self.lead),
            ("body", self.body),
        )
        return next((name for name, line in places if wanted.strip() and wanted in line), None)


@dataclass(frozen=True)
class Keyword:
    """A term, its kind, and how many texts and queries hold it."""

    term: str
    kind: Literal["facet", "phrase", "query"]
    facet: str | None
    texts: int
    queries: int


@dataclass(frozen=True)
class Answer:
    """How far the nearest text answers a query: the content words that it lacks."""

    query: str
    nearest: str
    missing: tuple[str, ...]


def facet_words(texts: Sequence[Text], queries: Sequence[str]) -> list[Keyword]:
    """Values of the facets by which shoppers ask, those that most texts state first."""
    spread: Counter[tuple[str, str]] = Counter()
    for text in texts:
        for facet, words in _FACETS.items():
            spread.update((facet, value) for value in mentions(words, text.listing.text))
    lines = [_line(q) for q in queries]
    ranked = sorted(spread.items(), key=lambda entry: (-entry[1], entry[0]))[:_MOST_TERMS]
    return [Keyword(value, "facet", facet, count, _held(value, lines)) for (facet, value), count in ranked]


def phrase_words(texts: Sequence[Text], queries: Sequence[str]) -> list[Keyword]:
    """Phrases of two or three words, the most telling first.

    Of several texts only what two of them share; of one, what its title or lead says or what it repeats.
    """
    counts = [phrases(text.listing.text, text.language) for text in texts]
    weight = weights(counts)
    spread = Counter(phrase for counted in counts for phrase in counted)
    least = 2 if len(texts) > 1 else 1
    lines = [_line(q) for q in queries]
    ranked = sorted(
        (p for p in weight if len(p.split()) > 1 and spread[p] >= least), key=lambda p: (-weight[p], p)
    )
    if len(texts) == 1:
        only, counted = texts[0], counts[0]
        ranked = [p for p in ranked if counted[p] > 1 or only.place(p) in ("title", "lead")]
        ranked.sort(key=lambda p: (only.place(p) != "title", -counted[p]))
    kept: list[str] = []
    for phrase in ranked[: 4 * _MOST_TERMS]:
        # A phrase within a longer one that the same texts hold says nothing more.
        if not any(f" {phrase} " in f" {longer} " and spread[longer] == spread[phrase] for longer in kept):
            kept.append(phrase)
        if len(kept) == _MOST_TERMS:
            break
    return [Keyword(p, "phrase", None, spread[p], _held(p, lines)) for p in kept]


def query_words(queries: Sequence[str], texts: Sequence[Text]) -> list[Keyword]:
    """Content words of the queries, those of most queries first, with the texts that hold each."""
    spread: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for query in queries:
        for token in tokens(query):
            shown.setdefault(singular(token), token)
        spread.update(set(query_terms(query)))
    ranked = sorted(spread.items(), key=lambda entry: (-entry[1], entry[0]))[:_MOST_TERMS]
    return [
        Keyword(shown.get(term, term), "query", None, sum(term in t.terms for t in texts), count)
        for term, count in ranked
    ]


def query_answers(queries: Sequence[str], texts: Sequence[Text]) -> list[Answer]:
    """Each query with content words, and the text that holds most of them; the first where several do."""
    made: list[Answer] = []
    for query in queries:
        wanted = tuple(dict.fromkeys(query_terms(query)))
        if wanted and texts:
            best = max(texts, key=lambda t: sum(w in t.terms for w in wanted))
            made.append(Answer(query, best.label, tuple(w for w in wanted if w not in best.terms)))
    return made


def _held(term: str, lines: Sequence[str]) -> int:
    wanted = _line(term)
    return sum(wanted in line for line in lines)


def _line(text: str) -> str:
    """Words without the plural's s, each between blanks, so that a phrase can be looked for as it stands."""
    return f" {' '.join(singular(t) for t in tokens(text))} "
