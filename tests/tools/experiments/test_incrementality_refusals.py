"""What `measure_incrementality` refuses, doubts, and says of arguments that do not fit."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents.tools.errors import ToolFailed, ToolRetry

_SPEC = importlib.util.spec_from_file_location(
    "incrementality_reference", Path(__file__).with_name("test_incrementality_reference.py")
)
assert _SPEC is not None
assert _SPEC.loader is not None
_REFERENCE: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_REFERENCE)
geos, measure, ROLES, START, PAIRS = (
    getattr(_REFERENCE, name) for name in ("geos", "measure", "ROLES", "START", "PAIRS")
)


def failed(found: Any) -> set[str]:
    return {c.name for c in found.checks if c.passed is False}


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"outcome": "sale"}, ToolRetry, "sales"),
        ({"outcome": "group"}, ToolRetry, "another column"),
        ({"treatment_time": "2019-01-01"}, ToolRetry, "within the data"),
        ({"treatment_time": "2030-01-01"}, ToolRetry, "within the data"),
        ({"treatment_time": "soon"}, ToolRetry, "2026-03-30"),
        ({"treatment_end": "2025-06-01"}, ToolRetry, "Swap"),
        ({"treatment_end": "2031-06-01"}, ToolRetry, "leave treatment_end out"),
        ({"treatment_time": None}, ToolRetry, "first period"),
        ({"treatment": None}, ToolRetry, "group column"),
        ({"time": "geo"}, ToolRetry, "another column"),
        ({"treatment": None, "treated_units": ("nowhere",)}, ToolRetry, "There are geo 00"),
        ({"method": "trimmed_match"}, ToolRetry, "column of pairs"),
        ({"method": "trimmed_match", "spend": None, "pair": "pair"}, ToolRetry, "cost column"),
        ({"method": "synthetic_control", "treatment_end": "2025-07-14"}, ToolRetry, "Leave it out"),
    ],
)
def test_arguments_that_do_not_fit(change: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error) as caught:
        measure(geos(), **(ROLES | {"treatment_time": START} | change))
    assert said in str(caught.value.fix)  # type: ignore[attr-defined]


def test_everyone_treated() -> None:
    frame = geos()
    frame = frame[frame.group == "treatment"].assign(group=1.0)
    with pytest.raises(ToolFailed, match="every unit is treated"):
        measure(frame, **ROLES, treatment_time=START)
    with pytest.raises(ToolFailed, match="everyone is treated"):
        measure(frame, outcome="sales", treatment="group", method="holdout")


def test_negative_spend() -> None:
    frame = geos()
    frame.loc[3, "cost"] = -1.0
    with pytest.raises(ToolRetry, match="negative in 1 rows"):
        measure(frame, **ROLES, treatment_time=START)


def test_an_outcome_that_never_moves() -> None:
    with pytest.raises(ToolRetry, match="one value only"):
        measure(geos().assign(sales=1.0), **ROLES, treatment_time=START)


def test_one_geo_a_side_names_the_methods_that_can() -> None:
    with pytest.raises(ToolFailed) as caught:
        measure(geos(treated=1, control=5), **ROLES, treatment_time=START, method="geo_experiment")
    assert "tbr" in str(caught.value.fix)


def test_two_geos_a_side_are_downgraded() -> None:
    found = measure(geos(treated=2, control=4), **ROLES, treatment_time=START, method="geo_experiment")
    assert found.status == "downgraded"
    assert "smaller group has 2" in found.reasons[-1]


def test_too_few_assignments_for_the_level() -> None:
    arguments = ROLES | {"treatment_time": START, "method": "geo_experiment", "inference": "randomisation"}
    found = measure(geos(treated=2, control=3), **arguments)
    assert found.status == "refused"
    assert found.interval is None
    assert "no interval at 90%" in found.reasons[0]


def test_drift_before_the_test() -> None:
    frame = geos()
    week = (frame.week - frame.week.min()).dt.days / 7.0
    frame["sales"] += np.where(frame.group == "treatment", 0.8 * week, 0.0)
    found = measure(frame, **ROLES, treatment_time=START)
    assert found.status == "downgraded"
    assert failed(found) == {"pre_trend"}
    regressed = measure(frame, **ROLES, treatment_time=START, method="tbr")
    assert "stable_relation" in failed(regressed)


def test_spend_in_the_control_group() -> None:
    frame = geos()
    live = (frame.group == "control") & (frame.week >= START)
    frame.loc[live, "cost"] += 1.5
    for method in ("geo_experiment", "tbr", "trimmed_match"):
        found = measure(frame, **ROLES, treatment_time=START, method=method, pair="pair")
        assert found.status == "downgraded"
        assert "spend_in_control" in failed(found)


def test_a_control_total_that_does_not_follow() -> None:
    frame = geos(treated=2, control=4)
    draw = np.random.default_rng(8)
    control = frame.group == "control"
    frame.loc[control, "sales"] = draw.normal(100.0, 30.0, int(control.sum()))
    found = measure(frame, **ROLES, treatment_time=START, method="tbr")
    assert found.status == "downgraded"
    assert "pre_period_fit" in failed(found)


def test_people_missing_from_a_group() -> None:
    draw = np.random.default_rng(2)
    frame = pd.DataFrame({"group": np.arange(4000) % 2.0, "value": draw.gamma(2.0, 5.0, 4000)})
    kept = frame[(frame.group == 0.0) | (draw.random(4000) < 0.85)]
    found = measure(kept, outcome="value", treatment="group", planned_share=0.5)
    assert found.status == "refused"
    assert found.estimate is None
    assert "people are missing" in found.reasons[0]
    assert measure(frame, outcome="value", treatment="group", planned_share=0.5).status == "estimated"


def test_groups_that_differed_before() -> None:
    draw = np.random.default_rng(2)
    treated = np.arange(1000) % 2.0
    before = draw.normal(10.0, 2.0, 1000) + treated
    frame = pd.DataFrame({"group": treated, "before": before, "value": before + draw.normal(0.0, 1.0, 1000)})
    found = measure(frame, outcome="value", treatment="group", covariate="before")
    assert found.status == "downgraded"
    assert failed(found) == {"balance_before"}


def test_counts_beyond_their_people() -> None:
    frame = pd.DataFrame({"group": [1.0, 0.0], "people": [10.0, 10.0], "buyers": [11.0, 3.0]})
    with pytest.raises(ToolRetry, match="outside 0"):
        measure(frame, outcome="buyers", treatment="group", size="people")


def test_an_interval_without_end_is_said() -> None:
    found = measure(PAIRS, outcome="response", spend="cost", differences=True, trim_rate=0.25)
    assert found.status == "downgraded"
    assert found.interval is None
    assert found.terms["iroas"].low is None
    assert any("iROAS has no end" in text for text in found.warnings)


def test_no_incremental_spend() -> None:
    found = measure(geos().assign(cost=2.0), **ROLES, treatment_time=START)
    assert "iroas" not in found.terms
    assert found.status == "downgraded"


def test_incomplete_geos_are_left_out_and_said() -> None:
    frame = geos()
    found = measure(frame.drop(index=frame.index[5]), **ROLES, treatment_time=START)
    assert found.diagnostics["treated_units"] == 5
    assert any("left out: geo 00" in text for text in found.warnings)


def test_words_name_the_estimand_and_what_is_not_checked() -> None:
    found = measure(geos(), **ROLES, treatment_time=START)
    assert "spillover" in found.explanations.marketer
    assert (
        len(found.explanations.marketer)
        < len(found.explanations.analyst)
        < len(found.explanations.statistician)
    )
    assert {f.kind for f in found.figures} == {"paths", "fan"}
    assert set(found.tidy().term) == {"estimate", "lift", "cost", "iroas", "cost_per_incremental"}
