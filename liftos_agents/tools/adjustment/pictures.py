"""Pictures of an adjusted effect: methods and segments as forests, overlap as bars, balance as a love plot."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.amount import format_number, format_share
from liftos_agents.domain.effect import Term
from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries, SeriesRole
from liftos_agents.tools.adjustment.balance import MOST_DIFFERENCE, ControlBalance

Array = NDArray[np.float64]
_MOST_CONTROLS = 25


def forest(title: str, terms: Mapping[str, Term], prefix: str, axis: str) -> tuple[Figure, ...]:
    """The terms whose keys start with `prefix`, a line each; nothing when there are fewer than two."""
    chosen = [(key, t) for key, t in terms.items() if key.startswith(prefix) and t.estimate is not None]
    if len(chosen) < 2:
        return ()
    points = tuple(
        FigurePoint(x=term.meaning, y=term.estimate, low=term.low, high=term.high) for _, term in chosen
    )
    said = "; ".join(f"{term.meaning}: {format_number(term.estimate or 0.0)}" for _, term in chosen[:12])
    return (
        Figure(
            kind="forest",
            title=title,
            summary=f"{title}. {said}.",
            x_title=axis,
            series=(FigureSeries(name="estimate", draw="interval", points=points),),
            horizontal=((0.0, "no effect"),),
        ),
    )


def overlap_histogram(treated: NDArray[np.bool_], propensity: Array, share_outside: float) -> Figure:
    """Shares of treated and untreated rows by propensity, in tenths."""
    edges = np.linspace(0.0, 1.0, 11)
    series: list[FigureSeries] = []
    groups: tuple[tuple[str, NDArray[np.bool_], SeriesRole], ...] = (
        ("treated", treated, "main"),
        ("untreated", ~treated, "other"),
    )
    for name, rows, role in groups:
        share = np.histogram(propensity[rows], edges)[0] / max(int(rows.sum()), 1)
        points = tuple(
            FigurePoint(x=f"{edges[i]:.1f}–{edges[i + 1]:.1f}", y=float(value))
            for i, value in enumerate(share)
        )
        series.append(FigureSeries(name=name, role=role, draw="bars", points=points))
    return Figure(
        kind="bars",
        title="Overlap of treated and untreated",
        summary=f"Probability of treatment given the controls, by group: median {format_number(float(np.median(propensity[treated])))} "
        f"among the treated and {format_number(float(np.median(propensity[~treated])))} among the untreated; "
        f"{format_share(share_outside)} of the target group have no counterpart.",
        x_title="probability of treatment",
        y_title="share of the group",
        series=tuple(series),
    )


def love_plot(rows: tuple[ControlBalance, ...]) -> tuple[Figure, ...]:
    """Standardised differences before and after weighting, the largest first; nothing without controls."""
    if not rows:
        return ()
    shown = sorted(rows, key=lambda row: (-abs(row.before), row.control))[:_MOST_CONTROLS]
    before = tuple(FigurePoint(x=row.control, y=row.before) for row in shown)
    series = [FigureSeries(name="before", role="faint", draw="points", points=before)]
    said = f"largest difference {format_number(max(abs(row.before) for row in rows))} before"
    if all(row.after is not None for row in rows):
        after = tuple(FigurePoint(x=row.control, y=row.after) for row in shown)
        series.append(FigureSeries(name="after", role="main", draw="points", points=after))
        said += f" and {format_number(max(abs(row.after or 0.0) for row in rows))} after weighting"
    return (
        Figure(
            kind="forest",
            title="Balance of the controls",
            summary=f"Differences between treated and untreated in standard deviations: {said}.",
            x_title="standardised mean difference",
            series=tuple(series),
            horizontal=(
                (-MOST_DIFFERENCE, "bar"),
                (0.0, "balanced"),
                (MOST_DIFFERENCE, "bar"),
            ),
        ),
    )
