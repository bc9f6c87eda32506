"""The counterfactual: its size against the known truth, its interval, and where it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents.domain.reference import show, unit_of
from liftos_agents.tools.errors import ToolRetry

Run = Callable[..., dict[str, Any]]


def test_without_tv_what_tv_brought_is_gone(run: Run, market: pd.DataFrame) -> None:
    result = run("what_if", changes={"tv": -1.0}, horizon_periods=52)
    spent = market["tv_spend"].tail(52).sum()
    assert result["channels"]["tv"]["changed"] == 0.0
    assert result["spend"]["change"] == pytest.approx(-spent)
    assert result["outcome"]["current"] == pytest.approx(market["revenue"].tail(52).sum())
    change = result["outcome"]["change"]
    assert change["p05"] < change["mean"] < change["p95"] < 0.0
    mean_profit = result["profit_change"]["mean"]
    assert mean_profit == pytest.approx(change["mean"] + spent, rel=1e-6)
    assert (result["probability_of_loss"] > 0.5) == (result["profit_change"]["p50"] < 0.0)
    assert list(result["channels"]) == ["tv"]


def test_carry_over_is_counted_before_and_after_the_window(run: Run, market: pd.DataFrame) -> None:
    """Doubling and cutting a channel are taken along the path, so that effects after the last week count."""
    cut = run("what_if", changes={"tv": -0.01}, horizon_periods=52)["outcome"]["change"]["mean"]
    spend = market.filter(like="_spend").to_numpy()
    scale, steepness, retention = spend[:, 0].max(), 3.0, 0.6
    weights = retention ** np.arange(8)
    weights /= weights.sum()
    after = np.full(7, spend[-52:, 0].mean())

    def brought(factor: float) -> float:
        path = np.concatenate([spend[:, 0], after])
        path[52:104] *= factor
        carried = np.convolve(path / scale, weights)[: len(path)]
        return float(np.tanh(0.5 * steepness * carried)[52:].sum())

    ratio = cut / (brought(0.99) - brought(1.0))
    assert ratio == pytest.approx(0.9 * 60_000.0, rel=0.05)


def test_new_totals_and_changes_agree(run: Run) -> None:
    change = run("what_if", changes={"search": 0.2})
    amount = change["channels"]["search"]["changed"]
    total = run("what_if", new_spend={"search": amount})
    assert total["outcome"]["change"]["mean"] == pytest.approx(change["outcome"]["change"]["mean"])


def test_outside_what_was_seen_it_refuses_unless_told(run: Run) -> None:
    refused = run("what_if", changes={"search": 4.0})
    assert refused["status"] == "refused"
    assert refused["outcome"] is None
    assert "search" in refused["reasons"][0]
    labelled = run("what_if", changes={"search": 4.0}, allow_extrapolation=True)
    assert labelled["status"] == "solved"
    assert labelled["extrapolated"]
    assert labelled["channels"]["search"]["extrapolated"]
    assert "extrapolated" in labelled["warnings"][0]


def test_a_refused_fit_gives_no_counterfactual(run: Run) -> None:
    result = run("what_if", changes={"tv": -0.2}, fit={"status": "refused"})
    assert result["status"] == "refused"
    assert result["reasons"] == ["Two channels move together."]


def test_no_change_and_double_changes_are_asked_about(run: Run) -> None:
    with pytest.raises(ToolRetry, match="no change of spend"):
        run("what_if")
    with pytest.raises(ToolRetry, match="both a change and a new spend"):
        run("what_if", changes={"tv": -0.1}, new_spend={"TV": 10.0})
    with pytest.raises(ToolRetry, match="There are: tv, search, social"):
        run("what_if", changes={"radio": -0.1})


def test_everything_at_once_and_units(run: Run) -> None:
    result = run("what_if", changes={"*": -0.1}, margin=0.5)
    assert set(result["channels"]) == {"tv", "search", "social"}
    assert result["margin"] == 0.5
    assert unit_of(result, "outcome.change.mean") == "money"
    assert "interval" in show(result, "profit_change")
    assert unit_of(result, "probability_of_loss") == "probability"
