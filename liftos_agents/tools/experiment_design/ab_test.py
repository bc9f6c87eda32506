"""Plan of an A/B test: sample size, minimum detectable effect, duration."""

from __future__ import annotations

import math
from typing import Any

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.effect import Assumption
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.experiment_design.plan import TOOL, DesignExperimentArguments
from liftos_agents.tools.experiment_design.power_figures import power_figure
from liftos_agents.tools.experiment_design.result import DesignExperimentResult, PowerPoint, design_units
from liftos_agents.tools.experiment_design.sample_size import Comparison
from liftos_agents.tools.experiment_design.sequential import Looks, looks
from liftos_agents.tools.experiment_design.words import explanations

TESTS = {
    "z_pooled": "two-proportion z-test, variance pooled without effect and unpooled with it",
    "arcsine": "z-test of arcsine-transformed proportions",
    "t": "two-sample t-test",
}
LONGEST = 56
"""Days; people change devices and habits over a longer test."""

CURVE_POINTS = 25


def ab_test(asked: DesignExperimentArguments) -> DesignExperimentResult:
    """The plan for the minimum effect, or what the sample size at hand can find.

    Raises:
        ToolRetry: An argument is missing or does not fit the metric.
    """
    comparison = _comparison(asked)
    assert asked.baseline is not None
    effect = _effect(asked)
    sequence = looks(asked.looks, comparison.alpha, asked.sides, asked.power)
    inflation = sequence.inflation * (1.0 + (asked.cluster_size - 1.0) * asked.intraclass_correlation)
    exact = (
        float(asked.sample_size)
        if asked.sample_size is not None
        else inflation * comparison.size(effect or 1.0, asked.power)
    )
    control = math.ceil(exact - 1e-9)
    treated = math.ceil(exact * asked.ratio - 1e-9)
    total = control + asked.variants * treated
    within = exact / inflation
    detectable = comparison.detectable(within, asked.power)
    duration = None if asked.daily_traffic is None else math.ceil(total / asked.daily_traffic)
    power = asked.power if effect is None else comparison.power(effect, within)
    reasons, advice = _infeasible(asked, effect, detectable, power, comparison, inflation)
    sizes = {"control": control} | {f"variant_{i + 1}": treated for i in range(asked.variants)}
    curve = _curve(comparison, effect or detectable, within, asked.baseline)
    fields: dict[str, Any] = {
        "status": "infeasible" if reasons else "designed",
        "kind": "ab",
        "design": _design(asked, comparison),
        "test": TESTS[comparison.test],
        "sample_size_per_arm": control,
        "sample_size_exact": exact,
        "sample_sizes": sizes,
        "total": total,
        "duration": duration,
        "minimum_detectable_effect": detectable,
        "minimum_detectable_lift": None
        if detectable is None or asked.baseline == 0.0
        else detectable / abs(asked.baseline),
        "power": power,
        "alpha": asked.alpha,
        "critical_p": comparison.alpha,
        "power_curve": curve,
        "other_tests": _others(asked, comparison, effect, inflation),
        "assumptions": _assumptions(asked, comparison),
        "diagnostics": _diagnostics(asked, comparison, sequence, inflation, duration),
        "reasons": tuple(reasons),
        "warnings": tuple(_warnings(asked, comparison, sequence, duration)),
        "advice": tuple(advice),
        "figures": (power_figure(curve, asked.power, detectable, f"change of the {asked.metric}", False),),
        "units": design_units("share" if asked.metric == "proportion" else "outcome"),
        "settings": asked.model_dump(mode="json"),
    }
    return DesignExperimentResult(**fields, explanations=explanations(fields, asked))


def _comparison(asked: DesignExperimentArguments) -> Comparison:
    where = f"{TOOL} argument"
    if asked.baseline is None:
        raise ToolRetry(
            "no baseline is given",
            where=f"{where} baseline",
            fix="Give the metric's value without the treatment, such as 0.1",
        )
    test = asked.test or ("z_pooled" if asked.metric == "proportion" else "t")
    if (test == "t") != (asked.metric == "mean"):
        raise ToolRetry(
            f"test {test!r} is not for a {asked.metric}",
            where=f"{where} test",
            fix="Use 't' for a mean, 'z_pooled' or 'arcsine' for a proportion",
        )
    if asked.metric == "proportion" and not 0.0 < asked.baseline < 1.0:
        raise ToolRetry(
            f"a proportion lies between 0 and 1, and the baseline is {asked.baseline!r}",
            where=f"{where} baseline",
            fix="Write 10 % as 0.1",
        )
    if asked.metric == "mean" and asked.standard_deviation is None:
        raise ToolRetry(
            "a mean needs to know how much people differ",
            where=f"{where} standard_deviation",
            fix="Give the standard deviation between people",
        )
    return Comparison(
        test,
        asked.baseline,
        asked.standard_deviation or 0.0,
        asked.alpha / asked.variants,
        asked.sides,
        asked.ratio,
    )


def _effect(asked: DesignExperimentArguments) -> float | None:
    assert asked.baseline is not None
    where = f"{TOOL} argument minimum_effect"
    if asked.minimum_effect is None:
        if asked.sample_size is None:
            raise ToolRetry(
                "neither an effect nor a sample size is given",
                where=where,
                fix="Give minimum_effect to learn the sample size, or sample_size to learn the detectable effect",
            )
        return None
    scale = abs(asked.baseline) if asked.effect_scale == "relative" else 1.0
    effect = asked.minimum_effect * scale
    if effect == 0.0:
        raise ToolRetry(
            "an effect of zero cannot be found", where=where, fix="Give the smallest effect worth finding"
        )
    if asked.metric == "proportion" and not 0.0 <= asked.baseline + effect <= 1.0:
        raise ToolRetry(
            f"a baseline of {asked.baseline!r} and an effect of {effect:.4g} make {asked.baseline + effect:.4g}, no proportion",
            where=where,
            fix="Write one percentage point as 0.01, or give effect_scale='relative'",
        )
    return effect


def _infeasible(
    asked: DesignExperimentArguments,
    effect: float | None,
    detectable: float | None,
    power: float,
    comparison: Comparison,
    inflation: float,
) -> tuple[list[str], list[str]]:
    if asked.sample_size is None:
        return [], []
    if effect is not None and power < asked.power - 1e-9:
        wanted = math.ceil(inflation * comparison.size(effect, asked.power))
        return (
            [f"{asked.sample_size:,} people per arm find an effect of {format_number(effect)} with a chance of {power:.0%} only."],
            [f"Take {wanted:,} people per arm, or be content with finding effects from "
             f"{'none' if detectable is None else format_number(detectable)} on."],
        )  # fmt: skip
    if detectable is None:
        return ["No effect that can occur would be found with this sample size."], [
            "Take more people per arm."
        ]
    return [], []


def _others(
    asked: DesignExperimentArguments, comparison: Comparison, effect: float | None, inflation: float
) -> dict[str, float]:
    if effect is None or asked.metric == "mean":
        return {}
    return {
        test: inflation
        * Comparison(
            test, comparison.baseline, 0.0, comparison.alpha, comparison.sides, comparison.ratio
        ).size(effect, asked.power)
        for test in ("z_pooled", "arcsine")
    }


def _curve(
    comparison: Comparison, around: float | None, size: float, baseline: float
) -> tuple[PowerPoint, ...]:
    if around is None:
        return ()
    effects = [around * 2.0 * i / (CURVE_POINTS - 1) for i in range(1, CURVE_POINTS)]
    if comparison.test != "t":
        effects = [e for e in effects if 0.0 <= baseline + e <= 1.0]
    return tuple(
        PowerPoint(
            effect=e, lift=None if baseline == 0.0 else e / abs(baseline), power=comparison.power(e, size)
        )
        for e in effects
    )


def _design(asked: DesignExperimentArguments, comparison: Comparison) -> str:
    arms = (
        "one treated arm"
        if asked.variants == 1
        else f"{asked.variants} treated arms, each compared with the control"
    )
    clusters = f", assigned in groups of {asked.cluster_size:g}" if asked.cluster_size > 1.0 else ""
    return (
        f"A/B test: people assigned at random{clusters}, {arms}; {TESTS[comparison.test]}, "
        f"{asked.sides}-sided at {comparison.alpha:.3g}."
    )


def _diagnostics(
    asked: DesignExperimentArguments,
    comparison: Comparison,
    sequence: Looks,
    inflation: float,
    duration: int | None,
) -> dict[str, Any]:
    found: dict[str, Any] = {"alpha_per_comparison": comparison.alpha, "size_inflation": inflation}
    if asked.cluster_size > 1.0:
        found["design_effect"] = 1.0 + (asked.cluster_size - 1.0) * asked.intraclass_correlation
    if asked.looks > 1:
        found["false_positive_rate_of_peeking"] = sequence.naive_rate
        found["looks_inflation"] = sequence.inflation
        found |= {f"bound_at_look_{i + 1}": z for i, z in enumerate(sequence.bounds)}
    if duration is not None:
        found["whole_weeks"] = math.ceil(duration / 7)
    return found


def _warnings(
    asked: DesignExperimentArguments, comparison: Comparison, sequence: Looks, duration: int | None
) -> list[str]:
    said = []
    if asked.looks == 1:
        said.append(
            "Look once, at the end: stopping at the first significant day finds effects that are not there. Give looks to plan for several."
        )
    else:
        said.append(
            f"Tested at {comparison.alpha:.3g} at each of {asked.looks} looks, {sequence.naive_rate:.1%} of tests without effect "
            "would claim one; stop early only beyond the bounds given (O'Brien and Fleming)."
        )
    if duration is not None and duration % 7 and duration > 1:
        said.append(f"Run it for {math.ceil(duration / 7)} whole weeks, so that every weekday counts alike.")
    if duration is not None and duration > LONGEST:
        said.append(f"{duration} days are long: people change devices, and the treatment wears off or in.")
    if asked.cluster_size > 1.0 and asked.intraclass_correlation == 0.0:
        said.append(
            "People are assigned in groups and intraclass_correlation is 0: the sample is too small if they are alike at all."
        )
    return said


def _assumptions(asked: DesignExperimentArguments, comparison: Comparison) -> tuple[Assumption, ...]:
    given = "The value comes from whoever asked; no data were looked at."
    named = [
        Assumption(name=f"The baseline is {asked.baseline:g}", how_checked=given, verdict="not checked"),
        Assumption(
            name="People are assigned by chance and do not affect one another",
            how_checked="Known only once the test is run; check the sample ratio first.",
            verdict="not checked",
        ),
    ]
    if comparison.test == "t":
        spread = f"People differ by a standard deviation of {asked.standard_deviation:g} in both arms"
        named.append(Assumption(name=spread, how_checked=given, verdict="not checked"))
    if asked.cluster_size > 1.0:
        alike = f"People of a group are alike with a correlation of {asked.intraclass_correlation:g}"
        named.append(Assumption(name=alike, how_checked=given, verdict="not checked"))
    return tuple(named)
