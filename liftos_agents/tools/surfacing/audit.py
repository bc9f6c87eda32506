"""The readiness audit of one product, as a function of what is given alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from liftos_agents.tools.catalogue.documents import product_of_text
from liftos_agents.tools.catalogue.product import Product
from liftos_agents.tools.errors import ToolFailed
from liftos_agents.tools.surfacing.access import Check, failed, gate
from liftos_agents.tools.surfacing.audit_result import (
    UNITS,
    AuditRecommendation,
    AuditResult,
    ComponentScore,
    GateCheck,
    PenaltyPoints,
)
from liftos_agents.tools.surfacing.components import (
    extractability,
    facet_coverage,
    fact_completeness,
    language_consistency,
    proof,
)
from liftos_agents.tools.surfacing.identity import (
    freshness_identity,
    structured_data,
    structured_price_contradiction,
)
from liftos_agents.tools.surfacing.language import detect
from liftos_agents.tools.surfacing.lexicon import tokens
from liftos_agents.tools.surfacing.listing import Listing, read_listing
from liftos_agents.tools.surfacing.page import Page, read_page
from liftos_agents.tools.surfacing.penalties import penalties
from liftos_agents.tools.surfacing.product_facts import ProductName, name_of
from liftos_agents.tools.surfacing.queries import Query, derived_queries, shared_type
from liftos_agents.tools.surfacing.readiness import (
    GATE_CAP,
    Component,
    Penalty,
    gains,
    measured_weight,
    score,
)
from liftos_agents.tools.surfacing.recommendations import component_of, wording
from liftos_agents.tools.surfacing.retrieval import retrieval_rank

_MISSING_BELOW = 0.3
_LEAST_GAIN = 0.05
_UNMEASURED = {
    "retrieval_rank": (20.0, "strong", "needs competitors' texts: the mean reciprocal rank among them"),
    "structured_data": (8.0, "eligibility", "needs the page's HTML with its JSON-LD or microdata"),
    "freshness_identity": (8.0, "weak", "needs the page's HTML, or a catalogue with identifiers"),
    "llms_txt": (0.0, "none", "no association over about 300,000 domains: it counts nothing"),
}


@dataclass(frozen=True)
class Surroundings:
    """What is known besides the product itself.

    Attributes:
        category: What shoppers call such a product.
        brand: The brand, when the text does not make it plain.
        robots_txt: The site's robots.txt.
        url: The page's address or path.
        competitors: Texts or pages of competitors.
        queries: What shoppers type; drawn from the texts where none is given.
        as_of: The day to judge age by, ISO.
    """

    category: str | None = None
    brand: str | None = None
    robots_txt: str | None = None
    url: str | None = None
    competitors: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    as_of: str | None = None


def audit(product: Product | str, around: Surroundings | None = None) -> AuditResult:
    """The readiness of a product, given as such or as its text.

    Raises:
        ToolFailed: The text holds no words that a reader sees.
    """
    around = around or Surroundings()
    if isinstance(product, str):
        product = product_of_text(product)
    listing = read_listing(product.source)
    page = read_page(product.html) if product.html is not None else None
    words = tokens(listing.text)
    if not words:
        raise ToolFailed(
            "the text holds no words that a reader sees without JavaScript",
            fix="Give the product's title and description",
        )
    language = product.language or detect(listing.text)
    named = product_name(listing, product, page, around)
    components = [
        facet_coverage(listing, named, around.category),
        fact_completeness(listing, named),
        extractability(listing, language),
        proof(listing),
        language_consistency(listing, language),
    ]
    if around.competitors:
        others = [read_listing(text) for text in around.competitors]
        asked = tuple(Query(q) for q in around.queries) or derived_queries(
            around.category or shared_type(named.product_type, listing, others), (listing, *others)
        )
        components.append(retrieval_rank(listing, others, asked))
    if page is not None:
        components.append(structured_data(listing, page))
    if page is not None or product.row is not None:
        components.append(freshness_identity(product, page, around.as_of))
    checks = gate(listing, page, around.robots_txt, around.url or (page.canonical if page else product.url))
    off = _penalties(listing, page)
    return _result(product, listing, page, named, language, tuple(components), checks, off)


def product_name(listing: Listing, product: Product, page: Page | None, around: Surroundings) -> ProductName:
    """Name, type, brand and category; a page's structured name goes before its title, which may name the shop."""
    brand = around.brand or product.brand or (page.structured.values.get("brand") if page else None)
    title = page.structured.values.get("name") if page else None
    category = around.category or product.facts.get("Category")
    return name_of(replace(listing, title=title) if title else listing, category, brand)


def _penalties(listing: Listing, page: Page | None) -> tuple[Penalty, ...]:
    found = penalties(listing)
    contradicted = structured_price_contradiction(listing, page) if page else None
    if contradicted is None or any(p.name == contradicted.name for p in found):
        return found
    return (*found, contradicted)


def _result(
    product: Product,
    listing: Listing,
    page: Page | None,
    named: ProductName,
    language: str,
    components: tuple[Component, ...],
    checks: tuple[Check, ...],
    off: tuple[Penalty, ...],
) -> AuditResult:
    barred = failed(checks)
    kind: Literal["text", "page", "row"] = "page" if page else "text" if product.row is None else "row"
    shown = {c.name: _measured(c) for c in components}
    return AuditResult(
        score=_rounded(score(components, off, capped=bool(barred))),
        ungated_score=_rounded(score(components, off)),
        capped=bool(barred),
        gate_cap=GATE_CAP,
        measured_weight=measured_weight(components),
        kind=kind,
        product=named.name,
        title=listing.title[:300],
        id=product.id,
        brand=named.brand,
        category=named.category,
        language=language,
        words=len(tokens(listing.text)),
        components=shown | {name: _unmeasured(name) for name in _UNMEASURED if name not in shown},
        gate={c.name: _gate_check(c) for c in checks},
        penalties=tuple(PenaltyPoints(name=p.name, points=_rounded(p.points), detail=p.detail) for p in off),
        recommendations=_recommendations(components, off, named, barred),
        caveats=_caveats(kind, language, shown, checks, barred),
        units=UNITS,
    )


def _measured(component: Component) -> ComponentScore:
    there: dict[str, list[str]] = {}
    for item in component.items:
        if item.found and item.value >= _MISSING_BELOW:
            there.setdefault(item.fix, []).extend(item.found)
    missing = (item.fix for item in component.items if item.value < _MISSING_BELOW)
    return ComponentScore(
        label=component.name.replace("_", " "),
        score=_rounded(100.0 * component.value),
        weight=component.weight,
        grade=component.grade,
        source=component.source,
        measured=True,
        found=tuple(f"{fix}: {', '.join(words)}" for fix, words in there.items()),
        missing=tuple(dict.fromkeys(missing)),
    )


def _unmeasured(name: str) -> ComponentScore:
    weight, grade, reason = _UNMEASURED[name]
    return ComponentScore(
        label=name.replace("_", " "),
        score=None,
        weight=weight,
        grade=grade,
        source=reason,
        measured=False,
        reason=reason,
    )


def _gate_check(check: Check) -> GateCheck:
    return GateCheck(
        label=check.label,
        measured=check.passed is not None,
        passed=check.passed,
        scored=check.scored,
        detail=check.detail,
    )


def _recommendations(
    components: tuple[Component, ...], off: tuple[Penalty, ...], named: ProductName, barred: Sequence[Check]
) -> tuple[AuditRecommendation, ...]:
    made = [
        AuditRecommendation(
            text=wording(fix, named),
            component=component_of(fix, components),
            expected_gain=_rounded(gain),
            fix=fix,
        )
        for fix, gain in gains(components, off)
        if gain >= _LEAST_GAIN
    ]
    if barred:
        opened = score(components, off) - score(components, off, capped=True)
        reasons = "; ".join(f"{c.label} ({c.detail})" for c in barred)
        made.insert(
            0,
            AuditRecommendation(
                text=f"Let assistants' crawlers in first, for nothing else counts until then: {reasons}.",
                component="gate",
                expected_gain=_rounded(opened),
                fix="gate",
            ),
        )
    return tuple(made)


def _caveats(
    kind: str,
    language: str,
    shown: dict[str, ComponentScore],
    checks: Sequence[Check],
    barred: Sequence[Check],
) -> tuple[str, ...]:
    weight = sum(c.weight for c in shown.values())
    missing = [name.replace("_", " ") for name in _UNMEASURED if name not in shown and name != "llms_txt"]
    said = ["The score says how ready the product is to be found and quoted; it predicts no citations."]
    if missing:
        said.append(
            f"The {kind} shows {weight:.0f} of the score's 100 points of weight; not measured: {', '.join(missing)}."
        )
    open_checks = [c for c in checks if c.scored and c.passed is None]
    if open_checks:
        few = (
            "The page's HTTP status was"
            if len(open_checks) == 1
            else "The page's HTTP status and access rules were"
        )
        said.append(f"{few} not measured; a failure there would cap the score at {GATE_CAP:.0f}.")
    if barred:
        said.append("Each gain but the first is what it adds once crawlers are let in.")
    if language not in ("en", "und"):
        said.append(
            "The word lists behind facts and facets are English, so facts in other languages may be overlooked."
        )
    return tuple(said)


def _rounded(value: float) -> float:
    return round(value, 2)
