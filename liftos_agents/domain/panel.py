"""The analysis-ready form of a dataset: one row a period, one column a channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.roles import ColumnRoles

Floats = NDArray[np.float64]
Frequency = Literal["day", "week", "month"]
PERIODS_PER_YEAR: dict[Frequency, float] = {"day": 365.25, "week": 52.1775, "month": 12.0}


@dataclass(frozen=True)
class Panel:
    """T periods of one market, regular and in order of time.

    Attributes:
        dates: First day of each period, datetime64[D], shape (T,).
        outcome: The KPI in its own unit, shape (T,).
        value_per_outcome: Money per unit of the KPI, shape (T,); ones when the KPI is money.
        channels: Names, length C.
        spend: Money spent, shape (T, C).
        impressions, clicks, claimed: Channel to a series of shape (T,), for those that have one.
            `claimed` is money or conversions that the platform reports as its own doing.
        controls, events, organic: Name to a series of shape (T,); events are 0/1 or an intensity.
        demand_proxies: Names within `controls` that follow demand.
        margin: Profit per unit of revenue, or None when nobody said.
        frequency: Length of a period.
        currency: ISO code or None.
        roles: How the columns were read.
        dataset: Content hash of the data behind it.
        notes: What was summed, filled or left out, a sentence each.
    """

    dates: NDArray[np.datetime64]
    outcome: Floats
    value_per_outcome: Floats
    channels: tuple[str, ...]
    spend: Floats
    roles: ColumnRoles
    dataset: str
    frequency: Frequency = "week"
    impressions: dict[str, Floats] = field(default_factory=dict[str, Any])
    clicks: dict[str, Floats] = field(default_factory=dict[str, Any])
    claimed: dict[str, Floats] = field(default_factory=dict[str, Any])
    controls: dict[str, Floats] = field(default_factory=dict[str, Any])
    events: dict[str, Floats] = field(default_factory=dict[str, Any])
    organic: dict[str, Floats] = field(default_factory=dict[str, Any])
    demand_proxies: tuple[str, ...] = ()
    margin: float | None = None
    currency: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def periods(self) -> int:
        """T, the number of periods."""
        return len(self.dates)

    @property
    def revenue(self) -> Floats:
        """Outcome in money, shape (T,)."""
        return self.outcome * self.value_per_outcome
