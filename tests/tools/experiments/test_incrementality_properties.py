"""What must not matter to `measure_incrementality`, and what must: order, units, names, the size of the effect."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents import tools
from liftos_agents.data import TransientStore

METHODS: tuple[dict[str, Any], ...] = (
    {"method": "geo_experiment"},
    {"method": "geo_experiment", "inference": "randomisation"},
    {"method": "tbr"},
    {"method": "trimmed_match", "pair": "pair"},
    {"method": "holdout"},
)
ROLES = {
    "outcome": "sales",
    "treatment": "group",
    "unit": "geo",
    "time": "week",
    "spend": "cost",
    "treatment_time": 14.0,
    "margin": 0.3,
}
METHOD = st.sampled_from(METHODS)
SEED = st.integers(0, 10_000)


def world(seed: int, effect: float = 5.0) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    sales = draw.normal(100.0, 15.0, (10, 1)) + draw.normal(0.0, 6.0, 18) + draw.normal(0.0, 2.0, (10, 18))
    cost = draw.gamma(5.0, 0.2, (10, 18))
    group, live = np.arange(10) % 2 == 0, np.arange(18) >= 14
    size = np.linspace(0.5, 1.5, 5)
    sales[np.ix_(group, live)] += effect * size[:, None]
    cost[np.ix_(group, live)] += 4.0 * size[:, None]
    return pd.DataFrame(
        {
            "geo": np.repeat([f"g{i}" for i in range(10)], 18),
            "week": np.tile(np.arange(18.0), 10),
            "group": np.repeat(group.astype(float), 18),
            "pair": np.repeat([f"p{i // 2}" for i in range(10)], 18),
            "sales": sales.ravel(),
            "cost": cost.ravel(),
        }
    )


def played(frame: pd.DataFrame, **arguments: Any) -> dict[str, Any]:
    return tools.run("measure_incrementality", frame, store=TransientStore(), **(ROLES | arguments)).result


def figures(found: dict[str, Any]) -> list[float]:
    interval = found["interval"] or {"low": None, "high": None}
    values = [found["estimate"], found["standard_error"], interval["low"], interval["high"]]
    values += [term[end] for _, term in sorted(found["terms"].items()) for end in ("estimate", "low", "high")]
    return [np.inf if v is None else v for v in values]


@settings(max_examples=12, deadline=None)
@given(seed=SEED, method=METHOD)
def test_the_order_of_rows_and_columns(seed: int, method: dict[str, Any]) -> None:
    frame = world(seed)
    shuffled = frame.sample(frac=1.0, random_state=seed)[list(frame.columns[::-1])]
    assert figures(played(shuffled, **method)) == pytest.approx(figures(played(frame, **method)), rel=1e-9)


@settings(max_examples=10, deadline=None)
@given(seed=SEED, method=METHOD, factor=st.sampled_from([0.01, 7.0, 1000.0]))
def test_units_of_the_outcome(seed: int, method: dict[str, Any], factor: float) -> None:
    frame = world(seed)
    one = played(frame, **method)
    other = played(frame.assign(sales=frame.sales * factor), **method)
    assert other["estimate"] == pytest.approx(one["estimate"] * factor, rel=1e-6)
    assert other["standard_error"] == pytest.approx(one["standard_error"] * factor, rel=1e-6)
    assert other["terms"]["lift"]["estimate"] == pytest.approx(one["terms"]["lift"]["estimate"], rel=1e-6)


@settings(max_examples=8, deadline=None)
@given(seed=SEED, method=METHOD, factor=st.sampled_from([0.2, 13.0]))
def test_currency_of_the_spend(seed: int, method: dict[str, Any], factor: float) -> None:
    frame = world(seed)
    one, other = played(frame, **method), played(frame.assign(cost=frame.cost * factor), **method)
    assert other["terms"]["cost"]["estimate"] == pytest.approx(
        one["terms"]["cost"]["estimate"] * factor, rel=1e-6
    )
    assert other["terms"]["iroas"]["estimate"] == pytest.approx(
        one["terms"]["iroas"]["estimate"] / factor, rel=1e-6
    )


@settings(max_examples=8, deadline=None)
@given(seed=SEED, method=METHOD)
def test_names_of_units_and_groups(seed: int, method: dict[str, Any]) -> None:
    frame = world(seed)
    renamed = frame.assign(
        geo=frame.geo.map(lambda g: f"place {9 - int(g[1:])}"),
        group=np.where(frame.group == 1.0, "treatment", "control"),
    )
    assert played(renamed, **method)["estimate"] == pytest.approx(
        played(frame, **method)["estimate"], rel=1e-9
    )


@settings(max_examples=8, deadline=None)
@given(seed=SEED, method=METHOD, more=st.floats(0.5, 20.0))
def test_a_larger_effect_gives_a_larger_estimate(seed: int, method: dict[str, Any], more: float) -> None:
    assert (
        played(world(seed, 5.0 + more), **method)["estimate"] > played(world(seed, 5.0), **method)["estimate"]
    )


@pytest.mark.parametrize("method", METHODS)
def test_the_same_bytes_again(method: dict[str, Any]) -> None:
    frame = world(1)
    one, other = (
        tools.run("measure_incrementality", frame, store=TransientStore(), **(ROLES | method))
        for _ in range(2)
    )
    assert one.model_dump_json(exclude={"seconds"}) == other.model_dump_json(exclude={"seconds"})
