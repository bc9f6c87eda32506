"""`liftos data calendar` as a user types it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import openpyxl
import pytest

from liftos_agents.cli.entry import run
from liftos_agents.tools.calendar_features import calendar_columns

YEAR = ["data", "calendar", "--from", "2024-01-01", "--to", "2024-12-31"]


@pytest.fixture
def home(tmp_path: Path) -> list[str]:
    return ["--home", str(tmp_path / "home")]


def test_it_shows_holidays_and_events(home: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*YEAR, "--country", "Deutschland", "--subdivision", "Bayern", *home]) == 0
    shown = capsys.readouterr().out
    assert "2024-01-06" in shown
    assert "Heilige Drei Könige" in shown
    assert "Black Friday" in shown
    assert "366 days" in shown


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_it_writes_every_column(ending: str, home: list[str], tmp_path: Path) -> None:
    out = tmp_path / f"year.{ending}"
    assert run([*YEAR, "--country", "US", "--out", str(out), *home]) == 0
    if ending == "csv":
        rows = list(csv.reader(out.read_text(encoding="utf-8").splitlines()))
    elif ending == "xlsx":
        rows = [list(row) for row in openpyxl.load_workbook(out).active.iter_rows(values_only=True)]  # type: ignore[union-attr]
    else:
        found = duckdb.sql(f"SELECT * FROM '{out}'")
        rows = [found.columns, *map(list, found.fetchall())]
    assert rows[0] == [column.name for column in calendar_columns()]
    assert len(rows) == 367
    july = rows[186]
    assert str(july[0])[:10] == "2024-07-04"
    assert july[rows[0].index("holiday_name")] == "Independence Day"
    assert str(july[rows[0].index("is_holiday")]) in ("True", "1")


def test_json_is_the_evidence(home: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*YEAR, "-c", "JP", "--language", "en", "--fiscal-start-month", "4", "--json", *home]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["tool"] == "calendar"
    assert found["result"]["summary"]["days"] == 366
    assert found["result"]["holidays"][0]["name"] == "New Year's Day"
    assert found["result"]["first_rows"][0]["fiscal_year"] == 2024


def test_a_role_may_say_the_country_and_the_option_goes_before_it(
    home: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for options, country in (([], "FR"), (["--country", "DE"], "DE")):
        assert run([*YEAR, "--role", "country=FR", *options, "--json", *home]) == 0
        assert json.loads(capsys.readouterr().out)["result"]["country"] == country


def test_a_file_s_dates_count(home: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sales = tmp_path / "sales.csv"
    rows = [f"2024-01-{day:02d},{100 + day},{10 + day % 3}" for day in range(1, 32)]
    sales.write_text("\n".join(["date,revenue,tv_spend", *rows]) + "\n")
    assert run(["data", "calendar", str(sales), "--country", "GB", "--json", *home]) == 0
    result = json.loads(capsys.readouterr().out)["result"]
    assert (result["start"], result["end"]) == ("2024-01-01", "2024-01-31")
    assert result["own_marketing"]["rows"] == 31


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--country", "Germny"], ["Germny", "Germany (DE)"]),
        (["--country", "DE", "--subdivision", "Bayer"], ["Bayer", "Bayern"]),
        (["--from", "2025-01-01"], ["2025-01-01", "Swap"]),
        (["--from", "1601-01-01"], ["423 years", "400 years"]),
        (["--from", "yesterday"], ["yesterday", "start"]),
        (["--out", "calendar.txt"], [".txt", ".csv"]),
        (["--country", "DE", "--language", "klingon"], ["klingon", "en_US"]),
        (["--country", "DE", "--category", "bank"], ["bank", "public"]),
        (["--payday", "fixed_day"], ["payday_day"]),
    ],
)
def test_a_mistake_is_told_without_a_traceback(
    options: list[str], words: list[str], home: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*YEAR, *options, *home]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert all(word in told for word in words)
    assert "Traceback" not in told
