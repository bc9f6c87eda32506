"""Cost, iROAS, cost per incremental, lift and profit of an incremental outcome, each with its interval."""

from __future__ import annotations

import math

from liftos_agents.domain.effect import Term
from liftos_agents.tools.experiments.finding import Bounds, Finding, Moments
from liftos_agents.tools.experiments.ratio import fieller, inverse

NOTHING = 1e-12
"""Relative to the other figures: a cost below it is none."""


def interval_of(finding: Finding) -> Bounds:
    """The interval of the incremental outcome: the method's own, or from its moments."""
    if finding.interval is not None:
        return finding.interval
    assert finding.moments is not None
    half = finding.moments.critical * math.sqrt(finding.moments.outcome_variance)
    return Bounds(finding.moments.outcome - half, finding.moments.outcome + half)


def returns(finding: Finding, margin: float | None) -> tuple[dict[str, Term], list[str]]:
    """Further estimates by key, and a warning for each set without an end."""
    moments = finding.moments
    assert moments is not None
    interval = interval_of(finding)
    terms: dict[str, Term] = {}
    warnings: list[str] = []
    lift = _lift(finding, interval)
    if lift is not None:
        terms["lift"] = lift
    if moments.cost is None:
        return terms, [*warnings, "No spend column is given, so there is no incremental cost and no iROAS."]
    terms["cost"] = _with_half_width(
        "incremental spend in the test", moments.cost, moments.cost_variance, moments.critical, finding.n
    )
    if abs(moments.cost) <= NOTHING * max(1.0, abs(moments.outcome)):
        return terms, [*warnings, "No incremental spend is seen, so there is no iROAS."]
    bounds = finding.iroas or _ratio_set(moments, interval)
    ratio = moments.outcome / moments.cost if finding.iroas_estimate is None else finding.iroas_estimate
    terms["iroas"] = Term(
        meaning="incremental outcome per incremental spend",
        estimate=ratio,
        standard_error=_ratio_error(moments, ratio),
        low=bounds.low,
        high=bounds.high,
        n=finding.n,
    )
    warnings += _endless("iROAS", bounds)
    if ratio > 0.0:
        each = inverse(bounds)
        terms["cost_per_incremental"] = Term(
            meaning="incremental spend per unit of incremental outcome",
            estimate=1.0 / ratio,
            low=each.low,
            high=each.high,
            n=finding.n,
        )
        warnings += _endless("cost per incremental", each)
    else:
        warnings.append("There is no cost per incremental unit: outcome and spend moved in opposite ways.")
    if margin is not None:
        terms["profit"] = _profit(finding, moments, margin)
    return terms, warnings


def _ratio_set(moments: Moments, interval: Bounds) -> Bounds:
    """Fieller's set, or the interval divided by the spend where the spend is known."""
    assert moments.cost is not None
    if moments.cost_variance > 0.0:
        return fieller(moments)
    return interval.times(1.0 / moments.cost)


def _lift(finding: Finding, interval: Bounds) -> Term | None:
    observed = finding.observed
    if observed is None or finding.moments is None:
        return None

    def share(value: float | None) -> float | None:
        without = observed - value if value is not None else 0.0
        return value / without if value is not None and without > NOTHING * abs(observed) else None

    middle = share(finding.moments.outcome)
    if middle is None:
        return None
    return Term(
        meaning="incremental outcome as a share of what it would have been",
        estimate=middle,
        low=share(interval.low),
        high=share(interval.high),
        p_value=finding.p_value,
        n=finding.n,
    )


def _with_half_width(meaning: str, value: float, variance: float, critical: float, n: int) -> Term:
    error = math.sqrt(variance)
    return Term(
        meaning=meaning,
        estimate=value,
        standard_error=error,
        low=value - critical * error,
        high=value + critical * error,
        n=n,
    )


def _profit(finding: Finding, moments: Moments, margin: float) -> Term:
    assert moments.cost is not None
    value = margin * moments.outcome - moments.cost
    variance = (
        margin**2 * moments.outcome_variance - 2.0 * margin * moments.covariance + moments.cost_variance
    )
    return _with_half_width(
        f"{margin:g} × incremental outcome less incremental spend",
        value,
        max(variance, 0.0),
        moments.critical,
        finding.n,
    )


def _ratio_error(moments: Moments, ratio: float) -> float | None:
    assert moments.cost is not None
    variance = (
        moments.outcome_variance - 2.0 * ratio * moments.covariance + ratio**2 * moments.cost_variance
    ) / moments.cost**2
    return math.sqrt(max(variance, 0.0))


def _endless(name: str, bounds: Bounds) -> list[str]:
    if bounds.low is not None and bounds.high is not None:
        return []
    if bounds.holed:
        return [f"The interval of {name} has no end: large values of either sign cannot be excluded."]
    return [
        f"The interval of {name} has no end on {'both sides' if bounds.low is bounds.high else 'one side'}."
    ]
