"""Worlds of adoption: panels with one or several cohorts, and other rows in each period.

The truth is that of the population from which units are drawn: effects weighted by the probabilities of the cohorts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.effect_worlds.world import Simulated, World

Array = NDArray[np.float64]
Effect = Callable[[int, int], float]

TOOL = "difference_in_differences"
SEED = 61_000
COLUMNS = {"outcome": "sales", "unit": "store", "time": "period", "cohort": "adopted"}


def _growing(cohort: int, period: int) -> float:
    """An effect that is larger in earlier cohorts and grows with time."""
    return 1.0 + 0.25 * (period - cohort) - 0.05 * cohort


def _constant(cohort: int, period: int) -> float:
    return 1.0


def _panel(
    number: int,
    *,
    base: int,
    units: int = 160,
    periods: int = 8,
    odds: dict[int, float],
    effect: Effect = _growing,
    disturb: Callable[[np.random.Generator, Array, NDArray[np.int64]], Array] | None = None,
    missing: float = 0.0,
    cluster_size: int = 1,
    arguments: dict[str, Any] | None = None,
    drops: Callable[[np.random.Generator, Array, NDArray[np.int64]], NDArray[np.bool_]] | None = None,
) -> Simulated:
    """A panel with unit effects, common shocks and noise that carries over.

    Args:
        odds: First treated period (0: never) to its probability.
        disturb: (units, periods) added to the outcome, given the cohorts.
        drops: (units, periods) rows to leave out, given the outcome and the cohorts.
    """
    rng = np.random.default_rng((SEED + base, number))
    groups = units // cluster_size
    drawn = rng.choice(list(odds), p=list(odds.values()), size=groups)
    for position, cohort in enumerate(odds):
        drawn[2 * position : 2 * position + 2] = cohort
    cohort = np.repeat(drawn, cluster_size)
    noise = np.zeros((units, periods))
    noise[:, 0] = rng.normal(size=units)
    for t in range(1, periods):
        noise[:, t] = 0.4 * noise[:, t - 1] + rng.normal(size=units)
    if cluster_size > 1:
        noise += np.repeat(rng.normal(0.0, 0.8, (groups, periods)), cluster_size, axis=0)
    outcome = 10.0 + rng.normal(0.0, 2.0, (units, 1)) + rng.normal(0.0, 1.0, periods) + noise
    for g in odds:
        for t in range(g, periods + 1) if g else ():
            outcome[cohort == g, t - 1] += effect(g, t)
    if disturb is not None:
        outcome = outcome + disturb(rng, outcome, cohort)
    frame = pd.DataFrame(
        {
            "store": np.repeat(np.arange(units), periods),
            "period": np.tile(np.arange(1, periods + 1), units),
            "adopted": np.repeat(cohort, periods),
            "sales": outcome.ravel(),
        }
    )
    if cluster_size > 1:
        frame["region"] = frame["store"] // cluster_size
    if missing:
        frame = frame[rng.random(len(frame)) >= missing]
    if drops is not None:
        frame = frame[~drops(rng, outcome, cohort).ravel()]
    cells = [(g, t) for g in odds if g for t in range(g, periods + 1)]
    if 0 not in odds:
        last = max(odds)
        cells = [(g, t) for g, t in cells if t < last]
    weight = np.array([odds[g] for g, _ in cells])
    truth = float(weight @ np.array([effect(g, t) for g, t in cells]) / weight.sum())
    return Simulated(frame, COLUMNS | (arguments or {}), truth)


def _staggered(number: int) -> Simulated:
    return _panel(number, base=0, odds={0: 0.5, 4: 0.25, 6: 0.25})


def _unbalanced(number: int) -> Simulated:
    return _panel(number, base=1, odds={0: 0.5, 4: 0.25, 6: 0.25}, missing=0.08)


def _no_never(number: int) -> Simulated:
    odds = {4: 0.3, 6: 0.3, 8: 0.4}
    return _panel(number, base=2, odds=odds, arguments={"comparison": "not_yet_treated"})


def _by_region(number: int) -> Simulated:
    odds = {0: 0.5, 4: 0.25, 6: 0.25}
    return _panel(number, base=3, units=320, cluster_size=4, odds=odds, arguments={"cluster": "region"})


def _few(number: int) -> Simulated:
    return _panel(number, base=4, units=26, periods=6, odds={0: 0.6, 4: 0.4})


def _two_way(number: int) -> Simulated:
    odds = {0: 0.5, 4: 0.25, 6: 0.25}
    return _panel(number, base=5, odds=odds, effect=_constant, arguments={"method": "two_way_fixed_effects"})


def _two_periods(number: int) -> Simulated:
    return _panel(number, base=6, units=120, periods=2, odds={0: 0.5, 2: 0.5}, effect=_constant)


def _collapsed(number: int) -> Simulated:
    odds = {0: 0.6, 5: 0.4}
    return _panel(number, base=7, odds=odds, effect=_constant, arguments={"method": "two_by_two"})


def _with_control(
    estimator: str, base: int, strength: float = 0.7, bend: float = 0.0
) -> Callable[[int], Simulated]:
    """Trends and adoption both depend on a characteristic of the store; `bend` makes the trend curved in it."""

    def make(number: int) -> Simulated:
        rng = np.random.default_rng((SEED + base, number))
        units, periods = 400, 5
        size = rng.normal(size=units)
        chance = 1.0 / (1.0 + np.exp(0.4 - strength * size))
        treated = rng.random(units) < chance
        cohort = np.where(treated, np.where(rng.random(units) < 0.5, 3, 4), 0)
        time = np.arange(1, periods + 1)
        outcome = 5.0 + rng.normal(0.0, 1.0, (units, 1)) + rng.normal(size=(units, periods))
        outcome += 0.4 * size[:, None] * time + bend * np.maximum(size, 0.0)[:, None] ** 2 * time
        outcome += ((cohort > 0)[:, None] & (time >= cohort[:, None])) * 1.0
        frame = pd.DataFrame(
            {
                "store": np.repeat(np.arange(units), periods),
                "period": np.tile(time, units),
                "adopted": np.repeat(cohort, periods),
                "size": np.repeat(size, periods),
                "sales": outcome.ravel(),
            }
        )
        return Simulated(frame, COLUMNS | {"controls": ["size"], "estimator": estimator}, 1.0)

    return make


def _cross_sections(
    base: int, *, drift: float = 0.0, moved: float = 0.0, clusters: int = 0, periods: int = 6, start: int = 5
) -> Callable[[int], Simulated]:
    """Other customers each period; `drift` parts the groups' trends, `moved` lets the treatment change the control."""

    def make(number: int) -> Simulated:
        rng = np.random.default_rng((SEED + base, number))
        rows = 1200 if clusters else 150 * periods
        period = rng.integers(1, periods + 1, rows)
        shop = rng.integers(0, clusters, rows) if clusters else np.arange(rows)
        group = shop % 2 if clusters else rng.integers(0, 2, rows)
        after = (period >= start) * group
        age = rng.normal(size=rows) + moved * after
        outcome = (
            2.0 + group + 0.3 * period + 0.5 * age + after + drift * period * group + rng.normal(size=rows)
        )
        if clusters:
            outcome += rng.normal(0.0, 0.4, (clusters, periods + 1))[shop, period]
        frame = pd.DataFrame({"sales": outcome, "test": group, "period": period, "age": age})
        frame["post"] = (frame["period"] >= start).astype(int)
        given: dict[str, Any] = {"outcome": "sales", "time": "period", "treatment": "test", "post": "post"}
        given["controls"] = ["age"]
        if clusters:
            frame["shop"] = shop
            given["cluster"] = "shop"
        return Simulated(frame, given, 1.0 + 0.5 * moved)

    return make


def _drifting(base: int, slope: float) -> Callable[[int], Simulated]:
    """Adopters' outcomes move steadily away from the others' all along."""

    def make(number: int) -> Simulated:
        return _panel(
            number,
            base=base,
            periods=12,
            odds={0: 0.5, 8: 0.25, 9: 0.25},
            effect=_constant,
            disturb=lambda _, y, cohort: slope * (cohort > 0)[:, None] * np.arange(y.shape[1]),
        )

    return make


def _knowing(base: int, before: float) -> Callable[[int], Simulated]:
    """Adopters react in the last period before adoption already."""

    def make(number: int) -> Simulated:
        def early(_: np.random.Generator, y: Array, cohort: NDArray[np.int64]) -> Array:
            return before * (np.arange(1, y.shape[1] + 1) == (cohort - 1)[:, None])

        return _panel(
            number, base=base, periods=12, odds={0: 0.5, 8: 0.25, 9: 0.25}, effect=_constant, disturb=early
        )

    return make


def _heterogeneous(base: int, growth: float) -> Callable[[int], Simulated]:
    """Effects that grow, under two-way fixed effects."""

    def make(number: int) -> Simulated:
        return _panel(
            number,
            base=base,
            units=200,
            periods=10,
            odds={0: 0.15, 3: 0.45, 7: 0.4},
            effect=lambda g, t: 1.0 + growth * (t - g),
            arguments={"method": "two_way_fixed_effects"},
        )

    return make


def _leaving(base: int, share: float) -> Callable[[int], Simulated]:
    """Adopters whose outcome is low after adoption leave the data."""

    def make(number: int) -> Simulated:
        def gone(rng: np.random.Generator, y: Array, cohort: NDArray[np.int64]) -> NDArray[np.bool_]:
            time = np.arange(1, y.shape[1] + 1)
            after = (cohort > 0)[:, None] & (time >= cohort[:, None])
            rise = y - y[:, :1] - (y - y[:, :1])[cohort == 0].mean(axis=0)
            return after & (rise < np.quantile(rise[after], share))

        return _panel(
            number,
            base=base,
            units=240,
            periods=6,
            odds={0: 0.5, 4: 0.25, 5: 0.25},
            effect=_constant,
            drops=gone,
        )

    return make


def _ending(number: int) -> Simulated:
    """A treatment that ends after two periods and leaves something behind."""
    made = _panel(number, base=40, odds={0: 0.5, 4: 0.5}, effect=_constant)
    frame = made.frame.assign(
        on=((made.frame["adopted"] == 4) & made.frame["period"].between(4, 5)).astype(int)
    )
    arguments = {"outcome": "sales", "unit": "store", "time": "period", "treatment": "on"}
    return Simulated(frame, arguments, 1.0)


def _holds(name: str, make: Callable[[int], Simulated], notes: str, **more: Any) -> World:
    return World(f"{TOOL}_{name}", TOOL, "holds", make, notes=notes, **more)


def _violated(name: str, make: Callable[[int], Simulated], bias: float | None, notes: str) -> World:
    return World(f"{TOOL}_{name}", TOOL, "violated", make, bias=bias, notes=notes)


WORLDS: tuple[World, ...] = (
    _holds("staggered", _staggered, "two cohorts and stores never treated, growing effects"),
    _holds("unbalanced", _unbalanced, "8 % of the rows missing at random"),
    _holds("not_yet_treated", _no_never, "every store adopts in the end"),
    _holds("by_region", _by_region, "80 regions adopt, 4 stores each"),
    _holds("few_clusters", _few, "26 stores: wild cluster bootstrap"),
    _holds("two_way", _two_way, "two-way fixed effects, effects alike"),
    _holds("two_periods", _two_periods, "two groups, two periods"),
    _holds("two_by_two", _collapsed, "one cohort, means before and after"),
    _holds("doubly_robust", _with_control("doubly_robust", 10), "trends by a control"),
    _holds("outcome_regression", _with_control("outcome_regression", 11), "trends by a control"),
    _holds("ipw", _with_control("ipw", 12), "trends by a control"),
    _holds("cross_sections", _cross_sections(13), "other rows in each period"),
    _holds(
        "cross_sections_by_shop",
        _cross_sections(14, clusters=50, periods=4, start=3),
        "other rows in each period of 50 shops",
    ),
    _violated("trend_3", _drifting(20, 0.22), 3.5, "a steady trend"),
    _violated("trend_2", _drifting(21, 0.13), 2.0, "a steady trend"),
    _violated("trend_1", _drifting(22, 0.07), 1.2, "a steady trend"),
    _violated("anticipation_4", _knowing(34, 0.75), 4.4, "an effect one period early"),
    _violated("anticipation_3", _knowing(23, 0.55), 3.3, "an effect one period early"),
    _violated("anticipation_2", _knowing(24, 0.35), 2.0, "an effect one period early"),
    _violated("two_way_growing_6", _heterogeneous(25, 0.3), 6.5, "effects grow under two-way fixed effects"),
    _violated("two_way_growing_3", _heterogeneous(35, 0.14), 3.2, "effects grow under two-way fixed effects"),
    _violated("two_way_growing_2", _heterogeneous(26, 0.1), 2.5, "effects grow under two-way fixed effects"),
    _violated("leaving_3", _leaving(27, 0.3), 3.3, "adopters with low outcomes leave"),
    _violated("leaving_1", _leaving(28, 0.1), 1.0, "adopters with low outcomes leave"),
    _violated(
        "no_overlap", _with_control("doubly_robust", 29, strength=6.0, bend=0.6), 4.0, "hardly alike stores"
    ),
    _violated("control_moved_3", _cross_sections(30, moved=0.9), 3.0, "the treatment changes a control"),
    _violated("control_moved_1", _cross_sections(31, moved=0.3), 1.0, "the treatment changes a control"),
    _violated(
        "cross_sections_trend_3", _cross_sections(32, drift=0.12, periods=10, start=10), 3.3, "a steady trend"
    ),
    _violated(
        "cross_sections_trend_1", _cross_sections(33, drift=0.04, periods=10, start=10), 1.0, "a steady trend"
    ),
    _violated("switching_off", _ending, None, "the treatment ends"),
)
