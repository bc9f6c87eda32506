"""What is written can be read back, and opens safely in a spreadsheet."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from liftos_agents.data import Dataset, load, write
from liftos_agents.errors import DataError


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_round_trip(weeks: pd.DataFrame, tmp_path: Path, ending: str) -> None:
    dataset = load(weeks.assign(note=["a", None] * 52, tv_clicks=1.0 / (1.0 + weeks.index.to_numpy())))
    assert load(write(dataset, tmp_path / f"out.{ending}")).id == dataset.id


def test_a_workbook_keeps_fifteen_digits(weeks: pd.DataFrame, tmp_path: Path) -> None:
    dataset = load(
        weeks.assign(revenue=weeks["revenue"].round(2), tv_spend=weeks["tv_spend"].round(2), search_spend=1.5)
    )
    assert load(write(dataset, tmp_path / "out.xlsx")).id == dataset.id


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx"])
def test_formulas_are_disarmed(tmp_path: Path, ending: str, cell: str) -> None:
    dataset = Dataset.of_frame(pd.DataFrame({"=name": [cell, "plain"], "number": [-1.0, 2.0]}), "a")
    path = write(dataset, tmp_path / f"out.{ending}")
    if ending == "csv":
        read = pd.read_csv(path)
        cells = [read.columns[0], read.iloc[0, 0], read.iloc[0, 1]]
    else:
        sheet = openpyxl.load_workbook(path).active
        assert sheet is not None
        assert all(c.data_type != "f" for row in sheet.iter_rows() for c in row)
        cells = [sheet["A1"].value, sheet["A2"].value, sheet["B2"].value]
    assert cells == ["'=name", f"'{cell}", -1.0]


def test_what_cannot_be_written(tmp_path: Path, weeks: pd.DataFrame) -> None:
    dataset = load(weeks)
    with pytest.raises(DataError, match="ending"):
        write(dataset, tmp_path / "out.pickle")
    with pytest.raises(DataError, match="text"):
        write(Dataset.of_text("x", "x"), tmp_path / "out.csv")
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="cannot be written"):
        write(dataset, tmp_path / "file" / "out.csv")
    with pytest.raises(DataError, match="upper and lower case"):
        write(load(weeks.assign(Date=1.0)), tmp_path / "out.parquet")
    assert list(tmp_path.glob("*out*")) == []
