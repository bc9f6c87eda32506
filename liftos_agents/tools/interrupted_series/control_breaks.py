"""Do the controls themselves break at the intervention? Then they may carry a part of the effect away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from liftos_agents.tools.interrupted_series.series import InterruptedSeries
from liftos_agents.tools.interrupted_series.structural import Array, forecast, learn

DOUBTFUL_PROBABILITY = 0.01
REFUSED_PROBABILITY = 1e-4


@dataclass(frozen=True)
class ControlBreak:
    """A control against its own forecast.

    Attributes:
        shift: Mean observed less forecast after the intervention, in the control's units.
        p_value: Two-sided, over all tests made (Bonferroni).
        relative_to: The other controls it was forecast with; empty when forecast alone.
    """

    control: str
    shift: float
    p_value: float
    relative_to: tuple[str, ...] = ()


def control_breaks(series: InterruptedSeries) -> tuple[ControlBreak, ...]:
    """One a control: the stronger of its break alone and given the other controls."""
    count = len(series.control_names)
    tests = count * (1 if count == 1 else 2)
    found: list[ControlBreak] = []
    for k, name in enumerate(series.control_names):
        values = series.controls[:, k]
        others = np.delete(series.controls, k, axis=1)
        tried = [_break(series, values, series.season)]
        if count > 1:
            tried.append(_break(series, values, np.column_stack([series.season, others])))
        best = min(range(len(tried)), key=lambda i: tried[i][1])
        rest = tuple(n for n in series.control_names if n != name) if best else ()
        found.append(ControlBreak(name, tried[best][0], min(1.0, tried[best][1] * tests), rest))
    return tuple(found)


def _break(series: InterruptedSeries, values: Array, regressors: Array) -> tuple[float, float]:
    before = series.before
    late = values[before:]
    even = np.full((1, len(late)), 1.0 / len(late))
    ahead = forecast(learn(values[:before], regressors[:before], "level"), regressors[before:], even)
    observed = np.array([late.mean()])
    under = float(ahead.below(observed)[0])
    return float(observed[0] - ahead.mean[0]), 2.0 * min(under, 1.0 - under)
