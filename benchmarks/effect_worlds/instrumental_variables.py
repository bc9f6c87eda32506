"""Worlds for `instrumental_variables`: a hidden cause of treatment and outcome, and instruments of several strengths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.effect_worlds.world import Simulated, World

_TOOL = "instrumental_variables"
_EFFECT = 1.0


def _world(
    base: int,
    *,
    n: int = 600,
    instruments: int = 1,
    strength: float = 0.35,
    uneven: bool = False,
    direct: float = 0.0,
    clusters: int = 0,
    **arguments: Any,
) -> Callable[[int], Simulated]:
    """Datasets with a hidden cause `u`; the last instrument moves the outcome by `direct` on its own."""

    def make(number: int) -> Simulated:
        r = np.random.default_rng([base, number])
        w = r.normal(size=n)
        z = 0.4 * w[:, None] + r.normal(size=(n, instruments))
        u = r.normal(size=n)
        group = r.integers(0, clusters, n) if clusters else np.zeros(n, dtype=int)
        shared = r.normal(size=(max(clusters, 1), 2))[group] * (0.7 if clusters else 0.0)
        if clusters:
            z = z + r.normal(size=(clusters, instruments))[group]
        spread = 0.6 + 0.5 * np.abs(z[:, 0]) if uneven else 1.0
        t = (
            strength / np.sqrt(instruments) * z.sum(axis=1)
            + 0.5 * w
            + u
            + shared[:, 0]
            + 0.6 * r.normal(size=n)
        )
        noise = spread * (0.8 * u + 0.6 * r.normal(size=n))
        y = _EFFECT * t + 0.5 * w + direct * z[:, -1] + noise + shared[:, 1]
        names = [f"z{i + 1}" for i in range(instruments)]
        frame = pd.DataFrame(z, columns=names).assign(w=w, t=t, y=y)
        roles: dict[str, Any] = {
            "outcome": "y", "treatment": "t", "instruments": names, "controls": ["w"], "level": 0.9,
        }  # fmt: skip
        if clusters:
            frame["group"] = group
            roles["cluster"] = "group"
        return Simulated(frame, roles | arguments, _EFFECT)

    return make


WORLDS: tuple[World, ...] = (
    World("instrumental_variables/strong", _TOOL, "holds", _world(4201)),
    World("instrumental_variables/strong_uneven", _TOOL, "holds", _world(4202, n=1000, uneven=True)),
    World(
        "instrumental_variables/three_instruments",
        _TOOL,
        "holds",
        _world(4203, n=1000, instruments=3, strength=0.5),
    ),
    World(
        "instrumental_variables/liml",
        _TOOL,
        "holds",
        _world(4204, n=1000, instruments=3, strength=0.5, method="liml"),
    ),
    World(
        "instrumental_variables/gmm",
        _TOOL,
        "holds",
        _world(4205, n=1000, instruments=3, strength=0.5, uneven=True, method="gmm"),
    ),
    World(
        "instrumental_variables/clustered",
        _TOOL,
        "holds",
        _world(4206, n=1600, strength=0.4, clusters=80),
    ),
    World(
        "instrumental_variables/weak",
        _TOOL,
        "holds",
        _world(4207, strength=0.13),
        exactness="at_least",
        notes="effective F about 10: the Anderson–Rubin set is the interval",
    ),
    World(
        "instrumental_variables/very_weak",
        _TOOL,
        "holds",
        _world(4208, strength=0.04),
        exactness="at_least",
    ),
    World(
        "instrumental_variables/weak_many",
        _TOOL,
        "holds",
        _world(4209, instruments=4, strength=0.15, uneven=True),
        exactness="at_least",
    ),
    World(
        "instrumental_variables/one_invalid",
        _TOOL,
        "violated",
        _world(4210, n=1000, instruments=3, strength=0.6, direct=0.2),
        bias=3.0,
        notes="one of three instruments moves the outcome by itself",
    ),
    World(
        "instrumental_variables/one_a_little_invalid",
        _TOOL,
        "violated",
        _world(4211, n=1000, instruments=3, strength=0.6, direct=0.07),
        bias=1.0,
    ),
)
