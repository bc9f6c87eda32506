"""Lift tests on several channels as likelihood, those that contradict the model, and the one that would settle most."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from liftos_agents.data.store import TransientStore
from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.domain.reference import UNIT_FORMATS, unit_of
from liftos_agents.domain.response_curve import geometric_adstock, logistic_saturation
from liftos_agents.tools import run
from liftos_agents.tools.mmm import LiftTest, MmmInput, fit
from liftos_agents.tools.mmm.lift_tests import lift_draws
from tests.tools.mmm.conftest import simulated
from tests.tools.mmm.test_fit_mmm_tool import table

RETENTION = np.linspace(0.1, 0.6, 3)
EFFECT = np.linspace(200.0, 350.0, 3)


def true_lift(data: MmmInput, channel: int, first: int, weeks: int, change: float) -> float:
    """What a change truly adds in `simulated`, over all weeks that it reaches."""
    scale = data.spend[:, channel].max()
    series = np.concatenate([data.spend[:, channel], np.full(8, data.spend[-8:, channel].mean())])
    changed = series.copy()
    changed[first : first + weeks] += change
    totals = [
        EFFECT[channel]
        * logistic_saturation(
            geometric_adstock(np.maximum(path, 0.0) / scale, RETENTION[channel], length=8), 3.0
        ).sum()
        for path in (changed, series)
    ]
    return float(totals[0] - totals[1])


def a_test(
    data: MmmInput, channel: int, *, first: int, error: float, bias: float = 0.0, noise: float = 0.0
) -> LiftTest:
    """Eight weeks with 1,000 more a week."""
    start: date = data.dates[first].astype(object)
    return LiftTest(
        channel=data.channels[channel],
        start=start,
        end=start + timedelta(days=55),
        spend_change=1000.0,
        lift=true_lift(data, channel, first, 8, 1000.0) + bias + noise * error,
        standard_error=error,
    )


def short(data: MmmInput, **changes: Any) -> Any:
    return fit(replace(data, **{"draws": 150, **changes})).result


def test_unbiased_tests_on_several_channels_tighten_intervals_that_still_cover() -> None:
    ratios, covered = [], []
    for seed in range(6):
        data = simulated(seed=seed)
        rng = np.random.default_rng(seed)
        tests = tuple(
            a_test(data, channel, first=first, error=60.0, noise=float(rng.standard_normal()))
            for channel, first in ((0, 20), (0, 60), (2, 40))
        )
        plain, with_tests = short(data), short(data, lift_tests=tests)
        assert len(with_tests.lift_test_agreement) == 3
        true = [
            float(
                EFFECT[c]
                * logistic_saturation(
                    geometric_adstock(
                        data.spend[:, c] / data.spend[:, c].max(), float(RETENTION[c]), length=8
                    ),
                    3.0,
                ).sum()
            )
            for c in range(3)
        ]
        for channel, name in enumerate(data.channels):
            before, after = plain.channels[name].contribution, with_tests.channels[name].contribution
            if channel != 1:
                ratios.append((after.p95 - after.p05) / (before.p95 - before.p05))
            covered.append(after.p05 <= true[channel] <= after.p95)
    assert np.median(ratios) < 0.95
    assert np.mean(covered) >= 0.75


def test_each_further_test_takes_away_more(market: MmmInput) -> None:
    tests = tuple(a_test(market, 0, first=first, error=25.0) for first in (10, 30, 50, 70))
    widths = []
    for count in (0, 1, 4):
        found = short(market, lift_tests=tests[:count]).channels[market.channels[0]].contribution
        widths.append(found.p95 - found.p05)
    assert widths[0] > widths[1] > widths[2]


def test_the_lift_is_counted_along_the_whole_carry_over(market: MmmInput) -> None:
    known = MediaPosterior(
        channels=market.channels,
        saturation="logistic",
        retention=RETENTION[None],
        steepness=np.full((1, 3), 3.0),
        slope=None,
        effect=EFFECT[None],
        decision_effect=EFFECT[None],
        noise=np.ones(1),
        baseline=np.zeros((1, len(market.outcome))),
        scale=market.spend.max(axis=0),
        adstock_length=8,
        spend=market.spend,
        outcome=market.outcome,
    )
    for first in (30, len(market.outcome) - 8):
        test = a_test(market, 2, first=first, error=1.0)
        assert lift_draws(market, known, test)[0] == pytest.approx(test.lift, rel=1e-9)
    during = true_lift(market, 2, 30, 8, 1000.0)
    cut_short = replace(known, adstock_length=1)
    assert lift_draws(market, cut_short, a_test(market, 2, first=30, error=1.0))[0] != pytest.approx(during)


def test_a_test_that_contradicts_the_data_is_a_conflict(market: MmmInput) -> None:
    right = a_test(market, 0, first=30, error=40.0)
    wrong = a_test(market, 2, first=40, error=40.0, bias=3000.0)
    agreed = short(market, lift_tests=(right,))
    check = next(c for c in agreed.checks if c.name == "lift_tests_agree")
    assert check.passed
    assert not agreed.lift_test_agreement[0].conflict
    conflicting = short(market, lift_tests=(right, wrong))
    check = next(c for c in conflicting.checks if c.name == "lift_tests_agree")
    assert not check.passed
    assert "channel_2" in check.meaning
    assert "more than the data" in check.meaning
    assert conflicting.status == "downgraded"
    assert [one.conflict for one in conflicting.lift_test_agreement] == [False, True]


def test_two_tests_that_contradict_each_other_are_a_conflict(market: MmmInput) -> None:
    found = short(
        market,
        lift_tests=(
            a_test(market, 0, first=20, error=15.0, bias=110.0),
            a_test(market, 0, first=60, error=15.0, bias=-110.0),
        ),
    )
    assert not next(c for c in found.checks if c.name == "lift_tests_agree").passed


def test_a_fit_without_tests_has_no_such_check(fitted: Any) -> None:
    assert fitted.result.lift_test_agreement == ()
    assert not [c for c in fitted.result.checks if c.name == "lift_tests_agree"]


def test_a_test_holds_the_decision_draws_against_an_unseen_confounder(market: MmmInput) -> None:
    rng = np.random.default_rng(9)
    follows = np.log(market.spend[:, 0]) + 0.3 * rng.standard_normal(len(market.outcome))
    confounded = replace(
        market, controls={"follows": follows}, outcome=market.outcome + 60.0 * follows, draws=150
    )
    plain = fit(confounded).result.channels["channel_0"]
    held = fit(replace(confounded, lift_tests=(a_test(market, 0, first=30, error=8.0),))).result.channels[
        "channel_0"
    ]
    moved, still = (
        1.0 - plain.decision_roas.mean / plain.roas.mean,
        1.0 - held.decision_roas.mean / held.roas.mean,
    )
    assert moved > 0.03
    assert still < 0.6 * moved


def test_the_channel_that_matters_and_is_least_known_is_proposed_first() -> None:
    data = replace(simulated(seed=3), value_per_outcome=6.0)
    found = short(data)
    proposals = found.lift_test_proposals
    assert [p.rank for p in proposals] == [1, 2, 3]
    assert {p.channel for p in proposals} == set(data.channels)
    assert [p.value for p in proposals] == sorted((p.value for p in proposals), reverse=True)
    assert found.lift_test_that_settles_most
    for one in proposals:
        assert 0.0 <= one.variance_reduction <= 1.0
        assert one.standard_error > 0.0
        assert (one.expected_lift.mean > 0.0) == (one.relative_change > 0.0)
        assert one.readout_periods >= one.periods
        assert one.probability_wrong_after <= one.probability_wrong_now + 0.03


def test_a_sharper_test_settles_more() -> None:
    data = replace(simulated(seed=3), value_per_outcome=6.0)
    sharp, blunt, hopeless = (
        {p.channel: p.variance_reduction for p in short(data, lift_test_error=error).lift_test_proposals}
        for error in (0.002, 0.02, 1.0)
    )
    for name in data.channels:
        assert sharp[name] > blunt[name] > hopeless[name]
        assert hopeless[name] < 0.1


def test_where_every_verdict_is_clear_no_test_is_worth_its_while(market: MmmInput) -> None:
    found = short(replace(market, margin=0.001))
    assert {p.value for p in found.lift_test_proposals} == {0.0}
    assert "No lift test would change a verdict" in (found.lift_test_that_settles_most or "")


def test_without_money_the_return_s_uncertainty_ranks(market: MmmInput) -> None:
    found = short(replace(market, outcome_is_money=False))
    assert all(p.value is None and p.probability_wrong_now is None for p in found.lift_test_proposals)
    assert "is expected to fall by" in (found.lift_test_that_settles_most or "")


def test_tests_given_as_arguments_come_back_with_units_and_the_same_bytes() -> None:
    tests = [
        {
            "channel": channel,
            "start": start,
            "end": end,
            "spend_change": 500.0,
            "lift": 9000.0,
            "standard_error": 9000.0,
        }
        for channel, start, end in (
            ("tv", "2022-03-07", "2022-04-03"),
            ("tv", "2022-09-05", "2022-10-02"),
            ("search", "2022-06-06", "2022-07-03"),
        )
    ]
    first, second = (
        run(
            "fit_mmm",
            table(),
            draws=100,
            holdout_periods=0,
            confounding="none",
            lift_tests=tests,
            store=TransientStore(),
        ).result
        for _ in range(2)
    )
    assert first == second
    assert first["settings"]["lift_tests"] == 3
    assert [one["channel"] for one in first["lift_test_agreement"]] == ["tv", "tv", "search"]
    for where in ("lift_test_agreement", "lift_test_proposals"):
        for key, value in first[where][0].items():
            if isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool)):
                assert unit_of(first, f"{where}.0.{key}") in UNIT_FORMATS, key
