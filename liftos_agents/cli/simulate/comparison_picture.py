"""A comparison as a picture: each policy's paired difference with its interval, a panel a family."""

from __future__ import annotations

from typing import Any

from liftos_agents.domain import palette
from liftos_agents.domain.verdict import SIMULATED
from liftos_agents.reports import Chart
from liftos_agents.reports.chart import WIDE, Table
from liftos_agents.sandbox.arena_comparison import Comparison

_ROW = 18


def of(found: Comparison) -> Chart:
    """The picture; the reference is the line at nothing."""
    rows: list[dict[str, Any]] = []
    for line in found.lines:
        difference = line.difference
        if difference is None:
            continue
        low = difference.mean if difference.low is None else difference.low
        high = difference.mean if difference.high is None else difference.high
        rows.append(
            {
                "family": line.family,
                "policy": line.policy,
                "mean": round(difference.mean),
                "low": round(low),
                "high": round(high),
                "better": "more" if low > 0 else "less" if high < 0 else "neither",
            }
        )
    title = f"{SIMULATED}: {found.measure.replace('_', ' ')} against {found.reference}, {found.seeds} seeds"
    return Chart(
        id=f"comparison-{found.reference}",
        title=title,
        summary=f"Paired differences to {found.reference} with 95 % intervals, by family.",
        spec=_spec(rows),
        table=Table(
            ("Family", "Policy", "Difference", "Low", "High"),
            tuple((row["family"], row["policy"], row["mean"], row["low"], row["high"]) for row in rows),
        ),
    )


def _spec(rows: list[dict[str, Any]]) -> dict[str, Any]:
    policies = sorted({row["policy"] for row in rows})
    colour = {
        "field": "better",
        "type": "nominal",
        "scale": {
            "domain": ["more", "neither", "less"],
            "range": [palette.MAIN, palette.QUIET, palette.OTHER],
        },
        "legend": {"title": "earns"},
    }
    policy = {"field": "policy", "type": "nominal", "sort": policies, "axis": {"title": None}}
    money = {"type": "quantitative", "axis": {"title": "money a world", "format": "~s"}}
    layers = [
        {"mark": {"type": "rule", "color": palette.LINE}, "encoding": {"x": {"datum": 0}}},
        {
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {
                "x": {"field": "low", **money},
                "x2": {"field": "high"},
                "y": policy,
                "color": colour,
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 45},
            "encoding": {"x": {"field": "mean", **money}, "y": policy, "color": colour},
        },
    ]
    return {
        "data": {"values": rows},
        "facet": {"row": {"field": "family", "type": "nominal", "title": None, "header": {"labelAngle": 0}}},
        "spec": {"width": WIDE - 240, "height": _ROW * len(policies), "layer": layers},
        "spacing": 8,
    }
