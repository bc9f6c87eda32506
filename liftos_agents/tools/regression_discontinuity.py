"""The effect of a treatment that starts at a cutoff of a running variable, with the tests that could refute the design."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.effect import ConfidenceInterval, Term
from liftos_agents.domain.figure import Figure
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.discontinuity.analysis import Analysis, analyse
from liftos_agents.tools.discontinuity.judgement import judge
from liftos_agents.tools.discontinuity.jump import Jump
from liftos_agents.tools.discontinuity.local_polynomial import Kernel
from liftos_agents.tools.discontinuity.pictures import bandwidth_forest, binned_scatter
from liftos_agents.tools.discontinuity.result import (
    DensityEvidence,
    RegressionDiscontinuityResult,
    discontinuity_units,
)
from liftos_agents.tools.discontinuity.sample import Sample, draw_sample
from liftos_agents.tools.effects import build, refused
from liftos_agents.tools.effects.judgement import Judgement
from liftos_agents.tools.errors import ToolFailed
from liftos_agents.tools.instruments.strength import VERY_WEAK, WEAK
from liftos_agents.tools.registry import tool


class RegressionDiscontinuityArguments(BaseModel):
    """Columns and choices of the design.

    Attributes:
        outcome: Column whose jump is asked about.
        running: Numeric column that decides on treatment.
        cutoff: Value of `running` at which treatment changes; rows exactly at it count as above.
        fuzzy: Column of the treatment taken, where crossing the cutoff only makes it likelier.
        covariates: Characteristics from before the treatment: tested for jumps, and adjusted for.
        kernel: How rows count by their distance to the cutoff.
        order: Order of the local polynomial; its bias is estimated with one order more.
        bandwidth: Half width of the window; chosen by `bandwidth_for` when absent.
        bandwidth_for: `error`: the least mean squared error; `coverage`: narrower, so that the interval holds the effect more nearly as
            often as it says where the mean is strongly curved, at the price of its width.
        cluster: Column of groups whose rows share shocks.
        treated_side: Where treatment is given; `auto`: where `fuzzy` is higher, above without it.
        donut: Rows nearer to the cutoff than this are left out.
        level: Of the intervals.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: str
    running: str
    cutoff: float = Field(default=0.0, allow_inf_nan=False)
    fuzzy: str | None = Field(default=None, description="Column of the treatment taken, for a fuzzy design.")
    covariates: tuple[str, ...] = Field(default=(), description="Columns from before the treatment.")
    kernel: Kernel = "triangular"
    order: int = Field(default=1, ge=1, le=3, description="Order of the local polynomial.")
    bandwidth: float | None = Field(
        default=None, gt=0.0, allow_inf_nan=False, description="Half width, in units of the running variable."
    )
    bandwidth_for: Literal["error", "coverage"] = Field(
        default="error", description="What the bandwidth is best for; coverage suits strongly curved means."
    )
    cluster: str | None = None
    treated_side: Literal["above", "below", "auto"] = Field(
        default="above", description="Side on which treatment is given."
    )
    donut: float = Field(
        default=0.0, ge=0.0, allow_inf_nan=False, description="Rows nearer to the cutoff are left out."
    )
    level: float = Field(default=0.9, gt=0.5, lt=1.0)


@tool(
    "regression_discontinuity",
    version="2",
    summary="The effect at a cutoff, with a robust interval and tests for manipulation, jumping covariates and placebo cutoffs.",
    data="rows",
)
def regression_discontinuity(
    context: ToolContext, arguments: RegressionDiscontinuityArguments
) -> RegressionDiscontinuityResult:
    """The jump of the outcome at the cutoff (Calonico, Cattaneo and Titiunik, 2014).

    Refused where the running variable's density, or the count of the rows nearest the cutoff, jumps with p < .001 (.0005 each where
    both are looked at) and by a quarter or more (and no donut is left out), where fewer than ten clusters are in the window, or
    where the treatment of a fuzzy design does not change at all.

    Raises:
        ToolRetry: A column, the cutoff or the bandwidth does not do.
        ToolFailed: A side has too few rows.
    """
    sample = draw_sample(context, arguments)
    try:
        analysis = analyse(
            context,
            sample,
            order=arguments.order,
            kernel=arguments.kernel,
            bandwidth=arguments.bandwidth,
            for_coverage=arguments.bandwidth_for == "coverage",
            level=arguments.level,
        )
    except ZeroDivisionError:
        raise ToolFailed(
            f"{arguments.fuzzy!r} does not change at the cutoff {arguments.cutoff:g}, so nothing can be divided by its change",
            where="regression_discontinuity argument fuzzy",
            fix="Check the cutoff, or leave fuzzy out for the effect of crossing the cutoff itself",
        ) from None
    side = _treated_side(arguments, analysis)
    sign = 1.0 if side == "above" or arguments.fuzzy is not None else -1.0
    where = "at or above" if side == "above" else "below"
    treatment = arguments.fuzzy or f"{arguments.running} {where} {arguments.cutoff:g}"
    judgement = judge(
        analysis,
        sample,
        running=arguments.running,
        treatment=treatment,
        donut=arguments.donut,
        sign=sign,
    )
    fields = _shared(arguments, sample, analysis, judgement, treatment, side)
    if judgement.refusals:
        return refused(
            RegressionDiscontinuityResult,
            reasons=[*judgement.refusals, *judgement.reasons],
            figures=_figures(arguments, sample, analysis, None),
            **fields,
        )
    return build(
        RegressionDiscontinuityResult,
        status=judgement.status,
        reasons=tuple(judgement.reasons),
        **_headline(analysis, sign, arguments.level),
        terms=_terms(analysis, sign, arguments.level, arguments.outcome, treatment),
        figures=_figures(arguments, sample, analysis, sign),
        **fields,
    )


def _treated_side(
    arguments: RegressionDiscontinuityArguments, analysis: Analysis
) -> Literal["above", "below"]:
    if arguments.treated_side != "auto":
        return arguments.treated_side
    first = analysis.first_stage
    return "below" if first is not None and first.treatment.estimate < 0.0 else "above"


def _headline(analysis: Analysis, sign: float, level: float) -> dict[str, Any]:
    """Estimate and interval; with a weak first stage the interval that does not divide by it, and no estimate if it is very weak."""
    jump, first = analysis.jump, analysis.first_stage
    low, high = sorted(sign * end for end in jump.interval(level))
    found: dict[str, Any] = {
        "estimate": sign * jump.estimate,
        "standard_error": jump.standard_error,
        "interval": ConfidenceInterval(low=low, high=high, level=level),
        "p_value": jump.p_value,
    }
    if first is not None and first.strength is not None and first.strength < WEAK:
        found |= {"interval": first.robust_set.hull, "p_value": first.outcome.p_value}
        if first.strength < VERY_WEAK:
            found |= {"estimate": None, "standard_error": None}
    if first is not None:
        found["robust_set"] = first.robust_set.intervals()
    return found


def _terms(analysis: Analysis, sign: float, level: float, outcome: str, treatment: str) -> dict[str, Term]:
    jump, first = analysis.jump, analysis.first_stage
    half = jump.quantile(level) * jump.standard_error
    n = sum(jump.effective)
    very_weak = first is not None and first.strength is not None and first.strength < VERY_WEAK
    terms: dict[str, Term] = {}
    if not very_weak:
        for key, meaning, value in (
            ("conventional", "Local polynomial, its bias left in", jump.estimate),
            (
                "bias_corrected",
                "Less the estimated bias, with the conventional standard error",
                jump.corrected,
            ),
        ):
            terms[key] = Term(
                meaning=meaning,
                estimate=sign * value,
                standard_error=jump.standard_error,
                low=sign * value - half,
                high=sign * value + half,
                p_value=jump.p(value, jump.standard_error),
                n=n,
            )
        terms["robust"] = _term("Less the estimated bias, with that estimate's own error", jump, sign, level)
        for name, other in analysis.others.items():
            meaning = f"At {other.factor:g} × the bandwidth ({other.bandwidth:.4g}), bias-corrected, robust"
            terms[name] = _term(meaning, other.jump, sign, level)
    if first is not None:
        terms["reduced_form"] = _term(f"Jump of {outcome} itself", first.outcome, 1.0, level)
        terms["first_stage"] = _term(f"Jump of {treatment}", first.treatment, 1.0, level)
    for name, (_, placebo) in analysis.placebos.items():
        meaning = (
            f"Jump at a placebo cutoff, the median of the rows {name.removeprefix('placebo_')} the cutoff"
        )
        terms[name] = _term(meaning, placebo, sign, level)
    return terms


def _term(meaning: str, jump: Jump, sign: float, level: float) -> Term:
    low, high = sorted(sign * end for end in jump.interval(level))
    return Term(
        meaning=meaning,
        estimate=sign * jump.corrected,
        standard_error=jump.robust_error,
        low=low,
        high=high,
        p_value=jump.p_value,
        n=sum(jump.effective),
    )


def _shared(
    arguments: RegressionDiscontinuityArguments,
    sample: Sample,
    analysis: Analysis,
    judgement: Judgement,
    treatment: str,
    side: Literal["above", "below"],
) -> dict[str, Any]:
    a, density = arguments, analysis.density
    who = f"units with {a.running} at {a.cutoff:g}"
    if a.fuzzy is not None:
        who += f" whose {a.fuzzy} is changed by crossing it"
    covariates: dict[str, Term] = {}
    for name, test in analysis.covariate_tests.items():
        covariates[_key(name, covariates)] = _term(f"Jump of {name}", test.jump, 1.0, a.level)
    return {
        "estimand": f"Average effect of {treatment if a.fuzzy else 'treatment'} on {a.outcome} for {who}; nothing is said of units "
        "away from the cutoff.",
        "design": f"{'Fuzzy' if a.fuzzy else 'Sharp'} regression discontinuity at {a.running} = {a.cutoff:g}, treated {side} it: units "
        "just on either side are alike but for treatment, so the jump of the mean outcome is its effect. The interval is the robust "
        "one, centred on the bias-corrected estimate.",
        "method": "local_polynomial_robust",
        "outcome": a.outcome,
        "treatment": treatment,
        "n": sample.n,
        "assumptions": tuple(judgement.assumptions),
        "checks": tuple(judgement.checks),
        "warnings": tuple(judgement.warnings),
        "advice": tuple(judgement.advice),
        "cutoff": a.cutoff,
        "bandwidth": analysis.bandwidths.estimate,
        "bias_bandwidth": analysis.bandwidths.bias,
        "bandwidth_rule": "given" if a.bandwidth is not None else a.bandwidth_for,
        "effective_below": analysis.jump.effective[0],
        "effective_above": analysis.jump.effective[1],
        "treated_side": side,
        "density": None
        if density is None
        else DensityEvidence(
            below=density.below,
            above=density.above,
            statistic=density.statistic,
            p_value=density.p_value,
            bandwidth=density.bandwidth,
            rows_below=density.rows[0],
            rows_above=density.rows[1],
        ),
        "covariates": covariates,
        "diagnostics": {"rows_dropped": sample.rows.dropped, "different_values": sample.distinct},
        "units": discontinuity_units(),
        "settings": a.model_dump(mode="json")
        | {"vce": "cluster_jackknife" if a.cluster else "nearest_neighbour"},
    }


def _figures(
    arguments: RegressionDiscontinuityArguments, sample: Sample, analysis: Analysis, sign: float | None
) -> tuple[Figure, ...]:
    """The outcome around the cutoff, the treatment in a fuzzy design, and the bandwidths unless refused (`sign` None)."""
    a = arguments
    names = [a.outcome] + ([] if a.fuzzy is None else [a.fuzzy])
    figures = [
        binned_scatter(
            analysis,
            sample,
            column=column,
            name=name,
            running=a.running,
            cutoff=a.cutoff,
            order=a.order,
            kernel=a.kernel,
        )
        for column, name in enumerate(names)
    ]
    if sign is not None:
        figures.append(bandwidth_forest(analysis, sign, a.level, a.outcome))
    return tuple(figures)


def _key(name: str, taken: dict[str, Term]) -> str:
    """A name of letters, digits, `_` and `-` alone, different from those taken."""
    base = re.sub(r"[^A-Za-z0-9_-]+", "_", name) or "covariate"
    key, number = base, 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    return key
