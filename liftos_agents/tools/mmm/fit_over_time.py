"""The fitted outcome period by period: what a report draws beside what was observed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.estimate import significant
from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.tools.mmm.gibbs import Draws
from liftos_agents.tools.mmm.input import MmmInput
from liftos_agents.tools.mmm.result import FitOverTime
from liftos_agents.tools.mmm.standard_form import StandardForm

Array = NDArray[np.float64]

BAND_DRAWS = 1000
SERIES_DIGITS = 6


def mean_contributions(form: StandardForm, draws: Draws) -> Array:
    """Posterior mean of each channel's contribution, (T, C), outcome units."""
    means = [
        np.bincount(
            draws.cell[..., index].ravel(),
            weights=draws.effect[..., index].ravel(),
            minlength=len(table.total),
        )
        @ table.raw
        for index, table in enumerate(form.problem.tables)
    ]
    return np.stack(means, axis=1) * (form.outcome_scale / draws.noise.size)


def fit_over_time(
    data: MmmInput, form: StandardForm, draws: Draws, posterior: MediaPosterior, contributions: Array
) -> FitOverTime:
    """Observed and fitted outcome per period, the latter with its 90 % band over at most 1,000 draws.

    The band is of the fitted mean: noise of single periods is not in it.

    Args:
        data: what was fitted.
        form: its standard form.
        draws: the sampler's.
        posterior: the same draws in the data's units.
        contributions: (T, C) `mean_contributions`.
    """
    baseline = posterior.baseline.mean(axis=0)
    low, high = np.quantile(_fitted_draws(form, draws, posterior), [0.05, 0.95], axis=0)
    return FitOverTime(
        date=tuple(str(day) for day in data.dates),
        actual=_series(data.outcome),
        mean=_series(baseline + contributions.sum(axis=1)),
        p05=_series(low),
        p95=_series(high),
        baseline=_series(baseline),
    )


def contribution_over_time(channels: tuple[str, ...], contributions: Array) -> dict[str, tuple[float, ...]]:
    """Channel to its mean contribution per period, outcome units."""
    return {name: _series(contributions[:, index]) for index, name in enumerate(channels)}


def _fitted_draws(form: StandardForm, draws: Draws, posterior: MediaPosterior) -> Array:
    """(D, T) draws of the fitted outcome, evenly spaced among all of them."""
    count = min(BAND_DRAWS, posterior.draws)
    keep = (np.arange(count) * posterior.draws) // count
    total = posterior.baseline[keep].copy()
    for index, table in enumerate(form.problem.tables):
        cell = draws.cell[..., index].ravel()[keep]
        total += posterior.effect[keep, index, None] * table.raw[cell]
    return total


def _series(values: Array) -> tuple[float, ...]:
    return tuple(significant(float(value), SERIES_DIGITS) for value in values)
