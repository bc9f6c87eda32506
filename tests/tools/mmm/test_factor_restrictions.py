"""What identifies latent demand is held against the data, and its breach is noticed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liftos_agents.tools.mmm import fit
from liftos_agents.tools.mmm.demand_factor import Observables
from liftos_agents.tools.mmm.factor_restrictions import restrictions
from tests.tools.mmm.test_demand_factor import confounded

NAMES = ("interest", "log spend a", "log spend b", "log spend c")


def made(
    seed: int, *, second: float = 0.0, answers: float = 0.0
) -> tuple[Observables, np.ndarray, np.ndarray]:
    """Four series with one factor; two of them with a second of strength `second`; b answers the last period's sales by `answers`."""
    rng = np.random.default_rng(seed)
    path, other = np.zeros(156), np.zeros(156)
    for t in range(1, 156):
        path[t] = 0.8 * path[t - 1] + 0.6 * rng.standard_normal()
        other[t] = 0.7 * other[t - 1] + 0.7 * rng.standard_normal()
    residual = rng.standard_normal(156)
    values = path[:, None] * np.array([0.8, 0.7, 0.5, 0.2]) + 0.7 * rng.standard_normal((156, 4))
    values[:, 1:3] += second * other[:, None]
    values[1:, 2] += answers * residual[:-1]
    return Observables(NAMES, values / values.std(axis=0), np.ones((156, 4))), path, residual


def test_restrictions_that_hold_are_not_reported() -> None:
    broken = 0
    for seed in range(60):
        broken += sum(one.holds is False for one in restrictions(*made(seed)))
    assert broken <= 2


@pytest.mark.parametrize("seed", range(5))
def test_a_second_factor_and_an_answer_to_sales_are_noticed(seed: int) -> None:
    first, second = restrictions(*made(seed, second=0.7))
    assert first.holds is False
    assert "a and b move together beyond demand" in first.meaning
    assert second.holds
    first, second = restrictions(*made(seed, answers=0.6))
    assert second.holds is False
    assert "Spend on b follows the last period's unexplained sales" in second.meaning


def test_stronger_breaches_deviate_more() -> None:
    sizes = [restrictions(*made(1, second=size))[0].deviation or 0.0 for size in (0.0, 0.4, 0.8)]
    assert sizes == sorted(sizes)


def test_three_series_cannot_tell_two_factors() -> None:
    observables, path, residual = made(2)
    few = Observables(NAMES[:3], observables.values[:, :3], observables.weight[:, :3])
    first, second = restrictions(few, path, residual)
    assert first.holds is None
    assert first.deviation is None
    assert second.holds is True


def test_a_fit_says_so_among_its_assumptions_and_warnings() -> None:
    data, _ = confounded(1)
    sound = fit(data).result
    assert sound.confounding is not None
    assert [one.holds for one in sound.confounding.restrictions] == [True, True]
    assert sum(one.name.startswith("Latent demand: ") for one in sound.assumptions) == 2
    rng = np.random.default_rng(5)
    shared = np.exp(0.4 * np.cumsum(rng.standard_normal(len(data.outcome))) / 3.0)
    spend = data.spend.copy()
    spend[:, 2:] *= shared[:, None]
    broken = fit(replace(data, spend=spend)).result
    assert any("move together beyond demand" in warning for warning in broken.warnings)
    assert any(a.verdict == "in doubt" for a in broken.assumptions if a.name.startswith("Latent demand"))
    plain = fit(replace(data, confounding="none")).result
    assert plain.confounding is not None
    assert plain.confounding.restrictions == ()
