"""Credit by rows of users: which columns are exposures, costs, claims, controls, and what is left alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents import tools
from liftos_agents.data import TransientStore


def users(n: int = 200, **more: Any) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    table = {
        "user_id": np.arange(n) + 1000,
        "age": rng.normal(40.0, 9.0, n),
        "country": rng.choice(["at", "ch", "de"], n),
        "prior_orders": rng.poisson(2.0, n),
        "social_impressions": rng.poisson(3.0, n),
        "social_clicks": rng.poisson(1.0, n),
        "email": rng.integers(0, 2, n),
        "search_exposed": rng.choice(["no", "yes"], n),
        "social_cost": rng.random(n),
        "email_claimed": rng.integers(0, 2, n),
        "orders": rng.poisson(4.0, n) + 0.5 * rng.random(n),
        "revenue": rng.gamma(2.0, 30.0, n),
    }
    return pd.DataFrame(table | more)


def design(frame: pd.DataFrame, question: str) -> Any:
    return tools.result(tools.run("identify_design", frame, store=TransientStore(), question=question))


def rows(frame: pd.DataFrame, question: str) -> dict[str, Any]:
    best = design(frame, question).recommended
    assert (best.name, best.tool) == ("row_attribution", "attribute")
    return best.arguments["rows"]


def test_every_column_has_its_part() -> None:
    assert rows(users(), "Attribute orders to the channels.") == {
        "outcome": "orders",
        "exposures": ["social_impressions", "email", "search_exposed"],
        "controls": ["age", "country", "prior_orders"],
        "spend": {"social_impressions": "social_cost"},
        "claimed": {"email": "email_claimed"},
    }


def test_the_table_that_is_given_is_no_control() -> None:
    question = "How much of the orders does each channel deserve, given these user rows?"
    assert "age" in rows(users(), question)["controls"]
    assert "user_id" not in rows(users(), question)["controls"]
    by_age = rows(users(), "How much of the orders does each channel deserve, given age?")
    assert by_age["controls"] == ["age"]
    sized = users(file_size=np.arange(200) % 7)
    by_size = rows(sized, "Attribute orders to the channels, controlling for the file size.")
    assert by_size["controls"] == ["file_size"]


def test_media_that_are_not_asked_about_are_held_equal() -> None:
    found = rows(users(), "Attribute orders to email and search.")
    assert found["exposures"] == ["email", "search_exposed"]
    assert "social_impressions" in found["controls"]


@pytest.mark.parametrize(
    ("words", "methods"),
    [
        ("with a causal forest", None),
        ("by double machine learning", ["dml"]),
        ("by linear regression and DML", ["linear", "dml"]),
    ],
)
def test_the_methods_that_the_question_names(words: str, methods: list[str] | None) -> None:
    assert rows(users(), f"Attribute orders to the channels {words}.").get("methods") == methods


def test_a_large_table_has_no_forest_unless_it_is_named() -> None:
    frame = users(30_000)
    found = design(frame, "Attribute orders to the channels.")
    assert found.recommended.arguments["rows"]["methods"] == ["linear", "dml"]
    assert found.recommended.arguments["rows"]["splits"] == 1
    assert any("no causal forest is grown" in said for said in found.warnings)
    named = design(frame, "Attribute orders to the channels with a causal forest.")
    assert "methods" not in named.recommended.arguments["rows"]
    assert not any("no causal forest" in said for said in named.warnings)


def test_spends_of_campaigns_are_doses_that_cost_themselves() -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.gamma(2.0, 50.0, (60, 3)), columns=["tv_spend", "search_spend", "size"])
    frame["sales"] = frame.sum(axis=1) + rng.normal(0, 20, 60)
    found = rows(frame, "Attribute the sales of these campaigns to the channels.")
    assert found["exposures"] == ["tv_spend", "search_spend"]
    assert found["spend"] == {"tv_spend": "tv_spend", "search_spend": "search_spend"}
    assert found["controls"] == ["size"]


def test_groups_of_rows_are_the_cluster() -> None:
    frame = users(household_id=np.arange(200) // 2)
    assert rows(frame, "Attribute orders to the channels.")["cluster"] == "household_id"


def test_one_medium_or_journeys_are_something_else() -> None:
    lone = users().drop(columns=["social_impressions", "social_clicks", "search_exposed", "social_cost"])
    found = design(lone, "Attribute orders to the channels.")
    assert found.recommended is None or found.recommended.name != "row_attribution"
    touches = pd.DataFrame(
        {
            "user": np.repeat(np.arange(50), 3),
            "date": pd.date_range("2024-01-01", periods=150, freq="h"),
            "channel": np.tile(["tv", "search", "email"], 50),
            "conversion": np.tile([0, 0, 1], 50),
        }
    )
    assert design(touches, "Attribute conversions to the channels.").recommended.tool == "attribute_paths"
