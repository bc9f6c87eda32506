"""What must not change an effect, and what must."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.domain.evidence import Evidence

METHODS = ("ols", "ipw", "matching", "aipw", "dml")
CONTROLS = ("x1", "x2", "kind")


def made(effect: float = 0.7, n: int = 240) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    x = rng.standard_normal((n, 2)).round(1)
    kind = rng.choice(["a", "b", "c"], n)
    d = (rng.random(n) < 1.0 / (1.0 + np.exp(-0.5 * x[:, 0]))).astype(float)
    y = x[:, 0] + (kind == "b") + effect * d + rng.standard_normal(n)
    return pd.DataFrame({"x1": x[:, 0], "x2": x[:, 1], "kind": kind, "d": d, "y": y, "g": np.arange(n) % 48})


def run(frame: pd.DataFrame, **arguments: Any) -> Evidence:
    asked = {
        "outcome": "y",
        "treatment": "d",
        "controls": CONTROLS,
        "splits": 2,
        "learners": "linear",
        "folds": 3,
    }
    return tools.run("estimate_effect", frame, store=TransientStore(), **{**asked, **arguments})


def figures(frame: pd.DataFrame, **arguments: Any) -> list[float]:
    result = run(frame, **arguments).result
    return [
        result["estimate"],
        result["standard_error"],
        result["interval"]["low"],
        result["interval"]["high"],
    ]


@pytest.mark.parametrize("method", METHODS)
def test_order_of_rows_columns_and_controls(method: str) -> None:
    frame = made()
    turned = frame.sample(frac=1.0, random_state=3)[list(frame.columns[::-1])].reset_index(drop=True)
    assert figures(turned, method=method, controls=CONTROLS[::-1]) == pytest.approx(
        figures(frame, method=method)
    )


@settings(max_examples=4, deadline=None)
@given(st.sampled_from(METHODS), st.floats(0.01, 1000.0), st.floats(-50.0, 50.0))
def test_units_of_outcome_and_controls(method: str, factor: float, shift: float) -> None:
    frame = made()
    other = frame.assign(y=factor * frame["y"] + shift, x1=factor * frame["x1"] - shift)
    plain = figures(frame, method=method)
    assert figures(other, method=method) == pytest.approx(
        [factor * v for v in plain], rel=1e-5, abs=1e-8 * factor
    )


@settings(max_examples=4, deadline=None)
@given(st.sampled_from(METHODS), st.floats(0.5, 5.0))
def test_a_larger_planted_effect_is_found_larger(method: str, more: float) -> None:
    frame = made()
    raised = frame.assign(y=frame["y"] + more * frame["d"])
    assert figures(raised, method=method)[0] > figures(frame, method=method)[0]


def test_names_of_clusters_and_of_treatment() -> None:
    frame = made()
    renamed = frame.assign(g=[f"town {(g * 7) % 48}" for g in frame["g"]])
    assert figures(renamed, cluster="g") == pytest.approx(figures(frame, cluster="g"))
    flipped = frame.assign(d=frame["d"] + 4.0)
    assert figures(flipped) == pytest.approx(figures(frame))


@pytest.mark.parametrize("method", METHODS)
def test_same_bytes_on_rerun(method: str) -> None:
    frame = made()
    first, second = (run(frame, method=method).model_dump_json(exclude={"seconds"}) for _ in range(2))
    assert first == second


def test_equal_weights_change_nothing() -> None:
    frame = made().assign(w=3.0)
    assert figures(frame, weights="w") == pytest.approx(figures(frame))
