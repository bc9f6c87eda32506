"""The designs of known cases from columns alone, of simulated ones, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linearmodels.datasets import card

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.evals import load_suite
from liftos_agents.evals.tables import table
from liftos_agents.tools.errors import ToolRetry

REFERENCE = Path(
    os.environ.get("LIFTOS_REFERENCE_DATA", Path(__file__).parents[3] / ".." / "shared" / "data")
).resolve()


def reference(name: str) -> pd.DataFrame:
    path = REFERENCE / "causal" / name
    if not path.is_file():
        pytest.skip(f"no reference data at {path}")
    return pd.read_stata(path) if path.suffix == ".dta" else pd.read_csv(path)


def identify(frame: pd.DataFrame, question: str, **arguments: Any) -> Any:
    evidence = tools.run("identify_design", frame, store=TransientStore(), question=question, **arguments)
    return tools.result(evidence)


def recommended(frame: pd.DataFrame, question: str, **arguments: Any) -> Any:
    found = identify(frame, question, **arguments)
    assert found.recommended is not None, found.explanations.marketer
    return found.recommended


def test_mpdta_is_a_staggered_adoption() -> None:
    best = recommended(reference("mpdta.csv"), "What is the effect of a state's treatment on employment?")
    assert (best.name, best.outcome) == ("difference_in_differences", "lemp")
    assert best.arguments == {
        "outcome": "lemp",
        "unit": "countyreal",
        "time": "year",
        "cohort": "first.treat",
        "treatment": "treat",
    }


def test_card_is_schooling_with_colleges_nearby_as_instruments() -> None:
    said = {
        words[0]: words[1].strip()
        for line in card.DESCR.splitlines()
        if len(words := line.split(None, 1)) == 2
    }
    frame = card.load()
    described = {name: text for name, text in said.items() if name in frame.columns}
    for about in ({}, described):
        best = recommended(
            frame, "What is the effect of a year of schooling on the log wage?", descriptions=about
        )
        assert (best.name, best.outcome, best.treatment) == ("instrumental_variables", "lwage", "educ")
        assert set(best.arguments["instruments"]) == {"nearc2", "nearc4"}
        # Experience is age less schooling, the wage is the outcome's own measure, the weight is one of sampling.
        assert not {"exper", "expersq", "wage", "weight", "id"} & set(best.arguments["controls"])
        assert {"black", "south", "smsa"} <= set(best.arguments["controls"])


@pytest.mark.parametrize(
    "question",
    ["Does winning the seat raise the vote share in the next election?", "effect of winning on vote"],
)
def test_the_senate_is_a_cutoff_at_a_margin_of_zero(question: str) -> None:
    best = recommended(reference("rdrobust_senate.csv"), question)
    assert best.name == "regression_discontinuity"
    assert best.arguments == {"outcome": "vote", "running": "margin", "cutoff": 0.0}


def test_the_basque_country_is_one_treated_region_among_donors() -> None:
    best = recommended(
        reference("basque.csv"), "What did terrorism cost the Basque Country in GDP per capita from 1975 on?"
    )
    assert best.name == "synthetic_control"
    assert best.arguments == {
        "outcome": "gdpcap",
        "unit": "regionname",
        "time": "year",
        "treated_units": ["Basque Country (Pais Vasco)"],
        "treatment_time": 1975,
    }


def test_nsw_is_an_experiment_when_the_question_says_so_and_adjustment_when_nothing_does() -> None:
    frame = reference("nsw_mixtape.dta")
    drawn = recommended(frame, "The NSW treatment was assigned at random. Did it raise re78?")
    assert (drawn.name, drawn.outcome, drawn.treatment) == ("experiment", "re78", "treat")
    assert drawn.arguments["randomised"] is True
    chosen = recommended(frame, "Did the job training programme raise earnings in 1978?")
    assert (chosen.name, chosen.outcome) == ("adjustment", "re78")
    assert {"re74", "re75"} <= set(chosen.arguments["controls"])


def test_nsw_beside_the_cps_leaves_out_the_column_of_the_source() -> None:
    frame = reference("nsw_mixtape.dta")
    both = pd.concat([frame[frame["treat"] == 1], reference("cps_mixtape.dta")], ignore_index=True)
    question = "Did the training raise real earnings in 1978?"
    unsure = identify(both, question)
    assert unsure.status == "unclear"
    assert "Is it what the column 'treat' holds?" in (unsure.clarification or "")
    best = recommended(both, question, descriptions={"treat": "1 if in the training"})
    assert "data_id" not in best.arguments["controls"]
    assert "one value of the cause" in best.left_out["data_id"]


def test_a_series_with_a_stated_row_is_an_interruption() -> None:
    best = recommended(
        reference("causalimpact_arma_data.csv"), "What did the intervention at row 70 do to y?"
    )
    assert best.name == "interrupted_time_series"
    assert best.arguments == {"outcome": "y", "intervention": 70, "controls": ["X"]}


DEVELOPMENT = load_suite("design").narrow(split="dev").samples


@pytest.mark.parametrize("sample", [s for s in DEVELOPMENT if s.expect.designs], ids=lambda s: s.id)
def test_every_recommended_call_is_one_that_its_tool_accepts(sample: Any) -> None:
    best = recommended(table(sample.table), sample.question, descriptions=sample.describe)
    assert best.name in sample.expect.designs
    of_tool = set(tools.spec(best.tool).arguments_model.model_fields)
    assert set(best.arguments) <= of_tool
    assert all(a.falsified_by for a in best.assumptions)


@pytest.mark.parametrize("sample", [s for s in DEVELOPMENT if s.expect.declined], ids=lambda s: s.id)
def test_what_cannot_be_answered_is_told_with_a_reason_and_a_way_out(sample: Any) -> None:
    found = identify(table(sample.table), sample.question, descriptions=sample.describe)
    assert found.recommended is None
    assert found.explanations.marketer.startswith("Not identified")
    assert found.reasons
    assert found.advice or found.clarification


PROPERTY = [
    s
    for s in DEVELOPMENT
    if s.expect.designs
    and s.table in ("birth_weights", "fitness_app", "growth_loans", "emission_zone", "fuel_tax_survey")
]


@given(seed=st.integers(0, 10_000), sample=st.sampled_from(PROPERTY))
@settings(max_examples=12, deadline=None)
def test_neither_the_order_of_rows_nor_that_of_columns_changes_the_recommendation(
    seed: int, sample: Any
) -> None:
    rng = np.random.default_rng(seed)
    frame = table(str(sample.table))
    mixed = frame.iloc[rng.permutation(len(frame))][list(rng.permutation(list(frame.columns)))]
    first = recommended(frame, sample.question, descriptions=sample.describe)
    second = recommended(mixed.reset_index(drop=True), sample.question, descriptions=sample.describe)
    assert _plain(first) == _plain(second)


def _plain(best: Any) -> Any:
    arguments = {k: sorted(v) if isinstance(v, list) else v for k, v in best.arguments.items()}
    return best.name, best.outcome, best.treatment, arguments, best.score


def test_segments_and_stated_controls_go_into_the_call() -> None:
    accounts = table("discount_accounts")
    best = recommended(accounts, "What is the effect of got_discount on churned_90d by region and plan?")
    assert best.arguments["segments"] == ["region", "plan"]
    best = recommended(accounts, "Effect of got_discount on churned_90d, controlling for seats and tenure_mo")
    assert best.arguments["controls"] == ["seats", "tenure_mo"]
    assert best.left_out["region"] == "not among the controls that the question names"


def test_copies_of_outcome_and_cause_are_no_controls() -> None:
    frame = table("nitrogen_trials").assign(log_dose=lambda d: np.log(d["n_kg_ha"]))
    best = recommended(frame, "What is the effect of n_kg_ha on yield_t_ha?")
    assert "copy of the outcome" in best.left_out["yield_bu_acre"]
    assert "copy of the cause" in best.left_out["log_dose"]


def test_the_sides_of_a_treatment_in_words_are_told() -> None:
    found = identify(table("checkout_test"), "Did the new checkout raise conversion?")
    assert "'new_checkout' against 'control'" in found.warnings[0]


def test_columns_that_are_given_need_no_question() -> None:
    best = recommended(table("birth_weights"), "", outcome="bweight_g", treatment="smoker")
    assert (best.name, best.outcome, best.treatment) == ("adjustment", "bweight_g", "smoker")


@pytest.mark.parametrize("argument", ["outcome", "treatment"])
def test_a_column_that_is_not_there_is_named_with_those_that_are(argument: str) -> None:
    with pytest.raises(ToolRetry, match="no column 'moon'") as raised:
        identify(table("birth_weights"), "", **{argument: "moon"})
    assert "bweight_g" in str(raised.value.fix)


def test_a_graph_decides_where_one_is_given() -> None:
    best = recommended(
        table("birth_weights"),
        "Effect of smoker on bweight_g",
        graph="mage -> smoker; mage -> bweight_g; smoker -> bweight_g",
    )
    assert (best.name, best.tool) == ("graph", "use_graph")
