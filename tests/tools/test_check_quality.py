"""The check's verdict follows from its findings, and its words can be cited."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents.domain.reference import UNIT_FORMATS, render
from liftos_agents.tools import run


def weeks(**changes: Any) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "date": pd.date_range("2022-01-03", periods=104, freq="7D"),
            "revenue": 20_000.0 + rng.normal(0.0, 500.0, 104),
            "tv_spend": rng.gamma(2.0, 500.0, 104),
            "search_spend": rng.gamma(3.0, 200.0, 104),
        }
    )
    return frame.assign(**changes)


def test_good_data() -> None:
    result = run("check_quality", weeks()).result
    assert result["ok"]
    assert (result["findings"], result["not_run"], result["problems"]) == ([], [], "none")
    assert "collinearity" in result["passed"]


def test_bad_data() -> None:
    frame = weeks()
    result = run("check_quality", frame.assign(radio_spend=frame["tv_spend"] * 2.0)).result
    assert not result["ok"]
    assert (result["errors"], result["warnings"]) == (1, 0)
    finding = result["findings"][0]
    assert (finding["name"], finding["severity"], finding["columns"]) == (
        "collinearity",
        "error",
        ["tv", "radio"],
    )
    assert "cannot be modelled" in result["verdict"]


def test_worst_first() -> None:
    frame = weeks(tv_spend=100.0, country="DE")
    found = [
        f["severity"] for f in run("check_quality", pd.concat([frame, frame.head(1)])).result["findings"]
    ]
    assert found == sorted(found, key=["error", "warning", "info"].index)
    assert set(found) == {"error", "info"}


def test_a_table_without_dates_is_checked_as_far_as_it_goes() -> None:
    result = run("check_quality", pd.DataFrame({"a": [1.0, 2.0, 2.0], "b": [1.0, 3.0, 3.0]})).result
    assert {f["name"] for f in result["findings"]} == {"duplicates", "roles"}
    assert "gaps" in result["not_run"]


def test_findings_can_be_cited() -> None:
    found = run("check_quality", weeks().drop(index=30))
    said = render("{ev_0000:findings.0.message|text} ({ev_0000:errors|count}).", {"ev_0000": found.result})
    assert said == "weeks without a row: 1 (2022-08-01) (1)."
    assert set(found.result["units"].values()) <= set(UNIT_FORMATS)


def test_it_takes_no_arguments() -> None:
    from liftos_agents.tools import ToolRetry

    with pytest.raises(ToolRetry):
        run("check_quality", weeks(), strict=True)
