"""Trials of a fit: each on data where the right answer is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.domain.reference import UNIT_FORMATS, unit_of
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.mmm_validation import bars
from liftos_agents.tools.mmm_validation.backtest import _crps, backtest, seasonal_naive
from liftos_agents.tools.mmm_validation.placebo import placebos
from liftos_agents.tools.mmm_validation.result import ValidateMmmResult
from liftos_agents.tools.mmm_validation.shocks import shocks
from liftos_agents.tools.mmm_validation.short_fit import short_fit
from liftos_agents.tools.mmm_validation.stability import stability
from tests.tools.mmm.conftest import simulated
from tests.tools.mmm.test_fit_mmm_tool import table

FIT = {"draws": 150, "holdout_periods": 0, "confounding": "none"}
QUICK: dict[str, Any] = {"fit": FIT, "folds": 2, "replicas": 5, "placebos": 1}


def silent(message: str, share: float) -> None:
    assert message
    assert 0.0 <= share <= 1.0


def validated(frame: pd.DataFrame, **arguments: Any) -> ValidateMmmResult:
    store = TransientStore()
    found = tools.result(tools.run("validate_mmm", frame, store=store, **{**QUICK, **arguments}))
    assert isinstance(found, ValidateMmmResult)
    return found


@pytest.fixture(scope="module")
def found() -> ValidateMmmResult:
    return validated(table(weeks=104))


def test_a_sound_market_passes_every_trial(found: ValidateMmmResult) -> None:
    assert found.status in ("valid", "doubtful")
    names = {check.name for check in found.checks}
    assert {
        "fit_converged",
        "backtest_beats_naive",
        "backtest_coverage",
        "recovery_coverage",
        "recovery_total_error",
        "stability_refresh",
        "stability_noise",
        "stability_without_a_channel",
        "shock_named",
        "shock_untold",
        "placebo_share",
        "placebo_no_effect",
        "unexplained_shocks",
        "level_shift",
        "agrees_with_experiments",
    } <= names
    for name in (
        "fit_converged",
        "backtest_beats_naive",
        "recovery_coverage",
        "stability_noise",
        "placebo_share",
    ):
        assert next(check for check in found.checks if check.name == name).passed, name
    assert found.backtest is not None
    assert found.backtest.mape < found.backtest.naive_mape
    assert len(found.backtest.folds) == 2
    assert set(found.terms) == {"tv", "search", "social"}
    assert any("Only an experiment can" in warning for warning in found.warnings)
    assert found.verdict in found.explanations.marketer
    assert found.plot("fan").series
    assert "backtest_beats_naive" in found.summary()


def test_every_figure_has_a_unit(found: ValidateMmmResult) -> None:
    content = found.model_dump(mode="json")
    skipped = {"settings", "figures", "units"}

    def leaves(value: Any, path: str) -> list[str]:
        if isinstance(value, dict):
            return [leaf for key, inner in value.items() for leaf in leaves(inner, f"{path}.{key}")]
        if isinstance(value, list):
            return [leaf for index, inner in enumerate(value) for leaf in leaves(inner, f"{path}.{index}")]
        return [path] if isinstance(value, int | float) and not isinstance(value, bool) else []

    paths = [leaf for key, value in content.items() if key not in skipped for leaf in leaves(value, str(key))]
    assert len(paths) > 50
    assert [path for path in paths if unit_of(content, path) not in UNIT_FORMATS] == []


def test_the_same_bytes_on_rerun() -> None:
    few = {"perturb": False, "replicas": 2, "folds": 1}
    first, second = (validated(table(), **few).model_dump_json() for _ in range(2))
    assert first == second


def test_a_contradicting_experiment_fails_the_fit() -> None:
    test = {
        "channel": "tv",
        "start": "2022-06-06",
        "end": "2022-07-31",
        "spend_change": 800.0,
        "lift": 150_000.0,
        "standard_error": 5_000.0,
    }
    # Chains that a contradiction pulls apart need more draws to agree.
    fit = {**FIT, "draws": 400, "lift_tests": [test]}
    found = validated(table(), fit=fit, perturb=False, placebos=0, replicas=0)
    failed = {check.name for check in found.checks if check.passed is False}
    assert "agrees_with_experiments" in failed
    assert found.status == "doubtful"
    assert found.experiments[0].conflict
    assert any("Settle why test and model disagree" in advice for advice in found.advice)


def test_a_refused_fit_is_not_tried() -> None:
    found = validated(table(weeks=29))
    assert found.status == "refused"
    assert found.checks == ()
    assert "29 periods" in found.reasons[0]


def test_wrong_arguments_of_the_fit_are_named() -> None:
    with pytest.raises(ToolRetry, match=r"fit\.saturation"):
        validated(table(), fit={"saturation": "cubic"})


def test_too_little_data_for_an_origin_is_said() -> None:
    found = validated(table(weeks=56), perturb=False, placebos=0, replicas=0)
    assert found.backtest is None
    assert "too short" in next(c.meaning for c in found.checks if c.name == "backtest")


def test_a_forecast_from_the_right_model_covers_and_beats_the_naive_one() -> None:
    found = backtest(simulated(seed=2, weeks=130), 8, 3, silent)
    assert found is not None
    assert found.season == 52
    assert found.relative_error < 0.7
    assert found.coverage > 0.7
    assert found.crps < found.relative_error


def test_the_seasonal_naive_forecast_repeats_the_season() -> None:
    past = np.arange(10.0)
    assert seasonal_naive(past, 5, 4).tolist() == [6.0, 7.0, 8.0, 9.0, 6.0]
    assert seasonal_naive(past, 3, 1).tolist() == [9.0, 9.0, 9.0]


def test_the_probability_score_is_that_of_the_normal() -> None:
    drawn = np.random.default_rng(1).standard_normal((20000, 1))
    exact = 1.0 * (2.0 * 0.8413447 - 1.0) + 2.0 * 0.2419707 - 1.0 / np.sqrt(np.pi)
    assert _crps(drawn, np.array([1.0]))[0] == pytest.approx(exact, abs=0.02)


def test_a_made_up_channel_gets_little_and_a_real_one_a_lot() -> None:
    data = simulated(seed=4)
    found = placebos(data, 2, silent)
    assert [one.made_of for one in found] == ["channel_0", "channel_1"]
    assert np.mean([one.probability_of_no_effect for one in found]) > 0.5
    base = short_fit(data, 1)
    assert min(base.share(channel).mean() for channel in range(3)) > 2.0 * max(one.share.p50 for one in found)


def test_perturbations_name_what_moved() -> None:
    data = simulated(seed=4)
    base = short_fit(data, 1)
    found = stability(data, base, silent)
    assert set(found) == {
        "refresh_4",
        "refresh_8",
        "noise",
        "shock_untold",
        "shock_named",
        *(f"without_{name}" for name in data.channels),
    }
    assert found["shock_named"].largest_shift < found["shock_untold"].largest_shift
    assert all(one.moved in data.channels for one in found.values())
    assert found["without_channel_0"].total_change is None


def test_a_shock_and_a_new_level_are_dated() -> None:
    rng = np.random.default_rng(3)
    dates = np.datetime64("2023-01-02", "D") + 7 * np.arange(100)
    quiet = rng.standard_normal(100)
    calm = shocks(dates, quiet)
    assert calm.level_shift < 1.36
    assert calm.found == ()
    struck = quiet.copy()
    struck[40] -= 12.0
    assert [shock.date for shock in shocks(dates, struck).found] == [str(dates[40])]
    moved = shocks(dates, quiet + 2.0 * (np.arange(100) >= 60))
    assert moved.level_shift > 1.36
    assert abs(np.datetime64(moved.level_shift_date) - dates[60]) < np.timedelta64(35, "D")


def test_one_decisive_failure_is_not_valid() -> None:
    found = bars.fit_checks("downgraded", False, ("rhat_max",))
    assert [check.passed for check in found] == [False, False]
    assert "rhat_max" in found[1].meaning


def test_recovery_takes_its_truth_from_the_fit() -> None:
    prior = {"tv": {"mean": 0.001, "sd": 0.0005}}
    found = validated(
        table(weeks=104), fit={**FIT, "roi_priors": prior}, perturb=False, placebos=0, replicas=4
    )
    assert found.recovery is not None
    assert found.recovery.channels["tv"].truth < 0.01 < found.recovery.channels["social"].truth
