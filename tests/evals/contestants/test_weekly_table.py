"""The table that a contestant loads is the one that an analyst would have, also while a geo test runs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from liftos_agents.domain.verdict import SIMULATED
from liftos_agents.evals.contestants.geo_test import GeoTest
from liftos_agents.evals.contestants.weekly_table import weekly_table
from liftos_agents.sandbox import MarketSpec, scenarios, simulate
from liftos_agents.sandbox.decision import Report
from liftos_agents.sandbox.experiments import ExperimentDesign
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.policy import Briefing

Shown = Callable[..., tuple[Briefing, Report]]


@pytest.mark.parametrize("name", ["shop", "textbook", "cold_start", "textbook_regions"])
def test_the_history_is_the_table_that_a_user_would_load(name: str) -> None:
    market = scenarios.load(name)
    play = MarketPlay(market, [4], 1)
    table = weekly_table(Briefing.of(play), play.history)
    frame = simulate(market, 4).frame()
    impressions = [f"{channel}_impressions" for channel in market.names]
    pd.testing.assert_frame_equal(table.drop(columns=impressions), frame.drop(columns=impressions))
    # The frame rounds exposure to a cent before it counts impressions.
    pd.testing.assert_frame_equal(table[impressions], frame[impressions], atol=2.0, rtol=0.0)
    assert table.attrs["label"] == SIMULATED


def test_decided_weeks_follow_the_history(shown: Shown) -> None:
    market = scenarios.load("textbook")
    briefing, seen = shown(market, None)
    table = weekly_table(briefing, seen)
    assert len(table) == market.weeks + 13
    assert set(table["date"].diff().dropna()) == {pd.Timedelta(days=7)}
    np.testing.assert_allclose(
        table["tv_spend"].to_numpy()[-13:], briefing.incumbent[0, 2], atol=0.01, rtol=0.0
    )


def test_a_geo_test_leaves_no_trace_in_the_markets_totals(regional: MarketSpec, shown: Shown) -> None:
    quiet = regional.model_copy(update={"noise": regional.noise.model_copy(update={"level": 0.0})})
    design = ExperimentDesign("tv", (1, 3, 5, 7), 6)
    briefing, undisturbed = shown(quiet, None)
    _, tested = shown(quiet, design)
    # Long enough an echo for all of the carry-over.
    test = GeoTest(design, quiet.weeks, 7)
    expected, found = weekly_table(briefing, undisturbed), weekly_table(briefing, tested, [test])
    raw = weekly_table(briefing, tested)
    for column in ("revenue", "tv_spend"):
        np.testing.assert_allclose(found[column], expected[column], atol=0.02, rtol=1e-7)
        assert (raw[column] < 0.99 * expected[column]).sum() >= 6
