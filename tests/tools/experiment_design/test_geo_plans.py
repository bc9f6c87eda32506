"""Geo plans tried out on a history: false positives, power that comes true, assignment, and plans that cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.tools.design_experiment import DesignExperimentResult
from liftos_agents.tools.errors import ToolFailed, ToolRetry

ROLES = {"kind": "geo", "outcome": "sales", "unit": "geo", "time": "week", "spend": "cost"}


def history(geos: int = 20, weeks: int = 70, seed: int = 1, noise: float = 0.04) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    level = draw.lognormal(5.0, 0.5, geos)
    season = 1.0 + 0.1 * np.sin(np.arange(weeks) / 8.0) + 0.03 * draw.standard_normal(weeks)
    sales = level[:, None] * (season + noise * draw.standard_normal((geos, weeks)))
    return pd.DataFrame(
        {
            "geo": np.repeat([f"g{i:02d}" for i in range(geos)], weeks),
            "week": np.tile(pd.date_range("2024-01-01", periods=weeks, freq="W-MON"), geos),
            "sales": sales.ravel(),
            "cost": np.repeat(0.1 * level, weeks),
        }
    )


def plan(frame: pd.DataFrame | None, **arguments: Any) -> DesignExperimentResult:
    found = tools.result(
        tools.run(
            "design_experiment", frame, store=TransientStore(), **({**ROLES, "periods": (4,)} | arguments)
        )
    )
    assert isinstance(found, DesignExperimentResult)
    return found


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"analysis": "tbr"},
        {"assignment": "stratified", "treated_share": 0.3},
        {"assignment": "constrained"},
    ],
)
def test_false_positives_on_the_history_are_as_asked_for(arguments: dict[str, Any]) -> None:
    found = plan(history(), **arguments)
    assert found.status == "designed"
    assert found.aa_false_positive_rate is not None
    assert 0.03 <= found.aa_false_positive_rate <= 0.07
    assert found.assignment is not None
    assert not set(found.assignment.treatment) & set(found.assignment.control)
    powers = [p.power for p in found.power_curve]
    assert powers[-1] > 0.95
    assert found.minimum_detectable_lift is not None


def test_the_plan_comes_true_when_the_test_is_run_and_measured() -> None:
    """Fresh histories of the same market: assigned by the plan's pairs, lifted, and read by measure_incrementality."""
    first = history()
    planned = plan(first)
    lift, length = planned.minimum_detectable_lift, planned.duration
    assert lift is not None
    assert length is not None
    found = {0.0: 0, lift: 0}
    draw = np.random.default_rng(4)
    tests = 30
    weeks = sorted(first.week.unique())
    pair = {geo: f"p{i}" for i, both in enumerate(planned.pairs) for geo in both}
    for number in range(tests):
        frame = history(seed=1000 + number)
        # The market's sizes stay those of the plan; only season and noise are new.
        scale = first.groupby("geo").sales.mean() / frame.groupby("geo").sales.mean()
        frame["sales"] *= frame.geo.map(scale)
        frame["pair"] = frame.geo.map(pair)
        treated = {both[int(draw.random() < 0.5)] for both in planned.pairs}
        frame["group"] = frame.geo.isin(treated).astype(float)
        frame = frame[frame.week >= weeks[-length - 16]]
        live = (frame.group == 1.0) & (frame.week >= weeks[-length])
        for size in found:
            run = frame.assign(sales=frame.sales * np.where(live, 1.0 + size, 1.0))
            result = tools.run(
                "measure_incrementality", run, store=TransientStore(), method="geo_experiment", outcome="sales",
                treatment="group", unit="geo", time="week", pair="pair", treatment_time=str(weeks[-length])[:10],
            ).result  # fmt: skip
            found[size] += result["p_value"] < 0.05
    assert found[0.0] / tests < 0.13
    assert 0.62 < found[lift] / tests < 0.95


def test_the_shortest_length_that_does() -> None:
    found = plan(history(), periods=(2, 4, 8), minimum_effect=0.045)
    lifts = {d.periods: d.minimum_detectable_lift for d in found.durations}
    enough = [length for length, lift in lifts.items() if lift is not None and lift <= 0.045]
    assert found.duration == min(enough)
    assert found.power is not None
    assert found.power >= 0.8


def test_cost_and_the_smallest_iroas_it_can_show() -> None:
    frame = history()
    found = plan(frame, spend_change=0.5)
    usual = frame.cost.groupby(frame.geo).mean().mean() * 10 * 4
    assert found.expected_cost == pytest.approx(0.5 * usual, rel=1e-9)
    assert found.minimum_detectable_effect is not None
    assert found.minimum_detectable_iroas == pytest.approx(
        found.minimum_detectable_effect / (0.5 * usual), rel=1e-9
    )
    assert plan(frame, budget=9000.0).expected_cost == 9000.0


def test_an_effect_below_what_any_length_finds() -> None:
    found = plan(history(), minimum_effect=0.001)
    assert found.status == "infeasible"
    assert "smallest lift" in found.reasons[0]
    assert "as many geos" in found.advice[0]
    assert found.explanations.marketer.startswith("No such test is feasible")


def test_a_budget_that_brings_too_little() -> None:
    found = plan(history(), minimum_iroas=0.01, budget=100.0)
    assert found.status == "infeasible"
    assert "Change spend by at least" in found.advice[0]


def test_too_few_geos() -> None:
    found = plan(history(geos=3))
    assert found.status == "infeasible"
    assert found.assignment is None
    assert "finer geos" in found.advice[0]


def test_few_geos_are_read_over_time_and_warned_of() -> None:
    found = plan(history(geos=6))
    assert "time-based regression" in found.test
    assert {c.name for c in found.checks if c.passed is False} >= {"geos_a_side"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"outcome": None}, "column of the outcome"),
        ({"unit": "region"}, "The data has"),
        ({"time": "geo"}, "another column"),
        ({"periods": (60,)}, "shorter test"),
        ({"geos": 99}, "at most 20"),
        ({"assignment": "matched_pairs", "treated_share": 0.3}, "stratified"),
        ({"effect_scale": "absolute", "minimum_effect": 5.0}, "as a share"),
        ({"minimum_effect": -0.1}, "positive share"),
    ],
)
def test_arguments_that_do_not_fit(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ToolRetry) as caught:
        plan(history(), **arguments)
    assert said in str(caught.value.fix)


def test_no_table() -> None:
    with pytest.raises(ToolFailed, match="no data"):
        plan(None)


def test_rows_columns_units_and_bytes() -> None:
    frame = history()
    one = plan(frame)
    shuffled = frame.sample(frac=1.0, random_state=3)[list(frame.columns[::-1])]
    other = plan(shuffled)
    assert (one.assignment, one.pairs) == (other.assignment, other.pairs)
    assert one.minimum_detectable_lift == pytest.approx(other.minimum_detectable_lift, rel=1e-9)
    scaled = plan(frame.assign(sales=frame.sales * 1000.0))
    assert scaled.assignment == one.assignment
    assert scaled.minimum_detectable_lift == pytest.approx(one.minimum_detectable_lift, rel=1e-6)
    assert plan(frame).model_dump_json() == one.model_dump_json()
    assert plan(frame, seed=5).assignment != one.assignment


def test_noisier_geos_need_a_larger_lift() -> None:
    calm, loud = plan(history(noise=0.02)), plan(history(noise=0.08))
    assert calm.minimum_detectable_lift is not None
    assert loud.minimum_detectable_lift is not None
    assert calm.minimum_detectable_lift < loud.minimum_detectable_lift
