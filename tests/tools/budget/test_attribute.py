"""Attribution: what each method credits on a market whose truth is known, and when methods conflict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftos_agents.domain.reference import unit_of
from liftos_agents.tools.attribution import Credit, conflicts
from liftos_agents.tools.attribution.comparison import ranking

Run = Callable[..., dict[str, Any]]


def test_claims_are_set_against_what_was_added(run: Run, market: pd.DataFrame) -> None:
    result = run("attribute")
    search, social, tv = (result["channels"][name] for name in ("search", "social", "tv"))
    assert search["over_claim"]["p05"] < 2.0 < search["over_claim"]["p95"]
    assert social["over_claim"]["p05"] < 1.5 < social["over_claim"]["p95"]
    assert tv["over_claim"] is None
    assert tv["platform_claimed"] is None
    claimed = market["search_claimed_revenue"].sum() + market["social_claimed_revenue"].sum()
    assert result["methods"]["platform_claimed"]["total"] == pytest.approx(claimed)
    assert 1.5 < result["over_claim_total"]["mean"] < 2.1
    assert unit_of(result, "channels.search.over_claim.mean") == "ratio"


def test_last_touch_shares_out_all_sales_by_clicks_and_says_so(run: Run, market: pd.DataFrame) -> None:
    result = run("attribute")
    clicks = market[["search_clicks", "social_clicks"]].to_numpy()
    expected = (market["revenue"].to_numpy()[:, None] * clicks / clicks.sum(axis=1, keepdims=True)).sum(
        axis=0
    )
    got = [result["channels"][name]["last_touch"]["contribution"] for name in ("search", "social")]
    np.testing.assert_allclose(got, expected, rtol=1e-9)
    assert result["channels"]["tv"]["last_touch"] is None
    assert "clicks alone" in result["methods"]["last_touch"]["stands_on"]


def test_methods_without_data_are_unavailable_not_replaced(run: Run, market: pd.DataFrame) -> None:
    bare = market.drop(columns=[c for c in market if "clicks" in c or "claimed" in c])
    result = run("attribute", data=bare)
    for method in ("last_touch", "platform_claimed"):
        assert not result["methods"][method]["available"]
        assert result["methods"][method]["total"] is None
    assert result["over_claim_total"] is None


def test_linear_regression_is_least_squares(run: Run, market: pd.DataFrame) -> None:
    result = run("attribute")
    days = (market["date"] - pd.Timestamp("2000-01-01")).dt.days.to_numpy() / 365.2425
    season = [f(2.0 * np.pi * k * days) for k in (1, 2) for f in (np.sin, np.cos)]
    spend = market.filter(like="_spend").to_numpy()
    design = np.column_stack([spend, np.ones(len(market)), np.arange(len(market)), *season])
    coefficients = np.linalg.lstsq(design, market["revenue"].to_numpy(), rcond=None)[0][:3]
    got = [result["channels"][name]["linear"]["roas"]["mean"] for name in ("tv", "search", "social")]
    np.testing.assert_allclose(got, coefficients, rtol=1e-6)


def test_a_refused_fit_is_said_and_the_others_still_shown(run: Run) -> None:
    result = run("attribute", fit={"status": "refused"})
    assert result["status"] == "refused"
    assert not result["methods"]["mmm"]["available"]
    assert result["methods"]["linear"]["available"]
    assert result["channels"]["search"]["over_claim"] is None
    assert not result["conflict"]


def test_observational_attribution_always_carries_its_warning(run: Run) -> None:
    result = run("attribute")
    assert result["warnings"][0].startswith("Observational attribution overstates")
    assert len(result["why_different"]) == 3


def credit(values: dict[str, float], reach: float = 0.0) -> Credit:
    return Credit(
        "Known.",
        values,
        {name: value - reach for name, value in values.items()},
        {name: value + reach for name, value in values.items()},
    )


def test_opposite_signs_beyond_both_intervals_conflict() -> None:
    base, other = credit({"a": 2.0}, 1.0), credit({"a": -2.0}, 1.0)
    (found,) = conflicts({"mmm": base, "linear": other}, {"a": 1.0})
    assert found.kind == "sign"
    assert found.reason == "a: the marketing-mix model and linear regression differ in sign."
    assert conflicts({"mmm": base, "linear": credit({"a": -2.0}, 3.0)}, {"a": 1.0}) == ()


def test_more_than_fivefold_conflicts_unless_the_intervals_meet() -> None:
    spend = {"a": 1.0}
    (found,) = conflicts({"mmm": credit({"a": 1.0}, 0.2), "platform_claimed": credit({"a": 6.0})}, spend)
    assert found.kind == "ratio"
    assert conflicts({"mmm": credit({"a": 1.0}, 0.2), "linear": credit({"a": 6.0}, 5.0)}, spend) == ()
    assert conflicts({"mmm": credit({"a": 1.0}, 0.2), "linear": credit({"a": 4.0})}, spend) == ()


def test_ranks_that_share_fewer_than_three_of_five_conflict() -> None:
    names = "abcdefgh"
    spend = dict.fromkeys(names, 1.0)
    rising = credit({name: 10.0 + place for place, name in enumerate(names)}, 20.0)
    falling = credit({name: 17.0 - place for place, name in enumerate(names)}, 20.0)
    (found,) = conflicts({"mmm": rising, "linear": falling}, spend)
    assert found.kind == "ranks"
    assert conflicts({"mmm": rising, "linear": rising}, spend) == ()


@given(
    amounts=st.dictionaries(st.sampled_from("abcdef"), st.floats(-1e6, 1e6), min_size=1),
    factor=st.floats(0.1, 10.0),
)
def test_a_ranking_ignores_the_unit(amounts: dict[str, float], factor: float) -> None:
    spend = dict.fromkeys(amounts, 2.0)
    scaled = {name: amount * factor for name, amount in amounts.items()}
    order = ranking(amounts, spend)
    assert sorted(order) == sorted(amounts)
    assert [scaled[name] for name in order] == sorted(scaled.values(), reverse=True)
