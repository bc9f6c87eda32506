"""How ready a whole catalogue is to be found and used by assistants, and which fix on how many rows would gain most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import fmean, median, quantiles
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.tools.catalogue.product import Product
from liftos_agents.tools.catalogue.products import products_of
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolFailed
from liftos_agents.tools.registry import tool
from liftos_agents.tools.surfacing.audit import Surroundings, audit
from liftos_agents.tools.surfacing.audit_result import AuditResult
from liftos_agents.tools.surfacing.recommendations import general_wording

MOST_PRODUCTS = 20_000
_BANDS = ((0.0, 20.0), (20.0, 40.0), (40.0, 60.0), (60.0, 80.0), (80.0, 100.0))
_REPORT_EVERY = 20
_LONG_TEXT = 60


class CatalogueArguments(BaseModel):
    """Arguments of `audit_catalogue`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: str | None = Field(
        default=None, max_length=80, description="What shoppers call such products, when all rows are alike."
    )
    most: int = Field(default=20, ge=1, le=200, description="How many rows to list.")
    order: Literal["lowest", "highest"] = Field(
        default="lowest", description="List the rows with the lowest scores first, or the highest."
    )
    as_of: str | None = Field(
        default=None, pattern=r"^\d{4}-\d{2}-\d{2}$", description="The day to judge age by, ISO."
    )


class RankedRow(BaseModel):
    """One row: its position from 1, its score, its weakest component by points lost, and the fix that gains most."""

    model_config = ConfigDict(frozen=True)

    rank: int
    row: int
    id: str | None
    title: str
    score: float
    weakest: str
    fix: str | None
    fix_text: str | None
    expected_gain: float
    penalties: tuple[str, ...] = ()


class CommonFix(BaseModel):
    """A fix: how many rows need it, what it gains on each of them, and what that is over the whole catalogue."""

    model_config = ConfigDict(frozen=True)

    fix: str
    text: str
    rows: int
    share: float
    mean_gain: float
    catalogue_gain: float


class CommonGap(BaseModel):
    """Something that rows lack, and how many."""

    model_config = ConfigDict(frozen=True)

    fix: str
    component: str
    rows: int
    share: float


class Band(BaseModel):
    """Rows whose score lies from `start` up to `end`."""

    model_config = ConfigDict(frozen=True)

    start: float
    end: float
    rows: int


class CatalogueComponent(BaseModel):
    """A component over the catalogue: the mean score of the rows and the points that are lost by it on average."""

    model_config = ConfigDict(frozen=True)

    label: str
    weight: float
    mean_score: float
    points_lost: float


class CatalogueResult(BaseModel):
    """Readiness of a catalogue: distribution, rows by score, common gaps, and fixes by their gain over all rows."""

    model_config = ConfigDict(frozen=True)

    products: int
    unreadable: int
    measured_weight: float
    full_weight: float = 100.0
    mean_score: float
    median_score: float
    lower_quartile: float
    upper_quartile: float
    lowest_score: float
    highest_score: float
    bands: tuple[Band, ...]
    components: dict[str, CatalogueComponent]
    rows: tuple[RankedRow, ...]
    order: str
    fixes: tuple[CommonFix, ...]
    gaps: tuple[CommonGap, ...]
    penalties: dict[str, int]
    repeated_texts: int
    caveats: tuple[str, ...]
    units: dict[str, str]


_UNITS = {
    "products": "count",
    "unreadable": "count",
    "measured_weight": "score",
    "full_weight": "score",
    "mean_score": "score",
    "median_score": "score",
    "lower_quartile": "score",
    "upper_quartile": "score",
    "lowest_score": "score",
    "highest_score": "score",
    "bands.*.start": "score",
    "bands.*.end": "score",
    "bands.*.rows": "count",
    "components.*.label": "text",
    "components.*.weight": "score",
    "components.*.mean_score": "score",
    "components.*.points_lost": "score",
    "rows.*.rank": "count",
    "rows.*.row": "count",
    "rows.*.id": "text",
    "rows.*.title": "text",
    "rows.*.score": "score",
    "rows.*.weakest": "text",
    "rows.*.fix_text": "text",
    "rows.*.expected_gain": "score",
    "order": "text",
    "fixes.*.text": "text",
    "fixes.*.rows": "count",
    "fixes.*.share": "share",
    "fixes.*.mean_gain": "score",
    "fixes.*.catalogue_gain": "score",
    "gaps.*.fix": "text",
    "gaps.*.component": "text",
    "gaps.*.rows": "count",
    "gaps.*.share": "share",
    "penalties": "count",
    "repeated_texts": "count",
    "caveats": "text",
}


@tool(
    "audit_catalogue",
    version="3",
    summary="Scores every product of a catalogue, ranks the rows, and says which fix on how many rows would gain most.",
    data="product",
    timeout_seconds=600.0,
)
def audit_catalogue(context: ToolContext, arguments: CatalogueArguments) -> CatalogueResult:
    """The readiness of all rows of a catalogue, each scored as `audit_product` scores it.

    Raises:
        ToolRetry: There is no data.
        ToolFailed: The table is no catalogue, has too many rows, or no row holds words.
    """
    products = products_of(context)
    if len(products) > MOST_PRODUCTS:
        raise ToolFailed(
            f"the catalogue has {len(products):,} products, more than the limit of {MOST_PRODUCTS:,}",
            fix="Give a part of it",
        )
    around = Surroundings(category=arguments.category, as_of=arguments.as_of)
    audited: list[tuple[Product, AuditResult]] = []
    unreadable = 0
    for position, product in enumerate(products):
        if position % _REPORT_EVERY == 0:
            context.progress(f"row {position + 1} of {len(products)}", position / len(products))
        try:
            audited.append((product, audit(product, around)))
        except ToolFailed:
            unreadable += 1
    if not audited:
        raise ToolFailed(
            "no row of the catalogue holds words", fix="Fill the columns of titles and descriptions"
        )
    return _result(audited, unreadable, arguments)


def _result(
    audited: Sequence[tuple[Product, AuditResult]], unreadable: int, arguments: CatalogueArguments
) -> CatalogueResult:
    results = [result for _, result in audited]
    scores = [result.score for result in results]
    low, _, high = quantiles(scores, n=4, method="inclusive") if len(scores) > 1 else (scores[0],) * 3
    repeated = _repeated([product for product, _ in audited])
    return CatalogueResult(
        products=len(audited),
        unreadable=unreadable,
        measured_weight=results[0].measured_weight,
        mean_score=_rounded(fmean(scores)),
        median_score=_rounded(median(scores)),
        lower_quartile=_rounded(low),
        upper_quartile=_rounded(high),
        lowest_score=min(scores),
        highest_score=max(scores),
        bands=tuple(
            Band(start=a, end=b, rows=sum(a <= s < b or (b == 100.0 and s == b) for s in scores))
            for a, b in _BANDS
        ),
        components=_components(results),
        rows=_rows(audited, arguments),
        order=arguments.order,
        fixes=_fixes(results),
        gaps=_gaps(results),
        penalties=dict(sorted(Counter(p.name for r in results for p in r.penalties).items())),
        repeated_texts=repeated,
        caveats=_caveats(results, unreadable, repeated),
        units=_UNITS,
    )


def _rows(
    audited: Sequence[tuple[Product, AuditResult]], arguments: CatalogueArguments
) -> tuple[RankedRow, ...]:
    sign = 1.0 if arguments.order == "lowest" else -1.0
    ranked = sorted(audited, key=lambda pair: (sign * pair[1].score, pair[0].row or 0))
    rows: list[RankedRow] = []
    for rank, (product, result) in enumerate(ranked[: arguments.most], 1):
        first = result.recommendations[0] if result.recommendations else None
        lost = {n: c.weight * (100.0 - (c.score or 0.0)) for n, c in result.components.items() if c.measured}
        rows.append(
            RankedRow(
                rank=rank,
                row=(product.row or 0) + 1,
                id=product.id,
                title=product.label[:120],
                score=result.score,
                weakest=max(lost, key=lambda name: (lost[name], name)),
                fix=first.fix if first else None,
                fix_text=first.text if first else None,
                expected_gain=first.expected_gain if first else 0.0,
                penalties=tuple(p.name for p in result.penalties),
            )
        )
    return tuple(rows)


def _fixes(results: Sequence[AuditResult]) -> tuple[CommonFix, ...]:
    gained: dict[str, list[float]] = {}
    for result in results:
        for advice in result.recommendations:
            gained.setdefault(advice.fix, []).append(advice.expected_gain)
    made = [
        CommonFix(
            fix=fix,
            text=general_wording(fix),
            rows=len(gains),
            share=len(gains) / len(results),
            mean_gain=_rounded(fmean(gains)),
            catalogue_gain=_rounded(sum(gains) / len(results)),
        )
        for fix, gains in gained.items()
    ]
    return tuple(sorted(made, key=lambda f: (-f.catalogue_gain, f.fix)))


def _gaps(results: Sequence[AuditResult]) -> tuple[CommonGap, ...]:
    counted = Counter(
        (fix, component) for r in results for component, c in r.components.items() for fix in c.missing
    )
    made = [
        CommonGap(fix=fix, component=component, rows=rows, share=rows / len(results))
        for (fix, component), rows in counted.items()
    ]
    return tuple(sorted(made, key=lambda g: (-g.rows, g.component, g.fix)))


def _components(results: Sequence[AuditResult]) -> dict[str, CatalogueComponent]:
    made: dict[str, CatalogueComponent] = {}
    for name, first in results[0].components.items():
        if not first.measured:
            continue
        mean = fmean(r.components[name].score or 0.0 for r in results)
        lost = first.weight * (100.0 - mean) / results[0].measured_weight
        made[name] = CatalogueComponent(
            label=first.label, weight=first.weight, mean_score=_rounded(mean), points_lost=_rounded(lost)
        )
    return made


def _repeated(products: Iterable[Product]) -> int:
    """How many rows share a long text, titles and named facts set aside, with a row before them."""
    texts = (" ".join(_prose(product)) for product in products)
    counted = Counter(text for text in texts if len(text) >= _LONG_TEXT)
    return sum(count - 1 for count in counted.values())


def _prose(product: Product) -> list[str]:
    aside = {product.title, *(f"{name}: {value}" for name, value in product.facts.items())}
    return [line.casefold() for line in product.source.splitlines() if line not in aside]


def _caveats(results: Sequence[AuditResult], unreadable: int, repeated: int) -> tuple[str, ...]:
    said = ["The scores say how ready each product is to be found and quoted; they predict no citations."]
    missing = [
        name.replace("_", " ") for name, c in results[0].components.items() if not c.measured and c.weight
    ]
    if missing:
        said.append(
            f"A catalogue shows {results[0].measured_weight:.0f} of the score's 100 points of weight; not measured: {', '.join(missing)}, "
            "and whether crawlers may read the pages."
        )
    if unreadable:
        said.append(f"{unreadable} row(s) hold no words and were left out.")
    if repeated:
        said.append(
            f"{repeated} row(s) repeat the whole text of another row: an assistant cannot tell them apart."
        )
    others = sorted({r.language for r in results} - {"en", "und"})
    if others:
        said.append(
            f"The word lists behind facts and facets are English; rows in {', '.join(others)} may hold facts that were overlooked."
        )
    return tuple(said)


def _rounded(value: float) -> float:
    return round(value, 2)
