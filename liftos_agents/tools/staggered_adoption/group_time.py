"""Group-time effects ATT(g, t): each cohort in each period, against its base period and its comparison units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.staggered_adoption.comparison import Estimator, NoOverlap, compare
from liftos_agents.tools.staggered_adoption.panel import Panel

Array = NDArray[np.float64]
Comparison = Literal["never_treated", "not_yet_treated"]


@dataclass(frozen=True)
class Cell:
    """One cohort in one period.

    Attributes:
        cohort, period, base: Indices of periods; the change is from `base` to `period`.
        latest: Units whose cohort is later are compared with.
        treated, compared: Units.
    """

    cohort: int
    period: int
    base: int
    latest: int
    treated: int
    compared: int

    @property
    def since(self) -> int:
        """Periods since adoption; negative before it."""
        return self.period - self.cohort

    def compares_with(self, cohort: int) -> bool:
        """Units of `cohort` are compared with."""
        return cohort > self.latest and cohort != self.cohort


@dataclass(frozen=True)
class GroupTime:
    """Effects of all cells that could be estimated.

    Attributes:
        estimates: (cells,).
        scores: (units, cells); sums of squares of a column over clusters are variances.
        beyond: Share of treated units whose propensity is above that of every comparison unit, over the cells at or after
            adoption; None where no propensity is fitted.
        trimmed: Comparison units left out for their propensity, at most in one cell.
        left_out: (cohort, period) of cells without overlap, or with too few units for the controls.
    """

    cells: tuple[Cell, ...]
    estimates: Array
    scores: Array
    beyond: float | None
    trimmed: int
    left_out: tuple[tuple[int, int], ...]


def group_time_effects(
    panel: Panel,
    *,
    comparison: Comparison,
    estimator: Estimator,
    anticipation: int = 0,
    progress: Callable[[float], None] = lambda _: None,
) -> GroupTime:
    """ATT(g, t) for every cohort g and period t that has comparison units.

    From `anticipation` periods before adoption onwards the base is the last period before them; before that it is
    the period just before t, so that these cells show each step of the trends by itself.

    Callaway and Sant'Anna (2021), Difference-in-differences with multiple time periods.
    """
    batches: dict[tuple[int, ...], list[Cell]] = defaultdict(list)
    for cell in _cells(panel, comparison, anticipation):
        by_base = () if panel.fixed_controls else (min(cell.base, cell.period),)
        alone = () if panel.is_balanced else (cell.period, cell.base)
        batches[(cell.cohort, cell.latest, *by_base, *alone)].append(cell)
    found: list[tuple[Cell, float, NDArray[np.int64], Array]] = []
    left_out: list[tuple[int, int]] = []
    beyond: list[tuple[float, int]] = []
    trimmed = 0
    for done, cells in enumerate(batches.values()):
        progress(done / len(batches))
        rows = _rows(panel, cells)
        treated = panel.cohort[rows] == cells[0].cohort
        width = panel.controls.shape[2]
        if min(treated.sum(), (~treated).sum()) < (width + 2 if width else 1):
            left_out += [(c.cohort, c.period) for c in cells]
            continue
        changes = panel.outcome[rows[:, None], [c.period for c in cells]]
        changes -= panel.outcome[rows[:, None], [c.base for c in cells]]
        controls = panel.controls[rows, min(cells[0].base, cells[0].period), :]
        try:
            answer = compare(changes, treated, controls, panel.weights[rows], estimator)
        except NoOverlap:
            left_out += [(c.cohort, c.period) for c in cells]
            continue
        trimmed = max(trimmed, answer.trimmed)
        if answer.beyond is not None:
            beyond += [(answer.beyond, cell.treated) for cell in cells if cell.since >= 0]
        for k, cell in enumerate(cells):
            found.append((cell, float(answer.estimates[k]), rows, answer.scores[:, k]))
    found.sort(key=lambda item: (item[0].cohort, item[0].period))
    scores = np.zeros((len(panel.cohort), len(found)), order="F")
    for k, (_, _, rows, column) in enumerate(found):
        scores[rows, k] = column
    return GroupTime(
        cells=tuple(cell for cell, *_ in found),
        estimates=np.array([estimate for _, estimate, _, _ in found]),
        scores=scores,
        beyond=float(np.average([b for b, _ in beyond], weights=[n for _, n in beyond])) if beyond else None,
        trimmed=trimmed,
        left_out=tuple(sorted(left_out)),
    )


def _cells(panel: Panel, comparison: Comparison, anticipation: int) -> list[Cell]:
    cells: list[Cell] = []
    enough = _ClusterCount(panel)
    for cohort in panel.cohorts:
        last_before = cohort - 1 - anticipation
        if last_before < 0:
            continue
        for period in range(1, panel.never):
            base = min(period - 1, last_before)
            latest = panel.never - 1 if comparison == "never_treated" else period + anticipation
            latest = min(latest, panel.never - 1)
            treated, compared = _counts(panel, cohort, latest, period, base)
            if treated and compared and enough(cohort, latest):
                cells.append(Cell(cohort, period, base, latest, treated, compared))
    return cells


class _ClusterCount:
    """Whether a comparison rests on enough clusters: with a single one its error cannot be told."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._known: dict[tuple[int, int], bool] = {}

    def __call__(self, cohort: int, latest: int) -> bool:
        key = (cohort, latest)
        if key not in self._known:
            others = (self._panel.cohort > latest) & (self._panel.cohort != cohort)
            self._known[key] = self._panel.clusters_of(others) > 1
        return self._known[key]


def _counts(panel: Panel, cohort: int, latest: int, period: int, base: int) -> tuple[int, int]:
    """Units treated and compared with that were seen in both periods and count for something."""
    if panel.is_balanced and panel.all_count:
        counts = panel.cohort_counts
        others = sum(count for g, count in counts.items() if g > latest and g != cohort)
        return counts[cohort], others
    seen = panel.seen[:, period] & panel.seen[:, base] & (panel.weights > 0.0)
    others = (panel.cohort > latest) & (panel.cohort != cohort)
    return int((seen & (panel.cohort == cohort)).sum()), int((seen & others).sum())


def _rows(panel: Panel, cells: list[Cell]) -> NDArray[np.int64]:
    first = cells[0]
    chosen = (panel.cohort == first.cohort) | (panel.cohort > first.latest)
    if not panel.is_balanced:
        chosen &= panel.seen[:, first.period] & panel.seen[:, first.base]
    return np.flatnonzero(chosen & (panel.weights > 0.0))
