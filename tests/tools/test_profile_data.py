"""The profile adds up, and its numbers can be cited."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from liftos_agents.domain.reference import UNIT_FORMATS, render
from liftos_agents.tools import run


@pytest.fixture(scope="module")
def media() -> Path:
    root = Path(__file__).parents[2]
    folder = Path(os.environ.get("LIFTOS_REFERENCE_DATA", root / "../shared/data")).resolve() / "mmm"
    if not folder.is_dir():
        pytest.skip(f"no reference data at {folder}: set LIFTOS_REFERENCE_DATA")
    return folder


def test_totals(media: Path) -> None:
    result = run("profile_data", media / "robyn_weekly.csv").result
    raw = pd.read_csv(media / "robyn_weekly.csv")
    spend = raw[["tv_S", "ooh_S", "print_S", "facebook_S", "search_S"]].sum()
    assert result["total_spend"] == pytest.approx(spend.sum(), rel=1e-11)
    assert result["total_revenue"] == pytest.approx(raw["revenue"].sum(), rel=1e-11)
    assert result["channels"]["tv"]["spend"] == pytest.approx(spend["tv_S"], rel=1e-11)
    assert sum(c["share"] for c in result["channels"].values()) == pytest.approx(1.0)
    assert (result["largest_channel"], result["periods"], result["frequency"]) == ("ooh", 208, "week")
    assert result["columns"]["tv_S"]["role"] == "spend of tv"
    assert result["columns"]["search_clicks_P"]["role"] == "clicks of search"
    assert result["columns"]["events"] == {
        "column": "events",
        "type": "text",
        "role": "event",
        "missing": int((raw["events"] == "na").sum()),
        "distinct": 2,
        "minimum": None,
        "mean": None,
        "maximum": None,
        "first": "event1",
        "last": "event2",
    }


def test_revenue_is_conversions_times_value(media: Path) -> None:
    result = run("profile_data", media / "meridian_national_all_channels.csv").result
    raw = pd.read_csv(media / "meridian_national_all_channels.csv")
    assert result["total_revenue"] == pytest.approx(
        (raw["conversions"] * raw["revenue_per_conversion"]).sum(), rel=1e-11
    )
    assert result["units"]["total_outcome"] == "outcome"


def test_unclear_roles_leave_a_profile_by_columns(media: Path) -> None:
    result = run("profile_data", media / "mmm_example.csv").result
    assert result["channels"] == {}
    assert "--role spend=x1,x2" in result["problem"]
    assert "mmm_example" not in result["problem"]
    assert result["columns"]["x1"]["role"] == "unknown"
    given = run("profile_data", media / "mmm_example.csv", outcome="y", spend=["x1", "x2"]).result
    assert list(given["channels"]) == ["x1", "x2"]


def test_numbers_can_be_cited(media: Path) -> None:
    found = run("profile_data", media / "robyn_weekly.csv", currency="EUR")
    text = (
        "{ev_0000:channels.ooh.share|pct} of {ev_0000:total_spend|money} went to ooh over "
        "{ev_0000:periods|count} weeks from {ev_0000:start|text}."
    )
    said = render(text, {"ev_0000": found.result})
    assert said == "61.9 % of €14.5m went to ooh over 208 weeks from 2015-11-23."
    assert set(found.result["units"].values()) <= set(UNIT_FORMATS)
