"""Worlds of `estimate_effect`: each method where its assumptions hold, and designs with a testable one broken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.effect_worlds.world import Simulated, World

Array = NDArray[np.float64]
Rows = Callable[[np.random.Generator], tuple[pd.DataFrame, float]]

BASE = 46_000
TOOL = "estimate_effect"
CONTROLS = ("x1", "x2", "x3", "x4")
QUICK = {"folds": 5, "splits": 1, "learners": "linear"}


def _made(offset: int, rows: Rows, **arguments: Any) -> Callable[[int], Simulated]:
    def make(number: int) -> Simulated:
        frame, truth = rows(np.random.default_rng([BASE + offset, number]))
        asked = {"outcome": "y", "treatment": "d", "controls": CONTROLS, **arguments}
        return Simulated(frame, asked, truth)

    return make


def _frame(x: Array, d: Array, y: Array, **more: Array) -> pd.DataFrame:
    return pd.DataFrame({**{f"x{i + 1}": x[:, i] for i in range(x.shape[1])}, "d": d, "y": y, **more})


def _expit(z: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-z))


def _randomised(n: int, leak: float = 0.0) -> Rows:
    """Effect 1 + x1/2; with `leak`, treatment follows the first control although it is said to be random."""

    def rows(rng: np.random.Generator) -> tuple[pd.DataFrame, float]:
        x = rng.standard_normal((n, 4))
        d = (rng.random(n) < _expit(leak * x[:, 0])).astype(float)
        y = x @ np.array([1.0, 0.5, -0.5, 0.0]) + d * (1.0 + 0.5 * x[:, 0]) + rng.standard_normal(n)
        return _frame(x, d, y), 1.0

    return rows


def _confounded(n: int, target: str = "ate", strength: float = 0.6) -> Rows:
    """Log odds and outcome linear in the controls; effect 1 + x2/2, so that the treated gain more than the others."""
    odds = strength * np.array([1.0, 0.7, -0.5, 0.3])
    truth = 1.0 + 0.5 * (_treated_mean(odds, np.linspace(-9.0, 9.0, 4001)) if target == "att" else 0.0)

    def rows(rng: np.random.Generator) -> tuple[pd.DataFrame, float]:
        x = rng.standard_normal((n, 4))
        d = (rng.random(n) < _expit(x @ odds)).astype(float)
        y = x @ np.array([1.0, 0.5, -0.5, 0.5]) + d * (1.0 + 0.5 * x[:, 1]) + rng.standard_normal(n)
        return _frame(x, d, y), truth

    return rows


def _treated_mean(odds: Array, grid: Array) -> float:
    """Mean of the second control among the treated: E[x2 p] / E[p], along the index of the log odds."""
    norm = float(np.sqrt(odds @ odds))
    density = np.exp(-0.5 * grid**2) / np.sqrt(2.0 * np.pi) * (grid[1] - grid[0])
    along = float((grid * _expit(norm * grid) * density).sum()) / 0.5
    return along * float(odds[1]) / norm


def _curved(n: int) -> Rows:
    """Log odds and outcome quadratic in the controls."""

    def rows(rng: np.random.Generator) -> tuple[pd.DataFrame, float]:
        x = rng.standard_normal((n, 4))
        bend = x[:, 0] ** 2 - 1.0 + x[:, 0] * x[:, 1]
        d = (rng.random(n) < _expit(0.5 * bend + 0.3 * x[:, 2])).astype(float)
        y = bend + 0.5 * x[:, 2] + d + rng.standard_normal(n)
        return _frame(x, d, y), 1.0

    return rows


def _dose(n: int, curved: bool) -> Rows:
    """A dose that follows the controls; each unit adds 0.5."""

    def rows(rng: np.random.Generator) -> tuple[pd.DataFrame, float]:
        x = rng.standard_normal((n, 4))
        drive = x[:, 0] ** 2 + x[:, 1] if curved else x[:, 0] + x[:, 1]
        d = 0.6 * drive + rng.standard_normal(n)
        y = drive + 0.5 * d + rng.standard_normal(n)
        return _frame(x, d, y), 0.5

    return rows


def _clusters(groups: int, size: int) -> Rows:
    """Treatment drawn for whole clusters, which share a shock."""

    def rows(rng: np.random.Generator) -> tuple[pd.DataFrame, float]:
        treated = rng.permutation(np.arange(groups) % 2).astype(float)
        shock = rng.standard_normal(groups)
        group = np.repeat(np.arange(groups), size)
        y = 1.0 * treated[group] + 0.5 * shock[group] + rng.standard_normal(groups * size)
        return pd.DataFrame({"d": treated[group], "y": y, "g": group.astype(float)}), 1.0

    return rows


def _no_overlap(n: int, slope: float) -> Rows:
    """The steeper the odds, the more rows have no counterpart; the effect there is another one."""

    def rows(rng: np.random.Generator) -> tuple[pd.DataFrame, float]:
        x = rng.standard_normal((n, 4))
        d = (rng.random(n) < _expit(slope * x[:, 0])).astype(float)
        y = x[:, 0] ** 3 / 2.0 + x[:, 1] + d + rng.standard_normal(n)
        return _frame(x, d, y), 1.0

    return rows


def _mediated(n: int, share: float, name: str, randomised: bool) -> Rows:
    """A control that the treatment moves by `share` standard deviations and that carries part of the effect."""

    def rows(rng: np.random.Generator) -> tuple[pd.DataFrame, float]:
        x = rng.standard_normal((n, 4))
        odds = np.zeros(n) if randomised else 0.4 * x[:, 0] - 0.3 * x[:, 1]
        d = (rng.random(n) < _expit(odds)).astype(float)
        between = share * d + rng.standard_normal(n)
        y = x @ np.array([1.0, 0.5, -0.5, 0.0]) + 0.5 * d + between + rng.standard_normal(n)
        return _frame(x, d, y, **{name: between}), 0.5 + share

    return rows


def _holds(name: str, make: Callable[[int], Simulated], **more: Any) -> World:
    return World(f"{TOOL}/{name}", TOOL, "holds", make, **more)


def _broken(name: str, make: Callable[[int], Simulated], bias: float, notes: str = "") -> World:
    return World(f"{TOOL}/{name}", TOOL, "violated", make, bias=bias, notes=notes)


WORLDS: tuple[World, ...] = (
    _holds("randomised, difference in means", _made(1, _randomised(500), controls=(), randomised=True)),
    _holds("randomised, Lin", _made(2, _randomised(500), randomised=True)),
    _holds(
        "randomised by cluster, 16 clusters",
        _made(3, _clusters(16, 20), controls=(), cluster="g", randomised=True),
    ),
    _holds(
        "randomised by cluster, 60 clusters",
        _made(4, _clusters(60, 10), controls=(), cluster="g", randomised=True),
    ),
    _holds("confounded, ols", _made(5, _confounded(600), method="ols")),
    _holds("confounded, ols att", _made(6, _confounded(600, "att"), method="ols", target="att")),
    _holds("confounded, ipw", _made(7, _confounded(800), method="ipw")),
    _holds("confounded, ipw att", _made(8, _confounded(800, "att"), method="ipw", target="att")),
    _holds("confounded, matching", _made(9, _confounded(800), method="matching")),
    _holds("confounded, matching att", _made(10, _confounded(800, "att"), method="matching", target="att")),
    _holds("confounded, aipw", _made(11, _confounded(800), method="aipw", **QUICK)),
    _holds("confounded, aipw att", _made(12, _confounded(800, "att"), method="aipw", target="att", **QUICK)),
    _holds("confounded, auto with five splits", _made(13, _confounded(600), splits=5, learners="linear")),
    _holds(
        "curved, aipw quadratic",
        _made(14, _curved(1000), method="aipw", **{**QUICK, "learners": "quadratic"}),
    ),
    _holds(
        "curved, aipw with learners compared",
        _made(15, _curved(1000), method="aipw", splits=1, folds=3),
    ),
    _holds("dose, auto", _made(16, _dose(600, False), **QUICK)),
    _holds("dose, ols", _made(17, _dose(600, False), method="ols")),
    _holds(
        "dose, dml with learners compared",
        _made(18, _dose(800, True), method="dml", splits=1, folds=3),
    ),
    _holds(
        "confounded, causal forest",
        _made(19, _confounded(800), method="causal_forest", **QUICK),
    ),
    _broken("no overlap, slope 8", _made(31, _no_overlap(800, 8.0), **QUICK), 3.0),
    _broken("no overlap, slope 4", _made(32, _no_overlap(800, 4.0), **QUICK), 2.0),
    _broken("no overlap, slope 2.5", _made(33, _no_overlap(800, 2.5), **QUICK), 1.0),
    _broken("curved, ols", _made(34, _curved(1000), method="ols"), 6.0),
    _broken("curved, ipw", _made(35, _curved(1000), method="ipw"), 6.0),
    _broken(
        "said to be random, leak .8",
        _made(36, _randomised(500, 0.8), controls=("x2", "x3", "x1"), randomised=True),
        3.0,
    ),
    _broken("said to be random, leak .3", _made(37, _randomised(500, 0.3), randomised=True), 1.5),
    _broken(
        "control after treatment, randomised",
        _made(38, _mediated(600, 1.0, "attitude", True), controls=(*CONTROLS, "attitude"), randomised=True),
        9.0,
    ),
    _broken(
        "weak control after treatment, randomised",
        _made(39, _mediated(600, 0.4, "attitude", True), controls=(*CONTROLS, "attitude"), randomised=True),
        3.0,
    ),
    _broken(
        "control after treatment by name, observational",
        _made(40, _mediated(600, 1.0, "visits_after", False), controls=(*CONTROLS, "visits_after"), **QUICK),
        9.0,
    ),
    _broken(
        "weak control after treatment by name, observational",
        _made(41, _mediated(600, 0.35, "visits_after", False), controls=(*CONTROLS, "visits_after"), **QUICK),
        3.0,
    ),
)
