"""Worlds for `regression_discontinuity`: curved means at a cutoff, and a cutoff that units can cross at will.

The biases are about those measured: the mean error over the mean standard error of 300 datasets, refusals set aside.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.effect_worlds.world import Simulated, World

Array = NDArray[np.float64]

_TOOL = "regression_discontinuity"
_ROLES = {"outcome": "y", "running": "x", "level": 0.9}
_EFFECT = 1.0


def _generator(base: int, number: int) -> np.random.Generator:
    return np.random.default_rng([base, number])


def _lee(x: Array) -> Array:
    """The curves of the simulations of Calonico, Cattaneo and Titiunik (2014), from Lee's data, without a jump at zero."""
    below = 1.27 * x + 7.18 * x**2 + 20.21 * x**3 + 21.54 * x**4 + 7.33 * x**5
    above = 0.84 * x - 3.0 * x**2 + 7.99 * x**3 - 9.01 * x**4 + 3.56 * x**5
    return np.where(x < 0.0, below, above)


def _running(r: np.random.Generator, n: int) -> Array:
    return 2.0 * r.beta(2.0, 4.0, n) - 1.0


def _curved(base: int, n: int, curve: float, **arguments: str) -> Callable[[int], Simulated]:
    """Lee's curves, `curve` times as steep."""

    def make(number: int) -> Simulated:
        r = _generator(base, number)
        x = _running(r, n)
        y = curve * _lee(x) + _EFFECT * (x >= 0.0) + 0.3 * r.normal(size=n)
        return Simulated(pd.DataFrame({"x": x, "y": y}), _ROLES | arguments, _EFFECT)

    return make


def _uneven_noise(number: int) -> Simulated:
    r = _generator(4102, number)
    x = r.normal(0.3, 1.0, 1500)
    w = 0.5 * x + r.normal(size=len(x))
    noise = (0.3 + 0.5 * np.abs(x)) * r.standard_t(6, len(x))
    y = np.sin(1.5 * x) + 0.8 * w + _EFFECT * (x >= 0.0) * (1.0 + 0.5 * x) + noise
    return Simulated(pd.DataFrame({"x": x, "y": y, "w": w}), _ROLES | {"covariates": ["w"]}, _EFFECT)


def _scores(number: int) -> Simulated:
    r = _generator(4103, number)
    x = np.round(r.normal(52.0, 15.0, 3000)).clip(0, 100)
    distance = (x - 50.0) / 15.0
    y = np.sin(distance) + _EFFECT * (x >= 50.0) + 0.7 * r.normal(size=len(x))
    return Simulated(pd.DataFrame({"x": x, "y": y}), _ROLES | {"cutoff": 49.5}, _EFFECT)


def _clustered(number: int) -> Simulated:
    r = _generator(4104, number)
    n, groups = 2400, 80
    group = r.integers(0, groups, n)
    x = r.normal(0.1, 1.0, n)
    y = np.cos(x) + _EFFECT * (x >= 0.0) * (1.0 + 0.6 * r.normal(size=groups)[group]) + 0.8 * r.normal(size=n)
    frame = pd.DataFrame({"x": x, "y": y, "group": group})
    return Simulated(frame, _ROLES | {"cluster": "group"}, _EFFECT)


def _fuzzy(base: int, jump: float) -> Callable[[int], Simulated]:
    """Compliers are a share `jump` of all; who would always be treated does better anyhow."""

    def make(number: int) -> Simulated:
        r = _generator(base, number)
        x = _running(r, 2000)
        eager = r.normal(size=len(x))
        low, high = np.quantile(eager, (0.2, 0.2 + jump)) if jump < 0.8 else (-np.inf, np.inf)
        taken = np.where(x >= 0.0, eager < high, eager < low).astype(float)
        y = 0.5 * _lee(x) - 0.3 * eager + _EFFECT * taken + 0.3 * r.normal(size=len(x))
        return Simulated(pd.DataFrame({"x": x, "y": y, "taken": taken}), _ROLES | {"fuzzy": "taken"}, _EFFECT)

    return make


def _manipulated(base: int, share: float) -> Callable[[int], Simulated]:
    """A share of those just below, the able ones first, get themselves across."""

    def make(number: int) -> Simulated:
        r = _generator(base, number)
        n = 5000
        x = r.normal(0.0, 1.0, n)
        ability = r.normal(size=n)
        near = (x > -0.3) & (x < 0.0) & (r.random(n) < share * 2.0 * (ability > 0.0))
        moved = np.where(near, -x, x)
        y = 0.5 * x + 0.7 * ability + _EFFECT * (moved >= 0.0) + 0.3 * r.normal(size=n)
        return Simulated(pd.DataFrame({"x": moved, "y": y}), dict(_ROLES), _EFFECT)

    return make


def _other_rule(base: int, jump: float) -> Callable[[int], Simulated]:
    """Something else starts at the cutoff: it moves the outcome by three fifths of what it moves a characteristic that is seen."""

    def make(number: int) -> Simulated:
        r = _generator(base, number)
        n = 1500
        x = r.normal(0.2, 1.0, n)
        seen = jump * (x >= 0.0) + 0.5 * np.sin(x) + r.normal(size=n)
        y = np.sin(1.5 * x) + (0.6 * jump + _EFFECT) * (x >= 0.0) + 0.5 * r.normal(size=n)
        frame = pd.DataFrame({"x": x, "y": y, "seen": seen, "age": r.normal(40.0, 10.0, n)})
        return Simulated(frame, _ROLES | {"covariates": ["seen", "age"]}, _EFFECT)

    return make


WORLDS: tuple[World, ...] = (
    World("regression_discontinuity/curved", _TOOL, "holds", _curved(4101, 1500, 0.5)),
    World(
        "regression_discontinuity/steeply_curved",
        _TOOL,
        "holds",
        _curved(4111, 1000, 1.0, bandwidth_for="coverage"),
        notes="Lee's curves at full, the bandwidth chosen for coverage; at 2,500 rows either bandwidth covers about 86.5 %",
    ),
    World(
        "regression_discontinuity/uneven_noise",
        _TOOL,
        "holds",
        _uneven_noise,
        notes="heavy-tailed noise that grows away from the cutoff, a covariate that is adjusted for",
    ),
    World(
        "regression_discontinuity/whole_scores",
        _TOOL,
        "holds",
        _scores,
        exactness="at_least",
        notes="a running variable of whole numbers, the cutoff between two",
    ),
    World(
        "regression_discontinuity/clustered", _TOOL, "holds", _clustered, notes="effects differ by cluster"
    ),
    World("regression_discontinuity/fuzzy", _TOOL, "holds", _fuzzy(4105, 0.6), exactness="at_least"),
    World(
        "regression_discontinuity/fuzzy_weak",
        _TOOL,
        "holds",
        _fuzzy(4106, 0.12),
        exactness="at_least",
        notes="the first stage is weak: the interval is the set that divides by nothing",
    ),
    World("regression_discontinuity/manipulated", _TOOL, "violated", _manipulated(4107, 0.8), bias=12.0),
    World(
        "regression_discontinuity/manipulated_a_little", _TOOL, "violated", _manipulated(4108, 0.3), bias=6.0
    ),
    World("regression_discontinuity/covariate_jump", _TOOL, "violated", _other_rule(4109, 1.0), bias=7.0),
    World(
        "regression_discontinuity/small_covariate_jump", _TOOL, "violated", _other_rule(4110, 0.4), bias=2.8
    ),
)
