"""The forecast of the structural model against generalised least squares, written out in full."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from liftos_agents.tools.interrupted_series.structural import Cell, Learnt, forecast, learn


def only(learnt: Learnt, cell: Cell) -> Learnt:
    """The same model with one grid point."""
    one = Cell(**{**cell.__dict__, "weight": 1.0})
    return Learnt(**{**learnt.__dict__, "cells": (one,)})


@pytest.mark.parametrize("missing", [False, True])
def test_a_grid_point_forecasts_as_generalised_least_squares(missing: bool) -> None:
    rng = np.random.default_rng(0)
    before, after = 40, 6
    columns = rng.normal(size=(before + after, 2)) * 3.0 + 5.0
    outcome = columns @ [1.0, -2.0] + rng.normal(size=before + after).cumsum() * 0.4 + rng.normal(size=46)
    early = outcome[:before].copy()
    if missing:
        early[[5, 20, 21]] = np.nan
    learnt = learn(early, columns[:before], "level")
    cell = max(learnt.cells, key=lambda c: c.level * (c.irregular > 0.05))
    even = np.full((1, after), 1.0 / after)
    found = forecast(only(learnt, cell), columns[before:], even)

    clock = np.arange(before + after)
    whole = np.eye(before + after) * cell.irregular + np.minimum.outer(clock, clock) * cell.level
    seen = np.flatnonzero(~np.isnan(early))
    design = np.column_stack([np.ones(before + after), columns])
    inverse = np.linalg.inv(whole[np.ix_(seen, seen)])
    information = design[seen].T @ inverse @ design[seen]
    beta = np.linalg.solve(information, design[seen].T @ inverse @ early[seen])
    errors = early[seen] - design[seen] @ beta
    scale = errors @ inverse @ errors / (len(seen) - 3)
    cross = whole[before:][:, seen] @ inverse
    mean = even @ (design[before:] @ beta + cross @ errors)
    rest = design[before:] - cross @ design[seen]
    covariance = (
        whole[before:, before:]
        - cross @ whole[seen][:, before:]
        + rest @ np.linalg.solve(information, rest.T)
    )
    assert found.mean == pytest.approx(mean, rel=1e-5)
    assert found.scales[0] == pytest.approx(np.sqrt(scale * even @ covariance @ even.T)[0], rel=1e-3)


def test_quantiles_invert_the_distribution() -> None:
    rng = np.random.default_rng(1)
    learnt = learn(rng.normal(size=40), rng.normal(size=(40, 1)), "level")
    ahead = forecast(learnt, rng.normal(size=(5, 1)), np.eye(5))
    for probability in (0.05, 0.5, 0.975):
        assert ahead.below(ahead.quantile(probability)) == pytest.approx(probability, abs=1e-9)


def test_a_still_level_without_regressors_forecasts_like_the_mean_of_normal_draws() -> None:
    values = np.random.default_rng(2).normal(10.0, 2.0, 50)
    learnt = learn(values, np.empty((50, 0)), "level")
    still = next(c for c in learnt.cells if c.level == 0.0)
    ahead = forecast(only(learnt, still), np.empty((1, 0)), np.ones((1, 1)))
    half = stats.t.ppf(0.95, 49) * values.std(ddof=1) * np.sqrt(1.0 + 1.0 / 50)
    assert ahead.quantile(0.95)[0] == pytest.approx(values.mean() + half, rel=1e-5)


def test_a_slope_that_wanders_widens_the_far_forecast() -> None:
    clock = np.arange(40.0)
    values = 0.5 * clock + np.random.default_rng(3).normal(size=40)
    far = {}
    for trend in ("level", "local_linear"):
        learnt = learn(values, np.empty((40, 0)), trend)
        far[trend] = forecast(learnt, np.empty((10, 0)), np.eye(10))
    assert far["local_linear"].mean[-1] == pytest.approx(0.5 * 49, abs=2.5)
    assert far["level"].mean[-1] < far["local_linear"].mean[-1]
    spread = far["local_linear"].deviation
    assert spread[-1] > 1.5 * spread[0]
