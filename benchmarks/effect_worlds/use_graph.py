"""Worlds whose graph is known: back-door, front-door and instruments read from it, and graphs that lack an arrow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.effect_worlds.world import Simulated, World

Array = NDArray[np.float64]

_BASE = 640_000
_ROWS = 600
_BACK_DOOR = "season -> price; season -> sales; brand -> price; brand -> visits; taste -> visits; taste -> sales; price -> sales"
_FRONT_DOOR = "price -> clicks; clicks -> sales; price <-> sales"
_WITH_CONTROL = f"{_FRONT_DOOR}; season -> price; season -> clicks; season -> sales"
_INSTRUMENT = "rain -> price; price -> sales; price <-> sales; region -> rain; region -> sales"
_LACKING = "season -> price; rain -> price; season -> sales; price -> sales"


def _random(world: int, number: int) -> np.random.Generator:
    return np.random.default_rng((_BASE, world, number))


def _asked(graph: str, **more: object) -> dict[str, object]:
    return {"graph": graph, "outcome": "sales", "treatment": "price", **more}


def back_door(number: int) -> Simulated:
    """Season confounds; visits are a common effect that must not be held equal."""
    rng = _random(1, number)
    season, brand, taste, noise, other, more = rng.standard_normal((6, _ROWS))
    price = season + brand + noise
    visits = brand + taste + more
    sales = 0.5 * price + season + taste + other
    frame = pd.DataFrame(
        {"season": season, "brand": brand, "visits": visits, "taste": taste, "price": price, "sales": sales}
    )
    return Simulated(frame, _asked(_BACK_DOOR, estimator={"method": "ols"}), 0.5)


def front_door_two_values(number: int) -> Simulated:
    """Treatment and mediator of two values, an effect of the mediator that depends on what is hidden."""
    rng = _random(2, number)
    hidden = rng.standard_normal(_ROWS)
    price = (hidden + rng.standard_normal(_ROWS) > 0.0).astype(np.float64)
    clicks = (rng.random(_ROWS) < 0.2 + 0.5 * price).astype(np.float64)
    sales = (2.0 + 0.5 * hidden) * clicks + 1.5 * hidden + rng.standard_normal(_ROWS)
    return Simulated(_frame(price, clicks, sales), _asked(_FRONT_DOOR), 1.0)


def front_door_numbers(number: int) -> Simulated:
    """Continuous treatment and mediator, linear, with noise that is not normal."""
    rng = _random(3, number)
    hidden = rng.standard_normal(_ROWS)
    price = hidden + rng.standard_normal(_ROWS)
    clicks = 0.8 * price + rng.gamma(2.0, 0.7, _ROWS)
    sales = 1.5 * clicks + hidden + rng.standard_normal(_ROWS) * (1.0 + 0.3 * np.abs(price))
    return Simulated(_frame(price, clicks, sales), _asked(_FRONT_DOOR), 1.2)


def front_door_bent(number: int) -> Simulated:
    """Treatment of two values, and an outcome that bends with the mediator."""
    rng = _random(4, number)
    hidden = rng.standard_normal(_ROWS)
    price = (hidden + rng.standard_normal(_ROWS) > 0.0).astype(np.float64)
    clicks = 0.8 * price + rng.standard_normal(_ROWS)
    sales = clicks + 0.5 * clicks**2 + hidden + rng.standard_normal(_ROWS)
    return Simulated(_frame(price, clicks, sales), _asked(_FRONT_DOOR), 0.8 + 0.32)


def front_door_controls(number: int) -> Simulated:
    """A season that drives all three, held equal."""
    rng = _random(5, number)
    hidden, season = rng.standard_normal((2, _ROWS))
    price = hidden + season + rng.standard_normal(_ROWS)
    clicks = 0.8 * price - season + rng.standard_normal(_ROWS)
    sales = 1.5 * clicks + hidden + 2.0 * season + rng.standard_normal(_ROWS)
    frame = _frame(price, clicks, sales).assign(season=season)
    return Simulated(frame, _asked(_WITH_CONTROL), 1.2)


def instrument(number: int) -> Simulated:
    """Rain moves the price, and is itself tied to sales by the region."""
    rng = _random(6, number)
    hidden, region = rng.standard_normal((2, _ROWS))
    rain = region + rng.standard_normal(_ROWS)
    price = rain + hidden + rng.standard_normal(_ROWS)
    sales = 0.5 * price + hidden + region + rng.standard_normal(_ROWS)
    frame = pd.DataFrame({"rain": rain, "region": region, "price": price, "sales": sales})
    return Simulated(frame, _asked(_INSTRUMENT), 0.5)


def lacking_arrow(strength: float, pull: float, world: int) -> Callable[[int], Simulated]:
    """Rain drives sales as well, which the graph does not say.

    Left out, it biases the estimate by strength · pull / (pull² + 1).

    Args:
        strength: Of rain on sales.
        pull: Of rain on the price.
    """

    def make(number: int) -> Simulated:
        rng = _random(world, number)
        season, rain, noise, other = rng.standard_normal((4, _ROWS))
        price = season + pull * rain + noise
        sales = 0.5 * price + season + strength * rain + other
        frame = pd.DataFrame({"season": season, "rain": rain, "price": price, "sales": sales})
        return Simulated(frame, _asked(_LACKING, estimator={"method": "ols"}), 0.5)

    return make


def front_door_wrong_form(strength: float, world: int) -> Callable[[int], Simulated]:
    """The outcome follows the mediator along a cubic that two terms cannot follow; the treatment has two values."""

    def make(number: int) -> Simulated:
        rng = _random(world, number)
        hidden = rng.standard_normal(_ROWS)
        price = (hidden + rng.standard_normal(_ROWS) > 0.8).astype(np.float64)
        clicks = 2.0 * price + rng.standard_normal(_ROWS)
        sales = strength * clicks**3 + hidden + rng.standard_normal(_ROWS)
        return Simulated(_frame(price, clicks, sales), _asked(_FRONT_DOOR), strength * 14.0)

    return make


def _frame(price: Array, clicks: Array, sales: Array) -> pd.DataFrame:
    return pd.DataFrame({"price": price, "clicks": clicks, "sales": sales})


_SAME_SIGNAL = "Rain moves the price as much as chance does, so that the test sees no more of the missing arrow than the estimate does."

WORLDS: tuple[World, ...] = (
    World("use_graph_back_door", "use_graph", "holds", back_door),
    World("use_graph_front_door_two_values", "use_graph", "holds", front_door_two_values),
    World("use_graph_front_door_numbers", "use_graph", "holds", front_door_numbers),
    World("use_graph_front_door_bent", "use_graph", "holds", front_door_bent),
    World("use_graph_front_door_controls", "use_graph", "holds", front_door_controls),
    World("use_graph_instrument", "use_graph", "holds", instrument),
    World("use_graph_lacking_arrow", "use_graph", "violated", lacking_arrow(0.33, 0.5, 11), bias=3.6),
    World(
        "use_graph_lacking_arrow_strong",
        "use_graph",
        "violated",
        lacking_arrow(0.3, 1.0, 12),
        bias=5.2,
        notes=_SAME_SIGNAL,
    ),
    World(
        "use_graph_lacking_arrow_weak",
        "use_graph",
        "violated",
        lacking_arrow(0.15, 1.0, 13),
        bias=2.6,
        notes=_SAME_SIGNAL,
    ),
    World(
        "use_graph_lacking_arrow_weaker",
        "use_graph",
        "violated",
        lacking_arrow(0.1, 1.0, 14),
        bias=1.7,
        notes=_SAME_SIGNAL,
    ),
    World(
        "use_graph_front_door_wrong_form", "use_graph", "violated", front_door_wrong_form(0.15, 15), bias=4.5
    ),
    World(
        "use_graph_front_door_wrong_form_weak",
        "use_graph",
        "violated",
        front_door_wrong_form(0.05, 16),
        bias=2.0,
    ),
)
