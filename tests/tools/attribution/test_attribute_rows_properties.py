"""What must not matter to a credit on rows, and what must."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents import tools
from liftos_agents.data import TransientStore

ROWS: dict[str, Any] = {
    "outcome": "orders",
    "exposures": ["social", "search"],
    "controls": ["age"],
    "methods": ["linear"],
    "splits": 1,
}
FEW = settings(max_examples=5, deadline=None)


def users(seed: int, effect: float = 1.0, scale: float = 1.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = 160
    age = rng.standard_normal(n)
    social = (rng.random(n) < 1.0 / (1.0 + np.exp(-0.5 * age))).astype(float)
    search = rng.poisson(1.0, n).astype(float)
    orders = scale * (20.0 + age + effect * social + 0.5 * search + rng.standard_normal(n))
    names = np.array([f"home {i}" for i in range(80)])
    return pd.DataFrame(
        {"age": age, "social": social, "search": search, "orders": orders, "home": names[np.arange(n) % 80]}
    )


def result(frame: pd.DataFrame, **change: Any) -> dict[str, Any]:
    return tools.run("attribute", frame, store=TransientStore(), rows=ROWS | change).result


def figures(found: dict[str, Any]) -> dict[str, Any]:
    """Everything but evidence ids, which change with the data's bytes, and the texts that list them."""
    for channel in found["channels"].values():
        for method in ("linear", "dml"):
            (channel[method] or {}).pop("evidence", None)
    del found["explanations"]["statistician"]
    return found


@FEW
@given(seed=st.integers(0, 1000))
def test_row_order_and_labels_of_clusters_do_not_matter(seed: int) -> None:
    frame = users(seed)
    moved = frame.sample(frac=1.0, random_state=seed).assign(home=lambda f: "x" + f["home"].str[::-1])
    assert figures(result(frame, cluster="home")) == figures(result(moved, cluster="home"))


def test_row_order_does_not_matter_to_learners_either() -> None:
    frame = users(3)
    methods = {"methods": ["linear", "dml"]}
    moved = frame.sample(frac=1.0, random_state=3)
    assert figures(result(frame, **methods)) == figures(result(moved, **methods))
    assert result(frame, **methods) == result(frame, **methods)


@FEW
@given(seed=st.integers(0, 1000), scale=st.sampled_from([1e-3, 7.0, 1e4]))
def test_credits_follow_the_unit_of_the_outcome(seed: int, scale: float) -> None:
    plain, scaled = (result(users(seed, scale=s))["channels"] for s in (1.0, scale))
    for name in ("social", "search"):
        one, other = (found[name]["linear"] for found in (plain, scaled))
        assert other["contribution"]["mean"] == pytest.approx(scale * one["contribution"]["mean"], rel=1e-6)
        assert other["share"] == pytest.approx(one["share"], rel=1e-6)
        assert other["rank"] == one["rank"]


@FEW
@given(seed=st.integers(0, 1000))
def test_names_and_order_of_exposures_do_not_matter(seed: int) -> None:
    frame = users(seed)
    plain = result(frame)["channels"]
    names = {"social": "zebra", "search": "ant"}
    changed = result(frame.rename(columns=names), exposures=["ant", "zebra"])["channels"]
    for old, new in names.items():
        got = changed[new]["linear"]["contribution"]
        for end, value in plain[old]["linear"]["contribution"].items():
            assert got[end] == pytest.approx(value, rel=1e-8)


@FEW
@given(seed=st.integers(0, 1000), more=st.floats(0.5, 5.0))
def test_a_larger_planted_effect_is_credited_by_as_much(seed: int, more: float) -> None:
    small, large = (result(users(seed, effect=e))["channels"]["social"] for e in (1.0, 1.0 + more))
    for method in ("linear", "naive"):
        gained = large[method]["contribution"]["mean"] - small[method]["contribution"]["mean"]
        assert gained == pytest.approx(more * small["exposed"], rel=1e-6)


@FEW
@given(seed=st.integers(0, 1000), factor=st.sampled_from([0.01, 100.0]))
def test_the_unit_of_a_dose_does_not_matter(seed: int, factor: float) -> None:
    frame = users(seed)
    scaled = frame.assign(search=factor * frame["search"])
    one, other = (result(f)["channels"]["search"]["linear"]["contribution"] for f in (frame, scaled))
    assert other["mean"] == pytest.approx(one["mean"], rel=1e-8)
    assert other["p05"] == pytest.approx(one["p05"], rel=1e-6)
