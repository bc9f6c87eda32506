"""Rows of users or campaigns credited to exposures: every method side by side, its conflicts, and what platforms over-claim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from liftos_agents.domain.effect import EffectResult
from liftos_agents.domain.estimate import Estimate, significant
from liftos_agents.tools.adjustment import advertising
from liftos_agents.tools.attribution import row_words as words
from liftos_agents.tools.attribution.comparison import conflicts, ranking
from liftos_agents.tools.attribution.credit import Credit
from liftos_agents.tools.attribution.exposures import Exposed, Exposure, exposed
from liftos_agents.tools.attribution.result import AttributeArguments, AttributeResult, Method, MethodSummary
from liftos_agents.tools.attribution.row_contract import (
    RowAttribution,
    RowChannel,
    RowCredit,
    RowMethod,
)
from liftos_agents.tools.attribution.row_estimates import Found, RowEstimate, row_estimates
from liftos_agents.tools.attribution.row_pictures import contributions
from liftos_agents.tools.budget.media_fit import FailedCheck
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolRetry

RankedBy = Literal["return", "contribution"]
Credits = dict[RowMethod, Credit]


def attribute_rows(
    context: ToolContext, arguments: AttributeArguments, given: RowAttribution
) -> AttributeResult:
    """Each exposure's credit by each method: its effect times how much of it there was.

    Raises:
        ToolRetry: A column does not do for its part, or settings of a marketing-mix fit are given too.
        ToolFailed: Too few complete rows.
    """
    for name, set_ in (("fit", bool(arguments.fit)), ("margin", arguments.margin is not None)):
        if set_:
            raise ToolRetry(
                f"{name} belongs to a marketing-mix fit, and rows have none",
                where=f"attribute argument {name}",
                fix=f"Leave {name} out, or leave rows out to credit a media panel",
            )
    there = exposed(context, given)
    found = row_estimates(context, given, there)
    credits: Credits = {}
    for method, by_key in found.items():
        credit = _credit(method, there, by_key)
        if credit is not None:
            credits[method] = credit
    base = next(iter(credits), None)
    spend = {e.key: e.spend for e in there.exposures if e.spend is not None}
    ranked_by: RankedBy = "return" if any(spend.values()) else "contribution"
    worth = spend if ranked_by == "return" else {e.key: 1.0 for e in there.exposures}
    claims = {e.key: e.claimed for e in there.exposures if e.claimed is not None}
    compared: dict[str, Credit] = {**credits}
    if claims:
        compared["platform_claimed"] = Credit(words.CLAIMED, claims)
    disagreements = conflicts(compared, worth) if base is not None and len(compared) > 1 else ()
    channels = {
        e.key: _channel(e, found, credits, base, there.outcome, spend, worth) for e in there.exposures
    }
    summaries: dict[Method, MethodSummary] = {
        method: _summary(method, by_key, credits.get(method), there, worth)
        for method, by_key in found.items()
    }
    if claims:
        total = sum(claims.values())
        summaries["platform_claimed"] = MethodSummary(
            available=True,
            stands_on=words.CLAIMED,
            total=total,
            total_share=_share(total, there.outcome),
            ranking=ranking(claims, worth),
        )
    effects: dict[tuple[RowMethod, str], EffectResult] = {
        (m, k): one.effect for m, by_key in found.items() for k, one in by_key.items() if one.effect
    }
    return AttributeResult(
        status="refused" if base is None else "solved",
        estimand=words.estimand(given, there),
        outcome_total=there.outcome,
        rows=there.rows,
        channels=dict(channels),
        methods=summaries,
        over_claim_total=_over_claim_total(claims, None if base is None else credits[base]),
        base_method=base,
        ranked_by=ranked_by,
        conflict=bool(disagreements),
        conflict_reasons=tuple(disagreement.reason for disagreement in disagreements),
        why_different=words.why_different(tuple(found), there),
        reasons=words.nothing_credited(found) if base is None else (),
        warnings=(advertising.WARNING, *words.warnings(there, channels, bool(disagreements))),
        assumptions=words.assumptions(given, there, effects),
        failed_checks=_failed_checks(effects, there),
        explanations=words.explanations(given, there, channels, summaries, base, bool(disagreements)),
        figures=contributions(given.outcome, there, channels),
        units=_units(given.outcome),
        settings=arguments.model_dump(mode="json"),
    )


def _credit(method: RowMethod, there: Exposed, by_key: Mapping[str, RowEstimate]) -> Credit | None:
    amounts: dict[str, tuple[float, float, float]] = {}
    for exposure in there.exposures:
        ends = _ends(by_key[exposure.key].effect)
        if ends is not None:
            amounts[exposure.key] = (
                ends[0] * exposure.total,
                ends[1] * exposure.total,
                ends[2] * exposure.total,
            )
    if not amounts:
        return None
    middle, low, high = ({key: ends[i] for key, ends in amounts.items()} for i in range(3))
    return Credit(words.STANDS_ON[method], middle, low, high)


def _ends(effect: EffectResult | None) -> tuple[float, float, float] | None:
    """Estimate and interval ends; None where there are none."""
    if effect is None or effect.status == "refused" or effect.estimate is None or effect.interval is None:
        return None
    if effect.interval.low is None or effect.interval.high is None:
        return None
    return effect.estimate, effect.interval.low, effect.interval.high


def _channel(
    exposure: Exposure,
    found: Found,
    credits: Credits,
    base: RowMethod | None,
    outcome: float,
    spend: Mapping[str, float],
    worth: Mapping[str, float],
) -> RowChannel:
    by_method: dict[str, RowCredit] = {}
    for method, by_key in found.items():
        one = by_key[exposure.key]
        by_method[method] = _row_credit(
            exposure, one, outcome, spend, ranking(credits[method].amount, worth) if method in credits else ()
        )
    ratio, least = _over_claim(exposure, None if base is None else credits[base])
    return RowChannel(
        column=exposure.column,
        kind=exposure.kind,
        exposed=exposure.total,
        spend=exposure.spend,
        naive=_amounts(exposure, exposure.naive, outcome, spend, status="estimated", reasons=(words.NAIVE,)),
        **by_method,
        claimed=exposure.claimed,
        over_claim=ratio,
        over_claim_at_least=least,
    )


def _row_credit(
    exposure: Exposure,
    one: RowEstimate,
    outcome: float,
    spend: Mapping[str, float],
    order: tuple[str, ...],
) -> RowCredit:
    if one.effect is None:
        return RowCredit(status="unavailable", reasons=(one.missing,))
    ends = _ends(one.effect)
    if ends is None:
        return RowCredit(status="refused", evidence=one.evidence, reasons=one.effect.reasons)
    credit = _amounts(exposure, ends, outcome, spend, status=one.effect.status, reasons=one.effect.reasons)
    rank = order.index(exposure.key) + 1 if exposure.key in order else None
    return credit.model_copy(update={"evidence": one.evidence, "rank": rank})


def _amounts(
    exposure: Exposure,
    ends: tuple[float, float, float],
    outcome: float,
    spend: Mapping[str, float],
    *,
    status: Literal["estimated", "downgraded", "refused"],
    reasons: tuple[str, ...],
) -> RowCredit:
    cost = spend.get(exposure.key)
    return RowCredit(
        status=status,
        effect=_estimate(ends, 1.0),
        contribution=_estimate(ends, exposure.total),
        roas=_estimate(ends, exposure.total / cost) if cost else None,
        share=_share(ends[0] * exposure.total, outcome),
        reasons=reasons,
    )


def _estimate(ends: tuple[float, float, float], factor: float) -> Estimate:
    middle, low, high = (significant(value * factor) for value in ends)
    return Estimate(mean=middle, p05=low, p50=middle, p95=high)


def _share(amount: float, outcome: float) -> float | None:
    return amount / outcome if outcome > 0.0 else None


def _summary(
    method: RowMethod,
    by_key: Mapping[str, RowEstimate],
    credit: Credit | None,
    there: Exposed,
    worth: Mapping[str, float],
) -> MethodSummary:
    if credit is None or credit.low is None or credit.high is None:
        missing = next((one.missing for one in by_key.values() if one.missing), "")
        return MethodSummary(available=False, stands_on=missing or words.REFUSED_THROUGHOUT)
    left = [e.column for e in there.exposures if e.key not in credit.amount]
    total = sum(credit.amount.values())
    return MethodSummary(
        available=True,
        stands_on=credit.stands_on + (f" It refuses {', '.join(left)}." if left else ""),
        total=_estimate((total, sum(credit.low.values()), sum(credit.high.values())), 1.0),
        total_share=_share(total, there.outcome),
        ranking=ranking(credit.amount, worth),
    )


def _over_claim(exposure: Exposure, base: Credit | None) -> tuple[Estimate | None, float | None]:
    if exposure.claimed is None or base is None or exposure.key not in base.amount:
        return None, None
    assert base.low is not None
    assert base.high is not None
    return _ratio(
        exposure.claimed, base.amount[exposure.key], base.low[exposure.key], base.high[exposure.key]
    )


def _over_claim_total(claims: Mapping[str, float], base: Credit | None) -> Estimate | None:
    """All claims over what the claiming channels added, with an interval as wide as if all errors moved together."""
    if not claims or base is None or any(key not in base.amount for key in claims):
        return None
    assert base.low is not None
    assert base.high is not None
    added, low, high = (sum(part[key] for key in claims) for part in (base.amount, base.low, base.high))
    return _ratio(sum(claims.values()), added, low, high)[0]


def _ratio(claimed: float, added: float, low: float, high: float) -> tuple[Estimate | None, float | None]:
    least = claimed / high if high > 0.0 else None
    if low <= 0.0 or claimed <= 0.0:
        return None, least if claimed > 0.0 else None
    return _estimate((claimed / added, claimed / high, claimed / low), 1.0), least


def _failed_checks(
    effects: Mapping[tuple[RowMethod, str], EffectResult], there: Exposed
) -> tuple[FailedCheck, ...]:
    columns = {e.key: e.column for e in there.exposures}
    return tuple(
        FailedCheck(
            name=check.name,
            value=check.value,
            threshold=check.threshold,
            meaning=f"{columns[key]} by {words.SAID[method]}: {check.meaning}",
        )
        for (method, key), effect in effects.items()
        for check in effect.checks
        if check.passed is False
    )


def _units(outcome: str) -> dict[str, str]:
    gain, rate = words.units_of(outcome)
    units: dict[str, str] = {}
    for method in ("naive", "linear", "dml", "causal_forest"):
        units |= {
            f"channels.*.{method}.effect": gain,
            f"channels.*.{method}.contribution": gain,
            f"channels.*.{method}.roas": rate,
            f"channels.*.{method}.share": "share",
            f"channels.*.{method}.rank": "count",
            f"channels.*.{method}.status": "text",
            f"channels.*.{method}.reasons": "text",
        }
    return {
        **units,
        "channels.*.column": "text",
        "channels.*.kind": "text",
        "channels.*.exposed": "number",
        "channels.*.spend": "money",
        "channels.*.claimed": gain,
        "channels.*.over_claim": "ratio",
        "channels.*.over_claim_at_least": "ratio",
        "over_claim_total": "ratio",
        "outcome_total": gain,
        "rows": "count",
        "methods.*.total": gain,
        "methods.*.total_share": "share",
        "methods.*.stands_on": "text",
        "methods.*.ranking": "text",
        "failed_checks.*.value": "number",
        "failed_checks.*.threshold": "number",
        **dict.fromkeys(
            (
                "estimand", "base_method", "ranked_by", "conflict_reasons", "why_different", "reasons", "warnings",
                "assumptions", "explanations",
            ),
            "text",
        ),
    }  # fmt: skip
