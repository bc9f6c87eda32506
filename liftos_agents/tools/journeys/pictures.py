"""Pictures of credit: the chain beside last touch as bars, all methods as a forest."""

from __future__ import annotations

import numpy as np

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries, SeriesRole
from liftos_agents.tools.journeys.credit import METHODS, Credits
from liftos_agents.tools.journeys.journeys import Journeys

MOST_CHANNELS = 15
_IN_THE_FOREST = ("markov", "shapley", "position", "time_decay", "linear", "last_touch")


def pictures(journeys: Journeys, credits: Credits, level: float) -> tuple[Figure, ...]:
    """The channels with the most credit first."""
    chain = credits.amounts["markov"]
    order = sorted(range(len(chain)), key=lambda c: (-chain[c], journeys.channels[c]))[:MOST_CHANNELS]
    return (_chain_and_last(journeys, credits, order), _all_methods(journeys, credits, order, level))


def _chain_and_last(journeys: Journeys, credits: Credits, order: list[int]) -> Figure:
    roles: tuple[tuple[str, SeriesRole], ...] = (("markov", "main"), ("last_touch", "other"))
    series = tuple(
        FigureSeries(
            name=METHODS[method],
            role=role,
            draw="bars",
            points=tuple(
                FigurePoint(x=journeys.channels[c], y=float(credits.amounts[method][c])) for c in order
            ),
        )
        for method, role in roles
    )
    lines = "; ".join(
        f"{journeys.channels[c]} {format_number(float(credits.amounts['markov'][c]))} by the chain and "
        f"{format_number(float(credits.amounts['last_touch'][c]))} by last touch"
        for c in order[:6]
    )
    return Figure(
        kind="bars",
        title="Credit by the chain of journeys beside last touch",
        summary=f"Conversions credited: {lines}.",
        x_title="Conversions credited",
        series=series,
    )


def _all_methods(journeys: Journeys, credits: Credits, order: list[int], level: float) -> Figure:
    low, high = credits.low, credits.high
    series = tuple(
        FigureSeries(
            name=METHODS[m] + (f", {100 * level:g} % interval" if m == "markov" and low is not None else ""),
            role="main" if m == "markov" else "other",
            draw="interval",
            points=tuple(
                FigurePoint(
                    x=journeys.channels[c],
                    y=float(credits.amounts[m][c]),
                    low=float(low[c]) if m == "markov" and low is not None else None,
                    high=float(high[c]) if m == "markov" and high is not None else None,
                )
                for c in order
            ),
        )
        for m in _IN_THE_FOREST
    )
    spreads = np.array([np.ptp([a[c] for a in credits.amounts.values()]) for c in order])
    widest = order[int(spreads.argmax())]
    amounts = [float(a[widest]) for a in credits.amounts.values()]
    return Figure(
        kind="forest",
        title="Credit by channel and method",
        summary=f"The methods differ most over {journeys.channels[widest]}: from {format_number(min(amounts))} to "
        f"{format_number(max(amounts))} conversions.",
        x_title="Conversions credited",
        series=series,
    )
