"""One world as a picture: revenue, and a panel a channel with its spend, its platform's claims and the truth."""

from __future__ import annotations

from typing import Any

import numpy as np

from liftos_agents.domain import palette
from liftos_agents.domain.verdict import SIMULATED
from liftos_agents.reports import Chart
from liftos_agents.reports.chart import WIDE, Table
from liftos_agents.sandbox import SimulatedMarket
from liftos_agents.sandbox.demand import week_dates
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.scenarios import Scenario

_SPEND, _CLAIMED, _TRUE = "spend", "claimed by the platform", "truly caused"
_REVENUE, _BASELINE = "revenue", "revenue without media (true)"


def of(scenario: Scenario, world: SimulatedMarket, *, truth: bool) -> Chart:
    """The picture of `world`; what nobody can see is in it with `truth` alone."""
    spec = world.spec
    dates = [day.isoformat() for day in week_dates(spec, np.arange(spec.weeks))]
    lines = {_REVENUE: (world.revenue, palette.INK)}
    if truth:
        baseline = world.batch.baseline[world.index, spec.weeks_before :]
        lines[_BASELINE] = (baseline, palette.MAIN)
    panels = [_panel(f"Revenue, {spec.currency} a week", dates, lines, height=140)]
    for c, channel in enumerate(spec.channels):
        lines = {_SPEND: (world.spend[:, c], palette.FAINT), _CLAIMED: (world.claimed[:, c], palette.PLAN)}
        if truth:
            lines[_TRUE] = (world.incremental[:, c], palette.MAIN)
        panels.append(_panel(channel.name, dates, lines, height=90))
    shown = "spend, claims and truth" if truth else "spend and claims"
    return Chart(
        id=f"world-{scenario.name}-{world.seed}",
        title=f"{SIMULATED}: {scenario.name}, version {scenario.version}, seed {world.seed}",
        summary=f"Revenue of {spec.weeks} weeks, and {shown} of {len(spec.channels)} channels.",
        spec={"vconcat": panels, "spacing": 18, "resolve": {"scale": {"color": "independent"}}},
        table=_totals(world, truth=truth),
    )


def _panel(
    title: str, dates: list[str], lines: dict[str, tuple[Array, str]], *, height: int
) -> dict[str, Any]:
    rows = [
        {"date": date, "value": round(float(value), 2), "series": name}
        for name, (series, _) in lines.items()
        for date, value in zip(dates, series, strict=True)
    ]
    return {
        "title": {"text": title, "fontSize": 12},
        "width": WIDE,
        "height": height,
        "data": {"values": rows},
        "mark": {"type": "line", "strokeWidth": 1.4},
        "encoding": {
            "x": {
                "field": "date",
                "type": "temporal",
                "axis": {"title": None, "format": "%b %Y", "grid": False, "tickCount": 6},
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "axis": {"title": None, "format": "~s", "tickCount": 3},
            },
            "color": {
                "field": "series",
                "type": "nominal",
                "scale": {"domain": list(lines), "range": [colour for _, colour in lines.values()]},
                "legend": {"orient": "right", "direction": "vertical", "title": None},
            },
        },
    }


def _totals(world: SimulatedMarket, *, truth: bool) -> Table:
    columns = ("Channel", "Spend", "Claimed", *(("Caused",) if truth else ()))
    rows = []
    for c, name in enumerate(world.spec.names):
        totals = [world.spend, world.claimed, *([world.incremental] if truth else [])]
        rows.append((name, *(f"{series[:, c].sum():,.0f}" for series in totals)))
    return Table(columns, tuple(rows))
