"""The effect of a treatment through instruments that move it, with intervals that hold when they move it little."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.effect import ConfidenceInterval, Term
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import build, refused
from liftos_agents.tools.instruments.anderson_rubin import AndersonRubin, anderson_rubin
from liftos_agents.tools.instruments.estimators import (
    METHOD_NAMES,
    Estimate,
    Method,
    instrumented,
    least_squares,
)
from liftos_agents.tools.instruments.first_stage import (
    Partialled,
    Projection,
    Relevance,
    partial_out,
    project,
    relevance,
)
from liftos_agents.tools.instruments.judgement import SURE_LEVEL, Judgement, judge
from liftos_agents.tools.instruments.pictures import forest
from liftos_agents.tools.instruments.result import (
    AndersonRubinEvidence,
    FirstStageEvidence,
    InstrumentalVariablesResult,
    SpecificationEvidence,
    instrument_units,
)
from liftos_agents.tools.instruments.sample import InstrumentSample, draw_sample
from liftos_agents.tools.instruments.specification import SpecificationTest, hansen, sargan, wu_hausman
from liftos_agents.tools.instruments.strength import VERY_WEAK, WEAK, strength_of
from liftos_agents.tools.registry import tool


class InstrumentalVariablesArguments(BaseModel):
    """Columns and choices of the design.

    Attributes:
        outcome: Column that is moved.
        treatment: Column whose effect is asked about.
        instruments: Columns that move the treatment and nothing else that moves the outcome.
        controls: Columns held fixed, in both stages.
        cluster: Column of groups whose rows share shocks.
        weights: Column of weights from zero upwards.
        method: Two-stage least squares, LIML or two-step GMM.
        level: Of the intervals.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: str
    treatment: str
    instruments: tuple[str, ...] = Field(min_length=1, description="Columns that move the treatment only.")
    controls: tuple[str, ...] = Field(default=(), description="Columns held fixed in both stages.")
    cluster: str | None = None
    weights: str | None = None
    method: Method = "tsls"
    level: float = Field(default=0.9, gt=0.5, lt=1.0)


@tool(
    "instrumental_variables",
    version="2",
    summary="The effect through instruments: first stage, robust Anderson–Rubin set, overidentification, least squares beside it.",
    data="rows",
)
def instrumental_variables(
    context: ToolContext, arguments: InstrumentalVariablesArguments
) -> InstrumentalVariablesResult:
    """The effect of the treatment on those whom the instruments move (Imbens and Angrist, 1994).

    An effective F under 10 leaves the Anderson–Rubin set alone; under 23.1 the set is the interval and the Wald one stands beside it.
    Refused with fewer than ten clusters, and where with instruments that weak the set is empty even at 99 %.

    Raises:
        ToolRetry: A column does not do for its role.
        ToolFailed: There are too few rows.
    """
    a = arguments
    sample = draw_sample(
        context,
        "instrumental_variables",
        outcome=a.outcome,
        treatment=a.treatment,
        instruments=a.instruments,
        controls=a.controls,
        cluster=a.cluster,
        weights=a.weights,
    )
    context.progress("first stage and Anderson–Rubin set", 0.2)
    partialled = partial_out(sample)
    strength = relevance(partialled)
    robust = anderson_rubin(partialled, a.level)
    if robust.confidence_set.is_empty and strength.effective_f < VERY_WEAK:
        # Valid instruments leave an empty set now and then; at this level hardly ever.
        robust = anderson_rubin(partialled, max(a.level, SURE_LEVEL))
    context.progress("estimates", 0.5)
    estimate, plain = instrumented(sample, a.method), least_squares(sample, partialled)
    overidentified = hansen(partialled)
    judgement = judge(
        outcome=a.outcome,
        treatment=a.treatment,
        instruments=a.instruments,
        relevance=strength,
        robust=robust,
        overidentified=overidentified,
        instrumented=estimate,
        plain=plain,
        clusters=sample.clusters,
        level=a.level,
    )
    fields = _shared(a, sample, judgement, _first_stage(sample, partialled, strength, a.level))
    if judgement.refusals:
        return refused(
            InstrumentalVariablesResult, reasons=[*judgement.refusals, *judgement.reasons], **fields
        )
    very_weak, weak = strength.effective_f < VERY_WEAK, strength.effective_f < WEAK
    half = estimate.quantile(a.level) * estimate.standard_error
    wald = ConfidenceInterval(low=estimate.value - half, high=estimate.value + half, level=a.level)
    return build(
        InstrumentalVariablesResult,
        status=judgement.status,
        reasons=tuple(judgement.reasons),
        estimate=None if very_weak else estimate.value,
        standard_error=None if very_weak else estimate.standard_error,
        interval=robust.confidence_set.hull if weak else wald,
        p_value=robust.p_value if weak else estimate.p_value(estimate.standard_error),
        wald_interval=None if very_weak else wald,
        anderson_rubin=_set(robust),
        terms=_terms(a, estimate, plain, very_weak, sample.n),
        reduced_form=_coefficients(sample, project(partialled, partialled.outcome), a.level, a.outcome),
        overidentification=_tests(hansen=overidentified, sargan=sargan(partialled)),
        endogeneity=_tests(
            wu_hausman=wu_hausman(partialled, robust=False) if sample.cluster is None else None,
            robust=wu_hausman(partialled, robust=True),
        ),
        figures=(
            forest(
                outcome=a.outcome,
                treatment=a.treatment,
                plain=plain,
                instrumented=estimate,
                method_name=METHOD_NAMES[a.method],
                wald=None if very_weak else wald,
                robust=robust.confidence_set,
            ),
        ),
        **fields,
    )


def _shared(
    a: InstrumentalVariablesArguments,
    sample: InstrumentSample,
    judgement: Judgement,
    first_stage: FirstStageEvidence,
) -> dict[str, Any]:
    held = f", {', '.join(a.controls)} held fixed" if a.controls else ""
    clusters = {} if sample.clusters is None else {"clusters": sample.clusters}
    return {
        "estimand": f"Average effect of one more unit of {a.treatment} on {a.outcome} among those whose {a.treatment} is moved by "
        f"{', '.join(a.instruments)}, weighted by how much it is moved.",
        "design": f"Instrumental variables ({METHOD_NAMES[a.method]}): only the part of {a.treatment} that {', '.join(a.instruments)} "
        f"moves is used{held}.",
        "method": a.method,
        "outcome": a.outcome,
        "treatment": a.treatment,
        "n": sample.n,
        "assumptions": tuple(judgement.assumptions),
        "checks": tuple(judgement.checks),
        "warnings": tuple(judgement.warnings),
        "advice": tuple(judgement.advice),
        "first_stage": first_stage,
        "diagnostics": {
            "rows_dropped": sample.dropped,
            "controls_used": sample.controls.shape[1] - 1,
            **clusters,
        },
        "units": instrument_units(),
        "settings": a.model_dump(mode="json"),
    }


def _first_stage(
    sample: InstrumentSample, partialled: Partialled, strength: Relevance, level: float
) -> FirstStageEvidence:
    return FirstStageEvidence(
        classical_f=strength.classical_f,
        classical_p=strength.classical_p,
        robust_f=strength.robust_f,
        effective_f=strength.effective_f,
        partial_r2=strength.partial_r2,
        strength=strength_of(strength.effective_f),
        coefficients=_coefficients(sample, project(partialled, partialled.treatment), level, "the treatment"),
    )


def _coefficients(sample: InstrumentSample, projection: Projection, level: float, on: str) -> dict[str, Term]:
    found: dict[str, Term] = {}
    half = projection.quantile(level) * projection.standard_errors
    columns = np.column_stack(
        [projection.coefficients, projection.standard_errors, half, projection.p_values()]
    )
    for name, (value, error, reach, p_value) in zip(sample.instrument_names, columns.tolist(), strict=True):
        found[_key(name, found)] = Term(
            meaning=f"Coefficient of {name} on {on}",
            estimate=value,
            standard_error=error,
            low=value - reach,
            high=value + reach,
            p_value=p_value,
            n=sample.n,
        )
    return found


def _terms(
    a: InstrumentalVariablesArguments, estimate: Estimate, plain: Estimate, very_weak: bool, n: int
) -> dict[str, Term]:
    """Both estimators with each standard error; plain keys have the classical one, or the only one there is."""
    clustered = "clustered" if a.cluster else "robust to unequal variances"
    terms: dict[str, Term] = {}
    for key, name, found, bare in (
        ("ols", "Least squares", plain, False),
        (a.method, METHOD_NAMES[a.method].capitalize(), estimate, very_weak),
    ):
        kinds = (
            ("", found.classical, "classical standard error, small-sample corrected"),
            ("_uncorrected", found.classical_uncorrected, "classical standard error, uncorrected"),
            ("_robust", found.robust, f"standard error {clustered}, small-sample corrected"),
            ("_robust_uncorrected", found.robust_uncorrected, f"standard error {clustered}, uncorrected"),
        )
        for suffix, error, meaning in kinds:
            if error is None:
                continue
            half = found.quantile(a.level) * error
            terms[f"{key}{suffix}"] = Term(
                meaning=f"{name}, {meaning}",
                estimate=found.value,
                standard_error=error,
                low=None if bare else found.value - half,
                high=None if bare else found.value + half,
                p_value=None if bare else found.p_value(error),
                n=n,
            )
    return terms


def _set(robust: AndersonRubin) -> AndersonRubinEvidence:
    found = robust.confidence_set
    return AndersonRubinEvidence(
        statistic=robust.statistic,
        p_value=robust.p_value,
        parts=found.intervals(),
        shape=found.shape,
        words=found.words(),
    )


def _tests(**tests: SpecificationTest | None) -> dict[str, SpecificationEvidence]:
    return {
        name: SpecificationEvidence(statistic=test.statistic, degrees=test.degrees, p_value=test.p_value)
        for name, test in tests.items()
        if test is not None
    }


def _key(name: str, taken: dict[str, Term]) -> str:
    """A name of letters, digits, `_` and `-` alone, different from those taken."""
    base = re.sub(r"[^A-Za-z0-9_-]+", "_", name) or "instrument"
    key, number = base, 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    return key
