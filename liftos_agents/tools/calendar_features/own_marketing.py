"""Marketing features of a user's own periods: campaigns, media prices, conversion, and what only they can know."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents.domain.panel import Frequency, Panel

Array = NDArray[np.float64]

PAUSE_DAYS = 28
RECENT_PERIODS = 8
PERIOD_DAYS: dict[Frequency, int] = {"day": 1, "week": 7, "month": 30}
MEANINGS = {
    "date": "First day of the period",
    "days_since_campaign_start": "Days since spend on any channel began after at least 28 days without any; null while none runs",
    "media_cost_index": "Own price of media against its median before, 1 when as usual: spend per thousand impressions, else per "
    "click, of the channels that have them, weighted by spend; null before there is a price to compare with",
    "conversion_likelihood": "Own conversions per click over the 8 periods before; null without clicks, or where the outcome is money",
    "audience_availability": "As given; null unless a source is",
    "competitive_pressure": "As given; null unless a source is",
}


def marketing_features(
    panel: Panel, *, audience_availability: Array | None = None, competitive_pressure: Array | None = None
) -> pd.DataFrame:
    """One row a period of the panel: what its own data say of its marketing.

    Prices and rates of a period are compared with earlier periods alone, so that no row knows its future. Per channel the
    first column becomes `days_since_campaign_start.CHANNEL`, and its price index `media_cost_index.CHANNEL`.

    Args:
        panel: T periods.
        audience_availability: (T,) from a source of the user's, any unit.
        competitive_pressure: likewise.
    """
    columns: dict[str, object] = {"date": panel.dates.astype("datetime64[s]")}
    pause = max(1, PAUSE_DAYS // PERIOD_DAYS[panel.frequency])
    columns["days_since_campaign_start"] = _since_start(panel.spend.sum(axis=1) > 0.0, panel.dates, pause)
    prices = {name: _price_index(panel, index) for index, name in enumerate(panel.channels)}
    columns["media_cost_index"] = _weighted(panel, prices)
    columns["conversion_likelihood"] = _conversion(panel)
    columns["audience_availability"] = _given(audience_availability, panel.periods)
    columns["competitive_pressure"] = _given(competitive_pressure, panel.periods)
    for index, name in enumerate(panel.channels):
        columns[f"days_since_campaign_start.{name}"] = _since_start(
            panel.spend[:, index] > 0.0, panel.dates, pause
        )
        columns[f"media_cost_index.{name}"] = prices[name]
    return pd.DataFrame(columns)


def _since_start(running: NDArray[np.bool_], dates: NDArray[np.datetime64], pause: int) -> Array:
    """(T,) days since the campaign of each running period began, NaN in others."""
    found = np.full(len(running), np.nan)
    start, idle = dates[0], pause
    for period, runs in enumerate(running):
        if not runs:
            idle += 1
            continue
        if idle >= pause:
            start = dates[period]
        idle = 0
        found[period] = (dates[period] - start).astype("timedelta64[D]").astype(np.int64)
    return found


def _price_index(panel: Panel, index: int) -> Array:
    """(T,) price of a channel's media over the median of its earlier prices, NaN where there is none."""
    name = panel.channels[index]
    bought = panel.impressions.get(name, panel.clicks.get(name))
    if bought is None:
        return np.full(panel.periods, np.nan)
    spend = panel.spend[:, index]
    paid = (bought > 0.0) & (spend > 0.0)
    price = np.where(paid, spend / np.where(paid, bought, 1.0), np.nan)
    norm = pd.Series(price).expanding(min_periods=4).median().shift(1).to_numpy()
    return price / norm


def _weighted(panel: Panel, prices: dict[str, Array]) -> Array:
    """(T,) mean of the channels' indices, weighted by spend."""
    index = np.stack([prices[name] for name in panel.channels], axis=1)
    known = ~np.isnan(index)
    weight = np.where(known, panel.spend, 0.0).sum(axis=1)
    total = np.where(known, panel.spend * np.nan_to_num(index), 0.0).sum(axis=1)
    return np.where(weight > 0.0, total / np.where(weight > 0.0, weight, 1.0), np.nan)


def _conversion(panel: Panel) -> Array:
    """(T,) conversions per click over the periods before."""
    if panel.roles.outcome_kind == "revenue" or not panel.clicks:
        return np.full(panel.periods, np.nan)
    clicks = pd.Series(np.sum(list(panel.clicks.values()), axis=0))
    before = clicks.rolling(RECENT_PERIODS, min_periods=RECENT_PERIODS).sum().shift(1).to_numpy()
    converted = pd.Series(panel.outcome).rolling(RECENT_PERIODS, min_periods=RECENT_PERIODS).sum().shift(1)
    return np.where(before > 0.0, converted.to_numpy() / np.where(before > 0.0, before, 1.0), np.nan)


def _given(values: Array | None, periods: int) -> Array:
    return np.full(periods, np.nan) if values is None else np.asarray(values, dtype=np.float64)
