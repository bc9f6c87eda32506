"""The design in words: assumptions with their verdicts, checks with their bars, reasons, warnings and advice."""

from __future__ import annotations

from dataclasses import dataclass, field

from liftos_agents.domain.amount import format_number, format_share
from liftos_agents.domain.effect import Assumption, AssumptionVerdict, Check
from liftos_agents.tools.staggered_adoption.analysis import Analysis
from liftos_agents.tools.staggered_adoption.pre_trends import (
    DIRECTED_SIZE,
    TEST_SIZE,
    WANTED_POWER,
    PreTrendTest,
)
from liftos_agents.tools.staggered_adoption.result import DifferenceInDifferencesArguments
from liftos_agents.tools.staggered_adoption.sampling import FEW_CLUSTERS

WARNED_SIZE = 0.08
"""Chance of a false alarm, checks that only warn included, over all tests of a design together."""

MOST_BEYOND = 0.1
REFUSED_SIZE = 0.01
VERY_FEW_CLUSTERS = 6


@dataclass
class Statement:
    """What is said beside the figures; `refusal` reasons take the estimate away."""

    assumptions: list[Assumption] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)

    def test(
        self, name: str, value: float | None, threshold: float, passed: bool, meaning: str, doubt: str = ""
    ) -> None:
        """A check with a bar; where it fails, `doubt` becomes a reason to downgrade."""
        self.checks.append(Check(name=name, value=value, threshold=threshold, passed=passed, meaning=meaning))
        if not passed and doubt:
            self.doubts.append(doubt)

    def assume(self, name: str, how: str, verdict: AssumptionVerdict) -> None:
        """An assumption with how it was looked at."""
        self.assumptions.append(Assumption(name=name, how_checked=how, verdict=verdict))


def state(found: Analysis, arguments: DifferenceInDifferencesArguments) -> Statement:
    """Everything that is to be said of an analysis with a headline."""
    said = Statement()
    _parallel_trends(said, found, arguments)
    _anticipation(said, found, arguments)
    _overlap(said, found, arguments)
    _two_way(said, found)
    _presence(said, found)
    _clusters(said, found)
    said.assume(
        "Adoption is lasting",
        "No unit goes from treated back to untreated in these data.",
        "nothing speaks against it",
    )
    said.assume(
        "No unit's treatment touches another unit",
        "Nothing in the data speaks to it: it is a matter of how the treatment works.",
        "not checked",
    )
    return said


def untestable(given: str) -> tuple[Assumption, ...]:
    """What no data can show, for a refusal too."""
    return (
        Assumption(
            name=f"Trends would have stayed parallel{given} after adoption",
            how_checked="What would have happened without the treatment is not seen; no data can show it.",
            verdict="not checked",
        ),
        Assumption(
            name="No unit's treatment touches another unit",
            how_checked="Nothing in the data speaks to it: it is a matter of how the treatment works.",
            verdict="not checked",
        ),
    )


def _parallel_trends(said: Statement, found: Analysis, arguments: DifferenceInDifferencesArguments) -> None:
    given = " given the controls" if arguments.controls else ""
    said.assumptions.append(untestable(given)[0])
    test = found.pre_trends
    if test is None:
        said.assume(
            f"Trends were parallel{given} before adoption",
            "There is no step before adoption to look at.",
            "not checked",
        )
        said.warnings.append(
            "Parallel trends rest on belief alone: the data hold no two periods before adoption."
        )
        said.advice.append("Add earlier periods, so that trends before adoption can be compared")
        return
    how = (
        f"Joint test of {len(test.leads)} steps before adoption: p = {format_number(test.p_value)}; common slope "
        f"{format_number(test.slope)} a period (p = {format_number(test.slope_p_value)}). Had a steady violation alone produced "
        f"the estimate, the joint test would have noticed it with probability {format_number(test.power)}."
    )
    said.assume(
        f"Trends were parallel{given} before adoption",
        how,
        "does not hold"
        if _severe(test, found)
        else "doubtful"
        if test.fails
        else "nothing speaks against it",
    )
    joint, along, _ = test.allowing
    _early(
        said,
        found,
        "pre_trends",
        joint,
        "p-value that all steps before adoption are zero",
        f"The trends differ before adoption (joint p = {format_number(test.p_value)}).",
    )
    _early(
        said,
        found,
        "pre_trend_slope",
        along,
        "p-value that the gap does not move steadily before adoption",
        f"The gap moves steadily before adoption, by {format_number(test.slope)} a period.",
    )
    said.checks.append(
        Check(
            name="pre_trend_power",
            value=test.power,
            threshold=WANTED_POWER,
            passed=None,
            meaning="chance that the joint test notices a steady violation which alone would produce the estimate",
        )
    )
    if test.power < 0.5 and not test.fails:
        said.warnings.append(
            "That the test of trends before adoption passes says little: it would notice a steady violation as large as the "
            f"estimate with probability {format_number(test.power)} only."
        )
    if _severe(test, found):
        said.refusal.append(
            f"The trends differ before adoption (joint p = {format_number(test.p_value)}), and carried on they would "
            f"move the estimate by {format_number(test.carried)}, as much as all that is found "
            f"({format_number(found.headline.estimate if found.headline else 0.0)})."
        )
    if test.fails:
        said.advice.append(
            "Compare with units that moved alike before adoption: add controls that explain the trend, or use synthetic_control"
        )
    _sensitivity(said, found)


def _early(said: Statement, found: Analysis, name: str, p_value: float, meaning: str, doubt: str) -> bool:
    """A test of the periods before adoption, whether it passes: a doubt below `TEST_SIZE`, a warning below `_warned`."""
    warned = _warned(found)
    passed = p_value >= warned
    meaning += ", allowing for the three tests of these periods"
    if warned > TEST_SIZE:
        meaning += f"; below {TEST_SIZE:g} the estimate is downgraded"
    said.test(name, p_value, warned, passed, meaning, doubt if p_value < TEST_SIZE else "")
    if not passed and p_value >= TEST_SIZE:
        said.warnings.append(f"Not beyond doubt (p = {format_number(p_value)} in all): {doubt}")
    return passed


def _warned(found: Analysis) -> float:
    """What of `WARNED_SIZE` the other tests leave to the periods before adoption, and not less than `TEST_SIZE`."""
    others = DIRECTED_SIZE if found.attrition is not None else 0.0
    others += TEST_SIZE if found.method == "two_way_fixed_effects" else 0.0
    return max(WARNED_SIZE - others, TEST_SIZE)


def _severe(test: PreTrendTest, found: Analysis) -> bool:
    assert found.headline is not None
    return test.p_value < REFUSED_SIZE and abs(test.carried) >= abs(found.headline.estimate)


def _sensitivity(said: Statement, found: Analysis) -> None:
    bounds = found.bounds
    if bounds is None:
        return
    said.checks.append(
        Check(
            name="honest_breakdown",
            value=bounds.breakdown,
            threshold=1.0,
            passed=None,
            meaning="multiple of the largest step before adoption up to which the interval leaves out zero",
        )
    )
    if found.headline is not None and found.headline.p_value < 0.1 and bounds.breakdown < 0.5:
        said.warnings.append(
            f"The sign is open once a step after adoption may be {format_number(bounds.breakdown)} times the largest "
            "step before it."
        )


def _anticipation(said: Statement, found: Analysis, arguments: DifferenceInDifferencesArguments) -> None:
    name = (
        "No effect before adoption"
        if arguments.anticipation == 0
        else f"No effect more than {arguments.anticipation} periods before adoption"
    )
    test = found.pre_trends
    if test is None or test.last_gap is None or test.last_gap_p_value is None:
        said.assume(name, "Too few periods before adoption to see it.", "not checked")
        return
    last = test.allowing[2]
    said.assume(
        name,
        f"The gap in the last period before adoption differs from those before it by {format_number(test.last_gap)} "
        f"(p = {format_number(test.last_gap_p_value)}).",
        "nothing speaks against it" if last >= TEST_SIZE else "doubtful",
    )
    passed = _early(
        said,
        found,
        "no_anticipation",
        last,
        "p-value that the last gap before adoption equals those before it",
        f"The gap moves before adoption already, by {format_number(test.last_gap)} in the last period.",
    )
    if not passed:
        said.advice.append("If units knew beforehand, say so with anticipation=1 or more")


def _overlap(said: Statement, found: Analysis, arguments: DifferenceInDifferencesArguments) -> None:
    lost = [c for c in found.effects.left_out if c[1] >= c[0]]
    beyond = found.effects.beyond
    if not arguments.controls:
        return
    if beyond is None and not lost:
        said.assume(
            "The regression of the comparison units holds for the treated ones too",
            "Outcome regression has no view of overlap; doubly_robust has.",
            "not checked",
        )
        return
    passed = not lost and (beyond is None or beyond < MOST_BEYOND)
    said.assume(
        "For every treated unit there are comparison units with like controls",
        "No propensity could be fitted."
        if beyond is None
        else f"{format_share(beyond)} of the treated have a higher propensity than any comparison unit.",
        "nothing speaks against it" if passed else "doubtful",
    )
    said.test(
        "overlap",
        beyond,
        MOST_BEYOND,
        passed,
        "share of the treated whose propensity is above that of every comparison unit",
        "Some treated units have hardly a comparison unit with like controls.",
    )
    if found.effects.trimmed:
        said.warnings.append(
            f"Up to {found.effects.trimmed} comparison units with a propensity above .995 are left out of a comparison."
        )
    if lost:
        said.warnings.append(
            f"{len(lost)} effects are left out: too few units for the controls, or none that are alike."
        )
    if not passed:
        said.advice.append(
            "Leave out the control that tells the groups apart, or the treated units without a counterpart"
        )


def _two_way(said: Statement, found: Analysis) -> None:
    fit = found.two_way
    if fit is None or found.aggregates is None:
        return
    staggered = len(found.panel.cohorts) > 1
    gap = found.difference[0]
    if found.method == "two_way_fixed_effects":
        lowest = _unlike(found) if staggered else None
        passed = lowest is None or lowest >= TEST_SIZE
        grown = "" if found.growth is None else f" They grow by {format_number(found.growth[0])} a period."
        said.assume(
            "The effect is the same in every cohort and every period",
            "There is one cohort and the coefficient averages its periods."
            if not staggered
            else f"The coefficient differs from the average effect on the treated by {format_number(gap)}.{grown}"
            + (
                ""
                if lowest is None
                else f" The smaller p-value of the two, doubled: {format_number(lowest)}."
            ),
            "nothing speaks against it" if passed else "does not hold",
        )
        said.test(
            "two_way_heterogeneity",
            lowest,
            TEST_SIZE,
            passed,
            "p-value that the coefficient equals the average effect and that effects do not grow, for two tests",
            "Effects differ between cohorts or over time, and the two-way coefficient is no average of them.",
        )
        if not passed:
            said.advice.append("Say method='callaway_santanna'")
    if staggered:
        share = (
            ""
            if fit.forbidden_share is None
            else f"; {format_share(fit.forbidden_share)} of its weight are comparisons with units treated already"
        )
        said.warnings.append(
            f"Two-way fixed effects give {format_number(fit.estimate)}{share}, and {format_share(fit.negative_share)} of the "
            "weight on treated periods is negative: with effects that differ or grow it can mislead, even in sign."
        )
    if found.method == "two_way_fixed_effects" and found.panel.controls.shape[2]:
        said.warnings.append(
            "The two-way coefficient is not adjusted for the controls; the other figures are."
        )


def _unlike(found: Analysis) -> float | None:
    """The smaller of the p-values that effects are alike, doubled where there are two."""
    values = [p for p in (found.difference[1], found.growth[1] if found.growth else None) if p is not None]
    return min(1.0, len(values) * min(values)) if values else None


def _presence(said: Statement, found: Analysis) -> None:
    if found.attrition is None:
        said.assume(
            "The same units are followed throughout",
            "Every unit has every period.",
            "nothing speaks against it",
        )
        return
    change, p_value = found.attrition
    passed = p_value >= DIRECTED_SIZE
    said.assume(
        "Units drop out for reasons that have nothing to do with the treatment",
        f"Adoption changes the share of units seen by {format_share(change)} (p = {format_number(p_value)}); why units drop out is "
        "not seen.",
        "nothing speaks against it" if passed else "doubtful",
    )
    said.test(
        "attrition",
        p_value,
        DIRECTED_SIZE,
        passed,
        "p-value that adoption leaves the share of units seen as it is",
        "Units drop out of the data, or come in, with the treatment.",
    )


def _clusters(said: Statement, found: Analysis) -> None:
    least = min(found.sampling.treated_clusters, found.sampling.compared_clusters)
    said.assume(
        "Clusters vary independently of each other",
        f"{found.sampling.treated_clusters} treated and {found.sampling.compared_clusters} comparison clusters; whether they "
        "move together is not seen.",
        "not checked",
    )
    said.checks.append(
        Check(
            name="clusters",
            value=float(least),
            threshold=float(FEW_CLUSTERS),
            passed=None,
            meaning="clusters on the smaller side; below the bar the interval is from the wild cluster bootstrap",
        )
    )
    if least < VERY_FEW_CLUSTERS:
        said.warnings.append(
            f"The smaller side has {least} clusters: the interval rests on their being much like the others."
        )
    if found.sampling.few:
        said.advice.append("Add treated and untreated clusters; more rows in the same clusters help little")
    small = [
        found.panel.periods[g]
        for g in found.panel.cohorts
        if found.panel.clusters_of(found.panel.cohort == g) < VERY_FEW_CLUSTERS
    ]
    if small:
        said.warnings.append(
            f"Cohorts of fewer than {VERY_FEW_CLUSTERS} clusters ({', '.join(small[:8])}): their own effects and errors are rough."
        )
