"""Questions of causes in tables of any subject, from the words to the answer, by the offline model."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from liftos_agents import LiftOS
from liftos_agents.domain.answer import Answer
from liftos_agents.domain.evidence import Evidence
from liftos_agents.errors import ArgumentError, DataError

REFERENCE = (
    Path(os.environ.get("LIFTOS_REFERENCE_DATA", Path(__file__).parents[3] / "shared" / "data")) / "causal"
)


@pytest.fixture(scope="module")
def lift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiftOS]:
    with LiftOS(home=tmp_path_factory.mktemp("home")) as opened:
        yield opened


def rollout(effect: float = 8.0) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    rows = []
    for shop in range(60):
        level, start = rng.normal(100, 15), (0, 7, 9)[shop % 3]
        for month in range(1, 13):
            lifted = effect if start and month >= start else 0.0
            rows.append((f"shop_{shop:02d}", month, level + 2 * month + lifted + rng.normal(0, 4), start))
    return pd.DataFrame(rows, columns=["shop", "month", "sales", "programme_start"])


def ask(lift: LiftOS, question: str, data: object, **roles: object) -> Answer:
    return lift.ask(question, data=data, roles=roles, interactive=False)


def of_tool(answer: Answer, tool: str) -> Evidence:
    return next(item for item in answer.evidence if item.tool == tool)


def tools_of(answer: Answer) -> list[str]:
    return [item.tool for item in answer.evidence]


def test_a_state_s_treatment_and_employment_without_any_role(lift: LiftOS) -> None:
    if not (REFERENCE / "mpdta.csv").exists():
        pytest.skip(f"no reference data at {REFERENCE}")
    answer = ask(
        lift, "What is the effect of a state's treatment on employment?", str(REFERENCE / "mpdta.csv")
    )
    assert answer.status == "complete"
    found = of_tool(answer, "difference_in_differences").result
    assert found["estimate"] == pytest.approx(-0.0399513, abs=1e-6)
    assert answer.grounding.numbers == answer.grounding.bound > 10
    said = " ".join(claim.text for claim in answer.answer.claims)
    assert "not checked" in said
    assert "parallel" in said


def test_a_rollout_is_read_and_every_assumption_is_said(lift: LiftOS) -> None:
    answer = ask(
        lift, "Did the loyalty programme raise the sales of the shops?", {"simulated_rollout": rollout()}
    )
    effect = of_tool(answer, "difference_in_differences")
    low, high = effect.result["interval"]["low"], effect.result["interval"]["high"]
    assert low < 8.0 < high
    said = " ".join(claim.text for claim in answer.answer.claims)
    assert all(assumption["name"] in said for assumption in effect.result["assumptions"])
    assert any("Simulated" in caveat for caveat in answer.answer.caveats)


def test_a_cause_that_no_column_holds_is_not_identified(lift: LiftOS) -> None:
    answer = ask(lift, "Did the weather raise the sales of the shops?", {"rollout": rollout()})
    assert answer.status == "complete"
    assert answer.answer.headline.startswith("Not identified")
    assert "weather" in answer.answer.headline
    assert tools_of(answer) == ["identify_design"]


def test_a_description_makes_the_cause_known(lift: LiftOS) -> None:
    table = rollout().rename(columns={"programme_start": "g1", "sales": "v7"})
    words = {"g1": "first month of the weather alerts, 0 for never", "V7": "sales of the shop"}
    answer = ask(
        lift, "Did the weather alerts raise the sales of the shops?", {"rollout": table}, descriptions=words
    )
    assert "difference_in_differences" in tools_of(answer)
    assert of_tool(answer, "identify_design").arguments["descriptions"] == {
        "g1": words["g1"],
        "v7": words["V7"],
    }


def test_descriptions_of_no_column_are_an_error_that_names_the_columns(lift: LiftOS) -> None:
    with pytest.raises(ArgumentError, match="The data has shop, month, sales"):
        ask(
            lift, "Did the programme raise sales?", {"rollout": rollout()}, descriptions={"turnover": "sales"}
        )


def test_a_graph_decides_what_is_adjusted_for(lift: LiftOS) -> None:
    rng = np.random.default_rng(3)
    season, quality = rng.normal(size=(2, 600))
    price = 0.8 * season + rng.normal(size=600)
    orders = -1.0 * price + 1.5 * season + 0.5 * quality + rng.normal(size=600)
    table = pd.DataFrame({"season": season, "quality": quality, "price": price, "orders": orders})
    graph = "season -> price; season -> orders; quality -> orders; price -> orders"
    answer = ask(lift, "What is the effect of price on orders?", {"shop": table}, graph=graph)
    found = of_tool(answer, "use_graph").result
    assert found["interval"]["low"] < -1.0 < found["interval"]["high"]
    assert "season" in found["controls"]
    hidden = ask(
        lift, "What is the effect of price on orders?", {"shop": table}, graph=graph + "; price <-> orders"
    )
    assert (
        "not identifiable"
        in " ".join([hidden.answer.headline, *(c.text for c in hidden.answer.claims)]).lower()
    )


def test_a_media_question_on_such_a_table_still_says_what_is_missing(lift: LiftOS) -> None:
    with pytest.raises(DataError, match="date"):
        ask(
            lift,
            "Which channels waste money?",
            {"people": pd.DataFrame({"age": range(60), "wage": range(60)})},
        )


def test_a_test_is_planned_without_data(lift: LiftOS) -> None:
    answer = lift.ask(
        "How many users do I need for an A/B test to detect a lift from 10 % to 11 %?", interactive=False
    )
    assert "14,751" in answer.answer.headline


def test_the_same_question_gives_the_same_answer_in_a_fresh_home(tmp_path: Path) -> None:
    answers = []
    for name in ("one", "two"):
        with LiftOS(home=tmp_path / name) as lift:
            answers.append(
                ask(lift, "Did the programme raise the sales of the shops?", {"rollout": rollout()})
            )
    first, second = answers
    assert first.answer == second.answer
    assert [(e.id, e.result) for e in first.evidence] == [(e.id, e.result) for e in second.evidence]


def user_rows(n: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    age = rng.standard_normal(n)
    social, search = (rng.random(n) < 1.0 / (1.0 + np.exp(-slope * age)) for slope in (0.8, -0.5))
    orders = 10.0 + 2.0 * social + 0.5 * search + age + rng.standard_normal(n)
    return pd.DataFrame(
        {"user_id": np.arange(n), "age": age, "social": 1 * social, "search": 1 * search, "orders": orders}
    )


@pytest.mark.parametrize(
    ("question", "methods"),
    [
        (
            "Attribute orders to the channels by double machine learning and linear regression.",
            {"dml", "linear"},
        ),
        ("How much of the orders does each channel deserve, given these user rows?", None),
    ],
)
def test_credit_by_rows_of_users_is_worked_out(lift: LiftOS, question: str, methods: set[str] | None) -> None:
    answer = ask(lift, question, {"simulated_users": user_rows()})
    assert answer.status == "complete"
    found = of_tool(answer, "attribute")
    rows = found.arguments["rows"]
    assert (rows["outcome"], rows["exposures"], rows["controls"]) == ("orders", ["social", "search"], ["age"])
    assert set(found.result["methods"]) == (methods or {"linear", "dml", "causal_forest"})
    low, high = (found.result["channels"]["social"]["dml"]["effect"][end] for end in ("p05", "p95"))
    assert low < 2.0 < high
    assert "social added" in answer.answer.headline
    assert any("Assumption, not checked" in claim.text for claim in answer.answer.claims)
    assert answer.grounding.numbers == answer.grounding.bound > 5


def test_the_email_that_a_question_names_is_the_treated_one(lift: LiftOS) -> None:
    rng = np.random.default_rng(4)
    drawn = rng.random(400) < 0.5
    table = pd.DataFrame(
        {"email_version": np.where(drawn, "B", "C"), "orders": 5.0 + 2.0 * drawn + rng.standard_normal(400)}
    )
    question = "Emails were sent at random. What is the effect of getting the email version B on orders?"
    found = of_tool(ask(lift, question, {"mailing": table}), "estimate_effect")
    assert found.arguments["treated"] == ["B"]
    assert found.result["estimate"] == pytest.approx(2.0, abs=0.3)
