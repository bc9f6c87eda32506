"""All further estimates of an analysis by key."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.domain.effect import Term
from liftos_agents.tools.staggered_adoption.aggregation import Average, Averages
from liftos_agents.tools.staggered_adoption.analysis import Analysis
from liftos_agents.tools.staggered_adoption.times import key_of

Array = NDArray[np.float64]

MOST_CELLS = 500


def terms_of(found: Analysis, level: float) -> dict[str, Term]:
    """Group-time effects, averages by cohort, time since adoption and period, and the two-way coefficient."""
    return dict(_terms(found, level))


def dynamic_key(since: int) -> str:
    """Key of the effect `since` periods after adoption: `dynamic_0`, `dynamic_minus_1`."""
    return f"dynamic_{since}" if since >= 0 else f"dynamic_minus_{-since}"


def _terms(found: Analysis, level: float) -> Iterator[tuple[str, Term]]:
    assert found.aggregates is not None
    assert found.two_way is not None
    names, parts = found.panel.periods, found.aggregates
    cells = found.effects.cells
    yield from _several(
        found,
        level,
        Averages(
            (0,),
            np.array([parts.simple.estimate]),
            parts.simple.scores[:, None],
            parts.simple.over[:, None],
            (0,),
        ),
        lambda _: ("simple", "Average over all treated cohorts and periods, by the cohorts' sizes"),
    )
    yield from _several(
        found,
        level,
        parts.dynamic,
        lambda e: (
            dynamic_key(e),
            f"Effect {e} periods after adoption"
            if e >= 0
            else f"Change of the gap {-e} periods before adoption",
        ),
    )
    yield from _several(
        found,
        level,
        parts.group,
        lambda g: (
            f"group_{key_of(names[g])}",
            f"Cohort first treated in {names[g]}, over its treated periods",
        ),
    )
    yield from _several(
        found,
        level,
        parts.calendar,
        lambda t: (f"calendar_{key_of(names[t])}", f"Cohorts treated by {names[t]}, in that period"),
    )
    overall = {
        "group_overall": (
            parts.group_overall,
            "Average over cohorts by their sizes, each over its treated periods",
        ),
        "dynamic_overall": (parts.dynamic_overall, "Plain average over times since adoption"),
        "calendar_overall": (parts.calendar_overall, "Plain average over periods"),
        "twfe": (
            Average(found.two_way.estimate, found.two_way.scores, parts.simple.over),
            "Two-way fixed effects coefficient; misleading when effects differ between cohorts or grow",
        ),
    }
    for key, (average, meaning) in overall.items():
        one = Averages(
            (0,), np.array([average.estimate]), average.scores[:, None], average.over[:, None], (0,)
        )
        yield from _several(found, level, one, lambda _, key=key, meaning=meaning: (key, meaning))
    if len(cells) <= MOST_CELLS:
        every = Averages(
            tuple(range(len(cells))),
            found.effects.estimates,
            found.effects.scores,
            np.eye(len(cells)),
            tuple(cell.treated for cell in cells),
        )
        yield from _several(
            found,
            level,
            every,
            lambda k: (
                f"att_g{key_of(names[cells[k].cohort])}_t{key_of(names[cells[k].period])}",
                f"Cohort first treated in {names[cells[k].cohort]}, {names[cells[k].period]} against {names[cells[k].base]}",
            ),
        )


def _several(
    found: Analysis, level: float, averages: Averages, named: Callable[[int], tuple[str, str]]
) -> Iterator[tuple[str, Term]]:
    errors, free = found.sampling.errors(averages.scores, averages.over)
    halves = stats.t.ppf(0.5 + level / 2.0, free) * errors
    p_values = 2.0 * stats.t.sf(np.abs(averages.estimates) / np.where(errors > 0.0, errors, 1.0), free)
    for j, index in enumerate(averages.keys):
        key, meaning = named(index)
        known = bool(errors[j] > 0.0)
        estimate = float(averages.estimates[j])
        yield (
            key,
            Term(
                meaning=meaning,
                estimate=estimate,
                standard_error=float(errors[j]) if known else None,
                low=estimate - float(halves[j]) if known else None,
                high=estimate + float(halves[j]) if known else None,
                p_value=float(p_values[j]) if known else None,
                n=averages.counts[j] or None,
            ),
        )
