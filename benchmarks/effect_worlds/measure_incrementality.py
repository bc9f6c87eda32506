"""Experiments with known incremental outcome: geos, holdouts, time-based regression and pairs, clean and broken.

The truth is the incremental outcome in total over the treated units and the test, as the result's `estimate` is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.effect_worlds.world import Simulated, World

TOOL = "measure_incrementality"
BASE = 8_204_000


def _geos(
    number: int,
    *,
    series: int,
    geos: int = 24,
    before: int = 24,
    during: int = 4,
    treated: int | None = None,
    shared: float = 0.0,
    follows: float = 0.0,
    drift: float = 0.0,
    control_spend: float = 0.0,
    paired: bool = False,
    **arguments: Any,
) -> Simulated:
    """Geos with levels of their own, a common season, independent noise and an effect alike in each treated geo.

    Args:
        shared: Standard deviation of weekly noise common to all geos.
        follows: Correlation of each geo's noise with the week before.
        drift: Extra rise a week in the treated geos, from the start on.
        paired: Chance decides within neighbours instead of among all geos.
        control_spend: Spend per control geo in the test, as a share of a treated one's, with its part of the effect.
    """
    draw = np.random.default_rng(BASE + 10_000 * series + number)
    weeks = before + during
    level = draw.normal(200.0, 30.0, geos)
    common = 10.0 * np.sin(2.0 * np.pi * np.arange(weeks) / 13.0) + shared * draw.standard_normal(weeks)
    noise = draw.standard_normal((geos, weeks + 20))
    for week in range(1, weeks + 20):
        noise[:, week] = follows * noise[:, week - 1] + (1.0 - follows**2) ** 0.5 * noise[:, week]
    many = geos // 2 if treated is None else treated
    group = np.isin(np.arange(geos), draw.permutation(geos)[:many])
    if paired:
        group = np.repeat(draw.random(geos // 2) < 0.5, 2) ^ (np.arange(geos) % 2 == 1)
    outcome = level[:, None] + common + 8.0 * noise[:, 20:]
    spend = draw.gamma(20.0, 0.5, (geos, weeks))
    test = np.arange(weeks) >= before
    effect, cost = 6.0, 40.0
    outcome[group] += drift * np.arange(weeks)
    for flags, share in ((group, 1.0), (~group, control_spend)):
        outcome[np.ix_(flags, test)] += share * effect
        spend[np.ix_(flags, test)] += share * cost
    frame = pd.DataFrame(
        {
            "geo": np.repeat([f"g{i:03d}" for i in range(geos)], weeks),
            "week": np.tile(pd.date_range("2024-01-01", periods=weeks, freq="W-MON"), geos),
            "group": np.repeat(group.astype(float), weeks),
            "pair": np.repeat([f"p{i // 2:03d}" for i in range(geos)], weeks),
            "sales": outcome.ravel(),
            "cost": spend.ravel(),
        }
    )
    asked = {
        "outcome": "sales",
        "treatment": "group",
        "unit": "geo",
        "time": "week",
        "spend": "cost",
        "treatment_time": pd.date_range("2024-01-01", periods=weeks, freq="W-MON")[before].date().isoformat(),
    }
    return Simulated(frame, asked | arguments, effect * many * during)


def _people(
    number: int,
    *,
    series: int,
    kind: str,
    n: int = 3000,
    share: float = 0.7,
    lost: float = 0.0,
    **arguments: Any,
) -> Simulated:
    """People assigned by chance; `lost` of the treated low spenders leave no row."""
    draw = np.random.default_rng(BASE + 10_000 * series + number)
    treated = draw.random(n) < share
    before = draw.gamma(1.5, 10.0, n)
    if kind == "proportion":
        rate = np.where(treated, 0.065, 0.05)
        outcome = (draw.random(n) < rate).astype(float)
        each = 0.015
    else:
        outcome = 0.6 * before + draw.gamma(1.5, 10.0, n) + 1.5 * treated
        each = 1.5
    gone = treated & (outcome < np.quantile(outcome, 0.6)) & (draw.random(n) < lost)
    frame = pd.DataFrame(
        {
            "group": np.where(treated, "treatment", "holdout"),
            "value": outcome,
            "before": before,
            "cost": 0.4 * treated,
        }
    )[~gone]
    asked = {
        "outcome": "value",
        "treatment": "group",
        "spend": "cost",
        "planned_share": share,
        "method": "holdout",
    }
    return Simulated(frame, asked | arguments, each * float((treated & ~gone).sum()))


def _pairs(number: int, *, series: int, pairs: int = 20, heavy: bool = False) -> Simulated:
    """Pairs' differences: spend of many sizes, the same outcome per spend, noise that may have odd pairs."""
    draw = np.random.default_rng(BASE + 10_000 * series + number)
    cost = 50.0 * draw.lognormal(0.0, 0.5, pairs)
    noise = draw.standard_t(3, pairs) if heavy else draw.standard_normal(pairs)
    frame = pd.DataFrame({"response": 2.0 * cost + 30.0 * noise, "cost": cost})
    asked = {"outcome": "response", "spend": "cost", "differences": True, "method": "trimmed_match"}
    return Simulated(frame, asked, 2.0 * float(cost.sum()))


def _world(
    name: str,
    make: Callable[..., Simulated],
    series: int,
    bias: float | None = None,
    notes: str = "",
    **given: Any,
) -> World:
    return World(
        name=f"{TOOL}.{name}",
        tool=TOOL,
        kind="holds" if bias is None else "violated",
        make=lambda number: make(number, series=series, **given),
        bias=bias,
        notes=notes,
    )


WORLDS: tuple[World, ...] = (
    _world("geo_experiment", _geos, 0, method="geo_experiment"),
    _world("geo_experiment_randomisation", _geos, 1, geos=16, method="geo_experiment", inference="randomisation"),
    _world("holdout_proportion", _people, 2, kind="proportion"),
    _world("holdout_mean", _people, 3, kind="mean"),
    _world("holdout_mean_covariate", _people, 4, kind="mean", covariate="before"),
    _world("tbr", _geos, 5, geos=12, treated=3, before=60, during=8, shared=12.0, method="tbr"),
    _world("trimmed_match", _pairs, 6),
    _world("trimmed_match_geos", _geos, 16, paired=True, pair="pair", method="trimmed_match"),
    _world(
        "trimmed_match_control_treated",
        _geos,
        17,
        bias=3.0,
        paired=True,
        pair="pair",
        control_spend=0.95,
        method="trimmed_match",
        notes="the control group got most of the spend",
    ),
    _world("trimmed_match_odd_pairs", _pairs, 7, heavy=True),
    _world(
        "geo_experiment_drift", _geos, 8, bias=3.2, drift=0.4, notes="groups drift apart before the test", method="geo_experiment"
    ),
    _world("geo_experiment_drift_weak", _geos, 9, bias=1.5, drift=0.18, method="geo_experiment"),
    _world(
        "geo_experiment_control_treated", _geos, 10, bias=3.0, control_spend=0.95, method="geo_experiment",
        notes="the control group got most of the spend",
    ),
    _world("geo_experiment_control_treated_weak", _geos, 11, bias=0.5, control_spend=0.15, method="geo_experiment"),
    _world("holdout_people_missing", _people, 12, bias=3.4, kind="mean", lost=0.32, notes="sample-ratio mismatch"),
    _world("holdout_people_missing_weak", _people, 13, bias=1.0, kind="mean", lost=0.1),
    _world(
        "tbr_drift", _geos, 14, bias=4.0, geos=12, treated=3, before=60, during=8, shared=12.0, drift=0.25, method="tbr"
    ),
    _world(
        "tbr_noise_follows", _geos, 15, bias=3.0, geos=12, treated=3, before=60, during=8, shared=12.0, follows=0.8,
        method="tbr", notes="autocorrelated noise: the interval is too short rather than the estimate biased",
    ),
)  # fmt: skip
