"""County employment and minimum wages (mpdta): every published figure, through the public tool."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from liftos_agents import tools
from liftos_agents.data import TransientStore

MPDTA = {
    "outcome": "lemp",
    "unit": "countyreal",
    "time": "year",
    "cohort": "first.treat",
    "treatment": "treat",
}
SCENARIOS: dict[str, dict[str, Any]] = {
    "mpdta_nev_dr": {},
    "mpdta_nyt_dr": {"comparison": "not_yet_treated"},
    "mpdta_nev_ipw": {"estimator": "ipw"},
    "mpdta_nev_reg_cov": {"estimator": "outcome_regression", "controls": ["lpop"]},
}


def found(reference: Path, **arguments: Any) -> Any:
    """The tool on mpdta."""
    evidence = tools.run(
        "difference_in_differences", reference / "mpdta.csv", store=TransientStore(), **(MPDTA | arguments)
    )
    return tools.result(evidence)


def test_the_published_headlines(reference: Path) -> None:
    result = found(reference)
    assert result.status == "estimated"
    assert result.method == "callaway_santanna"
    assert result.estimate == pytest.approx(-0.0399513, abs=1e-6)
    assert result.standard_error == pytest.approx(0.0120340, abs=1e-6)
    assert result.terms["group_overall"].estimate == pytest.approx(-0.03102, abs=1e-5)
    assert result.terms["dynamic_overall"].estimate == pytest.approx(-0.07724, abs=1e-5)
    assert result.terms["twfe"].estimate == pytest.approx(-0.03655, abs=1e-5)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_group_time_effect_and_aggregate(reference: Path, scenario: str) -> None:
    result = found(reference, **SCENARIOS[scenario])
    cells = pd.read_csv(reference / "mpdta_R_did_ref_attgt.csv").query("scenario == @scenario")
    assert len(cells) == sum(key.startswith("att_") for key in result.terms)
    for row in cells.itertuples():
        term = result.terms[f"att_g{row.group}_t{row.t}"]
        assert term.estimate == pytest.approx(row.att, abs=1e-6)
        assert term.standard_error == pytest.approx(row.se, abs=1e-6)
    for row in (
        pd.read_csv(reference / "mpdta_R_did_ref_aggte.csv").query("scenario == @scenario").itertuples()
    ):
        overall = result.terms["simple" if row.type == "simple" else f"{row.type}_overall"]
        assert overall.estimate == pytest.approx(row.overall_att, abs=1e-6)
        assert overall.standard_error == pytest.approx(row.overall_se, abs=1e-6)
        if row.type != "simple":
            since = int(row.egt)
            name = f"minus_{-since}" if since < 0 else str(since)
            assert result.terms[f"{row.type}_{name}"].estimate == pytest.approx(row.att_egt, abs=1e-6)
            assert result.terms[f"{row.type}_{name}"].standard_error == pytest.approx(row.se_egt, abs=1e-6)


def test_the_joint_test_over_cells_is_the_published_one(reference: Path) -> None:
    assert found(reference).pre_trends.cells_p_value == pytest.approx(0.16812, abs=1e-5)


def test_two_way_fixed_effects_as_the_estimate(reference: Path) -> None:
    result = found(reference, method="two_way_fixed_effects")
    assert result.estimate == pytest.approx(-0.03655, abs=1e-5)
    assert any("mislead" in text for text in result.warnings)


def test_the_pieces_of_two_way_fixed_effects_add_up_to_it(reference: Path) -> None:
    two_way = found(reference).two_way
    assert sum(two_way.weights.values()) == pytest.approx(1.0)
    total = sum(two_way.weights[kind] * two_way.estimates[kind] for kind in two_way.weights)
    assert total == pytest.approx(two_way.estimate, abs=1e-10)
    assert two_way.forbidden_share == two_way.weights["later_vs_earlier"]


def test_an_ever_treated_flag_alone_asks_for_the_cohort_and_names_it(reference: Path) -> None:
    with pytest.raises(tools.ToolRetry) as caught:
        tools.run(
            "difference_in_differences",
            reference / "mpdta.csv",
            store=TransientStore(),
            **{k: v for k, v in MPDTA.items() if k != "cohort"},
        )
    assert "first.treat" in str(caught.value.fix)


def test_a_treatment_that_switches_on_gives_the_same_as_the_cohorts(reference: Path) -> None:
    frame = pd.read_csv(reference / "mpdta.csv")
    frame["on"] = (frame["first.treat"] > 0) & (frame["year"] >= frame["first.treat"])
    roles = {k: v for k, v in MPDTA.items() if k != "cohort"} | {"treatment": "on"}
    evidence = tools.run("difference_in_differences", frame, store=TransientStore(), **roles)
    assert evidence.result["estimate"] == pytest.approx(-0.0399513, abs=1e-6)
