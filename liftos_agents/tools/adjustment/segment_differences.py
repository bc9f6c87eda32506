"""Whether an effect differs between segments: a joint test a column, and which pairs it is that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import stats

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.effect import Part
from liftos_agents.tools.adjustment.inference import Estimated
from liftos_agents.tools.adjustment.segments import Segment
from liftos_agents.tools.adjustment.study import Codes

SIGNIFICANCE = 0.05
_MOST_NAMED = 4


class SegmentPair(Part):
    """Two segments of a column.

    Attributes:
        first, second: Keys of their terms.
        difference: Effect of the first less that of the second.
        p_value: Of no difference, after Holm's correction for the column's pairs.
    """

    first: str
    second: str
    difference: float
    standard_error: float
    p_value: float


class SegmentDifference(Part):
    """The test that the effect is the same in all segments of a column.

    Attributes:
        segments: How many have an estimate.
        statistic: Wald statistic, chi-squared with `segments` − 1 degrees; None where clusters reach over segments.
        p_value: Of equal effects; None with fewer than two estimates.
        adjusted_p_value: After Holm's correction for the columns asked about.
        differs: Whether that is below 0.05.
        pairs: All pairs, the least likely to be equal first.
        words: What may be said about the column.
    """

    column: str
    segments: int
    statistic: float | None = None
    p_value: float | None = None
    adjusted_p_value: float | None = None
    differs: bool = False
    pairs: tuple[SegmentPair, ...] = ()
    words: str


@dataclass(frozen=True)
class _Estimates:
    """Segments with estimates, and errors that hold a small sample's critical value against the normal law's."""

    segments: list[Segment]
    effects: list[float]
    errors: list[float]


def segment_differences(
    segments: Sequence[Segment],
    found: Mapping[str, Estimated | None],
    cluster: Codes | None,
    level: float,
) -> tuple[SegmentDifference, ...]:
    """The test for each column, in the order of the columns.

    Segments of a column share no rows, so their estimates are independent unless clusters reach over several segments.
    Then the error of a difference is taken to be the sum of both errors, which it never exceeds, and the joint p-value
    is the smallest of the pairs' after Holm's correction.
    """
    columns = list(dict.fromkeys(segment.column for segment in segments))
    tested: list[SegmentDifference] = []
    for column in columns:
        mine = [segment for segment in segments if segment.column == column]
        there = _estimates(mine, found, level)
        tested.append(_tested(column, mine, there, _shares_clusters(mine, cluster)))
    ps = [one.p_value for one in tested if one.p_value is not None]
    adjusted = iter(holm(ps))
    return tuple(
        one if one.p_value is None else _judged(one, next(adjusted), segments, found) for one in tested
    )


def holm(ps: Sequence[float]) -> list[float]:
    """Each p-value after Holm's step-down correction."""
    order = np.argsort(ps, kind="stable")
    out = [1.0] * len(ps)
    largest = 0.0
    for rank, position in enumerate(order):
        largest = max(largest, min(1.0, (len(ps) - rank) * ps[position]))
        out[position] = largest
    return out


def _estimates(
    segments: Sequence[Segment], found: Mapping[str, Estimated | None], level: float
) -> _Estimates:
    normal = float(stats.norm.ppf(0.5 + level / 2.0))
    kept = [
        (segment, one)
        for segment in segments
        if (one := found[segment.key]) is not None and one.standard_error > 0.0
    ]
    return _Estimates(
        [segment for segment, _ in kept],
        [one.estimate for _, one in kept],
        [one.standard_error * max(one.critical / normal, 1.0) for _, one in kept],
    )


def _shares_clusters(segments: Sequence[Segment], cluster: Codes | None) -> bool:
    if cluster is None:
        return False
    counted = sum(
        (np.bincount(cluster[s.rows], minlength=cluster.max() + 1) > 0).astype(int) for s in segments
    )
    return bool(np.max(counted) > 1)


def _tested(
    column: str, segments: Sequence[Segment], there: _Estimates, dependent: bool
) -> SegmentDifference:
    count = len(there.segments)
    if count < 2:
        lacking = f"{count} of {len(segments)} segments of {column} have rows enough of both groups"
        return SegmentDifference(
            column=column,
            segments=count,
            words=f"Whether the effect differs by {column} cannot be tested: {lacking}.",
        )
    pairs = _pairs(there, dependent)
    if dependent:
        return SegmentDifference(
            column=column, segments=count, p_value=min(p.p_value for p in pairs), pairs=pairs, words=""
        )
    effects, weights = np.array(there.effects), 1.0 / np.array(there.errors) ** 2
    middle = float(weights @ effects / weights.sum())
    statistic = float(weights @ (effects - middle) ** 2)
    return SegmentDifference(
        column=column,
        segments=count,
        statistic=statistic,
        p_value=float(stats.chi2.sf(statistic, count - 1)),
        pairs=pairs,
        words="",
    )


def _pairs(there: _Estimates, dependent: bool) -> tuple[SegmentPair, ...]:
    rows: list[tuple[str, str, float, float]] = []
    for i, j in combinations(range(len(there.segments)), 2):
        a, b = there.errors[i], there.errors[j]
        error = a + b if dependent else float(np.hypot(a, b))
        difference = there.effects[i] - there.effects[j]
        rows.append((there.segments[i].key, there.segments[j].key, difference, error))
    ps = holm([float(2.0 * stats.norm.sf(abs(row[2]) / row[3])) for row in rows])
    pairs = [
        SegmentPair(first=row[0], second=row[1], difference=row[2], standard_error=row[3], p_value=p)
        for row, p in zip(rows, ps, strict=True)
    ]
    return tuple(
        sorted(pairs, key=lambda pair: (pair.p_value, -abs(pair.difference), pair.first, pair.second))
    )


def _judged(
    one: SegmentDifference,
    adjusted: float,
    segments: Sequence[Segment],
    found: Mapping[str, Estimated | None],
) -> SegmentDifference:
    differs = adjusted < SIGNIFICANCE
    p = f"p = {adjusted:.2g}" if adjusted >= 0.001 else "p < 0.001"
    if differs:
        estimates = [
            (s.words, e.estimate) for s in segments if s.column == one.column and (e := found[s.key])
        ]
        said = [f"{format_number(value)} where {words}" for words, value in estimates]
        if len(said) > _MOST_NAMED:
            estimates.sort(key=lambda pair: pair[1])
            (low_words, low), (high_words, high) = estimates[0], estimates[-1]
            said = [
                f"from {format_number(low)} where {low_words}",
                f"to {format_number(high)} where {high_words}",
            ]
        words = f"The effect differs by {one.column} ({p}): {', '.join(said)}."
    else:
        words = f"The effect cannot be said to differ by {one.column} ({p}): what its segments show apart is within chance."
    return one.model_copy(update={"adjusted_p_value": adjusted, "differs": differs, "words": words})
