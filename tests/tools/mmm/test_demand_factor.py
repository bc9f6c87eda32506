"""The demand path's linear algebra against dense matrices, and what it does for a confounded fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liftos_agents.tools.mmm import MmmInput, fit
from liftos_agents.tools.mmm.demand_factor import DemandFactor, Observables, observables
from liftos_agents.tools.mmm.design import baseline

PERIODS, CHAINS = 12, 3


@pytest.fixture
def factor() -> DemandFactor:
    rng = np.random.default_rng(2)
    weight = np.ones((PERIODS, 4))
    weight[3:6, 1] = 0.0
    values = rng.standard_normal((PERIODS, 4)) * weight
    known = DemandFactor(Observables(("a", "b", "c", "d"), values, weight), CHAINS)
    known.loading = rng.standard_normal((CHAINS, 4))
    known.unique = rng.uniform(0.2, 1.0, (CHAINS, 4))
    known.persistence = np.array([0.2, 0.7, 0.95])
    known.condition()
    return known


def dense(factor: DemandFactor, chain: int, precision: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The path's posterior precision from its stationary covariance."""
    lag = np.abs(np.subtract.outer(np.arange(PERIODS), np.arange(PERIODS)))
    prior = np.linalg.inv(factor.persistence[chain] ** lag)
    seen = weight @ (factor.loading[chain] ** 2 / factor.unique[chain])
    return prior + np.diag(seen + precision[chain])


def weights() -> np.ndarray:
    weight = np.ones((PERIODS, 4))
    weight[3:6, 1] = 0.0
    return weight


def test_solve_is_the_dense_inverse(factor: DemandFactor) -> None:
    rng = np.random.default_rng(5)
    precision, columns = rng.uniform(0.0, 2.0, (CHAINS, PERIODS)), rng.standard_normal((2, CHAINS, PERIODS))
    factor.absorb(precision)
    solved = factor.solve(columns)
    for chain in range(CHAINS):
        expected = np.linalg.solve(dense(factor, chain, precision, weights()), columns[:, chain].T).T
        assert solved[:, chain] == pytest.approx(expected)


def test_log_evidence_is_the_dense_one(factor: DemandFactor) -> None:
    rng = np.random.default_rng(6)
    precision = rng.uniform(0.0, 2.0, (5, CHAINS, PERIODS))
    pull = rng.standard_normal((5, CHAINS, PERIODS))
    found = factor.log_evidence(precision, pull)
    for point in range(5):
        for chain in range(CHAINS):
            matrix = dense(factor, chain, precision[point], weights())
            linear = factor.linear[chain] + pull[point, chain]
            expected = 0.5 * linear @ np.linalg.solve(matrix, linear) - 0.5 * np.linalg.slogdet(matrix)[1]
            assert found[point, chain] == pytest.approx(expected)


def test_drawn_paths_have_the_dense_mean_and_covariance(factor: DemandFactor) -> None:
    rng = np.random.default_rng(7)
    precision, pull = np.full((CHAINS, PERIODS), 0.5), rng.standard_normal((CHAINS, PERIODS))
    factor.absorb(precision)
    paths = []
    for _ in range(6000):
        factor.draw_path(rng, pull)
        paths.append(factor.path)
    drawn = np.stack(paths)
    for chain in range(CHAINS):
        covariance = np.linalg.inv(dense(factor, chain, precision, weights()))
        mean = covariance @ (factor.linear[chain] + pull[chain])
        scale = np.sqrt(np.diag(covariance))
        assert np.all(np.abs(drawn[:, chain].mean(axis=0) - mean) < 5.0 * scale / 6000**0.5)
        assert np.cov(drawn[:, chain].T) == pytest.approx(covariance, abs=0.08 * float(scale.max()) ** 2)


def test_rescaling_moves_path_and_loadings_against_each_other(factor: DemandFactor) -> None:
    rng = np.random.default_rng(1)
    factor.absorb(np.zeros((CHAINS, PERIODS)))
    factor.draw_path(rng, np.zeros((CHAINS, PERIODS)))
    product = factor.loading[:, :, None] * factor.path[:, None, :]
    scales = [factor.rescale(rng, np.zeros(CHAINS)) for _ in range(200)]
    assert np.all(np.any(np.array(scales) != 1.0, axis=0))
    assert factor.loading[:, :, None] * factor.path[:, None, :] == pytest.approx(product)


def test_observables_leave_out_silence_and_take_season_away() -> None:
    rng = np.random.default_rng(8)
    dates = np.datetime64("2022-01-03", "D") + 7 * np.arange(104)
    columns = baseline(dates, season_order=2).columns
    wave = np.exp(np.sin(2 * np.pi * np.arange(104) / 52.178))
    spend = np.stack(
        [wave * np.exp(0.2 * rng.standard_normal(104)), np.where(rng.random(104) < 0.1, 5.0, 0.0)], axis=1
    )
    found = observables(spend, ("tv", "rare"), {"interest": rng.standard_normal(104)}, columns)
    assert found.names == ("interest", "log spend tv")
    assert np.abs(columns.T @ found.values).max() < 1e-6 * 104
    assert found.values.std(axis=0) == pytest.approx([1.0, 1.0], abs=0.05)


def confounded(seed: int) -> tuple[MmmInput, float]:
    """Demand drives budgets and sales; the model sees a noisy proxy of it. Also the true total of media."""
    rng = np.random.default_rng(seed)
    weeks = 156
    demand = np.zeros(weeks)
    for week in range(1, weeks):
        demand[week] = 0.85 * demand[week - 1] + 0.5 * rng.standard_normal()
    follow = np.array([0.35, 0.25, 0.1, 0.0])
    spend = 500.0 * np.exp(demand[:, None] * follow + 0.3 * rng.standard_normal((weeks, 4)))
    media = 60.0 * np.tanh(1.5 * spend / spend.max(axis=0))
    outcome = 1000.0 + 80.0 * demand + media.sum(axis=1) + 30.0 * rng.standard_normal(weeks)
    data = MmmInput(
        dates=np.datetime64("2021-01-04", "D") + 7 * np.arange(weeks),
        outcome=outcome,
        spend=spend,
        channels=("search", "social", "video", "tv"),
        controls={"interest": demand + 0.7 * rng.standard_normal(weeks)},
        demand_proxies=("interest",),
        holdout_weeks=0,
        draws=200,
        seed=seed,
    )
    return data, float(media.sum())


def test_drawing_demand_takes_the_bias_out() -> None:
    with_factor, without, followed = [], [], []
    for seed in range(3):
        data, true = confounded(seed)
        modelled = fit(data).result
        naive = fit(replace(data, confounding="none")).result
        assert modelled.total_media is not None
        assert naive.total_media is not None
        with_factor.append(modelled.total_media.mean / true - 1.0)
        without.append(naive.total_media.mean / true - 1.0)
        assert modelled.confounding is not None
        assert modelled.confounding.method == "factor"
        search = modelled.confounding.channels["search"].demand_r2
        tv = modelled.confounding.channels["tv"].demand_r2
        assert search is not None
        assert tv is not None
        assert search > tv
        followed.append(search)
    assert np.median(followed) > 0.25
    assert np.median(without) > 0.4
    assert abs(np.median(with_factor)) < 0.5 * np.median(without)


def test_too_few_series_mean_no_factor_and_the_answer_says_so(market: MmmInput) -> None:
    data = replace(
        market, spend=market.spend[:, :2], channels=market.channels[:2], confounding="factor", draws=100
    )
    found = fit(data).result.confounding
    assert found is not None
    assert found.method == "none"
    assert "is not identified" in found.verdict
