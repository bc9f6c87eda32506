"""Pictures of instrumental variables: the estimates and the Anderson–Rubin set side by side."""

from __future__ import annotations

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.effect import ConfidenceInterval
from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries
from liftos_agents.tools.instruments.confidence_set import ConfidenceSet
from liftos_agents.tools.instruments.estimators import Estimate


def forest(
    *,
    outcome: str,
    treatment: str,
    plain: Estimate,
    instrumented: Estimate,
    method_name: str,
    wald: ConfidenceInterval | None,
    robust: ConfidenceSet,
) -> Figure:
    """Least squares, the instrumented estimate with its interval where one is given, and each part of the Anderson–Rubin set."""
    half = plain.quantile(robust.level) * plain.standard_error
    points = [
        FigurePoint(x="least squares", y=plain.value, low=plain.value - half, high=plain.value + half),
        FigurePoint(
            x=method_name,
            y=instrumented.value if wald else None,
            low=wald.low if wald else None,
            high=wald.high if wald else None,
            label=None if wald else "not shown: the instruments are very weak",
        ),
    ]
    sets = [
        FigurePoint(
            x="Anderson–Rubin set" if i == 0 else f"Anderson–Rubin set, part {i + 1}",
            y=None,
            low=part.low,
            high=part.high,
            label=robust.words(),
        )
        for i, part in enumerate(robust.intervals())
    ]
    shown = (
        f"{method_name} {format_number(instrumented.value)}"
        if wald
        else f"{method_name} not shown, as the instruments are very weak"
    )
    return Figure(
        kind="forest",
        title=f"Effect of {treatment} on {outcome}",
        summary=f"Least squares {format_number(plain.value)}; {shown}; Anderson–Rubin {robust.level:.0%} set: {robust.words()}.",
        x_title=outcome,
        series=(
            FigureSeries(name="estimates", role="main", draw="interval", points=tuple(points)),
            FigureSeries(name="Anderson–Rubin set", role="other", draw="interval", points=tuple(sets)),
        ),
        vertical=((0.0, "no effect"),),
    )
