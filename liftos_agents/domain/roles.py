"""What each column of a dataset is for."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

OutcomeKind = Literal["revenue", "conversions", "units"]


class ColumnRoles(BaseModel):
    """Roles worked out for, or given to, the columns of one table.

    In a wide table each channel has columns of its own; in a long one (a platform export) a row
    belongs to the channel named in `channel_column`, and the maps hold one column for all channels
    under the key `"*"`. Channel names never contain `. { } | :`; such characters become `_`.

    Attributes:
        date: Column of the period's first day.
        outcome: Column of the KPI.
        outcome_kind: `revenue` when the KPI is money already.
        value_per_outcome: Column, or number, that turns one conversion into money.
        spend: Channel to its spend columns (summed).
        impressions: Channel to its impression column.
        clicks: Channel to its click column.
        claimed: Channel to the column of revenue or conversions that the platform claims for itself.
        margin: Column or number: profit per unit of revenue.
        controls: Numeric columns that are neither spend nor outcome (price, competitor, weather).
        demand_proxies: Those of `controls` that follow demand itself (search interest, traffic).
        events: Columns of dummies or labels (promotions, named events).
        organic: Exposure that costs nothing (newsletter, organic impressions).
        geo: Column of the region; the tool sums over it, and says so.
        ignored: Columns without a role (row numbers, duplicates of the date, one value only).
        currency: ISO code when one was found.
        country: ISO code of the market's country, whose holidays count; only ever given, never guessed.
        notes: What a reader should know of how the roles were worked out, a sentence each.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    layout: Literal["wide", "long"] = "wide"
    date: str
    outcome: str
    outcome_kind: OutcomeKind = "revenue"
    value_per_outcome: str | float | None = None
    channel_column: str | None = None
    spend: dict[str, tuple[str, ...]]
    impressions: dict[str, str] = Field(default_factory=dict)
    clicks: dict[str, str] = Field(default_factory=dict)
    claimed: dict[str, str] = Field(default_factory=dict)
    margin: str | float | None = None
    controls: tuple[str, ...] = ()
    demand_proxies: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    organic: tuple[str, ...] = ()
    geo: str | None = None
    ignored: tuple[str, ...] = ()
    currency: str | None = None
    country: str | None = None
    notes: tuple[str, ...] = ()
