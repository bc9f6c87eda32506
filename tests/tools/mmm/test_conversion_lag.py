"""A lag from first contact to sale that is given: what it changes, what it must not, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents.data.store import TransientStore
from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.domain.response_curve import lagged
from liftos_agents.tools import run
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.mmm import LiftTest, MmmInput, fit
from liftos_agents.tools.mmm.conversion_lag import by_channel, shares, still_to_come
from liftos_agents.tools.mmm.design import EARLIER_SPEND
from liftos_agents.tools.mmm.lift_tests import evidence, lift_draws
from liftos_agents.tools.mmm.standard_form import standard_form
from tests.tools.mmm.conftest import simulated, truth
from tests.tools.mmm.test_fit_mmm_tool import table

LAG = (0.0, 0.0, 0.1, 0.1, 0.15, 0.2, 0.15, 0.1, 0.1, 0.1)
EARLIER = 40
"""Weeks of spend that a lagged market had before its data begin."""


def late_market(seed: int) -> tuple[MmmInput, np.ndarray]:
    """Two years of `simulated` whose media sell by `LAG`, spend before the data included; true contributions (T, C)."""
    whole = simulated(seed=seed, weeks=104 + EARLIER)
    prompt = truth(whole.spend)
    late = lagged(prompt.T, np.array(LAG)).T
    kept = slice(EARLIER, None)
    data = replace(
        whole,
        dates=whole.dates[kept],
        outcome=(whole.outcome - prompt.sum(axis=1) + late.sum(axis=1))[kept],
        spend=whole.spend[kept],
        draws=150,
    )
    return data, late[kept]


def returns(data: MmmInput, **changes: object) -> np.ndarray:
    """(C,) posterior means of what a steady mean spend brings in."""
    posterior = fit(replace(data, **changes)).posterior  # type: ignore[arg-type]
    assert posterior is not None
    return posterior.response(data.spend.mean(axis=0)).mean(axis=0)


def test_returns_come_back_with_the_lag_and_not_without() -> None:
    errors = []
    for seed in range(3):
        data, _ = late_market(seed)
        level = np.repeat(data.spend.mean(axis=0)[None], 9, axis=0)
        scale = simulated(seed=seed, weeks=104 + EARLIER).spend.max(axis=0)
        true = truth(np.vstack([level, scale]))[8]
        known, ignored = returns(data, conversion_lag={"*": LAG}), returns(data)
        errors.append([np.abs(known / true - 1.0).mean(), np.abs(ignored / true - 1.0).mean()])
    with_lag, without = np.mean(errors, axis=0)
    assert with_lag < 0.25
    assert without > 2.0 * with_lag


def test_a_lag_of_no_period_is_no_lag_to_the_bit(market: MmmInput) -> None:
    short = replace(market, draws=100)
    plain = fit(short)
    for lag in ({"*": (1.0,)}, {"channel_0": (2.0, 0.0), "channel_1": (1.0,)}):
        same = fit(replace(short, conversion_lag=lag))
        assert same.result == plain.result
        assert same.posterior is not None
        assert plain.posterior is not None
        assert same.posterior.to_npz() == plain.posterior.to_npz()


def test_the_fit_says_that_it_rests_on_a_lag(market: MmmInput) -> None:
    found = fit(replace(market, draws=100, conversion_lag={"channel_1": (0.0, 0.5, 0.5)}))
    assert found.result.settings["mean_conversion_lag"] == "channel_0 0, channel_1 1.5, channel_2 0"
    assert any("the lag that was given" in one.name for one in found.result.assumptions)
    assert found.posterior is not None
    contributed = np.array(found.result.contribution_over_time["channel_1"])
    assert contributed[0] == 0.0
    assert found.posterior.contribution().mean(axis=0)[:, 1] == pytest.approx(contributed, rel=1e-4)


@given(st.lists(st.floats(0.0, 1e6), min_size=1, max_size=60).filter(lambda lag: max(lag) > 0.0))
@settings(deadline=None)
def test_shares_add_up_and_end_in_one_above_zero(lag: list[float]) -> None:
    found = shares(lag)
    assert found.sum() == pytest.approx(1.0)
    assert found[-1] > 0.0
    assert found * max(sum(lag), 1e-300) == pytest.approx(lag[: len(found)])


@pytest.mark.parametrize(
    ("lag", "words"),
    [
        ((), "1 to 60 periods"),
        ((1.0,) * 61, "got 61 of them"),
        ((0.5, -0.1), "at least 0"),
        ((float("nan"),), "numbers of at least 0"),
        ((0.0, 0.0), "at least one share"),
    ],
)
def test_what_is_no_lag_is_refused(lag: tuple[float, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        shares(lag)


def test_a_name_goes_before_the_star() -> None:
    found = by_channel({"tv": (0.0, 2.0), "*": (1.0, 1.0, 2.0)}, ("tv", "search"))
    assert found is not None
    assert found.tolist() == [[0.0, 1.0, 0.0], [0.25, 0.25, 0.5]]
    assert by_channel({"radio": (0.5, 0.5)}, ("tv", "search")) is None


def test_earlier_spend_has_a_column_that_names_no_benchmark() -> None:
    data, _ = late_market(0)
    given_lag = replace(data, conversion_lag={"*": LAG}, draws=100)
    assert still_to_come(np.array([LAG]), data.spend[:, :1])[[0, 9, 50]] == pytest.approx([1.0, 0.0, 0.0])
    assert EARLIER_SPEND in standard_form(given_lag).design.names
    assert EARLIER_SPEND not in standard_form(data).design.names
    confounding = fit(given_lag).result.confounding
    assert confounding is not None
    assert confounding.benchmark != EARLIER_SPEND


def test_a_lift_test_is_counted_to_the_end_of_the_lag_or_of_its_count() -> None:
    data, _ = late_market(0)
    first = 50
    start: date = data.dates[first].astype(object)
    test = LiftTest(
        channel="channel_2",
        start=start,
        end=start + timedelta(days=27),
        spend_change=1000.0,
        lift=1.0,
        standard_error=1.0,
    )
    cut = test.model_copy(update={"counted_until": start + timedelta(days=7 * 8 - 1)})
    late = replace(data, conversion_lag={"channel_2": LAG})
    found = fit(replace(late, draws=100)).posterior
    assert found is not None
    changed = data.spend.copy()
    changed[first : first + 4, 2] += 1000.0
    gain = (found.contribution(changed) - found.contribution())[:, :, 2]
    assert lift_draws(late, found, test) == pytest.approx(gain.sum(axis=1))
    assert lift_draws(late, found, cut) == pytest.approx(gain[:, first : first + 8].sum(axis=1))
    form = standard_form(late)
    for one in (test, cut):
        seen = evidence(
            replace(late, lift_tests=(one,)), "channel_2", form.cells, form.spend_scale[2], 1.0, form.rows
        )
        assert len(seen) == 1
    last = replace(late, lift_tests=(test,))
    prompt = evidence(
        replace(last, conversion_lag={}), "channel_2", form.cells, form.spend_scale[2], 1.0, form.rows
    )
    whole = evidence(last, "channel_2", form.cells, form.spend_scale[2], 1.0, form.rows)
    assert whole[0].per_effect == pytest.approx(prompt[0].per_effect)
    with pytest.raises(ValueError, match="before the test's end"):
        LiftTest(**{**test.model_dump(), "counted_until": start})


@pytest.mark.parametrize(
    ("lag", "words"),
    [
        ({"radio": [0.5, 0.5]}, "no channel 'radio'.*There are: tv, search, social"),
        ([0.5, -0.5], "at least 0"),
        ({"tv": [0.0, 0.0]}, "at least one share"),
        ({"tv": [1.0] * 61}, "1 to 60 periods"),
        ({"tv": []}, "1 to 60 periods"),
    ],
)
def test_wrong_lags_say_what_would_be_right(lag: object, words: str) -> None:
    with pytest.raises(ToolRetry, match=words):
        run("fit_mmm", table(), conversion_lag=lag)


def test_the_tool_takes_one_lag_for_all_or_one_a_channel() -> None:
    store = TransientStore()
    found = [
        run("fit_mmm", table(), draws=100, holdout_periods=0, store=store, conversion_lag=lag)
        for lag in ([0.5, 0.3, 0.2], {"*": [5, 3, 2]})
    ]
    stored = [MediaPosterior.from_npz(store.get_artifact(one.result["posterior"])) for one in found]
    for posterior in stored:
        assert posterior.conversion_lag is not None
        assert posterior.conversion_lag == pytest.approx(np.tile([0.5, 0.3, 0.2], (3, 1)))
