"""Sensitivity figures against their definitions, and few clusters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from liftos_agents.tools.adjustment.inference import Moment, infer
from liftos_agents.tools.adjustment.post_treatment import earlier_outcomes, said_later
from liftos_agents.tools.adjustment.sensitivity import oster_delta, sensitivity
from liftos_agents.tools.adjustment.study import Study


def study(controls: np.ndarray, d: np.ndarray, y: np.ndarray, binary: bool = False) -> Study:
    names = tuple(f"x{i}" for i in range(controls.shape[1]))
    return Study(y, d, controls, names, names, binary, None, np.ones(len(y)), pd.DataFrame({"y": y}))


def test_robustness_value_is_the_strength_that_brings_the_estimate_to_zero() -> None:
    """A confounder built with partial R² equal to the robustness value on both sides leaves exactly nothing."""
    rng = np.random.default_rng(0)
    n = 400
    d, e, noise = np.linalg.qr(rng.standard_normal((n, 4)) - 0.0)[0].T[:3]
    d, e, noise = (v - v.mean() for v in (d, e, noise))
    y = 0.3 * d + e
    found = sensitivity(study(np.empty((n, 0)), d, y), 0.3, 0.9)
    rv = found.robustness_value
    d_unit = d / np.linalg.norm(d)
    left = y - d_unit * (d_unit @ y)
    left /= np.linalg.norm(left)
    other = noise - d_unit * (d_unit @ noise) - left * (left @ noise)
    other /= np.linalg.norm(other)
    across = np.sqrt(1.0 - rv) * (np.sqrt(rv) * left + np.sqrt(1.0 - rv) * other)
    confounder = np.sqrt(rv) * d_unit + across
    x = np.column_stack([np.ones(n), d, confounder])
    assert np.linalg.lstsq(x, y, rcond=None)[0][1] == pytest.approx(0.0, abs=2e-3)


def test_oster_delta_of_equal_selection_is_one() -> None:
    """Half of an index is measured, the other half is not and is equally related to treatment; there is no effect."""
    rng = np.random.default_rng(1)
    n = 400_000
    measured, hidden = rng.standard_normal((2, n))
    d = 0.5 * measured + 0.5 * hidden + rng.standard_normal(n)
    y = measured + hidden + rng.standard_normal(n)
    total = 1.0 - 1.0 / y.var()
    assert oster_delta(study(measured[:, None], d, y), total) == pytest.approx(1.0, abs=0.02)


def test_wild_bootstrap_keeps_its_size() -> None:
    """Twelve clusters without effect: a 90 % interval leaves out zero about one time in ten."""
    rng = np.random.default_rng(2)
    cluster = np.repeat(np.arange(12), 5)
    outside = 0
    for _ in range(200):
        values = rng.standard_normal(12)[cluster] + 0.1 * rng.standard_normal(60)
        found = infer(Moment(values, np.ones(60)), 0.9, cluster, 0)
        low, high = found.ends
        outside += not low <= 0.0 <= high
    assert 6 <= outside <= 36


@pytest.mark.parametrize(
    ("name", "outcome", "later"),
    [
        ("visits_after", "sales", True),
        ("postCampaignVisits", "sales", True),
        ("re79", "re78", True),
        ("re75", "re78", False),
        ("poster_size", "sales", False),
        ("sales_before", "sales", False),
        ("postcode", "sales", False),
        ("x2", "y", False),
    ],
)
def test_names_that_say_later(name: str, outcome: str, later: bool) -> None:
    assert (said_later(name, outcome) is not None) is later


def test_outcomes_before() -> None:
    assert earlier_outcomes("re78", ("age", "re74", "re75", "re78")) == ("re75", "re74")
    assert earlier_outcomes("sales", ("sales_before", "visits_before", "x")) == ("sales_before",)
