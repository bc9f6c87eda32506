"""Factor-model panels for `synthetic_control`: donors that span the treated unit, and ways in which they do not."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from benchmarks.effect_worlds.world import Simulated, World

BASE = 52_000
TREATED = "unit 00"


def _panel(
    number: int,
    *,
    donors: int = 24,
    before: int = 40,
    after: int = 8,
    treated: int = 1,
    method: str = "unit_demeaned",
    inference: str = "auto",
    effect: float = 1.0,
    outside: float = 0.0,
    level: float = 0.0,
    drift: float = 0.0,
) -> Simulated:
    """One dataset: unit effects, two autoregressive factors and noise; a treated unit's loadings mix those of some donors.

    Args:
        outside: Added to the treated unit's loading on the first, trending factor.
        level: Added to the treated unit's level.
        drift: Slope a period of the treated unit's own trend.
    """
    rng = np.random.default_rng(BASE + number)
    units, periods = treated + donors, before + after
    factors = np.zeros((periods, 2))
    for t in range(1, periods):
        factors[t] = 0.7 * factors[t - 1] + rng.normal(size=2)
    factors[:, 0] += 0.05 * np.arange(periods)
    loadings = rng.uniform(0.0, 1.0, size=(units, 2))
    own = rng.normal(0.0, 1.0, units)
    mixes = rng.dirichlet(np.full(donors, 0.3), size=treated)
    loadings[:treated], own[:treated] = mixes @ loadings[treated:], mixes @ own[treated:]
    loadings[:treated, 0] += outside
    own[:treated] += level
    noise = rng.normal(0.0, 0.6, size=(units, periods))
    outcome = 10.0 + own[:, None] + loadings @ factors.T + noise
    outcome[:treated] += drift * np.arange(periods)
    outcome[:treated, before:] += effect
    labels = [f"unit {i:02d}" for i in range(units)]
    frame = pd.DataFrame(
        {
            "unit": np.repeat(labels, periods),
            "period": np.tile(np.arange(periods), units),
            "sales": outcome.ravel(),
        }
    )
    return Simulated(
        frame,
        {
            "outcome": "sales",
            "unit": "unit",
            "time": "period",
            "treated_units": labels[:treated],
            "treatment_time": before,
            "method": method,
            "inference": inference,
            "placebo_groups": 50,
        },
        effect,
    )


def _world(name: str, notes: str, **settings: object) -> World:
    return World(
        f"synthetic_control: {name}",
        "synthetic_control",
        "holds",
        partial(_panel, **settings),  # type: ignore[arg-type]
        "at_least",
        notes=notes,
    )


def _broken(name: str, bias: float, notes: str, **settings: object) -> World:
    return World(
        f"synthetic_control: {name}",
        "synthetic_control",
        "violated",
        partial(_panel, **settings),  # type: ignore[arg-type]
        bias=bias,
        notes=notes,
    )


WORLDS: tuple[World, ...] = (
    _world("unit-demeaned, placebo", "24 donors, 40 + 8 periods"),
    _world("classic, placebo", "24 donors, 40 + 8 periods", method="classic"),
    _world("sdid, placebo", "24 donors, 40 + 8 periods", method="sdid"),
    _world("sdid, jackknife", "twelve treated units", method="sdid", treated=12, donors=30),
    _world("unit-demeaned, conformal", "eight donors", donors=8, before=60, after=6, inference="conformal"),
    _world(
        "classic, conformal",
        "eight donors",
        donors=8,
        before=60,
        after=6,
        method="classic",
        inference="conformal",
    ),
    _world("unit-demeaned, three treated", "placebo groups", treated=3, donors=30),
    _broken("treated outside the donors' range", 4.0, "level above all donors", method="classic", level=5.0),
    _broken(
        "treated outside the donors' range, weaker",
        1.3,
        "level above all donors",
        method="classic",
        level=3.0,
    ),
    _broken("own trend", 5.0, "slope .1 a period", drift=0.1),
    _broken("own trend, weaker", 2.5, "slope .05 a period", drift=0.05),
    _broken("loading outside the donors'", 1.5, "loading 2.5 higher on a trending factor", outside=2.5),
    _broken("sdid, own trend", 5.5, "slope .1 a period", method="sdid", drift=0.1),
)
