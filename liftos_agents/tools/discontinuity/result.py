"""The result of a regression discontinuity design."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from liftos_agents.domain.effect import ConfidenceInterval, EffectResult, Part, Term, effect_units


class DensityEvidence(Part):
    """The density of the running variable at the cutoff, per unit of it, and the test that both sides agree."""

    below: float
    above: float
    statistic: float
    p_value: float
    bandwidth: float
    rows_below: int
    rows_above: int


class RegressionDiscontinuityResult(EffectResult):
    """The effect at a cutoff.

    `estimate` and `standard_error` are those of the local polynomial; `interval` and `p_value` are the robust bias-corrected ones,
    which are centred on the bias-corrected estimate (`terms.robust`).

    Attributes:
        bandwidth: Half width of the window, in units of the running variable.
        bias_bandwidth: Likewise, of the fit that estimates the bias.
        bandwidth_rule: `error`: least mean squared error; `coverage`: narrower, for the interval's coverage; `given`: by the caller.
        effective_below, effective_above: Rows with a positive weight.
        treated_side: The side on which the treatment is given.
        covariates: Jump of each observed characteristic, in its own units.
        robust_set: For a fuzzy design, the effects that the test without division by the first stage does not reject.
    """

    cutoff: float
    bandwidth: float | None = None
    bias_bandwidth: float | None = None
    bandwidth_rule: Literal["error", "coverage", "given"] = "error"
    effective_below: int | None = None
    effective_above: int | None = None
    treated_side: Literal["above", "below"] = "above"
    density: DensityEvidence | None = None
    covariates: dict[str, Term] = Field(default_factory=dict)
    robust_set: tuple[ConfidenceInterval, ...] = ()


def discontinuity_units() -> dict[str, str]:
    """Unit of every figure of the result."""
    return effect_units(
        cutoff="number",
        bandwidth="number",
        bias_bandwidth="number",
        effective_below="count",
        effective_above="count",
        density="number",
        density__p_value="probability",
        density__rows_below="count",
        density__rows_above="count",
        covariates="number",
        **{
            "covariates.*.p_value": "probability",
            "covariates.*.n": "count",
            "terms.first_stage": "number",
            "terms.first_stage.p_value": "probability",
            "terms.first_stage.n": "count",
            "robust_set.*.low": "outcome",
            "robust_set.*.high": "outcome",
            "robust_set.*.level": "share",
            "diagnostics.rows_dropped": "count",
        },
    )
