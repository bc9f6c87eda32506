"""`liftos simulate list | show | new | data | schema`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from liftos_agents.cli.entry import run
from liftos_agents.data import load, work_out_roles
from liftos_agents.sandbox import scenarios, simulate

GEO, NATIONAL = "cold_start", "first_month"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of a market with regions."""
    out = tmp_path_factory.mktemp("tables") / "cold"
    assert run(["simulate", "data", "--scenario", GEO, "--seed", "7", "--out", str(out)]) == 0
    return out


def digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def test_the_list_names_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == list(scenarios.names())
    assert {row["name"] for row in rows if not row["answerable"]} >= {"flat_budgets", "lockstep"}
    assert run(["simulate", "list"]) == 0
    shown = capsys.readouterr().out
    assert "Simulated markets" in shown
    assert "textbook" in shown


def test_the_list_can_be_narrowed_to_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "list", "--family", "rival", "--json"]) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)] == ["rival"]
    assert run(["simulate", "list", "--industry", "healthcare", "--json"]) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)] == ["healthcare"]
    assert run(["simulate", "list", "--family", "tidal"]) == 2
    assert "creative-fatigue" in capsys.readouterr().err


def test_show_tells_the_truth_where_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "show", GEO, "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert plain["label"] == "Simulated data"
    assert "world" not in plain
    assert run(["simulate", "show", GEO, "--truth", "--seed", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["world"]
    truth = simulate(scenarios.load(GEO), 3).truth
    assert told["seed"] == 3
    assert told["channels"]["search"]["roas"] == truth.channels["search"].roas
    assert run(["simulate", "show", GEO, "--truth", "--seed", "3"]) == 0
    shown = capsys.readouterr().out
    assert "Simulated data" in shown
    assert f"{truth.channels['connected_tv'].roas:.2f}" in shown
    assert "▁" in shown


def test_show_of_an_unanswerable_one_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "show", "lockstep"]) == 0
    shown = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "Not answerable: All channels move together" in shown


@pytest.mark.parametrize(("ending", "start"), [("svg", b"<svg"), ("png", b"\x89PNG")])
def test_show_draws_a_world(tmp_path: Path, ending: str, start: bytes) -> None:
    path = tmp_path / f"world.{ending}"
    assert run(["simulate", "show", NATIONAL, "--truth", "--plot", str(path), "--json"]) == 0
    assert path.read_bytes().startswith(start)
    assert ending == "png" or b"Simulated data: first_month, version 1" in path.read_bytes()


def test_show_refuses_what_is_no_picture_and_no_scenario(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["simulate", "show", NATIONAL, "--plot", str(tmp_path / "world.pdf")]) == 2
    assert ".svg or .png" in capsys.readouterr().err
    assert run(["simulate", "show", "texbook"]) == 2
    assert "textbook" in capsys.readouterr().err
    assert run(["simulate", "show", str(tmp_path / "absent.yaml")]) == 2
    assert "liftos simulate new" in capsys.readouterr().err


def test_a_new_file_is_explained_valid_and_as_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.yaml"
    assert run(["simulate", "new", str(path)]) == 0
    assert path.read_text(encoding="utf-8").count("#") > 30
    scenario = scenarios.load_file(path)
    truth = simulate(scenario.market).truth
    gains = {name: scenario.market.margin * c.marginal_roas for name, c in truth.channels.items()}
    assert gains["search"] < 1 < gains["social"]
    assert sum(c.claimed for c in truth.channels.values()) < 2 * truth.media
    assert run(["simulate", "new", str(path)]) == 2
    assert "--force" in capsys.readouterr().err
    assert run(["simulate", "new", str(path), "--force", "--from", "rival", "--json"]) == 0
    assert scenarios.load_file(path).market == scenarios.load("rival")
    assert "begun from the scenario 'rival'" in path.read_text(encoding="utf-8")


def test_new_refuses_other_endings_and_unknown_scenarios(tmp_path: Path) -> None:
    assert run(["simulate", "new", str(tmp_path / "mine.txt")]) == 2
    assert run(["simulate", "new", str(tmp_path / "mine.yaml"), "--from", "texbook"]) == 2
    assert not list(tmp_path.iterdir())


def test_tables_are_labelled_and_hold_no_truth(folder: Path) -> None:
    names = {p.name for p in folder.iterdir()}
    assert names >= {
        "weekly.csv",
        "orders.csv",
        "experiment.csv",
        "truth.json",
        "README.txt",
        "platform_search.csv",
    }
    tables = [pd.read_csv(p) for p in folder.glob("*.csv")]
    for table in tables:
        assert set(table["data_label"]) == {"Simulated data"}
        assert not {"incremental", "demand", "baseline", "roas"} & set(table.columns)
    page = (folder / "README.txt").read_text(encoding="utf-8")
    for said in ("Simulated data", GEO, "version   1", "seed      7"):
        assert said in page


def test_tables_agree_with_each_other_and_with_the_truth(folder: Path) -> None:
    weekly, orders = pd.read_csv(folder / "weekly.csv"), pd.read_csv(folder / "orders.csv")
    market = scenarios.load(GEO)
    np.testing.assert_allclose(orders.groupby("date_day")["revenue"].sum(), weekly["revenue"], atol=0.2)
    np.testing.assert_allclose(orders["orders"] * market.noise.order_value, orders["revenue"], atol=0.01)
    assert orders["geo"].nunique() == 20
    search = pd.read_csv(folder / "platform_search.csv")
    np.testing.assert_array_equal(search["spend"], weekly["search_spend"])
    np.testing.assert_array_equal(search["conversions_value"], weekly["search_claimed_revenue"])
    by_region = pd.read_csv(folder / "spend_by_region.csv").groupby("date_day")["social_spend"].sum()
    np.testing.assert_allclose(by_region, weekly["social_spend"], atol=0.2)
    truth = json.loads((folder / "truth.json").read_text())
    world = simulate(market, 7).truth.channels["search"]
    assert truth["channels"]["search"]["roas"] == world.roas
    assert truth["channels"]["search"]["spend"] == pytest.approx(weekly["search_spend"].sum(), abs=1)
    assert truth["plan"]["profit_of_best"] > truth["plan"]["profit_of_held"]


def test_the_holdout_is_one_and_its_truth_stands_beside_it(folder: Path) -> None:
    rows, truth = pd.read_csv(folder / "experiment.csv"), json.loads((folder / "truth.json").read_text())
    during = rows[rows["period"] == "during"]
    assert (during.loc[during["treated"] == 1, "spend"] == 0).all()
    assert (during.loc[during["treated"] == 0, "spend"] > 0).all()
    weekly = pd.read_csv(folder / "weekly.csv")
    before = rows[rows["period"] == "before"].groupby("date_day")["revenue"].sum()
    np.testing.assert_allclose(before, weekly["revenue"].tail(8), atol=0.2)
    assert during["date_day"].min() > weekly["date"].max()
    result = pd.read_csv(folder / "experiment_result.csv").iloc[0]
    found = truth["experiment"]
    assert result["channel"] == found["channel"]
    assert 0 < found["revenue_lost_during"] < found["revenue_lost"]
    assert (
        abs(result["incremental_return"] - found["incremental_return_during"]) < 4 * result["standard_error"]
    )


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(tmp_path: Path, format: str) -> None:
    for name, seed in (("a", "5"), ("b", "5"), ("c", "6")):
        words = [
            "simulate",
            "data",
            "-s",
            NATIONAL,
            "--seed",
            seed,
            "--out",
            str(tmp_path / name),
            "--format",
            format,
        ]
        assert run(words) == 0
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert digests(tmp_path / "a")[f"weekly.{format}"] != digests(tmp_path / "c")[f"weekly.{format}"]


def test_parquet_and_csv_hold_the_same(tmp_path: Path) -> None:
    for format in ("csv", "parquet"):
        words = [
            "simulate",
            "data",
            "-s",
            NATIONAL,
            "--out",
            str(tmp_path / format),
            "--format",
            format,
            "--json",
        ]
        assert run(words) == 0
    one, other = (load(str(tmp_path / f / f"weekly.{f}")).frame for f in ("csv", "parquet"))
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(one["revenue"].astype(float), other["revenue"].astype(float))
    assert list(one.columns) == list(other.columns)


@pytest.mark.parametrize("name", scenarios.names())
def test_the_weekly_table_is_understood(tmp_path: Path, name: str) -> None:
    path = tmp_path / "weekly.csv"
    simulate(scenarios.load(name), 1).frame().assign(data_label="Simulated data").to_csv(path, index=False)
    roles = work_out_roles(load(str(path)))
    assert roles.outcome == "revenue"
    assert set(roles.spend) == set(scenarios.load(name).names)


def test_a_question_is_answered_from_the_weekly_table(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "ask",
        "Where is my budget wasted?",
        "--data",
        str(folder / "weekly.csv"),
        "--home",
        str(tmp_path),
    ]
    assert run([*words, "--no-input", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert any(item["tool"] == "fit_mmm" for item in answer["evidence"])


def test_files_are_not_written_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = digests(folder)
    assert run(["simulate", "data", "-s", GEO, "--seed", "8", "--out", str(folder)]) == 2
    assert "--force" in capsys.readouterr().err
    assert digests(folder) == before


def test_a_wrong_request_for_data_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    for words, said in (
        (["-s", GEO, "--format", "xls"], "csv or parquet"),
        (["-s", NATIONAL, "--holdout", "search"], "national market has no regions"),
        (["-s", GEO, "--holdout", "radio"], "no channel 'radio'"),
    ):
        assert run(["simulate", "data", "--out", str(out), *words]) == 2
        assert said in " ".join(capsys.readouterr().err.split())
    assert not out.exists()


def test_a_users_fault_is_said_as_json_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.yaml"
    text = scenarios.text("rival").replace("cap: 150000", "cap: -150000")
    path.write_text(text, encoding="utf-8")
    assert run(["simulate", "show", str(path), "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["where"] == f"{path}: market.budget.cap"
    assert "greater than 0" in error["fix"]


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "schema", "--json"]) == 0
    assert "market" in json.loads(capsys.readouterr().out)["properties"]
    assert run(["simulate", "schema"]) == 0
    assert "### `market.channels[].fatigue`" in capsys.readouterr().out
