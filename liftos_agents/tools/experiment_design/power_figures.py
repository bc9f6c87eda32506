"""Pictures of a plan: its power curve, and the groups of a geo test over their history."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries, SeriesRole
from liftos_agents.tools.experiment_design.result import PowerPoint


def power_figure(
    curve: Sequence[PowerPoint], wanted: float, detectable: float | None, x_title: str, relative: bool
) -> Figure:
    """Power over the size of the effect, with the power asked for."""
    points = tuple(
        FigurePoint(x=p.lift if relative and p.lift is not None else p.effect, y=p.power) for p in curve
    )
    said = "no effect of a size that can occur" if detectable is None else f"an effect of {detectable:.4g}"
    return Figure(
        kind="paths",
        title="Power by size of the effect",
        summary=f"A power of {wanted:.0%} is reached at {said}.",
        x_title=x_title,
        y_title="power",
        series=(FigureSeries(name="power", points=points),),
        horizontal=((wanted, "power asked for"),),
        vertical=() if detectable is None else ((detectable, "minimum detectable effect"),),
    )


def groups_figure(
    periods: Sequence[str | float], treatment: np.ndarray, control: np.ndarray, outcome: str
) -> Figure:
    """The totals of the assigned groups over the history."""
    correlation = (
        float(np.corrcoef(treatment, control)[0, 1]) if np.ptp(treatment) and np.ptp(control) else 0.0
    )
    groups: tuple[tuple[str, SeriesRole, np.ndarray], ...] = (
        ("treatment", "observed", treatment),
        ("control", "counterfactual", control),
    )
    return Figure(
        kind="paths",
        title=f"{outcome} of the assigned groups before the test",
        summary=f"Per geo the groups to be had {treatment.mean():.4g} and {control.mean():.4g} {outcome} a period; "
        f"their correlation over {len(periods)} periods is {correlation:.2f}.",
        x_title="period",
        y_title=f"{outcome} per geo",
        series=tuple(
            FigureSeries(
                name=name,
                role=role,
                points=tuple(FigurePoint(x=x, y=float(y)) for x, y in zip(periods, values, strict=True)),
            )
            for name, role, values in groups
        ),
    )
