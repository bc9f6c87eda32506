"""Single series for `causal_impact`: a wandering level and a control, and ways in which the forecast is wrong."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from benchmarks.effect_worlds.world import Simulated, World

BASE = 61_000


def _series(
    number: int,
    *,
    before: int = 80,
    after: int = 16,
    step: tuple[float, float] = (0.03, 0.3),
    effect: float = 1.0,
    leak: float = 0.0,
    slope: float = 0.0,
    memory: float = 0.0,
    weekly: float = 0.0,
    trend: str = "level",
    kink: int | None = None,
) -> Simulated:
    """One dataset: y = level + x + noise of unit variance, an effect from `before` on.

    Args:
        step: Range of the standard deviation of the level's steps, drawn for each dataset.
        leak: Part of the effect that also moves the control.
        slope: Of a drift that the model is not told of, a period.
        memory: Autoregression of the noise.
        weekly: Size of a cycle of seven periods, which the call names when there is one.
        trend: Asked of the tool.
        kink: Periods before the intervention at which the drift begins; from the start when absent.
    """
    rng = np.random.default_rng(BASE + number)
    periods = before + after
    clock = np.arange(periods)
    control = rng.normal(0.0, 1.0, periods)
    noise = rng.normal(0.0, 1.0, periods)
    for t in range(1, periods):
        noise[t] = memory * noise[t - 1] + np.sqrt(1.0 - memory**2) * noise[t]
    wandering = np.cumsum(rng.normal(0.0, 1.0, periods)) * rng.uniform(*step)
    level = 20.0 + wandering + slope * np.maximum(clock - (0 if kink is None else before - kink), 0)
    outcome = level + control + weekly * np.sin(2.0 * np.pi * clock / 7.0) + noise
    treated = clock >= before
    frame = pd.DataFrame({"visits": outcome + effect * treated, "market": control + leak * effect * treated})
    arguments = {
        "outcome": "visits",
        "controls": ["market"],
        "intervention": before,
        "trend": trend,
        **({"season": 7} if weekly else {}),
    }
    return Simulated(frame, arguments, effect)


WORLDS: tuple[World, ...] = (
    World(
        "causal_impact: wandering level and control",
        "causal_impact",
        "holds",
        _series,
        notes="level steps .03 to .3 of the noise",
    ),
    World(
        "causal_impact: season of seven",
        "causal_impact",
        "holds",
        partial(_series, weekly=1.5),
        notes="season given",
    ),
    World(
        "causal_impact: drift that is named",
        "causal_impact",
        "holds",
        partial(_series, slope=0.1, trend="drift"),
        notes="trend='drift'",
    ),
    World(
        "causal_impact: control moved by the treatment",
        "causal_impact",
        "violated",
        partial(_series, effect=3.0, leak=0.8),
        bias=3.5,
        notes="four fifths of the effect move the control",
    ),
    World(
        "causal_impact: control moved by the treatment, weaker",
        "causal_impact",
        "violated",
        partial(_series, effect=3.0, leak=0.3),
        bias=1.4,
        notes="three tenths of the effect move the control",
    ),
    World(
        "causal_impact: drift that is not named",
        "causal_impact",
        "violated",
        partial(_series, slope=0.4),
        bias=4.0,
        notes="slope .4 a period, trend='level'",
    ),
    World(
        "causal_impact: drift that is not named, weaker",
        "causal_impact",
        "violated",
        partial(_series, slope=0.15),
        bias=2.0,
        notes="slope .15 a period, trend='level'",
    ),
    World(
        "causal_impact: drift that begins late",
        "causal_impact",
        "violated",
        partial(_series, slope=0.6, kink=20),
        bias=6.0,
        notes="slope .6 a period over the last twenty periods before and on",
    ),
    World(
        "causal_impact: noise with memory",
        "causal_impact",
        "violated",
        partial(_series, memory=-0.5, step=(0.0, 0.1)),
        notes="autoregression −.5; no bias, wrong spread",
    ),
)
