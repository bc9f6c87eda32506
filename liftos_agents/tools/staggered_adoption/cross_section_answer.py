"""Repeated cross-sections as the tool's result."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.effect import ConfidenceInterval, Term
from liftos_agents.domain.figure import Figure
from liftos_agents.tools.effects import Rows, build, refused
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.staggered_adoption.adoption import TOOL
from liftos_agents.tools.staggered_adoption.cross_section import (
    Sample,
    effect,
    errors,
    sample_of,
    steps,
    trend_p_values,
)
from liftos_agents.tools.staggered_adoption.few_clusters import pairs_of, wild_cluster_bootstrap
from liftos_agents.tools.staggered_adoption.groups import read_groups
from liftos_agents.tools.staggered_adoption.pictures import event_study
from liftos_agents.tools.staggered_adoption.pre_trends import DIRECTED_SIZE, TEST_SIZE
from liftos_agents.tools.staggered_adoption.reading import check_weights
from liftos_agents.tools.staggered_adoption.result import (
    UNITS,
    DifferenceInDifferencesArguments,
    DifferenceInDifferencesResult,
)
from liftos_agents.tools.staggered_adoption.sampling import FEW_CLUSTERS, LEAST_CLUSTERS
from liftos_agents.tools.staggered_adoption.statement import REFUSED_SIZE, Statement, untestable
from liftos_agents.tools.staggered_adoption.terms import dynamic_key

Array = NDArray[np.float64]

_MOVED_SIZE = 0.01
_SURELY_MOVED_SIZE = 0.001


def compare_cross_sections(
    rows: Rows, arguments: DifferenceInDifferencesArguments
) -> DifferenceInDifferencesResult:
    """The two-by-two comparison of group means, or why it cannot be told.

    Raises:
        ToolRetry: Group or start of treatment are not clear, or the method needs units.
        ToolFailed: One group is all there is.
    """
    if arguments.method in ("callaway_santanna", "two_way_fixed_effects"):
        raise ToolRetry(
            f"method={arguments.method!r} follows units over time and no unit is named",
            where=f"{TOOL} argument unit",
            fix="Name the unit, or say method='two_by_two' for other rows in each period",
        )
    groups = read_groups(rows, arguments)
    if arguments.anticipation >= groups.start:
        raise ToolRetry(
            f"there are {groups.start} periods before the treatment began, and none is left before anticipation",
            where=f"{TOOL} argument anticipation",
            fix=f"Say anticipation={groups.start - 1} or less",
        )
    weights = np.ones(len(rows)) if arguments.weights is None else rows.numbers(arguments.weights)
    if arguments.weights is not None:
        check_weights(weights, arguments.weights)
    sample = sample_of(rows, rows.numbers(arguments.outcome), groups, weights, arguments.cluster)
    treated, compared = sample.side_clusters()
    fields = _fields(rows, sample, arguments)
    if min(treated, compared) < LEAST_CLUSTERS:
        side = "treated" if treated < LEAST_CLUSTERS else "comparison"
        return refused(
            DifferenceInDifferencesResult,
            reasons=(
                f"There is one {side} cluster only: its own ups and downs cannot be told from the effect.",
            ),
            advice=(f"Add {side} clusters, or use synthetic_control for a single treated one",),
            assumptions=untestable(""),
            **fields,
        )
    return _estimated(sample, rows, arguments, fields)


def _estimated(
    sample: Sample, rows: Rows, arguments: DifferenceInDifferencesArguments, fields: dict[str, Any]
) -> DifferenceInDifferencesResult:
    found = effect(sample, arguments.anticipation)
    estimate, (error, free) = float(found.estimates[0]), (float(v[0]) for v in errors(sample, found.scores))
    if not error > 1e-12 * max(abs(estimate), float(np.std(sample.outcome))):
        raise ToolFailed(
            f"{arguments.outcome!r} is the same in all rows of a group and period, so no error can be told",
            where=f"{TOOL} argument outcome",
            fix="Give the single rows instead of their averages",
        )
    few = min(sample.side_clusters()) < FEW_CLUSTERS
    half = float(stats.t.ppf(0.5 + arguments.level / 2.0, free)) * error
    low, high = estimate - half, estimate + half
    p_value = float(2.0 * stats.t.sf(abs(estimate) / error, free))
    if few and sample.clustered:
        drawn = _bootstrapped(sample, estimate, found.scores[:, 0], arguments)
        low, high, p_value = drawn.low, drawn.high, drawn.p_value
    said = _statement(sample, rows, arguments, estimate)
    terms, figures = _event_study(sample, arguments)
    common = fields | {
        "assumptions": tuple(said.assumptions),
        "checks": tuple(said.checks),
        "warnings": tuple(said.warnings),
        "advice": tuple(dict.fromkeys(said.advice)),
        "terms": terms,
        "figures": figures,
        "inference": "wild_cluster_bootstrap" if few and sample.clustered else "analytic",
    }
    if said.refusal:
        return refused(DifferenceInDifferencesResult, reasons=said.refusal, **common)
    return build(
        DifferenceInDifferencesResult,
        status="downgraded" if said.doubts else "estimated",
        reasons=tuple(said.doubts),
        estimate=estimate,
        standard_error=error,
        interval=ConfidenceInterval(low=low, high=high, level=arguments.level),
        p_value=p_value,
        **common,
    )


def _bootstrapped(
    sample: Sample, estimate: float, scores: Array, arguments: DifferenceInDifferencesArguments
):
    codes = 2 * sample.groups.treated.astype(np.int64) + sample.after
    strata, inverse = np.unique(codes, return_inverse=True)
    variance = 1.0 / np.bincount(inverse, minlength=len(strata))
    pairs = pairs_of(inverse, sample.cluster, scores, variance / variance.sum())
    return wild_cluster_bootstrap(estimate, pairs, arguments.level, np.random.default_rng(arguments.seed))


def _statement(
    sample: Sample, rows: Rows, arguments: DifferenceInDifferencesArguments, estimate: float
) -> Statement:
    said = Statement()
    said.assumptions += untestable(" given the controls" if arguments.controls else "")
    _trends(said, sample, arguments, estimate)
    _composition(said, sample, rows, arguments)
    said.assume(
        "Rows vary independently of each other, but for their cluster",
        f"Errors are by {arguments.cluster}."
        if arguments.cluster
        else "No cluster is named: a shock to a whole group in a period would not show in the error.",
        "not checked",
    )
    if not arguments.cluster:
        said.warnings.append(
            "Rows count as independent. Where whole regions or stores are treated, name them as cluster: the error is larger then."
        )
    if arguments.controls and arguments.estimator == "ipw":
        said.warnings.append(
            "Without units, controls enter a linear regression; weighting is for followed units."
        )
    if rows.dropped:
        said.warnings.append(f"{rows.dropped} rows with a missing value are left out.")
    return said


def _trends(
    said: Statement, sample: Sample, arguments: DifferenceInDifferencesArguments, estimate: float
) -> None:
    tested = trend_p_values(sample, arguments.anticipation)
    if tested is None:
        said.assume(
            "Trends were parallel before the treatment", "There are no two periods before it.", "not checked"
        )
        said.warnings.append(
            "Parallel trends rest on belief alone: the data hold no two periods before the treatment."
        )
        said.advice.append("Add earlier periods, so that trends before the treatment can be compared")
        return
    joint, along, slope = tested
    fails = joint < TEST_SIZE or along < DIRECTED_SIZE
    start = sample.groups.start
    codes = sample.groups.periods.codes[sample.after & sample.groups.treated]
    early = np.arange(start - arguments.anticipation)
    carried = slope * float(codes.mean() - early.mean())
    said.assume(
        "Trends were parallel before the treatment",
        f"Joint test of the gaps before it: p = {format_number(joint)}; slope {format_number(slope)} a period "
        f"(p = {format_number(along)}).",
        "doubtful" if fails else "nothing speaks against it",
    )
    said.test(
        "pre_trends",
        joint,
        TEST_SIZE,
        joint >= TEST_SIZE,
        "p-value that all gaps before the treatment are equal",
        f"The trends differ before the treatment (joint p = {format_number(joint)}).",
    )
    said.test(
        "pre_trend_slope",
        along,
        DIRECTED_SIZE,
        along >= DIRECTED_SIZE,
        "p-value that the gap moves steadily before the treatment",
        f"The gap moves steadily before the treatment, by {format_number(slope)} a period.",
    )
    if joint < REFUSED_SIZE and abs(carried) >= abs(estimate):
        said.refusal.append(
            f"The trends differ before the treatment (joint p = {format_number(joint)}), and carried on they would make at least "
            f"the whole estimate ({format_number(estimate)})."
        )


def _composition(
    said: Statement, sample: Sample, rows: Rows, arguments: DifferenceInDifferencesArguments
) -> None:
    """Whether the controls themselves move with the treatment: another mix of rows, or a control it changes."""
    if not rows.control_names:
        said.assume(
            "The mix of rows in each group stays the same",
            "No controls are given by which a change could be seen.",
            "not checked",
        )
        return
    p_values = []
    for j in range(sample.controls.shape[1]):
        moved = effect(sample, arguments.anticipation, sample.controls[:, j])
        error, free = errors(sample, moved.scores)
        p_values.append(
            float(2.0 * stats.t.sf(abs(moved.estimates[0]) / error[0], free[0])) if error[0] > 0.0 else 1.0
        )
    lowest = min(1.0, min(p_values) * len(p_values))
    name = rows.control_names[int(np.argmin(p_values))]
    passed = lowest >= _MOVED_SIZE
    said.assume(
        "The treatment changes neither the controls nor the mix of rows",
        f"The control that moves most with it is {name} (p = {format_number(lowest)}, corrected for their number).",
        "nothing speaks against it" if passed else "does not hold",
    )
    said.test(
        "controls_unmoved",
        lowest,
        _MOVED_SIZE,
        passed,
        "p-value that no control changes with the treatment",
        f"{name} itself changes with the treatment.",
    )
    if lowest < _SURELY_MOVED_SIZE:
        said.refusal.append(
            f"The control {name} itself changes with the treatment: adjusting for it takes part of the effect away, or the rows are "
            "other people than before."
        )
    if not passed:
        said.advice.append(f"Leave {name} out, or use its value from before the treatment")


def _event_study(
    sample: Sample, arguments: DifferenceInDifferencesArguments
) -> tuple[dict[str, Term], tuple[Figure, ...]]:
    since, fitted = steps(sample)
    error, free = errors(sample, fitted.scores)
    half = stats.t.ppf(0.5 + arguments.level / 2.0, free) * error
    start, codes, treated = sample.groups.start, sample.groups.periods.codes, sample.groups.treated
    points = {
        e: Term(
            meaning=f"Gap in {sample.groups.periods.names[e + start]} against {sample.groups.periods.names[start - 1]}",
            estimate=float(fitted.estimates[j]),
            standard_error=float(error[j]),
            low=float(fitted.estimates[j] - half[j]),
            high=float(fitted.estimates[j] + half[j]),
            n=int((treated & (codes == e + start)).sum()),
        )
        for j, e in enumerate(since)
        if error[j] > 0.0
    }
    figure = event_study(points, None, arguments.outcome, arguments.level) if points else None
    return {dynamic_key(e): term for e, term in points.items()}, (figure,) if figure else ()


def _fields(rows: Rows, sample: Sample, arguments: DifferenceInDifferencesArguments) -> dict[str, Any]:
    treatment = arguments.treatment or arguments.cohort or ""
    start = sample.groups.periods.names[sample.groups.start]
    given = f", adjusted for {', '.join(rows.control_names)}" if rows.control_names else ""
    treated, compared = sample.side_clusters()
    return {
        "estimand": f"Average effect of {treatment} on {arguments.outcome} in the treated group from {start} on.",
        "design": "Difference-in-differences of two groups, before and after, with other rows in each period"
        f"{given}: the treated group's change of the mean outcome, less the other group's.",
        "method": "two_by_two",
        "outcome": arguments.outcome,
        "treatment": treatment,
        "n": len(rows),
        "period_count": len(sample.groups.periods),
        "clusters": int(sample.cluster.max()) + 1 if sample.clustered else None,
        "treated_clusters": treated if sample.clustered else None,
        "comparison_clusters": compared if sample.clustered else None,
        "units": UNITS,
        "settings": arguments.model_dump(mode="json"),
    }
