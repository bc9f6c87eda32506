"""Forecast error on the last periods, which a second, shorter fit has not seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.mmm.gibbs import Draws, sample
from liftos_agents.tools.mmm.input import MmmInput
from liftos_agents.tools.mmm.standard_form import StandardForm, standard_form

Array = NDArray[np.float64]

DRAWS, WARMUP = 60, 60


def holdout_mape(data: MmmInput, periods: int) -> float:
    """Mean absolute percentage error over the last `periods`, forecast from the periods before.

    Spends, controls and demand proxies of the held-out periods are known to the forecast, their outcome is not.
    """
    rows = len(data.outcome) - periods
    form = standard_form(data, rows)
    rng = np.random.default_rng([data.seed, 1])
    draws = sample(form.problem, draws=DRAWS, chains=data.chains, warmup=WARMUP, rng=rng)
    forecast = _forecast(form, draws, rows)
    actual = data.outcome[rows:]
    return float(np.mean(np.abs(forecast - actual) / np.maximum(np.abs(actual), 1e-9 * form.outcome_scale)))


def predictive_draws(form: StandardForm, draws: Draws, rng: np.random.Generator) -> Array:
    """Draws of the outcome after the fitted rows, doubt about the baseline and noise included, (D, h) outcome units."""
    rows = form.rows
    columns = form.design.columns * form.design.prior_scale
    normal = columns[:rows].T @ columns[:rows] + np.eye(columns.shape[1])
    half = np.linalg.cholesky(np.linalg.inv(normal))
    noise = draws.noise.ravel()[:, None]
    doubt = rng.standard_normal((noise.size, columns.shape[1])) @ half.T @ columns[rows:].T
    ahead = _expected(form, draws, rows).reshape(noise.size, -1)
    chance = rng.standard_normal(ahead.shape)
    return (ahead + noise * (doubt + chance)) * form.outcome_scale


def _forecast(form: StandardForm, draws: Draws, rows: int) -> Array:
    """Posterior mean of the outcome after the fitted rows, outcome units."""
    return _expected(form, draws, rows).mean(axis=(0, 1)) * form.outcome_scale


def _expected(form: StandardForm, draws: Draws, rows: int) -> Array:
    """The expected outcome after the fitted rows given each draw's media and demand, (chains, draws, h), scaled."""
    media = np.zeros((*draws.noise.shape, form.curves[0].shape[1]))
    for channel, curve in enumerate(form.curves):
        media += draws.effect[..., channel, None] * curve[draws.cell[..., channel]]
    demand = 0.0
    if draws.demand is not None and draws.demand_effect is not None:
        demand = draws.demand_effect[..., None] * draws.demand
    known = form.problem.whitener.unwhiten(form.problem.outcome) - (media + demand)[..., :rows]
    columns = form.design.columns * form.design.prior_scale
    left, right = columns[:rows], columns
    normal = left.T @ left + np.eye(columns.shape[1])
    coefficients = np.linalg.solve(normal, left.T @ known.reshape(-1, rows).T)
    whole = (right @ coefficients).T.reshape(media.shape) + media + demand
    return whole[..., rows:]
