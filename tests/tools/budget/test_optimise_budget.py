"""The budget tool: its plan, its odds, its limits, and its honesty where there is no plan."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents import tools
from liftos_agents.domain.canonical import canonical_json
from liftos_agents.domain.reference import show, unit_of
from liftos_agents.tools.errors import ToolRetry

Run = Callable[..., dict[str, Any]]


def proposed(result: dict[str, Any]) -> np.ndarray:
    return np.array([part["proposed"] for part in result["allocation"].values()])


def test_the_plan_adds_up_beats_the_current_mix_and_is_proven(run: Run) -> None:
    result = run("optimise_budget", total=900_000)
    assert result["status"] == "solved"
    assert abs(proposed(result).sum() - 900_000) <= 1e-6
    assert result["recommended"]
    assert result["probability_beats_current"] >= 0.8
    assert result["expected_gain"]["p05"] <= result["expected_gain"]["mean"] <= result["expected_gain"]["p95"]
    assert result["expected_gain"]["mean"] > 0.0
    assert result["kkt_residual"] < 1e-6
    marginal = [
        part["marginal_roas"]["mean"] for part in result["allocation"].values() if part["proposed"] > 0.0
    ]
    assert max(marginal) == pytest.approx(min(marginal), rel=1e-6) or result["binding_constraints"]
    assert result["largest_decrease"] == "social"
    current = np.array([part["current"] for part in result["allocation"].values()])
    assert current.sum() == pytest.approx(900_000)
    assert "scaled to the same total" in result["basis"]


def test_without_a_total_the_current_spend_of_a_quarter_is_split(run: Run, market: pd.DataFrame) -> None:
    result = run("optimise_budget")
    spent = market.filter(like="_spend").tail(52).mean().sum() * 13
    assert result["total"] == pytest.approx(spent)
    assert result["current_spend"] == pytest.approx(spent)
    assert result["horizon_periods"] == 13


def test_a_mix_changed_since_is_what_the_plan_starts_from(run: Run) -> None:
    now = {"tv": 200_000.0, "search": 300_000.0, "social": 100_000.0}
    result = run("optimise_budget", current=now, largest_step=0.2)
    assert result["total"] == result["current_spend"] == pytest.approx(600_000)
    for name, part in result["allocation"].items():
        assert part["current"] == pytest.approx(now[name])
        assert abs(part["proposed"] - now[name]) <= 0.2 * now[name] * (1 + 1e-9)
    assert "as stated" in result["basis"]
    usual = run("optimise_budget")
    one = run("optimise_budget", current={"tv": 200_000.0})
    assert one["allocation"]["search"]["current"] == pytest.approx(usual["allocation"]["search"]["current"])
    assert one["allocation"]["tv"]["current"] == pytest.approx(200_000)
    with pytest.raises(ToolRetry, match="Did you mean search"):
        run("optimise_budget", current={"serch": 10})


def test_every_kind_of_limit_is_kept(run: Run) -> None:
    result = run(
        "optimise_budget",
        total=700_000,
        minimum={"social": 120_000},
        maximum_share={"*": 0.6},
        groups=[{"channels": ["search", "social"], "maximum": 330_000}],
    )
    tv, search, social = proposed(result)
    assert social >= 120_000
    assert max(tv, search, social) <= 0.6 * 700_000
    assert search + social <= 330_000 + 1e-6
    assert "social at least 120,000" in result["binding_constraints"]


def test_excluded_channels_get_nothing_and_held_ones_keep_theirs(run: Run) -> None:
    result = run("optimise_budget", total=700_000, exclude=["Social"], hold=["tv"])
    assert result["allocation"]["social"]["proposed"] == 0.0
    assert result["allocation"]["tv"]["change"] == 0.0
    larger = run("optimise_budget", total=1_400_000, hold=["tv"])
    assert larger["allocation"]["tv"]["change"] == 0.0
    assert any("counted from the current mix" in warning for warning in larger["warnings"])


def test_no_channel_moves_further_than_allowed(run: Run) -> None:
    result = run("optimise_budget", max_change=0.1)
    for part in result["allocation"].values():
        assert abs(part["relative_change"]) <= 0.1 + 1e-9
    ramped = run("optimise_budget", max_period_change={"tv": 0.02, "search": 0.02})
    schedule = np.array(ramped["allocation"]["tv"]["schedule"])
    assert np.abs(np.diff(schedule) / schedule[:-1]).max() <= 0.02 + 1e-9
    assert schedule.sum() == pytest.approx(ramped["allocation"]["tv"]["proposed"])


def test_a_plan_far_from_the_current_mix_says_that_its_odds_rest_on_the_curve(run: Run) -> None:
    far = run("optimise_budget", exclude=["social"])
    assert any(w.startswith("The plan moves") and "social" in w for w in far["warnings"])
    near = run("optimise_budget", max_change=0.2)
    assert not any(w.startswith("The plan moves") for w in near["warnings"])


def test_limits_that_clash_are_named_and_no_plan_is_pretended(run: Run) -> None:
    result = run(
        "optimise_budget", total=500_000, minimum={"tv": 400_000, "search": 200_000}, maximum={"social": 10}
    )
    assert result["status"] == "infeasible"
    assert result["conflicts"] == [
        "tv at least 400,000",
        "search at least 200,000",
        "a total of exactly 500,000",
    ]
    assert result["allocation"] == {}
    assert result["expected_gain"] is None
    assert not result["recommended"]
    assert "tv at least 400,000" in show(result, "verdict")


def test_a_current_mix_that_cannot_be_bettered_is_called_optimal(run: Run) -> None:
    result = run("optimise_budget", hold=["tv", "search", "social"])
    assert result["already_optimal"]
    assert not result["recommended"]
    assert result["kkt_residual"] < 1e-9
    assert result["expected_gain"]["mean"] == 0.0
    assert "already optimal" in result["verdict"]


def test_an_uncertain_gain_is_not_recommended(run: Run) -> None:
    result = run("optimise_budget", fit={"spread": 1.5}, max_change=0.5)
    assert result["probability_beats_current"] < 0.8
    assert not result["recommended"]
    assert result["verdict"].startswith("No change is recommended")


def test_proposals_stay_within_what_was_seen_unless_the_total_forbids_it(
    run: Run, market: pd.DataFrame
) -> None:
    highest = market.filter(like="_spend").max().to_numpy()
    within = run("optimise_budget", total=1.4 * 13 * highest.sum())
    assert np.all(proposed(within) / 13 <= 1.5 * highest * (1.0 + 1e-9))
    assert not any(part["extrapolated"] for part in within["allocation"].values())
    assert any("more than any stretch" in warning for warning in within["warnings"])
    beyond = run("optimise_budget", total=2.0 * 13 * highest.sum())
    assert beyond["extrapolated"]
    assert not beyond["recommended"]
    assert any("given up" in warning for warning in beyond["warnings"])
    assert any("extrapolated" in warning for warning in beyond["warnings"])
    assert any(part["extrapolated"] for part in beyond["allocation"].values())


def test_a_refused_fit_moves_no_money(run: Run) -> None:
    result = run("optimise_budget", total=500_000, fit={"status": "refused"})
    assert result["status"] == "refused"
    assert result["reasons"] == ["Two channels move together."]
    assert result["allocation"] == {}
    assert result["verdict"].startswith("Not identified")


def test_failed_checks_of_the_fit_travel_with_the_plan(run: Run) -> None:
    result = run("optimise_budget", total=500_000, fit={"status": "downgraded"})
    assert [check["name"] for check in result["failed_checks"]] == ["ess_bulk_min"]
    assert result["fit_status"] == "downgraded"
    assert any("downgraded" in warning for warning in result["warnings"])


def test_margin_turns_revenue_into_profit_and_its_absence_is_said(run: Run) -> None:
    plain, thin = run("optimise_budget", total=600_000), run("optimise_budget", total=600_000, margin=0.25)
    assert not plain["margin_stated"]
    assert any("No margin was given" in assumption for assumption in plain["assumptions"])
    assert thin["margin"] == 0.25
    assert not any("No margin was given" in assumption for assumption in thin["assumptions"])
    assert thin["expected_gain"]["mean"] == pytest.approx(0.25 * plain["expected_gain"]["mean"], rel=1e-3)
    free = run("optimise_budget", total=2_000_000, margin=0.25, fix_total=False)
    assert free["spent"] < 1_500_000
    assert free["spent"] == pytest.approx(proposed(free).sum())


def test_wrong_names_and_contradictions_are_asked_about(run: Run) -> None:
    with pytest.raises(ToolRetry, match="Did you mean search"):
        run("optimise_budget", minimum={"serch": 10})
    with pytest.raises(ToolRetry, match="less than or equal to 1"):
        run("optimise_budget", maximum_share={"tv": 40})
    with pytest.raises(ToolRetry, match="two different margins"):
        run("optimise_budget", margin=0.3, fit={"margin": 0.4})
    with pytest.raises(ToolRetry, match="has no limit"):
        run("optimise_budget", groups=[{"channels": ["tv", "search"]}])


def test_every_number_has_a_unit(run: Run) -> None:
    result = run("optimise_budget", total=900_000)
    for path in (
        "allocation.tv.proposed",
        "allocation.tv.marginal_roas.mean",
        "allocation.tv.relative_change",
        "expected_gain.p05",
        "probability_beats_current",
        "total",
        "kkt_residual",
        "cvar",
        "horizon_periods",
        "current_outcome.mean",
    ):
        assert unit_of(result, path) is not None
    assert show(result, "total", "money") == "900k"
    assert "%" in show(result, "probability_beats_current")


def test_a_question_in_another_home_gets_the_same_bytes(run: Run, run_elsewhere: Run) -> None:
    for name, arguments in (
        ("optimise_budget", {"total": 800_001, "objective": "cvar"}),
        ("what_if", {"changes": {"tv": -0.2}}),
        ("attribute", {}),
    ):
        assert canonical_json(run(name, **arguments)) == canonical_json(run_elsewhere(name, **arguments))


@pytest.mark.parametrize(
    ("name", "total"), [("robyn_weekly.csv", 1_500_000), ("meridian_national_all_channels.csv", 18_000_000)]
)
def test_real_data_from_the_file_to_the_plan(name: str, total: float) -> None:
    folder = Path(os.environ.get("LIFTOS_REFERENCE_DATA", "../shared/data"))
    if not (folder / "mmm" / name).exists():
        pytest.skip("the reference data is not here")
    result = tools.run("optimise_budget", folder / "mmm" / name, total=total).result
    assert len(result["allocation"]) == 5
    assert abs(proposed(result).sum() - total) <= 1e-6 * total
    assert result["kkt_residual"] < 1e-4


def test_a_plan_goes_half_the_way_at_most_unless_told_otherwise(run: Run) -> None:
    step = run("optimise_budget")
    assert all(
        abs(part["change"]) <= 0.5 * part["current"] * (1 + 1e-9) for part in step["allocation"].values()
    )
    assert any("in one step" in said for said in step["binding_constraints"])
    free = run("optimise_budget", largest_step=None)
    assert max(abs(p["change"]) / p["current"] for p in free["allocation"].values()) > 0.5
    assert free["expected_gain"]["mean"] > step["expected_gain"]["mean"]


def test_a_limit_of_the_user_goes_before_the_step_which_stays_as_near_as_it_can(run: Run) -> None:
    asked = run("optimise_budget", maximum_share={"tv": 0.05})
    assert asked["allocation"]["tv"]["proposed"] == pytest.approx(0.05 * asked["total"])
    assert not any("tv within" in warning for warning in asked["warnings"])
