"""The weekly table that an analyst would load, from whatever shows the weeks; no truth is in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from liftos_agents.domain.verdict import SIMULATED
from liftos_agents.sandbox.demand import holiday_label
from liftos_agents.sandbox.noise import Array


def weekly_frame(
    channels: Sequence[str],
    dates: Sequence[dt.date],
    *,
    spend: Array,
    impressions: Array,
    claimed: Array,
    revenue: Array,
    search_interest: Array,
    price_index: Array | None,
    events: bool,
) -> pd.DataFrame:
    """One row a week, labelled as simulated in `attrs`.

    Args:
        channels: Their names.
        dates: The T Mondays.
        spend, impressions, claimed: (T, C) money, impressions, and revenue that the platforms claim.
        revenue, search_interest: (T,).
        price_index: (T,); no column without it.
        events: Name the weeks of Black Friday and before Christmas.
    """
    columns: dict[str, object] = {
        "date": pd.to_datetime(list(dates)).as_unit("us"),
        "revenue": np.round(revenue, 2),
    }
    for c, name in enumerate(channels):
        columns[f"{name}_spend"] = np.round(spend[:, c], 2)
        columns[f"{name}_impressions"] = np.round(impressions[:, c])
        columns[f"{name}_claimed_revenue"] = np.round(claimed[:, c], 2)
    columns["search_interest"] = np.round(search_interest, 1)
    if price_index is not None:
        columns["price_index"] = price_index
    if events:
        columns["events"] = [holiday_label(date) or "na" for date in dates]
    frame = pd.DataFrame(columns)
    frame.attrs.update(simulated=True, label=SIMULATED)
    return frame
