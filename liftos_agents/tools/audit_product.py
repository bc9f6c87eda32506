"""How ready a product text is to be found and used by assistants that answer shoppers."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.registry import tool
from liftos_agents.tools.surfacing.components import (
    extractability,
    facet_coverage,
    fact_completeness,
    language_consistency,
    proof,
)
from liftos_agents.tools.surfacing.language import detect
from liftos_agents.tools.surfacing.lexicon import tokens
from liftos_agents.tools.surfacing.listing import read_listing
from liftos_agents.tools.surfacing.penalties import penalties
from liftos_agents.tools.surfacing.product_facts import ProductName, name_of
from liftos_agents.tools.surfacing.readiness import Component, Penalty, gains, measured_weight, score
from liftos_agents.tools.surfacing.recommendations import component_of, wording

MOST_CHARACTERS = 200_000
_MISSING_BELOW = 0.3
_NOT_MEASURED = (
    (
        "gate",
        0.0,
        "certain",
        "the page's HTTP status, indexability and robots rules; a failure caps the score at 20",
    ),
    ("retrieval_rank", 20.0, "strong", "needs competitors' pages: reciprocal rank among them"),
    ("structured_data", 8.0, "eligibility", "needs the page's JSON-LD or microdata"),
    ("freshness_identity", 8.0, "weak", "needs the page's dates and identifiers"),
    ("llms_txt", 0.0, "none", "no association over about 300,000 domains: it counts nothing"),
)


class AuditArguments(BaseModel):
    """Arguments of `audit_product`; without `text` the given document is audited."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str | None = Field(
        default=None, max_length=MOST_CHARACTERS, description="The product text, when no document is given."
    )
    category: str | None = Field(
        default=None,
        max_length=80,
        description="What shoppers call such a product, for example 'car stereo', or one of apparel, electronics, furniture, consumables.",
    )
    brand: str | None = Field(
        default=None, max_length=80, description="The brand, when the text does not make it plain."
    )


class ComponentScore(BaseModel):
    """One component: `score` from 0 to 100, or None where a text cannot show it; `label` is its name in words."""

    model_config = ConfigDict(frozen=True)

    label: str
    score: float | None
    weight: float
    grade: str
    source: str
    measured: bool
    found: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class PenaltyPoints(BaseModel):
    """Points taken off the score."""

    model_config = ConfigDict(frozen=True)

    name: str
    points: float
    detail: str


class AuditRecommendation(BaseModel):
    """A change of the text and what it alone would add to the score."""

    model_config = ConfigDict(frozen=True)

    text: str
    component: str
    expected_gain: float
    fix: str


class AuditResult(BaseModel):
    """Readiness of a product text: no prediction of citations, and nothing counted that a text cannot show."""

    model_config = ConfigDict(frozen=True)

    score: float
    measured_weight: float
    full_weight: float = 100.0
    product: str
    brand: str | None
    category: str
    language: str
    words: int
    components: dict[str, ComponentScore]
    penalties: tuple[PenaltyPoints, ...]
    recommendations: tuple[AuditRecommendation, ...]
    caveats: tuple[str, ...]
    units: dict[str, str]


_UNITS = {
    "score": "score",
    "measured_weight": "score",
    "full_weight": "score",
    "product": "text",
    "brand": "text",
    "category": "text",
    "language": "text",
    "words": "count",
    "components.*.score": "score",
    "components.*.weight": "score",
    "components.*.label": "text",
    "components.*.grade": "text",
    "components.*.source": "text",
    "components.*.found": "text",
    "components.*.missing": "text",
    "penalties.*.name": "text",
    "penalties.*.points": "score",
    "penalties.*.detail": "text",
    "recommendations.*.text": "text",
    "recommendations.*.component": "text",
    "recommendations.*.expected_gain": "score",
    "caveats": "text",
}


@tool(
    "audit_product",
    version="1",
    summary="Scores how ready a product text is to be found and quoted by assistants, and ranks what to change.",
    data="text",
    timeout_seconds=30.0,
)
def audit_product(context: ToolContext, arguments: AuditArguments) -> AuditResult:
    """The readiness of a product text, 0 to 100 over the weight that a text lets one measure.

    The text is data: sentences in it that address a machine are set aside, count nowhere and cost points.

    Raises:
        ToolRetry: Neither a document nor `text` was given.
        ToolFailed: The text holds no words.
    """
    text = arguments.text if arguments.text is not None else context.text
    if text is None:
        raise ToolRetry("there is no product text", fix="Give a text file as data, or the argument text")
    return audit(text[:MOST_CHARACTERS], category=arguments.category, brand=arguments.brand)


def audit(text: str, *, category: str | None = None, brand: str | None = None) -> AuditResult:
    """The readiness of `text`; a function of its arguments alone.

    Raises:
        ToolFailed: The text holds no words.
    """
    listing = read_listing(text)
    words = tokens(listing.text)
    if not words:
        raise ToolFailed(
            "the text holds no words that a reader sees", fix="Give the product's title and description"
        )
    language = detect(listing.text)
    product = name_of(listing, category, brand)
    components = (
        facet_coverage(listing, product, category),
        fact_completeness(listing, product),
        extractability(listing, language),
        proof(listing),
        language_consistency(listing, language),
    )
    found = penalties(listing)
    return AuditResult(
        score=_rounded(score(components, found)),
        measured_weight=measured_weight(components),
        product=product.name,
        brand=product.brand,
        category=product.category,
        language=language,
        words=len(words),
        components={c.name: _measured(c) for c in components}
        | {
            name: ComponentScore(
                label=name.replace("_", " "),
                score=None,
                weight=weight,
                grade=grade,
                source=source,
                measured=False,
            )
            for name, weight, grade, source in _NOT_MEASURED
        },
        penalties=tuple(
            PenaltyPoints(name=p.name, points=_rounded(p.points), detail=p.detail) for p in found
        ),
        recommendations=_recommendations(components, found, product),
        caveats=_caveats(language, components),
        units=_UNITS,
    )


def _measured(component: Component) -> ComponentScore:
    return ComponentScore(
        label=component.name.replace("_", " "),
        score=_rounded(100.0 * component.value),
        weight=component.weight,
        grade=component.grade,
        source=component.source,
        measured=True,
        found=tuple(
            f"{item.fix}: {', '.join(item.found)}"
            for item in component.items
            if item.found and item.value >= _MISSING_BELOW
        ),
        missing=tuple(item.fix for item in component.items if item.value < _MISSING_BELOW),
    )


def _recommendations(
    components: tuple[Component, ...], found: tuple[Penalty, ...], product: ProductName
) -> tuple[AuditRecommendation, ...]:
    return tuple(
        AuditRecommendation(
            text=wording(fix, product),
            component=component_of(fix, components),
            expected_gain=_rounded(gain),
            fix=fix,
        )
        for fix, gain in gains(components, found)
        if gain >= 0.05
    )


def _caveats(language: str, components: tuple[Component, ...]) -> tuple[str, ...]:
    said = [
        "The score says how ready the text is; it predicts no citations.",
        f"A text alone shows {measured_weight(components):.0f} of the score's 100 points of weight; "
        "the page's accessibility, its rank among competitors, structured data and freshness were not measured.",
    ]
    if language not in ("en",):
        said.append(
            "The word lists behind facts and facets are English, so facts in other languages may be overlooked."
        )
    return tuple(said)


def _rounded(value: float) -> float:
    return round(value, 2)
