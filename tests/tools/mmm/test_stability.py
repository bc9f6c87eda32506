"""A change in mid-window is found and dated, and a market that does not change is left in peace."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from liftos_agents.data.store import TransientStore
from liftos_agents.tools.mmm import MmmInput, fit
from liftos_agents.tools.mmm.diagnostics import SET_BY_SALES
from liftos_agents.tools.mmm.fit_over_time import mean_contributions
from liftos_agents.tools.mmm.gibbs import sample
from liftos_agents.tools.mmm.persistent_noise import persistent_noise
from liftos_agents.tools.mmm.result import FitMmmResult
from liftos_agents.tools.mmm.stability import ALL_MEDIA, Stability, stability
from liftos_agents.tools.mmm.standard_form import standard_form
from liftos_agents.tools.registry import run
from tests.tools.mmm.conftest import simulated, truth

BREAK = 60


def broken(data: MmmInput, factor: float, channels: slice = slice(None)) -> MmmInput:
    """The market with some channels' effects multiplied from week 60 on."""
    lost = (factor - 1.0) * truth(data.spend)[:, channels].sum(axis=1)
    return replace(data, outcome=data.outcome + np.where(np.arange(len(lost)) >= BREAK, lost, 0.0))


def judged(data: MmmInput) -> Stability:
    """The tests on a short run, without the rest of a fit."""
    form = standard_form(data)
    draws = sample(form.problem, draws=60, chains=4, warmup=60, rng=np.random.default_rng(0))
    found = stability(data, form, draws, mean_contributions(form, draws))
    assert found is not None
    return found


def check(result: FitMmmResult, name: str) -> tuple[bool, str]:
    (found,) = [one for one in result.checks if one.name == name]
    assert found.passed == (found.value >= found.threshold)
    return found.passed, found.meaning


def demand(seed: int, weeks: int = 104) -> np.ndarray:
    """A slow swing that no column of the fit knows."""
    rng = np.random.default_rng([seed, 1])
    path = np.zeros(weeks)
    for week in range(1, weeks):
        path[week] = 0.85 * path[week - 1] + 25.0 * rng.standard_normal()
    return path


def test_markets_that_do_not_change_are_left_in_peace() -> None:
    found = [judged(simulated(seed)) for seed in range(20)]
    assert sum(one.effects.found or one.baseline.found for one in found) <= 1


def test_demand_that_swings_slowly_is_no_break() -> None:
    worlds = [simulated(seed) for seed in range(20)]
    found = [judged(replace(one, outcome=one.outcome + demand(one.seed))) for one in worlds]
    assert sum(one.effects.found or one.baseline.found for one in found) <= 1


def test_a_break_of_all_effects_is_found_and_dated() -> None:
    found = [one for seed in range(8) if (one := judged(broken(simulated(seed), 0.2)).effects).found]
    assert len(found) >= 6
    assert all(one.statistic < 0.0 for one in found)
    assert max(abs(one.period - BREAK) for one in found) <= 8
    assert sum(one.what == ALL_MEDIA for one in found) >= 3


def test_the_channel_that_changed_is_named() -> None:
    named = [judged(broken(simulated(seed), 0.0, slice(1, 2))).effects for seed in range(6)]
    assert sum(one.found and one.what == "channel_1" for one in named) >= 4


@pytest.mark.parametrize("size", [-200.0, 200.0])
def test_a_shift_of_the_baseline_is_told_from_one_of_effects(size: float) -> None:
    found = []
    for seed in range(8):
        data = simulated(seed, weeks=156)
        step = np.where(np.arange(len(data.outcome)) >= BREAK, size, 0.0)
        found.append(judged(replace(data, outcome=data.outcome + step)))
    assert not any(one.effects.found for one in found)
    shifts = [one.baseline for one in found if one.baseline.found]
    assert len(shifts) >= 5
    assert sum(np.sign(one.statistic) != np.sign(size) for one in shifts) <= 1
    assert np.median([abs(one.period - BREAK) for one in shifts]) <= 2


def test_units_and_the_order_of_channels_do_not_matter() -> None:
    data = broken(simulated(1), 0.4)
    form = standard_form(data)
    draws = sample(form.problem, draws=60, chains=4, warmup=60, rng=np.random.default_rng(0))
    contributions = mean_contributions(form, draws)
    plain = stability(data, form, draws, contributions)
    pounds = replace(data, outcome=1e-6 * data.outcome)
    other = stability(pounds, form, draws, 1e-6 * contributions)
    assert plain is not None
    assert other is not None
    assert other.effects.p_value == plain.effects.p_value
    assert other.effects.period == plain.effects.period
    assert other.effects.statistic == pytest.approx(plain.effects.statistic, rel=1e-6)
    turned = [2, 0, 1]
    swapped = replace(
        data, spend=data.spend[:, turned], channels=tuple(data.channels[index] for index in turned)
    )
    third = stability(swapped, form, draws, contributions[:, turned])
    assert third is not None
    assert third.effects.what == plain.effects.what
    assert third.effects.statistic == pytest.approx(plain.effects.statistic, rel=1e-6)
    assert third.baseline.p_value == plain.baseline.p_value


def test_too_few_periods_are_not_judged() -> None:
    data = simulated(weeks=30, channels=8)
    form = standard_form(data)
    draws = sample(form.problem, draws=20, chains=2, warmup=20, rng=np.random.default_rng(0))
    assert stability(data, form, draws, mean_contributions(form, draws)) is None


def test_a_fit_says_when_and_what_to_do() -> None:
    sound = fit(replace(simulated(2), draws=150)).result
    assert [check(sound, name)[0] for name in ("effects_stable", "baseline_stable")] == [True, True]
    assert sound.status == "accepted"
    (held,) = [one for one in sound.assumptions if "constant over the window" in one.name]
    assert held.verdict == "nothing speaks against it"
    data = broken(simulated(2), 0.2)
    result = fit(replace(data, draws=150)).result
    passed, meaning = check(result, "effects_stable")
    assert not passed
    assert "brought less from about 2023-" in meaning
    assert result.status == "downgraded"
    (warning,) = [one for one in result.warnings if "fit the window after it alone" in one]
    said = np.datetime64(warning.split("about ")[1][:10], "D")
    assert abs(said - data.dates[BREAK]) <= np.timedelta64(56, "D")
    (held,) = [one for one in result.assumptions if "constant over the window" in one.name]
    assert held.verdict == "in doubt"
    step = np.where(np.arange(len(data.outcome)) >= BREAK, 250.0, 0.0)
    shifted = fit(replace(simulated(2), outcome=simulated(2).outcome + step, draws=150)).result
    passed, meaning = check(shifted, "baseline_stable")
    assert not passed
    assert "Sales without media rose at about 2023-" in meaning
    assert any("give the change as a control (0 before, 1 from then on)" in one for one in shifted.warnings)


def test_the_order_of_rows_does_not_matter() -> None:
    data = broken(simulated(4), 0.2)
    frame = pd.DataFrame(
        {"date": data.dates, "revenue": data.outcome}
        | {f"{name}_spend": data.spend[:, index] for index, name in enumerate(data.channels)}
    )
    found = []
    for table in (frame, frame.sample(frac=1.0, random_state=0)):
        result = run("fit_mmm", table, store=TransientStore(), draws=150).result
        passed = {one["name"]: one["passed"] for one in result["checks"]}
        found.append({name: passed[name] for name in ("effects_stable", "baseline_stable", SET_BY_SALES)})
    assert found[0] == found[1]
    assert not found[0]["effects_stable"]


def test_noise_that_persists_is_told_from_white_noise() -> None:
    rng = np.random.default_rng(0)
    columns = np.column_stack([np.ones(200), np.linspace(-1.0, 1.0, 200), rng.standard_normal((200, 8))])
    white = [persistent_noise(columns, rng.standard_normal(200))[0] for _ in range(10)]
    slow = [persistent_noise(columns, demand(seed, 200))[0] for seed in range(10)]
    assert np.median([one.share * one.persistence for one in white]) <= 0.1
    assert np.median([one.persistence for one in slow]) == pytest.approx(0.85, abs=0.1)
    both = persistent_noise(columns, demand(3, 200) + 40.0 * rng.standard_normal(200))[0]
    assert 0.1 <= both.share <= 10.0


def test_whitening_is_that_of_the_stated_covariance() -> None:
    noise = persistent_noise(np.ones((60, 1)), demand(5, 60))[0]
    assert noise.persistence > 0.0
    apart = np.abs(np.subtract.outer(np.arange(60), np.arange(60)))
    covariance = np.eye(60) + noise.share * noise.persistence**apart
    columns = np.random.default_rng(1).standard_normal((60, 3))
    white = noise.whiten(columns)
    np.testing.assert_allclose(white.T @ white, columns.T @ np.linalg.solve(covariance, columns), rtol=1e-9)
