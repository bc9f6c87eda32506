"""The result of instrumental variables."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from liftos_agents.domain.effect import ConfidenceInterval, EffectResult, Part, Term, effect_units


class FirstStageEvidence(Part):
    """How strongly the instruments move the treatment.

    Attributes:
        effective_f: Of Montiel Olea and Pflueger (2013); with one instrument the robust F.
        strength: Strong from 23.1, very weak under 10.
        coefficients: Of each instrument on the treatment, robust.
    """

    classical_f: float
    classical_p: float
    robust_f: float
    effective_f: float
    partial_r2: float
    strength: Literal["strong", "weak", "very weak"]
    coefficients: dict[str, Term]


class AndersonRubinEvidence(Part):
    """The test of no effect that holds however weak the instruments are, and the effects that it leaves.

    Attributes:
        parts: The confidence set; none where it is empty.
        shape: What kind of set it is.
        words: The set in words.
    """

    statistic: float
    p_value: float
    parts: tuple[ConfidenceInterval, ...]
    shape: Literal["interval", "half line", "whole line", "in parts", "empty"]
    words: str


class SpecificationEvidence(Part):
    """A specification test."""

    statistic: float
    degrees: int
    p_value: float


class InstrumentalVariablesResult(EffectResult):
    """An effect estimated with instruments.

    `interval` is the Anderson–Rubin set's hull where the instruments are weak. `standard_error` is the larger of the classical and the
    robust one, both with the small-sample correction; the four are in `terms`.

    Attributes:
        reduced_form: Coefficient of each instrument on the outcome, robust.
        wald_interval: Estimate ± t × standard error; None where the instruments are very weak.
        overidentification: `hansen`, robust, and `sargan`, under equal variances; none with one instrument.
        endogeneity: `wu_hausman` and `robust`: that least squares estimates the same.
    """

    first_stage: FirstStageEvidence | None = None
    reduced_form: dict[str, Term] = Field(default_factory=dict)
    anderson_rubin: AndersonRubinEvidence | None = None
    wald_interval: ConfidenceInterval | None = None
    overidentification: dict[str, SpecificationEvidence] = Field(default_factory=dict)
    endogeneity: dict[str, SpecificationEvidence] = Field(default_factory=dict)


def instrument_units() -> dict[str, str]:
    """Unit of every figure of the result."""
    return effect_units(
        first_stage="number",
        first_stage__classical_p="probability",
        first_stage__partial_r2="share",
        first_stage__strength="text",
        reduced_form="outcome",
        anderson_rubin__statistic="number",
        anderson_rubin__p_value="probability",
        anderson_rubin__words="text",
        anderson_rubin__shape="text",
        wald_interval__low="outcome",
        wald_interval__high="outcome",
        wald_interval__level="share",
        **{
            "first_stage.coefficients.*.p_value": "probability",
            "first_stage.coefficients.*.n": "count",
            "reduced_form.*.p_value": "probability",
            "reduced_form.*.n": "count",
            "anderson_rubin.parts.*.low": "outcome",
            "anderson_rubin.parts.*.high": "outcome",
            "anderson_rubin.parts.*.level": "share",
            "overidentification.*.statistic": "number",
            "overidentification.*.degrees": "count",
            "overidentification.*.p_value": "probability",
            "endogeneity.*.statistic": "number",
            "endogeneity.*.degrees": "count",
            "endogeneity.*.p_value": "probability",
            "diagnostics.rows_dropped": "count",
            "diagnostics.controls_used": "count",
            "diagnostics.clusters": "count",
        },
    )
