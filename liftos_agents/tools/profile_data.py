"""The tool `profile_data`: what is in a table, before any model."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.data.column_names import channel_name
from liftos_agents.data.media_quality import correlation
from liftos_agents.domain.panel import Panel
from liftos_agents.domain.roles import ColumnRoles
from liftos_agents.errors import UserError
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.registry import tool

_MOST_COLUMNS = 200


class ProfileDataArguments(BaseModel):
    """The profile takes no arguments."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ColumnProfile(BaseModel):
    """One column: numbers have minimum, mean and maximum; dates and texts have first and last value."""

    model_config = ConfigDict(frozen=True)

    column: str
    type: Literal["number", "date", "text"]
    role: str
    missing: int
    distinct: int
    minimum: float | None = None
    mean: float | None = None
    maximum: float | None = None
    first: str | None = None
    last: str | None = None


class ChannelProfile(BaseModel):
    """Spend of one channel over the window.

    Attributes:
        share: Of the spend of all channels.
        active_periods: Periods with any spend.
        correlation: Of its spend with the outcome, period by period; association, no effect.
    """

    model_config = ConfigDict(frozen=True)

    spend: float
    share: float
    mean: float
    maximum: float
    active_periods: int
    correlation: float | None = None


class ProfileDataResult(BaseModel):
    """Shape, roles, totals and channels of a table.

    Attributes:
        columns: Profiles by column name, with `. { } | :` in names replaced by `_`.
        channels: Empty when the table makes no panel; `problem` says why.
        total_outcome: In the outcome's own unit; `total_revenue` is money.
    """

    model_config = ConfigDict(frozen=True)

    rows: int
    column_count: int
    columns: dict[str, ColumnProfile]
    channels: dict[str, ChannelProfile] = Field(default_factory=dict[str, ChannelProfile])
    channel_names: str = ""
    largest_channel: str | None = None
    start: str | None = None
    end: str | None = None
    frequency: str | None = None
    periods: int = 0
    outcome: str | None = None
    outcome_kind: str | None = None
    total_outcome: float | None = None
    total_revenue: float | None = None
    mean_outcome: float | None = None
    total_spend: float | None = None
    spend_share_of_revenue: float | None = None
    controls: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    organic: tuple[str, ...] = ()
    margin: float | None = None
    currency: str | None = None
    notes: tuple[str, ...] = ()
    problem: str | None = None
    units: dict[str, str] = Field(default_factory=dict[str, str])


@tool(
    "profile_data",
    version="1",
    summary="Describe the data: window, frequency, role of every column, total outcome and spend, and each "
    "channel's spend and share.",
    data="table",
    timeout_seconds=60.0,
)
def profile_data(context: ToolContext, arguments: ProfileDataArguments) -> ProfileDataResult:
    """The profile of the table of this call; a table without clear roles is profiled by columns alone."""
    frame = context.dataset.frame
    assert frame is not None
    roles = context.given_roles
    columns = {
        channel_name(str(name)): _column(frame[name], str(name), roles)
        for name in frame.columns[:_MOST_COLUMNS]
    }
    shape = ProfileDataResult(
        rows=len(frame), column_count=frame.shape[1], columns=columns, units=_units(None)
    )
    try:
        panel = context.panel
    except UserError as problem:
        # Where the problem lies names the file, which is no part of the evidence.
        return shape.model_copy(update={"problem": f"{problem.what}. {problem.fix or ''}".strip()})
    return shape.model_copy(update=_of_panel(panel))


def _of_panel(panel: Panel) -> dict[str, object]:
    spend = panel.spend.sum(axis=0)
    total = float(spend.sum())
    revenue = float(panel.revenue.sum())
    money = panel.roles.outcome_kind == "revenue" or panel.roles.value_per_outcome is not None
    channels = {
        channel: ChannelProfile(
            spend=float(spend[i]),
            share=float(spend[i]) / total if total else 0.0,
            mean=float(panel.spend[:, i].mean()),
            maximum=float(panel.spend[:, i].max()),
            active_periods=int(np.sum(panel.spend[:, i] > 0)),
            correlation=correlation(panel.spend[:, i], panel.outcome),
        )
        for i, channel in enumerate(panel.channels)
    }
    return {
        "channels": channels,
        "channel_names": ", ".join(panel.channels),
        "largest_channel": panel.channels[int(np.argmax(spend))],
        "start": str(panel.dates[0]),
        "end": str(panel.dates[-1]),
        "frequency": panel.frequency,
        "periods": panel.periods,
        "outcome": panel.roles.outcome,
        "outcome_kind": panel.roles.outcome_kind,
        "total_outcome": float(panel.outcome.sum()),
        "total_revenue": revenue if money else None,
        "mean_outcome": float(panel.outcome.mean()),
        "total_spend": total,
        "spend_share_of_revenue": total / revenue if money and revenue > 0 else None,
        "controls": tuple(panel.controls),
        "events": tuple(panel.events),
        "organic": tuple(panel.organic),
        "margin": panel.margin,
        "currency": panel.currency,
        "notes": panel.notes,
        "units": _units(panel.roles),
    }


def _column(values: pd.Series, name: str, roles: ColumnRoles | None) -> ColumnProfile:
    known = values.dropna()
    shape = {"column": name, "role": role_of(name, roles), "missing": int(values.isna().sum())}
    distinct = int(known.nunique())
    if pd.api.types.is_datetime64_any_dtype(values):
        ends = (str(known.min())[:10], str(known.max())[:10]) if len(known) else (None, None)
        return ColumnProfile(type="date", distinct=distinct, first=ends[0], last=ends[1], **shape)
    if pd.api.types.is_numeric_dtype(values):
        numbers = {"minimum": known.min(), "mean": known.mean(), "maximum": known.max()} if len(known) else {}
        return ColumnProfile(
            type="number", distinct=distinct, **{k: float(v) for k, v in numbers.items()}, **shape
        )
    words = sorted(map(str, known.unique()))
    ends = (words[0][:80], words[-1][:80]) if words else (None, None)
    return ColumnProfile(type="text", distinct=distinct, first=ends[0], last=ends[1], **shape)


def role_of(column: str, roles: ColumnRoles | None) -> str:
    """The role of a column in a word or two, such as `spend of tv`; `unknown` when roles are unclear."""
    if roles is None:
        return "unknown"
    single = {
        "date": roles.date,
        "outcome": roles.outcome,
        "value per outcome": roles.value_per_outcome,
        "channel": roles.channel_column,
        "margin": roles.margin,
        "region": roles.geo,
    }
    for role, held in single.items():
        if held == column:
            return role
    for channel, columns in roles.spend.items():
        if column in columns:
            return "spend" if channel == "*" else f"spend of {channel}"
    for measure in ("impressions", "clicks", "claimed"):
        for channel, held in getattr(roles, measure).items():
            if held == column:
                return measure if channel == "*" else f"{measure} of {channel}"
    several = {
        "demand proxy": roles.demand_proxies,
        "control": roles.controls,
        "event": roles.events,
        "organic": roles.organic,
    }
    return next((role for role, columns in several.items() if column in columns), "not used")


def _units(roles: ColumnRoles | None) -> dict[str, str]:
    outcome = "money" if roles is not None and roles.outcome_kind == "revenue" else "outcome"
    return {
        "rows": "count",
        "column_count": "count",
        "periods": "count",
        "total_outcome": outcome,
        "mean_outcome": outcome,
        "total_revenue": "money",
        "total_spend": "money",
        "spend_share_of_revenue": "share",
        "margin": "share",
        "start": "date",
        "end": "date",
        "frequency": "text",
        "outcome": "text",
        "channel_names": "text",
        "largest_channel": "text",
        "channels.*.spend": "money",
        "channels.*.mean": "money",
        "channels.*.maximum": "money",
        "channels.*.share": "share",
        "channels.*.active_periods": "count",
        "channels.*.correlation": "number",
        "columns.*.missing": "count",
        "columns.*.distinct": "count",
        "columns.*.minimum": "number",
        "columns.*.mean": "number",
        "columns.*.maximum": "number",
    }
