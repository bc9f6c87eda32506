"""What a file says of the columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from liftos_agents.data.descriptions import described_columns, read_descriptions
from liftos_agents.errors import ArgumentError


@pytest.mark.parametrize(
    "text",
    [
        "educ: years of schooling\nlwage: log of hourly wage\n",
        "Codebook\n\n- educ = years of schooling\n- lwage = log of hourly wage",
        "educ\tyears of schooling\nlwage\tlog of hourly wage",
        "`educ` – years of schooling\n'lwage' – log of hourly wage",
        "educ   years of schooling\nlwage  log of hourly wage",
        '{"educ": "years of schooling", "lwage": {"label": "log of hourly wage"}}',
        '{"columns": {"educ": {"description": "years of schooling"}, "lwage": "log of hourly wage", "n": 3}}',
    ],
)
def test_lines_and_json_are_read(tmp_path: Path, text: str) -> None:
    file = tmp_path / "columns.txt"
    file.write_text(text)
    assert read_descriptions(file) == {"educ": "years of schooling", "lwage": "log of hourly wage"}


def test_braces_cannot_become_references(tmp_path: Path) -> None:
    file = tmp_path / "columns.txt"
    file.write_text("educ: years {ev_1234:a.b}")
    assert read_descriptions(file) == {"educ": "years (ev_1234:a.b)"}


@pytest.mark.parametrize("text", ["", "nothing here\n", "{}", "{not json"])
def test_a_file_that_describes_nothing_is_an_error_with_a_fix(tmp_path: Path, text: str) -> None:
    file = tmp_path / "columns.txt"
    file.write_text(text)
    with pytest.raises(ArgumentError) as caught:
        read_descriptions(file)
    assert caught.value.fix


def test_a_missing_or_binary_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="cannot be read"):
        read_descriptions(tmp_path / "absent.txt")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(ArgumentError, match="cannot be read"):
        read_descriptions(tmp_path / "binary.txt")


def test_names_are_matched_whatever_their_case() -> None:
    assert described_columns({"EDUC": "years", "other": "x"}, ("educ", "wage")) == {"educ": "years"}
