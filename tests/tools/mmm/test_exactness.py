"""The sampler against brute-force integration of the same posterior."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import log_ndtr

from liftos_agents.tools.mmm.design import baseline
from liftos_agents.tools.mmm.gibbs import NOISE_RATE, NOISE_SHAPE, EffectPrior, Problem, sample
from liftos_agents.tools.mmm.grid import Cells, curves, hill_cells, logistic_cells, tabulate
from liftos_agents.tools.mmm.priors import half_normal, scale_prior


def small_problem(cells: Cells, own_prior: bool) -> tuple[Problem, np.ndarray]:
    """Forty weeks, one channel, little signal: the posterior is wide and skewed, where errors would show."""
    rng = np.random.default_rng(4)
    dates = np.datetime64("2022-01-03", "D") + 7 * np.arange(40)
    whitener = baseline(dates, season_order=1).whitener(40)
    series = rng.random(40)
    table = curves(cells, series, adstock_length=6)
    outcome = 0.6 + 0.15 * table[len(table) // 3] + 0.05 * rng.standard_normal(40)
    size = len(cells.mass)
    own = EffectPrior(np.full(size, 25.0), np.full(size, 25.0 * 0.3), cells.mass)
    prior = own if own_prior else half_normal(cells, 1.0)
    white = whitener.whiten(table)
    problem = Problem(
        whitener.whiten(outcome), whitener, (tabulate(cells, table, white),), (prior,), scale_prior(2)
    )
    return problem, white


def integrated(problem: Problem, white: np.ndarray) -> dict[str, float]:
    """Posterior means by summing over cells, effect scales and noise levels, the effect integrated in closed form."""
    prior, table = problem.priors[0], problem.tables[0]
    deviations = np.geomspace(0.02, 0.15, 90)
    fit, norm = white @ problem.outcome, np.einsum("gt,gt->g", white, white)
    square = float(problem.outcome @ problem.outcome)
    sums = dict.fromkeys(("mass", "effect", "contribution", "retention", "steepness", "noise"), 0.0)
    scales = problem.scale if prior.shared else type(problem.scale)(np.ones(1), np.ones(1))
    logs, parts = [], []
    for scale, mass in zip(scales.values, scales.mass, strict=True):
        for deviation in deviations:
            tau = deviation**-2.0
            before = prior.precision + prior.shared / scale**2
            precision = norm * tau + before
            mean = (fit * tau + prior.linear) / precision
            ratio = mean * np.sqrt(precision)
            start = prior.linear / np.sqrt(before)
            log_weight = (
                np.log(prior.weight * mass)
                + 0.5 * np.log(before / precision)
                + 0.5 * ratio**2
                + log_ndtr(ratio)
                - 0.5 * start**2
                - log_ndtr(start)
                - 0.5 * tau * square
                - (len(problem.outcome) + 2 * NOISE_SHAPE) * np.log(deviation)
                - NOISE_RATE * tau
            )
            hazard = np.exp(-0.5 * ratio**2 - 0.5 * np.log(2 * np.pi) - log_ndtr(ratio))
            logs.append(log_weight)
            parts.append((mean + hazard / np.sqrt(precision), deviation))
    top = max(float(log.max()) for log in logs)
    for log, (effect, deviation) in zip(logs, parts, strict=True):
        weight = np.exp(log - top)
        sums["mass"] += weight.sum()
        sums["effect"] += float(weight @ effect)
        sums["contribution"] += float(weight @ (effect * table.total))
        sums["retention"] += float(weight @ table.cells.retention)
        sums["steepness"] += float(weight @ table.cells.steepness)
        sums["noise"] += float(weight.sum() * deviation)
    return {name: value / sums["mass"] for name, value in sums.items()}


@pytest.mark.parametrize("own_prior", [False, True])
@pytest.mark.parametrize("saturation", ["logistic", "hill"])
def test_draws_agree_with_the_integral(saturation: str, own_prior: bool) -> None:
    cells = logistic_cells() if saturation == "logistic" else hill_cells()
    problem, white = small_problem(cells, own_prior)
    draws = sample(problem, draws=1500, chains=8, warmup=100, rng=np.random.default_rng(1))
    cell = draws.cell[..., 0]
    drawn = {
        "effect": draws.effect[..., 0],
        "contribution": draws.effect[..., 0] * problem.tables[0].total[cell],
        "retention": cells.retention[cell],
        "steepness": cells.steepness[cell],
        "noise": draws.noise,
    }
    for name, expected in integrated(problem, white).items():
        if name in drawn:
            chains = drawn[name].mean(axis=1)
            error = max(float(chains.std(ddof=1)) / len(chains) ** 0.5, 1e-3 * float(drawn[name].std()))
            assert abs(float(chains.mean()) - expected) < 4.5 * error, name
