"""R-hat and effective sample sizes where their values are known."""

from __future__ import annotations

import numpy as np
import pytest

from liftos_agents.tools.mmm.convergence import (
    assess,
    ess,
    ess_bulk,
    ess_tail,
    rank_normalise,
    rank_rhat,
    split,
)


def autoregressive(rng: np.random.Generator, rho: float, chains: int = 8, count: int = 8000) -> np.ndarray:
    draws = np.empty((chains, count))
    draws[:, 0] = rng.standard_normal(chains)
    for step in range(1, count):
        draws[:, step] = rho * draws[:, step - 1] + np.sqrt(1 - rho**2) * rng.standard_normal(chains)
    return draws


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.7, 0.9])
def test_effective_size_of_an_autoregression(rho: float) -> None:
    draws = autoregressive(np.random.default_rng(1), rho)
    expected = draws.size * (1 - rho) / (1 + rho)
    assert float(ess_bulk(draws[None])[0]) == pytest.approx(expected, rel=0.12)


def test_antithetic_draws_count_more_than_once() -> None:
    draws = autoregressive(np.random.default_rng(2), -0.4)
    assert float(ess(draws[None])[0]) == pytest.approx(draws.size * 1.4 / 0.6, rel=0.15)


def test_rhat_of_shifted_chains_is_the_formula() -> None:
    rng = np.random.default_rng(3)
    draws = rng.standard_normal((4, 1000))
    assert float(rank_rhat(draws[None])[0]) == pytest.approx(1.0, abs=0.003)
    shifted = draws + np.array([0.0, 0.0, 0.0, 2.0])[:, None]
    scores = rank_normalise(split(shifted[None]))[0]
    between, within = scores.mean(axis=1).var(ddof=1), scores.var(axis=1, ddof=1).mean()
    assert float(rank_rhat(shifted[None])[0]) == pytest.approx(
        np.sqrt(between / within + 499 / 500), rel=1e-9
    )
    assert float(rank_rhat(shifted[None])[0]) > 1.2


def test_rhat_sees_chains_that_differ_in_spread_alone() -> None:
    draws = np.random.default_rng(4).standard_normal((4, 1000)) * np.array([1.0, 1.0, 1.0, 4.0])[:, None]
    assert float(rank_rhat(draws[None])[0]) > 1.05


def test_infinite_variance_does_not_disturb_rank_diagnostics() -> None:
    draws = np.random.default_rng(5).standard_cauchy((4, 1000))
    assert float(rank_rhat(draws[None])[0]) < 1.01
    assert float(ess_bulk(draws[None])[0]) > 3000


def test_ranks_with_ties_are_averaged() -> None:
    draws = np.array([[[1.0, 1.0], [2.0, 3.0]]])
    scores = rank_normalise(draws)[0]
    assert scores[0, 0] == scores[0, 1] < scores[1, 0] < scores[1, 1]
    assert scores[0, 0] == pytest.approx(-scores[1].sum() / 2.0, abs=0.2)


def test_tail_size_notices_a_sticky_tail() -> None:
    draws = np.random.default_rng(6).standard_normal((4, 1000))
    draws[0, :100] = 5.0
    assert float(ess_tail(draws[None])[0]) < 0.5 * float(
        ess_tail(np.random.default_rng(7).standard_normal((1, 4, 1000)))[0]
    )


def test_the_worst_quantity_is_named() -> None:
    rng = np.random.default_rng(8)
    found = assess(
        {
            "good": rng.standard_normal((4, 500)),
            "stuck": np.ones((4, 500)),
            "bad": autoregressive(rng, 0.97, 4, 500),
        }
    )
    assert found.worst == "bad"
    assert not found.passed
    assert assess({"good": rng.standard_normal((4, 500))}).passed
    assert not assess({"stuck": np.ones((4, 500))}).passed
