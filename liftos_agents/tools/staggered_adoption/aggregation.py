"""Group-time effects brought together: over all cells, by cohort, by time since adoption, by calendar period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.staggered_adoption.group_time import GroupTime
from liftos_agents.tools.staggered_adoption.panel import Panel

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Average:
    """One average of cells: its estimate, its (units,) scores, and the (cells,) weights of the cells."""

    estimate: float
    scores: Array
    over: Array


@dataclass(frozen=True)
class Averages:
    """Several averages of cells with their scores.

    Attributes:
        keys: What each stands for: a cohort, a period, or periods since adoption.
        estimates: (m,).
        scores: (units, m).
        over: (cells, m) weights of the cells in each.
        counts: Treated units behind each.
    """

    keys: tuple[int, ...]
    estimates: Array
    scores: Array
    over: Array
    counts: tuple[int, ...]

    def mean(self, keep: Sequence[bool] | NDArray[np.bool_] | None = None) -> Average:
        """The plain mean of those kept."""
        kept = np.ones(len(self.keys), dtype=bool) if keep is None else np.asarray(keep, dtype=bool)
        return Average(
            float(self.estimates[kept].mean()),
            self.scores[:, kept].mean(axis=1),
            self.over[:, kept].mean(axis=1),
        )


@dataclass(frozen=True)
class Aggregates:
    """All ways of bringing the cells together, each overall figure among them.

    Attributes:
        simple: Over all treated cells, each by its cohort's size: the headline.
        simple_weights: Periods since adoption to its weight in `simple`.
        group: By cohort, over its treated periods; `group_overall` by the cohorts' sizes.
        dynamic: By periods since adoption, those before it included; `dynamic_overall` over those from 0 on.
        calendar: By period; `calendar_overall` over periods.
    """

    simple: Average
    simple_weights: dict[int, float]
    group: Averages
    group_overall: Average
    dynamic: Averages
    dynamic_overall: Average
    calendar: Averages
    calendar_overall: Average


def aggregate(panel: Panel, effects: GroupTime) -> Aggregates:
    """Every aggregate of Callaway and Sant'Anna (2021), section 3; cohort sizes count as estimated.

    There must be a cell at or after adoption.
    """
    treated = [k for k, cell in enumerate(effects.cells) if cell.since >= 0]
    share = {k: panel.size[effects.cells[k].cohort] for k in treated}
    total = sum(share.values())
    by_time: dict[int, float] = {}
    for k in treated:
        since = effects.cells[k].since
        by_time[since] = by_time.get(since, 0.0) + share[k] / total
    group = _averages(panel, effects, {k: effects.cells[k].cohort for k in treated})
    dynamic = _averages(panel, effects, {k: c.since for k, c in enumerate(effects.cells)})
    calendar = _averages(panel, effects, {k: effects.cells[k].period for k in treated})
    cells = np.eye(len(effects.cells))
    return Aggregates(
        simple=_by_size(
            panel,
            [effects.cells[k].cohort for k in treated],
            effects.estimates[treated],
            effects.scores[:, treated],
            cells[:, treated],
        ),
        simple_weights=by_time,
        group=group,
        group_overall=_by_size(panel, group.keys, group.estimates, group.scores, group.over),
        dynamic=dynamic,
        dynamic_overall=dynamic.mean([key >= 0 for key in dynamic.keys]),
        calendar=calendar,
        calendar_overall=calendar.mean(),
    )


def _averages(panel: Panel, effects: GroupTime, key_of: dict[int, int]) -> Averages:
    keys = tuple(sorted(set(key_of.values())))
    cells = np.eye(len(effects.cells))
    found: list[Average] = []
    counts: list[int] = []
    for key in keys:
        members = [k for k, value in key_of.items() if value == key]
        cohorts = [effects.cells[k].cohort for k in members]
        found.append(
            _by_size(
                panel, cohorts, effects.estimates[members], effects.scores[:, members], cells[:, members]
            )
        )
        counts.append(sum({effects.cells[k].cohort: effects.cells[k].treated for k in members}.values()))
    return Averages(
        keys,
        np.array([a.estimate for a in found]),
        np.column_stack([a.scores for a in found]),
        np.column_stack([a.over for a in found]),
        tuple(counts),
    )


def _by_size(panel: Panel, cohorts: Sequence[int], estimates: Array, scores: Array, over: Array) -> Average:
    """The mean of m estimates by the sizes of their cohorts, with scores that count the sizes as estimated."""
    sizes = np.array([panel.size[g] for g in cohorts])
    total = sizes.sum()
    mean = float(sizes @ estimates / total)
    combined = scores @ (sizes / total)
    if len(set(cohorts)) > 1:
        pull = dict.fromkeys(cohorts, 0.0)
        for g, value in zip(cohorts, estimates, strict=True):
            pull[g] += (value - mean) / total
        for g, slope in pull.items():
            combined += (panel.weights * (panel.cohort == g) - panel.size[g]) * (slope / len(panel.cohort))
    return Average(mean, combined, over @ (sizes / total))
