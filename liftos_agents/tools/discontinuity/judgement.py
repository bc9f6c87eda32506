"""What the figures of a discontinuity design say about its assumptions: checks, verdicts, reasons, warnings."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.effect import Assumption, Check, EffectStatus
from liftos_agents.tools.discontinuity.analysis import Analysis
from liftos_agents.tools.discontinuity.falsification import smallest_of_many
from liftos_agents.tools.discontinuity.sample import FEWEST_CLUSTERS, Sample
from liftos_agents.tools.instruments.strength import VERY_WEAK, WEAK

MANIPULATION_P = 0.05
CERTAIN_MANIPULATION_P = 0.001
CERTAIN_MANIPULATION_RATIO = 1.25
COVARIATE_P = 0.05
PLACEBO_P = 0.01
FEWEST_VALUES = 5
FEW_VALUES = 10
FEW_CLUSTERS = 30
DUPLICATED_SHARE = 0.2


@dataclass
class Judgement:
    """The design's standing, gathered check by check."""

    refusals: list[str] = field(default_factory=list[str])
    reasons: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])
    advice: list[str] = field(default_factory=list[str])
    checks: list[Check] = field(default_factory=list[Check])
    assumptions: list[Assumption] = field(default_factory=list[Assumption])

    @property
    def status(self) -> EffectStatus:
        """Refused, downgraded or estimated."""
        return "refused" if self.refusals else "downgraded" if self.reasons else "estimated"


def judge(
    analysis: Analysis, sample: Sample, *, running: str, treatment: str, donut: float, sign: float
) -> Judgement:
    """Every assumption of the design with what was looked at and the verdict; `sign` is −1 where treatment is below the cutoff."""
    judgement = Judgement()
    _density(judgement, analysis, running, donut)
    _covariates(judgement, analysis, sample)
    judgement.assumptions.append(
        Assumption(
            name="Everything unseen that moves the outcome is continuous at the cutoff, and nothing else starts there",
            how_checked="Nothing in the data can show it: another rule with the same cutoff would look like the effect.",
            verdict="not checked",
        )
    )
    _smoothness(judgement, analysis, sign)
    if analysis.first_stage is not None:
        _first_stage(judgement, analysis, treatment)
    _rows(judgement, analysis, sample, running)
    return judgement


def _density(judgement: Judgement, analysis: Analysis, running: str, donut: float) -> None:
    name = "Units cannot choose exactly on which side of the cutoff they fall"
    test = analysis.density
    if test is None:
        how = f"A side has too few different values of {running} to test its density."
        judgement.assumptions.append(Assumption(name=name, how_checked=how, verdict="not checked"))
        return
    jumps = test.p_value < MANIPULATION_P
    low, high = sorted((test.below, test.above))
    large = high > CERTAIN_MANIPULATION_RATIO * low
    how = (
        f"Density of {running} at the cutoff: {format_number(test.below)} from below, {format_number(test.above)} from above "
        f"(local polynomial test, p = {format_number(test.p_value)})."
    )
    certain = test.p_value < CERTAIN_MANIPULATION_P and large
    judgement.assumptions.append(
        Assumption(
            name=name,
            how_checked=how,
            verdict="does not hold" if certain else "doubtful" if jumps else "nothing speaks against it",
        )
    )
    judgement.checks.append(
        Check(
            name="density",
            value=test.p_value,
            threshold=MANIPULATION_P,
            passed=not jumps,
            meaning=f"The density of {running} {'jumps' if jumps else 'does not jump'} at the cutoff, "
            f"{'as if units had been moved across it' if jumps else 'as it would if units had been moved across it'}.",
        )
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
        how = (
            "The covariates given hardly vary near the cutoff."
            if sample.covariate_names
            else "No covariates were given: name characteristics from before the treatment to have them tested."
        )
        judgement.assumptions.append(Assumption(name=name, how_checked=how, verdict="not checked"))
        return
    p_value = smallest_of_many([jump.p_value for jump in tests.values()])
    worst = min(tests, key=lambda key: tests[key].p_value)
    jumps = p_value < COVARIATE_P
    how = (
        f"Jump of each of {len(tests)} at a bandwidth of its own; the clearest is {worst} "
        f"({format_number(tests[worst].corrected)}), p = {format_number(p_value)} allowing for their number."
    )
    judgement.assumptions.append(
        Assumption(
            name=name, how_checked=how, verdict="does not hold" if jumps else "nothing speaks against it"
        )
    )
    judgement.checks.append(
        Check(
            name="covariate_continuity",
            value=p_value,
            threshold=COVARIATE_P,
            passed=not jumps,
            meaning=f"{worst} {'jumps' if jumps else 'does not jump'} at the cutoff; it should not.",
        )
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
            judgement.checks.append(
                Check(
                    name="half_bandwidth",
                    value=half.same,
                    threshold=PLACEBO_P,
                    passed=not moved,
                    meaning="The estimate at half the bandwidth is "
                    + ("another than chance explains" if moved else "within chance")
                    + ".",
                )
            )
    if analysis.placebos:
        p_value = smallest_of_many([jump.p_value for _, jump in analysis.placebos.values()])
        jumps = p_value < PLACEBO_P
        doubtful |= jumps
        how.append(
            f"at {len(analysis.placebos)} placebo cutoff(s) the smallest p is {format_number(p_value)}, allowing for their number"
        )
        judgement.checks.append(
            Check(
                name="placebo_cutoffs",
                value=p_value,
                threshold=PLACEBO_P,
                passed=not jumps,
                meaning="The outcome "
                + ("also jumps where nothing changes" if jumps else "does not jump where nothing changes")
                + ".",
            )
        )
    judgement.assumptions.append(
        Assumption(
            name="Without treatment the mean outcome runs smoothly through the cutoff, so a local polynomial follows it",
            how_checked="; ".join(how) + "."
            if how
            else "Too few rows for other bandwidths or placebo cutoffs.",
            verdict="not checked" if not how else "doubtful" if doubtful else "nothing speaks against it",
        )
    )


def _first_stage(judgement: Judgement, analysis: Analysis, treatment: str) -> None:
    first = analysis.first_stage
    assert first is not None
    jump = f"{treatment} jumps by {format_number(first.treatment.estimate)}"
    weak = first.strength is not None and first.strength < VERY_WEAK
    doubtful = first.strength is not None and first.strength < WEAK
    if first.strength is not None:
        judgement.checks.append(
            Check(
                name="first_stage_f",
                value=float(first.strength),
                threshold=WEAK,
                passed=not doubtful,
                meaning=f"{jump} at the cutoff: {'weak' if doubtful else 'strong enough'} to divide by.",
            )
        )
    said = "without noise" if first.strength is None else f"F = {format_number(first.strength)}"
    verdict = "does not hold" if weak else "doubtful" if doubtful else "nothing speaks against it"
    judgement.assumptions += [
        Assumption(
            name=f"Crossing the cutoff changes {treatment}", how_checked=f"{jump} ({said}).", verdict=verdict
        ),
        Assumption(
            name=f"Crossing the cutoff moves the outcome only through {treatment}",
            how_checked="Nothing in the data can show it.",
            verdict="not checked",
        ),
        Assumption(
            name=f"Nobody takes {treatment} because they miss the cutoff (monotonicity)",
            how_checked="Nothing in the data can show it: each unit is seen on one side only.",
            verdict="not checked",
        ),
    ]
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
    judgement.checks.append(
        Check(
            name="different_values",
            value=float(values),
            threshold=float(FEWEST_VALUES),
            passed=values >= FEWEST_VALUES,
            meaning=f"Different values of {running} in the window, on the side with fewer.",
        )
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
    if analysis.clusters is None:
        judgement.assumptions.append(
            Assumption(
                name="Rows are independent of each other",
                how_checked="No cluster was given; if rows share a group, name it.",
                verdict="not checked",
            )
        )
        return
    few = analysis.clusters < FEW_CLUSTERS
    judgement.checks.append(
        Check(
            name="clusters",
            value=float(analysis.clusters),
            threshold=float(FEW_CLUSTERS),
            passed=not few,
            meaning="Clusters with rows in the window.",
        )
    )
    judgement.assumptions.append(
        Assumption(
            name="Clusters are independent of each other, and many",
            how_checked=f"{analysis.clusters} clusters have rows in the window; that they are independent cannot be seen.",
            verdict="doubtful" if few else "not checked",
        )
    )
    if analysis.clusters < FEWEST_CLUSTERS:
        judgement.refusals.append(
            f"Only {analysis.clusters} clusters have rows in the window; at least {FEWEST_CLUSTERS} are needed for a standard error."
        )
        judgement.advice.append("Give data of more clusters, or cluster at a lower level if that is right.")
    elif few:
        judgement.reasons.append(
            f"Only {analysis.clusters} clusters have rows in the window, so its standard error is itself uncertain."
        )
