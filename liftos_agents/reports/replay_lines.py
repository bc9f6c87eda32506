"""Pictures of a replay over time: spend by channel, and regret."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from liftos_agents.domain.amount import format_money, format_number
from liftos_agents.domain.figure_marks.axes import AMOUNT, said, told
from liftos_agents.domain.replay import Replay, ReplayAgent
from liftos_agents.reports import palette
from liftos_agents.reports.chart import NARROW, WIDE, Chart, Table
from liftos_agents.reports.figures import british_date
from liftos_agents.reports.replay_looks import Look, look, scales

_AXIS = 46
"""Pixels that the labels of a vertical axis take."""
_GAP = 18

Row = dict[str, Any]


def spend(replay: Replay) -> Chart:
    """What each agent spent, a small picture a channel."""
    agents = replay.shown
    totals = ", ".join(f"{a.name} {format_money(a.spent, replay.currency)}" for a in agents)
    columns = [f"{agent.name}: {channel}" for agent in agents for channel in replay.channels]
    return Chart(
        id="replay-spend",
        title=f"Spend by channel ({replay.currency} a week)",
        summary=f"Money spent in {len(replay.settings)} weeks: {totals}.{_creatives_in_words(replay)}{_breaks_in_words(replay)}",
        spec=_spend(replay, WIDE),
        narrow=_spend(replay, NARROW),
        table=Table(
            ("Week", *columns),
            tuple(
                (
                    week + 1,
                    *(format_number(v) for agent in agents for v in agent.weeks[week].spent),
                )
                for week in range(len(replay.settings))
            ),
        ),
    )


def regret(replay: Replay) -> Chart:
    """What each agent has earned less than the oracle so far, without luck."""
    agents = [agent for agent in replay.agents if agent.name != "oracle"]
    totals = ", ".join(f"{a.name} {format_money(a.regret, replay.currency)}" for a in agents)
    return Chart(
        id="replay-regret",
        title=f"Cumulative regret against the oracle ({replay.currency})",
        summary=(
            "The oracle's expected profit less the agent's, all weeks so far; a sale counts in the week in which it is "
            f"made. The last point counts what is sold after the last week: {totals or 'the oracle alone played'}."
            f"{_breaks_in_words(replay)}"
        ),
        spec=_regret(replay, agents, WIDE),
        narrow=_regret(replay, agents, NARROW),
        table=Table(
            ("Week", *(agent.name for agent in agents)),
            (
                *(
                    (week + 1, *(format_number(agent.weeks[week].regret) for agent in agents))
                    for week in range(len(replay.settings))
                ),
                ("after the last week", *(format_number(agent.regret) for agent in agents)),
            ),
        ),
    )


def _spend(replay: Replay, width: int) -> dict[str, Any]:
    columns = 2 if width == WIDE else 1
    looks = [look(replay, agent) for agent in replay.shown]
    across = (width - _GAP * (columns - 1)) / columns - _AXIS - 12
    panels: list[dict[str, Any]] = []
    for c, channel in enumerate(replay.channels):
        rows = [
            _row(replay, agent, week, agent.weeks[week].spent[c], f"{channel}, ")
            for agent in replay.shown
            for week in range(len(replay.settings))
        ]
        layers = _lines(replay, rows, looks, wide=width == WIDE)
        layers += _creatives(replay, channel, looks, wide=width == WIDE)
        panels.append(
            {
                "width": across,
                "height": 84,
                "layer": [*layers, _name(channel)],
            }
        )
    return {
        "concat": panels,
        "columns": columns,
        "spacing": {"row": 10, "column": _GAP},
        "resolve": {"scale": {"y": "independent"}},
    }


def _creatives(replay: Replay, channel: str, looks: list[Look], *, wide: bool) -> list[dict[str, Any]]:
    """A triangle on an agent's line in each week in which the channel got a new creative."""
    c = replay.channels.index(channel)
    x, y = _axes(wide=wide)
    found: list[dict[str, Any]] = []
    for agent, one in zip(replay.shown, looks, strict=True):
        rows = [
            _row(replay, agent, week, played.spent[c], f"new creative for {channel}, ")
            for week, played in enumerate(agent.weeks)
            if channel in played.refreshed
        ]
        if rows:
            found.append(
                {
                    "data": {"values": rows},
                    "mark": told("point", one.colour, filled=True, size=42, opacity=1, shape="triangle-up"),
                    "encoding": {"x": x, "y": y, "description": said()},
                }
            )
    return found


def _creatives_in_words(replay: Replay) -> str:
    bought = any(played.refreshed for agent in replay.shown for played in agent.weeks)
    return " A triangle is a new creative." if bought else ""


def _name(channel: str) -> dict[str, Any]:
    """A small picture's title, higher up than any label of its axis, so that neighbours stand level."""
    return {
        "data": {"values": [{}]},
        "mark": {"type": "text", "align": "left", "baseline": "bottom", "color": palette.INK, "aria": False},
        "encoding": {"x": {"value": 0}, "y": {"value": -7}, "text": {"value": channel}},
    }


def _regret(replay: Replay, agents: Sequence[ReplayAgent], width: int) -> dict[str, Any]:
    looks = [look(replay, agent) for agent in agents]
    rows = [
        _row(replay, agent, week, agent.weeks[week].regret, "regret of ")
        for agent in agents
        for week in range(len(replay.settings))
    ]
    after = (replay.settings[-1].date + dt.timedelta(days=7)).isoformat()
    rows += [
        {
            "date": after,
            "agent": agent.name,
            "value": round(agent.regret, 2),
            "said": f"regret of {agent.name}, after the last week: {format_money(agent.regret, replay.currency)}",
        }
        for agent in agents
    ]
    zero = {
        "data": {"values": [{"words": "oracle"}]},
        "layer": [
            {
                "mark": {"type": "rule", "color": palette.QUIET, "aria": False},
                "encoding": {"y": {"datum": 0.0, "type": "quantitative"}},
            },
            {
                "mark": {
                    "type": "text",
                    "color": palette.QUIET,
                    "align": "right",
                    "baseline": "bottom",
                    "dx": -2,
                    "dy": -2,
                    "aria": False,
                },
                "encoding": {
                    "x": {"value": "width"},
                    "y": {"datum": 0.0, "type": "quantitative"},
                    "text": {"field": "words", "type": "nominal"},
                },
            },
        ],
    }
    return {
        "width": width,
        "height": 300 if width == WIDE else 260,
        "autosize": {"type": "fit", "contains": "padding"},
        "layer": [zero, *_lines(replay, rows, looks, wide=width == WIDE)],
    }


def _row(replay: Replay, agent: ReplayAgent, week: int, value: float, what: str) -> Row:
    date = replay.settings[week].date.isoformat()
    return {
        "date": date,
        "agent": agent.name,
        "value": round(value, 2),
        "said": f"{what}{agent.name}, week {week + 1} ({british_date(date)}): {format_money(value, replay.currency)}",
    }


def _lines(replay: Replay, rows: list[Row], looks: list[Look], *, wide: bool) -> list[dict[str, Any]]:
    """Lines, invisible points that can be pointed at and stepped to, and the dates of hidden events."""
    x, y = _axes(wide=wide)
    found: list[dict[str, Any]] = []
    dates = _break_dates(replay)
    if dates:
        found.append(
            {
                "data": {"values": [{"date": date} for date in dates]},
                "mark": {"type": "rule", "color": palette.QUIET, "strokeDash": [2, 3], "aria": False},
                "encoding": {"x": x},
            }
        )
    found.append(
        {
            "data": {"values": rows},
            "mark": {"type": "line", "strokeWidth": 2, "aria": False},
            "encoding": {"x": x, "y": y, **scales(looks)},
        }
    )
    found += [
        {
            "data": {"values": [row for row in rows if row["agent"] == one.name]},
            "mark": told("point", one.colour, filled=True, size=44, opacity=0),
            "encoding": {"x": x, "y": y, "description": said()},
        }
        for one in looks
    ]
    return found


def _axes(*, wide: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Weeks across, amounts up."""
    x = {
        "field": "date",
        "type": "temporal",
        "scale": {"type": "utc"},
        "axis": {
            "title": None,
            "grid": False,
            "format": "%b %Y",
            "tickCount": 4 if wide else 3,
            "labelSeparation": 8,
        },
    }
    y = {
        "field": "value",
        "type": "quantitative",
        "axis": {
            "title": None,
            "labelExpr": AMOUNT,
            "tickCount": 4,
            "minExtent": _AXIS,
            "maxExtent": _AXIS,
        },
    }
    return x, y


def _break_dates(replay: Replay) -> list[str]:
    weeks = range(len(replay.settings))
    return sorted({replay.settings[e.week].date.isoformat() for e in replay.events if e.week in weeks})


def _breaks_in_words(replay: Replay) -> str:
    """The hidden events that a dotted line marks."""
    inside = [e for e in replay.events if 0 <= e.week < len(replay.settings)]
    if not inside:
        return ""
    listed = "; ".join(f"week {e.week + 1}, {e.words}" for e in inside)
    return f" Dotted: hidden from every agent ({listed})."
