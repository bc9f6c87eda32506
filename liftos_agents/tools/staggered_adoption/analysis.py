"""Everything that a panel says: effects, their errors, trends before adoption, bounds, and two-way fixed effects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.staggered_adoption.adoption import TOOL
from liftos_agents.tools.staggered_adoption.aggregation import Aggregates, Average, aggregate
from liftos_agents.tools.staggered_adoption.few_clusters import pairs_of_panel, wild_cluster_bootstrap
from liftos_agents.tools.staggered_adoption.group_time import Comparison, GroupTime, group_time_effects
from liftos_agents.tools.staggered_adoption.panel import Panel
from liftos_agents.tools.staggered_adoption.pre_trends import PreTrendTest, test_pre_trends
from liftos_agents.tools.staggered_adoption.result import DifferenceInDifferencesArguments, Method
from liftos_agents.tools.staggered_adoption.sampling import LEAST_CLUSTERS, Sampling
from liftos_agents.tools.staggered_adoption.sensitivity import Bounds, relative_magnitudes
from liftos_agents.tools.staggered_adoption.two_way import TwoWayFit, two_way_fixed_effects

Array = NDArray[np.float64]

MOST_SCORES = 60_000_000
"""Units × cells that are kept at once."""


@dataclass(frozen=True)
class Headline:
    """The estimate that answers the question; an end of its interval is None where it has none."""

    estimate: float
    error: float
    free: float
    low: float | None
    high: float | None
    p_value: float
    bootstrapped: bool


@dataclass(frozen=True)
class Analysis:
    """What was found.

    Attributes:
        headline: None when there is no inference to be had.
        two_way_error: Standard error of the two-way coefficient.
        difference: Two-way coefficient less the average effect on the treated, and the p-value of no difference.
        growth: By how much effects grow a period in the two-way regression, and the p-value of none; None with one period.
        attrition: Effect on being seen at all, and its p-value; None for a balanced panel.
        critical: Multiple of the standard errors that holds for the whole event study.
    """

    panel: Panel
    method: Method
    effects: GroupTime
    sampling: Sampling
    aggregates: Aggregates | None = None
    headline: Headline | None = None
    pre_trends: PreTrendTest | None = None
    bounds: Bounds | None = None
    two_way: TwoWayFit | None = None
    two_way_error: float = 0.0
    difference: tuple[float, float | None] = (0.0, None)
    growth: tuple[float, float] | None = None
    attrition: tuple[float, float] | None = None
    critical: float | None = None


def analyse(
    panel: Panel, arguments: DifferenceInDifferencesArguments, progress: Callable[[str, float], None]
) -> Analysis:
    """The analysis of `panel`; without headline when clusters, or units that resemble the treated, are too few.

    Raises:
        ToolRetry: Other arguments would do.
        ToolFailed: There is nobody to compare with.
    """
    method: Method = "callaway_santanna" if arguments.method == "auto" else arguments.method
    comparison = _comparison(panel, arguments)
    _check_size(panel, method, arguments.anticipation)
    effects = group_time_effects(
        panel,
        comparison=comparison,
        estimator=arguments.estimator,
        anticipation=arguments.anticipation,
        progress=lambda share: progress("group-time effects", 0.1 + 0.5 * share),
    )
    sampling = Sampling(panel, effects)
    found = Analysis(panel, method, effects, sampling)
    enough = min(sampling.treated_clusters, sampling.compared_clusters) >= LEAST_CLUSTERS
    if not any(cell.since >= 0 for cell in effects.cells) or not enough:
        return found
    aggregates = aggregate(panel, effects)
    progress("two-way fixed effects", 0.65)
    two_way = two_way_fixed_effects(panel)
    rng = np.random.default_rng(arguments.seed)
    main = _main(sampling, method, arguments, aggregates, two_way)
    progress("inference", 0.7)
    headline = _headline(*main, arguments.level, rng)
    if headline is None:
        raise ToolFailed(
            f"{arguments.outcome!r} moves exactly alike within each cohort, so no error can be told",
            where=f"{TOOL} argument outcome",
            fix="Give an outcome that varies between the units of a cohort",
        )
    progress("trends before adoption", 0.8)
    errors, _ = sampling.errors(aggregates.dynamic.scores, aggregates.dynamic.over)
    return replace(
        found,
        aggregates=aggregates,
        headline=headline,
        pre_trends=test_pre_trends(
            sampling,
            aggregates.dynamic,
            estimate=headline.estimate,
            weights=aggregates.simple_weights,
            anticipation=arguments.anticipation,
        ),
        bounds=relative_magnitudes(
            sampling,
            aggregates.simple,
            aggregates.dynamic,
            weights=aggregates.simple_weights,
            anticipation=arguments.anticipation,
            level=arguments.level,
            free=headline.free,
        ),
        two_way=two_way,
        two_way_error=float(sampling.errors(two_way.scores[:, None], aggregates.simple.over[:, None])[0][0]),
        difference=_difference(sampling, aggregates.simple, two_way),
        growth=_growth(sampling, two_way),
        attrition=_attrition(panel, comparison, arguments.anticipation),
        critical=sampling.joint_critical_value(aggregates.dynamic.scores, errors, arguments.level, rng),
    )


def _comparison(panel: Panel, arguments: DifferenceInDifferencesArguments) -> Comparison:
    never = (panel.cohort == panel.never).any()
    if not never and len(panel.cohorts) == 1:
        raise ToolFailed(
            f"every unit is treated from {panel.periods[panel.cohorts[0]]} on, so nobody is left to compare with",
            where=f"{TOOL} argument treatment",
            fix="Add units that are not treated, or treated later; with one treated series, use causal_impact",
        )
    if not never and arguments.comparison == "never_treated":
        raise ToolRetry(
            "every unit is treated in the end, so no unit is never treated",
            where=f"{TOOL} argument comparison",
            fix="Say comparison='not_yet_treated': units that adopt later are compared with until they do",
        )
    return arguments.comparison


def _check_size(panel: Panel, method: Method, anticipation: int) -> None:
    if method == "two_by_two" and len(panel.cohorts) > 1:
        raise ToolRetry(
            f"treatment starts in {len(panel.cohorts)} different periods, and two_by_two knows one before and one after",
            where=f"{TOOL} argument method",
            fix="Say method='callaway_santanna'",
        )
    if max(panel.cohorts) - 1 - anticipation < 0:
        raise ToolRetry(
            f"no cohort has a period more than {anticipation} periods before its adoption",
            where=f"{TOOL} argument anticipation",
            fix=f"Say anticipation={max(panel.cohorts) - 1} or less, or give earlier periods",
        )
    if len(panel.cohort) * len(panel.cohorts) * len(panel.periods) > MOST_SCORES:
        raise ToolRetry(
            f"{len(panel.cohort)} units × {len(panel.cohorts)} cohorts × {len(panel.periods)} periods are too many to "
            "follow one by one",
            where=f"{TOOL} argument time",
            fix="Bring the data to longer periods (weeks to months or quarters), or draw a sample of units",
        )


def _main(
    sampling: Sampling,
    method: Method,
    arguments: DifferenceInDifferencesArguments,
    aggregates: Aggregates,
    two_way: TwoWayFit,
) -> tuple[Sampling, Average]:
    """The sampling and the average that the headline is taken from."""
    panel = sampling.panel
    if method == "two_way_fixed_effects":
        return sampling, Average(two_way.estimate, two_way.scores, aggregates.simple.over)
    if method == "callaway_santanna" or len(panel.periods) == 2:
        return sampling, aggregates.simple
    adoption = panel.cohorts[0]
    before = range(adoption - arguments.anticipation)
    whole = panel.collapsed(before, range(adoption, len(panel.periods)))
    effects = group_time_effects(whole, comparison="never_treated", estimator=arguments.estimator)
    return Sampling(whole, effects), aggregate(whole, effects).simple


def _headline(
    sampling: Sampling, average: Average, level: float, rng: np.random.Generator
) -> Headline | None:
    errors, free = sampling.errors(average.scores[:, None], average.over[:, None])
    error, degrees = float(errors[0]), float(free[0])
    if not error > 1e-12 * max(abs(average.estimate), float(np.nanstd(sampling.panel.outcome))):
        return None
    if sampling.few:
        pairs = pairs_of_panel(sampling.panel, average.scores, average.over, sampling.effects.cells)
        drawn = wild_cluster_bootstrap(average.estimate, pairs, level, rng)
        return Headline(average.estimate, error, degrees, drawn.low, drawn.high, drawn.p_value, True)
    half = float(stats.t.ppf(0.5 + level / 2.0, degrees)) * error
    p_value = float(2.0 * stats.t.sf(abs(average.estimate) / error, degrees))
    return Headline(
        average.estimate, error, degrees, average.estimate - half, average.estimate + half, p_value, False
    )


def _difference(sampling: Sampling, simple: Average, two_way: TwoWayFit) -> tuple[float, float | None]:
    gap = two_way.estimate - simple.estimate
    errors, free = sampling.errors((two_way.scores - simple.scores)[:, None], simple.over[:, None] * 0.0)
    # Where the two are the same comparison, rounding alone sets them apart.
    if errors[0] <= 1e-9 * float(np.sqrt((simple.scores**2).sum())):
        return gap, None
    return gap, float(2.0 * stats.t.sf(abs(gap) / errors[0], free[0]))


def _growth(sampling: Sampling, two_way: TwoWayFit) -> tuple[float, float] | None:
    """By how much effects grow a period in the two-way regression, with its p-value."""
    if two_way.growth is None:
        return None
    clusters = sampling.panel.cluster_count
    squares = float(sampling.covariance(two_way.growth_scores[:, None])[0, 0])
    error = np.sqrt(squares * clusters / (clusters - 1.0))
    if not error > 1e-12 * abs(two_way.growth):
        return None
    return two_way.growth, float(2.0 * stats.t.sf(abs(two_way.growth) / error, clusters - 1.0))


def _attrition(panel: Panel, comparison: Comparison, anticipation: int) -> tuple[float, float] | None:
    """What the treatment does to a unit's being seen, with its p-value; None where all are always seen."""
    if panel.is_balanced:
        return None
    presence = replace(panel, outcome=panel.seen.astype(np.float64), controls=panel.controls[:, :, :0])
    effects = group_time_effects(
        presence, comparison=comparison, estimator="outcome_regression", anticipation=anticipation
    )
    sampling, average = Sampling(presence, effects), aggregate(presence, effects).simple
    errors, free = sampling.errors(average.scores[:, None], average.over[:, None])
    if errors[0] <= 0.0:
        return average.estimate, 1.0
    return average.estimate, float(2.0 * stats.t.sf(abs(average.estimate) / errors[0], free[0]))
