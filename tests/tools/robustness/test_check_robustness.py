"""Attacks on effects: what stands, what falls, and what cannot be checked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.domain.evidence import Evidence
from liftos_agents.tools.check_robustness import CheckRobustnessResult
from liftos_agents.tools.errors import ToolRetry

ASKED: dict[str, Any] = {
    "outcome": "y",
    "treatment": "d",
    "controls": ("x1", "x2"),
    "splits": 1,
    "learners": "linear",
    "folds": 2,
}


def made(n: int = 400, hidden: float = 0.0, effect: float = 1.0) -> pd.DataFrame:
    """With `hidden`, an unmeasured cause drives treatment, outcome, and the outcome before."""
    rng = np.random.default_rng(21)
    x = rng.standard_normal((n, 2))
    u = rng.standard_normal(n)
    d = (rng.random(n) < 1.0 / (1.0 + np.exp(-0.4 * x[:, 0] - hidden * u))).astype(float)
    base = 0.5 * x[:, 0] + 0.3 * x[:, 1] + hidden * u
    return pd.DataFrame(
        {
            "x1": x[:, 0],
            "x2": x[:, 1],
            "d": d,
            "y": base + effect * d + rng.standard_normal(n),
            "y_before": base + rng.standard_normal(n),
            "region": np.where(rng.random(n) < 0.5, "north", "south"),
        }
    )


def checked(
    frame: pd.DataFrame, tool: str = "estimate_effect", asked: dict[str, Any] | None = None, **arguments: Any
) -> tuple[CheckRobustnessResult, Evidence]:
    store = TransientStore()
    evidence = tools.run(tool, frame, store=store, **(asked or ASKED))
    attacked = tools.run(
        "check_robustness", frame, store=store, of=evidence.id, **{"repeats": 4, **arguments}
    )
    found = tools.result(attacked)
    assert isinstance(found, CheckRobustnessResult)
    return found, attacked


def passed(found: CheckRobustnessResult) -> dict[str, bool | None]:
    return {c.name: c.passed for c in found.checks}


def test_a_sound_effect_holds_up() -> None:
    found, _ = checked(made(), subsets=("region",))
    assert found.verdict == "holds up"
    assert not found.reasons
    assert passed(found) == dict.fromkeys(
        (
            "placebo_treatment",
            "placebo_outcome",
            "random_common_cause",
            "random_halves",
            "subsets_region",
            "robustness_value",
            "oster_delta",
            "e_value",
            "specification_curve",
        ),
        True,
    )
    assert found.terms["segment_region_north"].estimate == pytest.approx(1.0, abs=0.5)
    assert {f.title for f in found.figures} >= {
        "Specification curve",
        "Placebo treatments",
        "Effect by subset",
    }
    assert "holds up" in found.explanations.marketer


def test_a_hidden_cause_is_caught_by_the_outcome_before() -> None:
    found, _ = checked(made(800, hidden=1.2, effect=0.0))
    assert passed(found)["placebo_outcome"] is False
    assert found.verdict == "does not hold up"
    assert any("y_before" in reason for reason in found.reasons)
    assert found.terms["placebo_outcome"].estimate == pytest.approx(found.estimate, abs=0.5)


def test_a_weak_effect_beside_a_strong_control_is_fragile() -> None:
    rng = np.random.default_rng(5)
    frame = made(400, effect=0.15)
    frame["y"] += 3.0 * frame["x1"]
    frame["d"] = (rng.random(400) < 1.0 / (1.0 + np.exp(-1.2 * frame["x1"]))).astype(float)
    frame["y"] += 0.3 * frame["d"]
    found, _ = checked(frame.drop(columns="y_before"))
    assert found.verdict == "fragile"
    assert passed(found)["robustness_value"] is False
    assert passed(found)["placebo_outcome"] is None


def test_same_bytes_on_rerun() -> None:
    frame = made(200)
    first, second = (checked(frame)[1].model_dump_json(exclude={"seconds"}) for _ in range(2))
    assert first == second


def test_unknown_evidence_names_the_way() -> None:
    with pytest.raises(ToolRetry, match="Run an effect tool such as estimate_effect first"):
        tools.run("check_robustness", made(50), store=TransientStore(), of="ev_0000000000000000")


def test_evidence_of_another_kind() -> None:
    store, frame = TransientStore(), made(100)
    evidence = tools.run("profile_data", frame, store=store)
    with pytest.raises(ToolRetry, match="estimates no effect"):
        tools.run("check_robustness", frame, store=store, of=evidence.id)


def test_refused_evidence() -> None:
    store = TransientStore()
    frame = made(200)
    frame["d"] = (frame["x1"] > 0.0).astype(float)
    evidence = tools.run("estimate_effect", frame, store=store, **ASKED)
    assert evidence.result["status"] == "refused"
    with pytest.raises(ToolRetry, match="has no estimate to check"):
        tools.run("check_robustness", frame, store=store, of=evidence.id)


def test_other_data() -> None:
    store = TransientStore()
    evidence = tools.run("estimate_effect", made(200), store=store, **ASKED)
    with pytest.raises(ToolRetry, match="found on other data"):
        tools.run("check_robustness", made(201), store=store, of=evidence.id)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"placebo_outcome": "sales"}, "no column 'sales'"),
        ({"placebo_outcome": "d"}, "treatment itself"),
        ({"subsets": ("town",)}, "no column 'town'"),
    ],
)
def test_bad_specification_names_the_fix(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ToolRetry, match=words):
        checked(made(100), **arguments)


def test_a_dose() -> None:
    frame = made(300)
    rng = np.random.default_rng(8)
    frame["dose"] = 0.3 * frame["x1"] + rng.standard_normal(300)
    frame["y"] = 0.8 * frame["dose"] + 0.2 * frame["x1"] + rng.standard_normal(300)
    found, _ = checked(frame, asked={**ASKED, "treatment": "dose"})
    assert passed(found)["placebo_treatment"] is True
    assert passed(found)["e_value"] is None


def panel() -> pd.DataFrame:
    rng = np.random.default_rng(31)
    units, periods = 40, 10
    unit, time = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    on = (unit % 2 == 0) & (time >= 6)
    y = rng.standard_normal(units)[unit] + 0.3 * time + 2.0 * on + 0.3 * rng.standard_normal(units * periods)
    return pd.DataFrame({"unit": [f"u{u:02d}" for u in unit], "time": time, "d": on.astype(float), "y": y})


def test_difference_in_differences_with_paths_swapped_between_units() -> None:
    asked = {"outcome": "y", "treatment": "d", "unit": "unit", "time": "time"}
    found, _ = checked(panel(), "difference_in_differences", asked)
    assert found.verdict == "holds up"
    assert passed(found)["placebo_treatment"] is True
    assert passed(found)["random_halves"] is True
    assert passed(found)["robustness_value"] is None
    placebo = found.terms["placebo_treatment_1"]
    assert placebo.estimate is not None
    assert abs(placebo.estimate) < 1.0


def test_regression_discontinuity_at_other_cutoffs() -> None:
    rng = np.random.default_rng(41)
    running = rng.uniform(-1.0, 1.0, 800)
    y = running + 2.0 * (running >= 0.0) + 0.5 * rng.standard_normal(800)
    frame = pd.DataFrame({"running": running, "y": y})
    found, _ = checked(
        frame, "regression_discontinuity", {"outcome": "y", "running": "running", "cutoff": 0.0}
    )
    assert passed(found)["placebo_treatment"] is True
    assert any("cutoff" in term.meaning for term in found.terms.values())


def test_synthetic_control_with_donors_as_if_treated() -> None:
    frame = panel()
    frame = frame[(frame["unit"] == "u00") | (frame["d"].groupby(frame["unit"]).transform("max") == 0.0)]
    asked = {"outcome": "y", "unit": "unit", "time": "time", "treated_units": ("u00",), "treatment_time": 6}
    found, _ = checked(frame.reset_index(drop=True), "synthetic_control", asked)
    assert any("as if treated" in term.meaning for term in found.terms.values())
    assert passed(found)["specification_curve"] is True
