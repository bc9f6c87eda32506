"""Questions of causes: who answers them, and what they say."""

from __future__ import annotations

from typing import Any

import pytest

from liftos_agents.agents import built_in
from liftos_agents.domain.causal_words import names_columns
from liftos_agents.domain.task import DatasetBrief, SpecialistTask
from liftos_agents.models.offline.causal_slots import causal_slots

COUNTIES = DatasetBrief(
    id="c",
    name="counties",
    columns=("year", "county", "lemp", "first.treat"),
    problem="no column holds dates",
)
SHOP = DatasetBrief(
    id="s", name="shop", columns=("date", "revenue", "tv_spend", "promo"), channels=("tv",), outcome="revenue"
)


@pytest.fixture
def router(make_router: Any) -> Any:
    return make_router([s.brief().model_dump(mode="json") for s in built_in().values()])


@pytest.mark.parametrize(
    "question",
    [
        "Did the minimum wage increase reduce teen employment?",
        "Does smoking lower birth weight?",
        "What did the reform do to employment?",
        "Welche Wirkung hatte die Reform auf die Beschäftigung?",
        "Quel est l'effet de la formation sur le salaire ?",
        "Which columns could be instruments for schooling?",
    ],
)
def test_a_table_of_another_subject_is_the_analyst_s(router: Any, question: str) -> None:
    plan = router(question, data=[COUNTIES])
    assert [step.agent for step in plan.steps] == ["causal_analyst"]


def test_without_such_a_table_medicine_is_still_nobody_s_business(router: Any) -> None:
    assert router("Does smoking lower birth weight?").refusal is not None
    assert router("Does smoking lower birth weight?", data=[SHOP]).refusal is not None


def test_a_poem_is_not_written_because_a_table_is_there(router: Any) -> None:
    assert router("Write me a poem about causality", data=[COUNTIES]).refusal is not None


@pytest.mark.parametrize(
    "question",
    [
        "Forecast revenue for the next 13 weeks.",
        "How many visitors do I need for an A/B test to detect a lift of 5 %?",
        "Plan a geo experiment for TV.",
    ],
)
def test_tests_and_forecasts_are_the_analyst_s(router: Any, question: str) -> None:
    assert [step.agent for step in router(question, data=[SHOP]).steps] == ["causal_analyst"]


def test_a_split_stays_with_the_optimiser(router: Any) -> None:
    plan = router("How should I split 1.5m over the channels next quarter?", data=[SHOP])
    assert [step.agent for step in plan.steps] == ["budget_optimiser"]


def slots(question: str, *data: DatasetBrief) -> dict[str, Any]:
    return causal_slots(SpecialistTask(agent="a", goal=question, question=question, datasets=data))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("a test from 10 % to 11 %", {"baseline": 0.1, "minimum_effect": 0.01, "effect_scale": "absolute"}),
        (
            "conversion rate of 3 %, detect a lift of 10 %",
            {"baseline": 0.03, "minimum_effect": 0.1, "effect_scale": "relative"},
        ),
        (
            "detect a 5 % uplift at a rate of 2 %",
            {"baseline": 0.02, "minimum_effect": 0.05, "effect_scale": "relative"},
        ),
        ("an effect of 2 percentage points, 1,500 visitors a day", {"daily_traffic": 1500.0}),
    ],
)
def test_what_is_said_of_a_test_is_read(question: str, expected: dict[str, Any]) -> None:
    found = slots(question)["$test"]
    assert found["kind"] == "ab"
    assert {key: found.get(key) for key in expected} == pytest.approx(expected)


def test_regions_make_it_a_geo_test() -> None:
    assert slots("Plan a test over regions")["$test"]["kind"] == "geo"


def test_slots_tell_what_kind_of_table_is_there() -> None:
    assert slots("What is the effect of the reform on employment?", COUNTIES)["$rows_only"]
    assert not slots("Which channels waste money?", SHOP)["$rows_only"]
    assert slots("Did the promo lift sales?", SHOP)["$names_columns"]
    assert not names_columns("What is the revenue of tv?", SHOP)
    assert slots("Is the effect robust to a placebo?", COUNTIES)["$analysis"] == ["robustness"]


USERS = DatasetBrief(
    id="u",
    name="users",
    columns=("user_id", "age", "social", "search", "converted"),
    problem="no column holds dates",
)


@pytest.mark.parametrize(
    "question",
    [
        "How much of the conversions does each channel deserve, given these user rows?",
        "Attribute orders to channels with a causal forest.",
        "Which share of the credit for sales do the campaigns deserve?",
        "How are the conversions attributed to social and search, user by user?",
    ],
)
def test_credit_by_rows_is_the_analyst_s(router: Any, question: str) -> None:
    assert [step.agent for step in router(question, data=[USERS]).steps] == ["causal_analyst"]
    assert "credit" in slots(question, USERS)["$analysis"]


@pytest.mark.parametrize(
    "question",
    [
        "Did a better credit score raise sales?",
        "What is the effect of the credit limit on orders?",
        "Estimate the effect of the email on orders with a causal forest.",
        "Which customers deserve a discount?",
    ],
)
def test_other_credit_is_no_attribution(question: str) -> None:
    assert "credit" not in slots(question, USERS)["$analysis"]
