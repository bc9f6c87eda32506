"""What the figures of a discontinuity design say about its assumptions: checks, verdicts, reasons, warnings."""

from __future__ import annotations

import numpy as np

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.effect import AssumptionVerdict
from liftos_agents.tools.discontinuity.analysis import Analysis
from liftos_agents.tools.discontinuity.falsification import smallest_of_many
from liftos_agents.tools.discontinuity.sample import Sample
from liftos_agents.tools.effects.judgement import Judgement, judge_clusters
from liftos_agents.tools.instruments.strength import VERY_WEAK, WEAK

MANIPULATION_P = 0.05
CERTAIN_MANIPULATION_P = 0.001
CERTAIN_MANIPULATION_RATIO = 1.25
COVARIATE_P = 0.05
PLACEBO_P = 0.01
FEWEST_VALUES = 5
FEW_VALUES = 10
DUPLICATED_SHARE = 0.2


def judge(
    analysis: Analysis, sample: Sample, *, running: str, treatment: str, donut: float, sign: float
) -> Judgement:
    """Every assumption of the design with what was looked at and the verdict; `sign` is −1 where treatment is below the cutoff."""
    judgement = Judgement()
    _density(judgement, analysis, running, donut)
    _covariates(judgement, analysis, sample)
    judgement.assume(
        "Everything unseen that moves the outcome is continuous at the cutoff, and nothing else starts there",
        "Nothing in the data can show it: another rule with the same cutoff would look like the effect.",
    )
    _smoothness(judgement, analysis, sign)
    if analysis.first_stage is not None:
        _first_stage(judgement, analysis, treatment)
    _rows(judgement, analysis, sample, running)
    return judgement


def _density(judgement: Judgement, analysis: Analysis, running: str, donut: float) -> None:
    name = "Units cannot choose exactly on which side of the cutoff they fall"
    test, counts = analysis.density, analysis.counts
    if test is None:
        judgement.assume(name, f"A side has too few different values of {running} to test its density.")
        return
    # Two looks share the size (Bonferroni).
    looks = 1 if counts is None else 2
    low, high = sorted((test.below, test.above))
    seen = [(test.p_value, high > CERTAIN_MANIPULATION_RATIO * low)]
    how = (
        f"Density of {running} at the cutoff: {format_number(test.below)} from below, {format_number(test.above)} from above "
        f"(local polynomial test, p = {format_number(test.p_value)})"
    )
    if counts is not None:
        seen.append((counts.p_value, counts.odds_ratio > CERTAIN_MANIPULATION_RATIO))
        how += (
            f"; within {format_number(counts.reach)} of it {counts.below} rows lie below and {counts.above} above (binomial test, "
            f"p = {format_number(counts.p_value)})"
        )
    how += "."
    jumps = min(p for p, _ in seen) < MANIPULATION_P / looks
    certain = any(p < CERTAIN_MANIPULATION_P / looks and large for p, large in seen)
    judgement.assume(
        name, how, "does not hold" if certain else "doubtful" if jumps else "nothing speaks against it"
    )
    for check, p_value, what in (
        ("density", test.p_value, f"density of {running} is the same on both sides of the cutoff"),
        (
            "side_counts",
            None if counts is None else counts.p_value,
            "rows nearest the cutoff lie on its sides as chance puts them",
        ),
    ):
        if p_value is not None:
            judgement.check(
                check,
                p_value,
                MANIPULATION_P / looks,
                p_value >= MANIPULATION_P / looks,
                f"p-value that the {what}; units moved across it would change that.",
            )
    if not jumps:
        return
    reason = f"The running variable looks manipulated: {how}"
    if certain and donut == 0.0:
        judgement.refusals.append(reason)
    else:
        judgement.reasons.append(reason)
    judgement.advice.append(
        f"Find out how {running} is recorded and who can change it; leave out the rows nearest the cutoff with a donut "
        "only if the manipulation is known to stay within it."
    )


def _covariates(judgement: Judgement, analysis: Analysis, sample: Sample) -> None:
    name = "Observed characteristics are continuous at the cutoff"
    tests = analysis.covariate_tests
    if not tests:
        judgement.assume(
            name,
            "The covariates given hardly vary near the cutoff."
            if sample.covariate_names
            else "No covariates were given: name characteristics from before the treatment to have them tested.",
        )
        return
    p_value = smallest_of_many([test.p_value for test in tests.values()])
    worst = min(tests, key=lambda key: tests[key].p_value)
    jumps = p_value < COVARIATE_P
    judgement.assume(
        name,
        f"Step of each of {len(tests)} beside one polynomial through the cutoff, at a bandwidth of its own; the clearest is {worst} "
        f"({format_number(tests[worst].step)}), p = {format_number(p_value)} allowing for their number.",
        "does not hold" if jumps else "nothing speaks against it",
    )
    judgement.check(
        "covariate_continuity",
        p_value,
        COVARIATE_P,
        not jumps,
        f"{worst} {'jumps' if jumps else 'does not jump'} at the cutoff; it should not.",
    )
    if jumps:
        judgement.reasons.append(f"{worst} jumps at the cutoff, so the sides differ in more than treatment.")
        judgement.advice.append(
            f"Find out why {worst} jumps: sorting, another rule at the same cutoff, or {worst} measured after treatment."
        )


def _smoothness(judgement: Judgement, analysis: Analysis, sign: float) -> None:
    how: list[str] = []
    doubtful = False
    half = analysis.others.get("half_bandwidth")
    if half is not None:
        how.append(
            f"At half the bandwidth the bias-corrected estimate is {format_number(sign * half.jump.corrected)}"
        )
        if half.same is not None:
            moved = half.same < PLACEBO_P
            doubtful |= moved
            how[-1] += f" (p = {format_number(half.same)} that both are the same)"
            said = "another than chance explains" if moved else "within chance"
            judgement.check(
                "half_bandwidth",
                half.same,
                PLACEBO_P,
                not moved,
                f"The estimate at half the bandwidth is {said}.",
            )
    if analysis.placebos:
        p_value = smallest_of_many([jump.p_value for _, jump in analysis.placebos.values()])
        jumps = p_value < PLACEBO_P
        doubtful |= jumps
        how.append(
            f"at {len(analysis.placebos)} placebo cutoff(s) the smallest p is {format_number(p_value)}, allowing for their number"
        )
        said = "also jumps" if jumps else "does not jump"
        judgement.check(
            "placebo_cutoffs", p_value, PLACEBO_P, not jumps, f"The outcome {said} where nothing changes."
        )
    judgement.assume(
        "Without treatment the mean outcome runs smoothly through the cutoff, so a local polynomial follows it",
        "; ".join(how) + "." if how else "Too few rows for other bandwidths or placebo cutoffs.",
        "not checked" if not how else "doubtful" if doubtful else "nothing speaks against it",
    )


def _first_stage(judgement: Judgement, analysis: Analysis, treatment: str) -> None:
    first = analysis.first_stage
    assert first is not None
    jump = f"{treatment} jumps by {format_number(first.treatment.estimate)}"
    weak = first.strength is not None and first.strength < VERY_WEAK
    doubtful = first.strength is not None and first.strength < WEAK
    if first.strength is not None:
        judgement.check(
            "first_stage_f",
            float(first.strength),
            WEAK,
            not doubtful,
            f"{jump} at the cutoff: {'weak' if doubtful else 'strong enough'} to divide by.",
        )
    said = "without noise" if first.strength is None else f"F = {format_number(first.strength)}"
    verdict: AssumptionVerdict = (
        "does not hold" if weak else "doubtful" if doubtful else "nothing speaks against it"
    )
    judgement.assume(f"Crossing the cutoff changes {treatment}", f"{jump} ({said}).", verdict)
    judgement.assume(
        f"Crossing the cutoff moves the outcome only through {treatment}", "Nothing in the data can show it."
    )
    judgement.assume(
        f"Nobody takes {treatment} because they miss the cutoff (monotonicity)",
        "Nothing in the data can show it: each unit is seen on one side only.",
    )
    if weak:
        judgement.reasons.append(
            f"{jump} only (F = {format_number(first.strength or 0.0)}, under {VERY_WEAK:g}), so no estimate divided by it can be "
            f"trusted; the set that needs no division is {first.robust_set.words()}."
        )
        judgement.advice.append("Report the outcome's own jump, or collect more rows near the cutoff.")
    elif doubtful:
        judgement.warnings.append(
            f"The first stage is weak (F = {format_number(first.strength or 0.0)}, under {WEAK:g}): the interval is the one that does "
            "not divide by it."
        )


def _rows(judgement: Judgement, analysis: Analysis, sample: Sample, running: str) -> None:
    values = min(
        len(np.unique(s.distance[np.abs(s.distance) < analysis.bandwidths.estimate])) for s in sample.sides
    )
    judgement.check(
        "different_values",
        float(values),
        float(FEWEST_VALUES),
        values >= FEWEST_VALUES,
        f"Different values of {running} in the window, on the side with fewer.",
    )
    if values < FEW_VALUES:
        judgement.warnings.append(
            f"{running} takes {values} different values in the window on one side: few to see how the outcome runs up to the cutoff, so "
            "the interval leans on the polynomial being right."
        )
        judgement.advice.append(f"Use a finer measure of {running} if there is one.")
    duplicated = 1.0 - sample.distinct / len(sample.distance)
    if duplicated >= DUPLICATED_SHARE:
        judgement.warnings.append(
            f"{running} has {sample.distinct} different values over {len(sample.distance)} rows: rows with equal values are "
            "compared with one another, and the bandwidth counts values, not rows."
        )
    judge_clusters(
        judgement,
        analysis.clusters,
        meaning="Clusters with rows in the window.",
        seen=f"{analysis.clusters} clusters have rows in the window",
        only=f"Only {analysis.clusters} clusters have rows in the window",
        needed_for="a standard error",
        doubt="its standard error is itself uncertain",
    )
