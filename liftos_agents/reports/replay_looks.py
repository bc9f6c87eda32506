"""How agents look in the pictures of a replay: a colour and a dash each, the same in every picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from liftos_agents.domain.replay import Replay, ReplayAgent
from liftos_agents.reports import palette

_ASKED = (
    (palette.MAIN, (1, 0)),
    (palette.OTHER, (7, 3)),
    (palette.PLAN, (2, 2)),
    (palette.INK, (8, 3, 2, 3)),
    (palette.QUIET, (5, 5)),
)
_MEASURE = (palette.FAINT, (3, 3))


@dataclass(frozen=True)
class Look:
    """An agent's colour and dash."""

    name: str
    colour: str
    dash: tuple[int, ...]


def look(replay: Replay, agent: ReplayAgent) -> Look:
    """Of those asked for by their order; those to be measured against are faint."""
    asked = [one.name for one in replay.shown]
    colour, dash = _ASKED[asked.index(agent.name) % len(_ASKED)] if agent.asked_for else _MEASURE
    return Look(agent.name, colour, dash)


def scales(looks: list[Look]) -> dict[str, Any]:
    """Colour and dash channels of the field `agent`, with one legend for both."""
    names = [one.name for one in looks]
    shown = {
        "title": None,
        "orient": "bottom",
        "columns": 2,
        "symbolStrokeWidth": 2.2,
        "symbolType": "stroke",
        "symbolSize": 420,
    }
    legend = shown if len(looks) > 1 else None
    return {
        "color": {
            "field": "agent",
            "type": "nominal",
            "scale": {"domain": names, "range": [one.colour for one in looks]},
            "legend": legend,
        },
        "strokeDash": {
            "field": "agent",
            "type": "nominal",
            "scale": {"domain": names, "range": [list(one.dash) for one in looks]},
            "legend": legend,
        },
    }
