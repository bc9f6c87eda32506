"""The tool on tables as users have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from liftos_agents.data.loader import load
from liftos_agents.data.roles import work_out_roles
from liftos_agents.data.store import TransientStore
from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.domain.reference import unit_of
from liftos_agents.tools import run, run_call
from liftos_agents.tools.errors import ToolRetry
from tests.tools.mmm.conftest import simulated


def table(weeks: int = 80) -> pd.DataFrame:
    data = simulated(weeks=weeks)
    frame = pd.DataFrame({"date": pd.to_datetime(data.dates).as_unit("us"), "revenue": data.outcome * 50.0})
    for index, name in enumerate(("tv", "search", "social")):
        frame[f"{name}_spend"] = data.spend[:, index]
    return frame


def test_a_table_becomes_evidence_with_a_stored_posterior() -> None:
    store = TransientStore()
    found = run("fit_mmm", table(), draws=100, holdout_periods=4, store=store)
    result = found.result
    assert result["status"] in ("accepted", "downgraded")
    assert set(result["channels"]) == {"tv", "search", "social"}
    assert set(result["channels"]["tv"]["roas"]) == {"mean", "p05", "p50", "p95"}
    assert result["n"] == 80
    assert result["frequency"] == "week"
    assert result["window"] == {"start": "2022-01-03", "end": "2023-07-10"}
    posterior = MediaPosterior.from_npz(store.get_artifact(result["posterior"]))
    assert posterior.channels == ("tv", "search", "social")
    assert posterior.draws == 400


def test_a_refusal_is_a_result() -> None:
    result = run("fit_mmm", table(weeks=29)).result
    assert result["status"] == "refused"
    assert "29 periods" in result["refusals"][0]
    assert result["posterior"] is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            {"roi_priors": {"radio": {"mean": 1.0, "sd": 1.0}}},
            "no channel 'radio'.*There are: tv, search, social",
        ),
        ({"country": "ZZ"}, "no holiday calendar for country 'ZZ'"),
        ({"draws": 3}, "draws"),
        ({"saturation": "cubic"}, "saturation"),
        ({"margin": 1.4}, "margin"),
        (
            {
                "lift_tests": [
                    {
                        "channel": "tv",
                        "start": "2019-01-01",
                        "end": "2019-02-01",
                        "spend_change": 10.0,
                        "lift": 5.0,
                        "standard_error": 1.0,
                    }
                ]
            },
            "no period of the data begins within the lift test.*The data run from 2022-01-03",
        ),
    ],
)
def test_wrong_arguments_say_what_would_be_right(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(ToolRetry, match=words):
        run("fit_mmm", table(), **arguments)


def test_a_country_adds_its_holidays() -> None:
    plain = run("fit_mmm", table(), draws=100, confounding="none", holdout_periods=0).result
    american = run("fit_mmm", table(), draws=100, confounding="none", holdout_periods=0, country="US").result
    assert american["settings"]["baseline_columns"] > plain["settings"]["baseline_columns"]
    assert american["settings"]["holidays"] == "US"


def test_conversions_without_a_value_are_not_money() -> None:
    frame = table().rename(columns={"revenue": "conversions"})
    result = run("fit_mmm", frame, draws=100, confounding="none", holdout_periods=0).result
    assert unit_of(result, "channels.tv.roas.mean") == "outcome_per_spend"
    assert result["channels"]["tv"]["probability_wasteful"] is None
    assert not result["channels"]["tv"]["wasteful"]


@pytest.mark.parametrize("name", ["robyn_weekly", "meridian_national_all_channels"])
def test_public_data_need_no_roles(reference: Path, name: str) -> None:
    result = run("fit_mmm", reference / "mmm" / f"{name}.csv").result
    assert len(result["channels"]) == 5
    assert result["diagnostics"]["rhat_max"] <= 1.01
    assert min(result["diagnostics"]["ess_bulk_min"], result["diagnostics"]["ess_tail_min"]) >= 400
    assert 0.0 < result["total_media_share"]["p05"] < result["total_media_share"]["p95"] < 0.6
    spend = sum(channel["spend"] for channel in result["channels"].values())
    media = sum(channel["contribution"]["mean"] for channel in result["channels"].values())
    assert result["total_roas"]["mean"] == pytest.approx(media / spend, rel=1e-6)
    assert np.isfinite(result["fit"]["r2"])


def test_the_data_s_country_counts_where_the_call_names_none() -> None:
    store = TransientStore()
    told = run(
        "fit_mmm", table(), draws=100, confounding="none", holdout_periods=0, country="DE", store=store
    )
    frame = table()
    roles = work_out_roles(load(frame), {"country": "Deutschland"})
    given = run_call(
        "fit_mmm",
        load(frame),
        {"draws": 100, "confounding": "none", "holdout_periods": 0},
        roles=roles,
        store=store,
    )
    assert given.result["settings"]["holidays"] == "DE"
    assert given.result["settings"]["baseline_columns"] == told.result["settings"]["baseline_columns"]
