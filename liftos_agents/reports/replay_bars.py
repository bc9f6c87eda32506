"""Pictures of a whole replay: what platforms claimed against what was true, and agents side by side."""

from __future__ import annotations

from typing import Any

from liftos_agents.domain.amount import format_money, format_number
from liftos_agents.domain.figure_marks.axes import mark, names, quantity, said, told, values
from liftos_agents.domain.figure_marks.layout import LETTER, framed
from liftos_agents.domain.figure_marks.legend import Entry, legend, legend_rows
from liftos_agents.domain.replay import Replay, ReplayAgent
from liftos_agents.reports import palette
from liftos_agents.reports.chart import NARROW, WIDE, Chart, Table
from liftos_agents.reports.replay_looks import look

CLAIMED, TRUE = "claimed by the platform", "truly brought by the channel"
_LANE = 17
_BAR = 30
_LIMIT = {WIDE: 150, NARROW: 104}
"""Pixels that a name may take."""


def claims(replay: Replay) -> Chart:
    """Revenue that each channel's platform claims, and what the channel truly brought in the same weeks."""
    parts: list[str] = []
    for agent in replay.shown:
        claimed = sum(sum(week.claimed) for week in agent.weeks)
        true = sum(sum(week.incremental) for week in agent.weeks)
        parts.append(
            f"under {agent.name} platforms claim {format_money(claimed, replay.currency)}, "
            f"{format_money(true, replay.currency)} is true"
        )
    return Chart(
        id="replay-claims",
        title=f"Claimed against true ({replay.currency}, all weeks)",
        summary=f"Revenue by channel: {'; '.join(parts)}. What is true is hidden from every agent.",
        spec=_claims(replay, WIDE),
        narrow=_claims(replay, NARROW),
        table=Table(
            (
                "Channel",
                "Agent",
                "Spent",
                "Claimed",
                "True",
                "Claimed return",
                "True return",
                "Of the last 1 %",
            ),
            tuple(
                (channel, agent.name, *_figures(replay, agent, c))
                for c, channel in enumerate(replay.channels)
                for agent in replay.shown
            ),
        ),
    )


def side_by_side(replay: Replay) -> Chart:
    """What each agent's expected profit is above that of holding."""
    held = next(agent for agent in replay.agents if agent.name == "hold").expected_profit
    rows = [
        {
            "agent": agent.name,
            "gain": round(agent.expected_profit - held, 2),
            "colour": look(replay, agent).colour,
            "shown": format_money(agent.expected_profit - held, replay.currency),
        }
        for agent in sorted(replay.agents, key=lambda one: -one.expected_profit)
    ]
    said_of = "; ".join(f"{row['agent']} {row['shown']}" for row in rows)
    return Chart(
        id="replay-agents",
        title=f"Agents side by side: expected profit above holding ({replay.currency})",
        summary=f"Profit without luck, less that of going on as before: {said_of}.",
        spec=_bars(replay, rows, WIDE),
        narrow=_bars(replay, rows, NARROW),
        table=Table(
            ("Agent", "Expected profit", "Above holding"),
            tuple(
                (
                    agent.name,
                    format_money(agent.expected_profit, replay.currency),
                    format_money(agent.expected_profit - held, replay.currency),
                )
                for agent in replay.agents
            ),
        ),
    )


def _figures(replay: Replay, agent: ReplayAgent, c: int) -> tuple[str, ...]:
    spent, claimed, true = _totals(agent, c)
    found = agent.returns[c]
    return (
        *(format_money(value, replay.currency) for value in (spent, claimed, true)),
        _return(claimed / spent if spent > 0 else None),
        _return(found.roas),
        _return(found.marginal_roas),
    )


def _return(value: float | None) -> str:
    return "–" if value is None else format_number(value, decimals=2)


def _totals(agent: ReplayAgent, c: int) -> tuple[float, float, float]:
    return (
        sum(week.spent[c] for week in agent.weeks),
        sum(week.claimed[c] for week in agent.weeks),
        sum(week.incremental[c] for week in agent.weeks),
    )


def _claims(replay: Replay, width: int) -> dict[str, Any]:
    agents = replay.shown
    looks = {agent.name: look(replay, agent) for agent in agents}
    rows: list[dict[str, Any]] = []
    for c, channel in enumerate(replay.channels):
        for agent in agents:
            _, claimed, true = _totals(agent, c)
            rows.append(
                {
                    "channel": channel,
                    "agent": agent.name,
                    "claimed": round(claimed, 2),
                    "true": round(true, 2),
                    "said": (
                        f"{channel} under {agent.name}: claimed {format_money(claimed, replay.currency)}, "
                        f"true {format_money(true, replay.currency)}"
                    ),
                }
            )
    lanes = [agent.name for agent in agents]
    encoding: dict[str, Any] = {"y": names("channel", replay.channels, limit=_LIMIT[width])}
    if len(lanes) > 1:
        encoding["yOffset"] = {"field": "agent", "type": "nominal", "sort": lanes}
    entries = [
        Entry(CLAIMED, palette.INK, "ring"),
        Entry(TRUE, palette.INK, "circle"),
        *([Entry(name, one.colour, "square") for name, one in looks.items()] if len(lanes) > 1 else []),
    ]
    layers: list[dict[str, Any]] = []
    axis: dict[str, Any] = {"tickCount": 6 if width == WIDE else 3}
    for name, one in looks.items():
        own = values([row for row in rows if row["agent"] == name])
        claimed, true = quantity("claimed", None, **axis), quantity("true", None, **axis)
        layers += [
            {
                "data": own,
                "mark": mark("rule", one.colour, strokeWidth=1.6),
                "encoding": {"x": claimed, "x2": {"field": "true"}},
            },
            {
                "data": own,
                "mark": told("point", one.colour, filled=True, size=56, opacity=1),
                "encoding": {"x": true, "description": said()},
            },
            {
                "data": own,
                "mark": mark(
                    "point",
                    one.colour,
                    filled=True,
                    fill=palette.PAPER,
                    stroke=one.colour,
                    strokeWidth=1.8,
                    size=50,
                    opacity=1,
                ),
                "encoding": {"x": claimed},
            },
        ]
    plot = len(replay.channels) * (_LANE * len(lanes) + 12)
    return framed(
        width,
        plot,
        [{"layer": layers, "encoding": encoding}, *legend(entries, width)],
        titles=0,
        legend=legend_rows(entries, width),
    )


def _bars(replay: Replay, rows: list[dict[str, Any]], width: int) -> dict[str, Any]:
    gains = [row["gain"] for row in rows]
    low, high = min(*gains, 0.0), max(*gains, 0.0)
    limit = _LIMIT[width]
    # Room for the amounts that stand at the ends of the bars.
    written = LETTER * max(len(row["shown"]) for row in rows) + 14
    sides = 1 + (low < 0)
    room = ((high - low) or 1.0) * written / (width - limit - 24 - sides * written)
    scale = {"domain": [low - (room if low < 0 else 0), high + room], "nice": False}
    x = {**quantity("gain", None, tickCount=5 if width == WIDE else 3), "scale": scale}
    layers: list[dict[str, Any]] = [
        {
            "data": values([row]),
            "mark": told("bar", row["colour"], height=15),
            "encoding": {"x": x, "description": {"value": f"{row['agent']}: {row['shown']}"}},
        }
        for row in rows
    ]
    for ahead in (True, False):
        side = {"align": "left", "dx": 5} if ahead else {"align": "right", "dx": -5}
        shown = [row for row in rows if (row["gain"] >= 0) == ahead]
        layers.append(
            {
                "data": values(shown),
                "mark": mark("text", palette.INK, baseline="middle", **side),
                "encoding": {"x": x, "text": {"field": "shown", "type": "nominal"}},
            }
        )
    layers.append(
        {"data": values([{}]), "mark": mark("rule", palette.INK), "encoding": {"x": {"datum": 0.0}}}
    )
    order = [row["agent"] for row in rows]
    y = names("agent", order, limit=limit)
    inner = [layer if "datum" in layer["encoding"]["x"] else _placed(layer, y) for layer in layers]
    return framed(width, _BAR * len(rows), inner, titles=0)


def _placed(layer: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    return {**layer, "encoding": {"y": y, **layer["encoding"]}}
