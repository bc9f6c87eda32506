"""What a decider has seen of its world, as the table that an analyst would load."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from liftos_agents.evals.contestants.geo_test import GeoTest
from liftos_agents.sandbox.decision import Report
from liftos_agents.sandbox.policy import Briefing
from liftos_agents.sandbox.weekly_frame import weekly_frame


def weekly_table(briefing: Briefing, seen: Report, tests: Sequence[GeoTest] = ()) -> pd.DataFrame:
    """The weeks of one world (S = 1), in the columns of `SimulatedMarket.frame` and labelled as simulated like it.

    In the weeks of a geo test, and in those in which it still echoes, sales and the tested channel's spend are those of
    the regions left alone, scaled up to the market: a curve fitted to the market's total would read a holdout in half of
    the regions as half a budget everywhere.
    """
    spend, revenue = seen.spend[0].copy(), seen.revenue[0].copy()
    for test in tests:
        weeks = test.counted(seen.weeks)
        alone = test.left_alone(seen.region_revenue.shape[2])
        share = float(briefing.region_shares[alone].sum())
        revenue[weeks] = seen.region_revenue[0, weeks][:, alone].sum(axis=1) / share
        c = briefing.channels.index(test.design.channel)
        spend[weeks, c] = seen.region_spend[0, weeks][:, alone, c].sum(axis=1) / share
    return weekly_frame(
        briefing.channels,
        [briefing.start + dt.timedelta(days=7 * int(week)) for week in seen.weeks],
        spend=spend,
        impressions=seen.impressions[0],
        claimed=seen.claimed[0],
        revenue=revenue,
        search_interest=seen.search_interest[0],
        price_index=np.asarray(seen.price_index[0]) if briefing.promotes else None,
        events=briefing.events,
    )
