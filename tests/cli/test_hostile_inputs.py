"""Malformed and hostile files: a clear error with exit code 2, or a repair that is stated; never a traceback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from liftos_agents.cli.entry import run
from liftos_agents.data import load
from tests.data import hostile_files as make
from tests.data.hostile_files import (
    Builder,
    as_csv,
    binary,
    cell,
    changed,
    column,
    column_of,
    line,
    text,
    two_quotes,
    weeks,
    workbook,
)

QUESTION = "Which channels waste money?"
Ask = Callable[..., tuple[int, str, str]]


@contextmanager
def unprivileged() -> Iterator[None]:
    """Without the rights of the superuser, where the tests have them."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def sized(rows: int) -> Builder:
    return text(as_csv(weeks(rows)))


def dates(written: Callable[[pd.Timestamp], str]) -> Builder:
    start = pd.date_range("2023-01-02", periods=60, freq="7D")
    return changed(lambda f: f.assign(date=[written(day) for day in start]))


REFUSED: dict[str, tuple[Builder, str]] = {
    # Nothing, or nothing that is a table.
    "empty": (text(""), r"shop\.csv: the file is empty"),
    "blank lines alone": (text("\n\n  \n"), r"shop\.csv: the file is empty"),
    "header only": (text("date,revenue,tv_spend\n"), r"shop\.csv: the table has no rows"),
    "picture called csv": (binary(b"\x89PNG\r\n\x1a\n" + bytes(500)), "binary file"),
    "archive called csv": (binary(b"PK\x03\x04" + bytes(range(256)) * 9), "binary file"),
    "web page called csv": (
        text("<!DOCTYPE html><html><body>1</body></html>"),
        r"row 1: .*page of markup.*\.html",
    ),
    "JSON called csv": (text('[{"date": "2024-01-01", "revenue": 5}]'), r"row 1: this is JSON.*\.json"),
    "turned on its side": (text(weeks().T.to_csv()), "row 1: the first row holds values"),
    # Cells.
    "word among numbers": (changed(cell("revenue", 20, "n.v.?")), r"column 'revenue', row 22: 'n\.v\.\?'"),
    "words in every other number": (
        changed(lambda f: f.assign(revenue=[f"about {v}" if i % 2 else v for i, v in enumerate(f.revenue)])),
        "column 'revenue'.*'about",
    ),
    "words for numbers": (column_of("revenue", "many"), "column 'revenue' holds words such as 'many'"),
    "one impossible date": (changed(cell("date", 30, "2023-02-31")), r"column 'date', row 32: '2023-02-31'"),
    "header again": (
        changed(lambda f: pd.concat([f.head(30), pd.DataFrame([f.columns], columns=f.columns), f.tail(30)])),
        r"column 'date', row 32: 'date' is not a date",
    ),
    "a bad cell below blank lines": (
        text(as_csv(cell("revenue", 20, "?")(weeks())).replace("\n", "\n\n")),
        r"column 'revenue', row 43: '\?'",
    ),
    "a bad cell below a cell of two lines": (
        text(as_csv(cell("revenue", 20, "?")(weeks().assign(note=["a\nb", *["c"] * 59])))),
        r"column 'revenue', row 23: '\?'",
    ),
    "ambiguous dates": (dates(lambda d: f"{d.day % 12 + 1:02d}/{d.month:02d}/2023"), "date_order=day_first"),
    "infinity": (changed(cell("revenue", 5, "inf")), "column 'revenue', row 7: 'inf'"),
    "beyond all numbers": (
        changed(cell("revenue", 5, "1e400")),
        "column 'revenue', row 7: '1e400' is too large",
    ),
    "five thousand digits": (
        changed(cell("revenue", 5, "9" * 5000)),
        "column 'revenue', row 7: .* is too large",
    ),
    "one percentage": (changed(cell("revenue", 5, "12%")), "column 'revenue', row 7: '12%'"),
    "two currencies": (
        changed(
            lambda f: f.assign(tv_spend=[f"€{v}" if i % 2 else f"${v}" for i, v in enumerate(f.tv_spend)])
        ),
        "'tv_spend' holds amounts in EUR and USD",
    ),
    # Rows and columns.
    "columns of one name": (
        text(as_csv(weeks()).replace("search_spend", "tv_spend")),
        "column 4: header 'tv_spend'",
    ),
    "unknown separator": (text(as_csv(weeks()).replace(",", "^")), r"row 1: the columns are parted by '\^'"),
    "spaces for separators": (text(as_csv(weeks()).replace(",", "   ")), "row 1: the columns are parted by"),
    "another separator in one row": (
        line(30, "2023-07-24;9000;100;100"),
        "row 31: 1 cells where the header has 4",
    ),
    "short row": (line(30, "2023-07-24,9000"), "row 31: 2 cells where the header has 4"),
    "long row": (line(30, "2023-07-24,9000,1,2,3"), "row 31: 5 cells where the header has 4"),
    "unclosed quote": (line(30, '2023-07-24,"9000,100,100'), "row 31: a quotation mark that is not closed"),
    "two unclosed quotes": (text(two_quotes()), r"shop\.csv, row \d+: "),
    "NUL bytes": (text(as_csv(weeks()).replace("2023-05-01", "2023-05-\0001")), "binary file"),
    "NUL bytes far down": (text(as_csv(weeks(9000)) + "2199-01-01,\0,1,1\n"), r"shop\.csv"),
    "ten thousand columns": (make.wide(10_000), "10,001 columns are more than the limit of 2,000"),
    "line without an end": (make.long_line(20_000_000), "row 2: a line that is too long"),
    "sparse line without an end": (make.endless_line(200_000_000), "row 1: the first line is longer"),
    "more bytes than may be": (make.endless_line(1_200_000_000), "more than the limit"),
    "two encodings": (binary(as_csv(weeks(9000)).encode("utf-16") + b"\x00"), "another encoding"),
    "bytes that are no UTF-8, far down": (
        binary(b"\xef\xbb\xbf" + as_csv(weeks(9000)).encode() + b"2199-01-01,\xff\xfe,1,1\n"),
        "not UTF-8",
    ),
    # JSON.
    "broken JSON line": (
        text('{"date":"2024-01-01"}\n{"date": \n', "a.jsonl"),
        r"a\.jsonl, row 2: broken JSON",
    ),
    "JSON without end": (text('{"a":' * 200_000, "a.json"), r"a\.json: the JSON is nested too deep"),
    "JSON of a list within a list": (text("[[1, 2], [3, 4]]", "a.json"), "item 1: a list where an object"),
    "JSON that is an object here and a value there": (
        text('[{"a": 1}, {"a": {"b": 2}}]', "a.json"),
        "item 2: 'a' is an object here and a value before",
    ),
    # Workbooks.
    "text called xlsx": (text("hello", "a.xlsx"), r"a\.xlsx: this is no workbook"),
    "empty workbook": (binary(b"", "a.xlsx"), r"a\.xlsx: the file is empty"),
    "zip bomb": (make.zip_bomb, r"bomb\.xlsx: the workbook unpacks to 600,\d+,\d+ bytes"),
    "zip bomb that lies": (make.lying_zip, r"bomb\.xlsx: this is no workbook"),
    "zip that is no workbook": (make.plain_zip, r"plain\.xlsx: this is no workbook"),
    "formulas without values": (
        workbook(make.formulas),
        r"sheet 'weeks', column 3, row 2: the formula '=D2\*2'",
    ),
    "password": (make.locked_workbook, r"locked\.xlsx: the workbook is locked with a password"),
    "old workbook called xlsx": (
        binary(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(900), "a.xlsx"),
        "old kind",
    ),
    # Parquet and Stata.
    "Parquet without its end": (make.cut_parquet, r"shop\.parquet: this is no whole Parquet file"),
    "Parquet with objects": (
        make.parquet("SELECT {'a': 1} AS s, DATE '2024-01-01' AS d"),
        r"shop\.parquet, column 's': nested values",
    ),
    "Stata without its end": (make.stata, r"shop\.dta: this is no whole Stata file"),
    # Other files.
    "xls": (binary(b"\xd0\xcf\x11\xe0", "a.xls"), r"'\.xls' is not known.*\.xlsx"),
    "pdf": (binary(b"%PDF-1.4", "a.pdf"), r"'\.pdf' is not known.*\.txt"),
    "docx": (binary(b"PK", "a.docx"), r"'\.docx' is not known.*\.txt"),
    "png": (binary(b"\x89PNG", "a.png"), r"'\.png' is not known.*picture"),
    "gz": (make.gzipped, r"'\.gz' is not known.*[Uu]npack"),
    "no ending": (text(as_csv(weeks()), "shop"), "no ending"),
    # Paths.
    "link to a file of the system": (make.link_out, "passwd: the file's name has no ending"),
    "link to nothing": (make.broken_link, r"no file '.*shop\.csv'"),
    "links in a circle": (make.circular_link, "cannot be opened"),
    "folder": (lambda folder: str(folder), r"is a folder.*\*\.csv"),
    "missing": (lambda folder: str(folder / "gone.csv"), r"no file '.*gone\.csv'"),
    "glob without a match": (lambda folder: str(folder / "*.csv"), "no file matches"),
    "pipe": (make.pipe, "not a regular file"),
    "device": (lambda _: "/dev/zero", "not a regular file"),
    "address": (lambda _: "https://example.com/a.csv", "is an address"),
    "NUL in the name": (lambda folder: str(folder / "a\0b.csv"), "cannot be opened"),
    "name too long": (lambda folder: str(folder / ("a" * 5000 + ".csv")), "cannot be opened"),
    "home of nobody": (lambda _: "~nobody-like-that/a.csv", "cannot be opened"),
    "no name": (lambda _: "", "no file was named"),
    "files whose columns differ": (make.two_tables_apart, r"b\.csv: its columns differ.*lacks 'tv_spend'"),
}
"""Case to file and what the error says; the same from every command."""

FAULTY: dict[str, tuple[Builder, str, str]] = {
    "one row": (sized(1), "too few", "gaps"),
    "nothing known": (
        changed(lambda f: f.assign(revenue=np.nan, tv_spend=np.nan, search_spend=np.nan)),
        "the outcome has no value",
        "completeness",
    ),
    "no outcome known": (changed(column("revenue", np.nan)), "the outcome has no value", "completeness"),
    "duplicated dates": (
        changed(lambda f: pd.concat([f, f.tail(3).assign(revenue=1.0)])),
        r"rows repeat a period \(3 of them.*sum_duplicates",
        "duplicates",
    ),
    "duplicated rows": (changed(lambda f: pd.concat([f, f.tail(3)])), "rows repeat a period", "duplicates"),
    "negative spend": (
        changed(cell("tv_spend", 12, -500)),
        r"spend of 'tv' is negative \(in 2023-03-27\).*zero_negative_spend",
        "impossible_values",
    ),
    "gaps": (
        changed(lambda f: f.drop(index=[10, 11, 30])),
        r"no row for 2023-03-13.*start_after_gaps",
        "gaps",
    ),
    "days among weeks": (
        changed(
            lambda f: pd.concat(
                [
                    f.head(30),
                    f.tail(30).assign(date=pd.date_range("2023-08-01", periods=30).strftime("%Y-%m-%d")),
                ]
            )
        ),
        "fall between",
        "gaps",
    ),
    "missing in the middle": (
        changed(cell("revenue", 20, "")),
        "the outcome is missing in 2023-05-22",
        "completeness",
    ),
    "unreadable dates": (
        changed(lambda f: f.assign(date=[f"week {i} or so" for i in range(60)])),
        "no column holds dates",
        "roles",
    ),
    "no spend": (changed(lambda f: f[["date", "revenue"]]), "no column holds media spend", "roles"),
    "no outcome": (changed(lambda f: f[["date", "tv_spend"]]), "no column holds the outcome", "roles"),
    "years of long ago": (
        dates(lambda d: d.strftime("00%y-%m-%d")),
        "",
        "dates",
    ),
}
"""Case to file, what a question about channels is told, and the finding of `data check`."""

REPAIRED: dict[str, tuple[Builder, str]] = {
    "constant spend": (changed(column("tv_spend", 100)), "'tv'"),
    "objects in JSON": (make.odd_json, "Lists of objects in 'log' were left out"),
    "hidden sheet": (workbook(make.hidden_first), "Sheet 'weeks' was read, and 'old' not"),
    "several sheets": (workbook(make.several_sheets), "Sheet 'weeks' was read, and 'notes' not"),
    "title over a merged header": (workbook(make.merged_header), "Lines above the header were left out"),
    "title above the header": (text("Report\n\n" + as_csv(weeks())), "Lines above the header were left out"),
    "line of totals": (text(as_csv(weeks()) + "Total,1,2,3\n"), "A last line of totals was left out"),
    "decimal comma": (
        text(as_csv(weeks(), sep=";", decimal=",")),
        "Numbers are written with a decimal comma",
    ),
    "percentages": (changed(column("margin", "30%")), "Percentages in 'margin' are read as fractions"),
    "column without a header": (text(weeks().to_csv()), "A column without a header is called 'row_number'"),
    "escape sequence in a header": (
        text(as_csv(weeks().rename(columns={"tv_spend": "\x1btv_spend"}))),
        "Control characters in headers were left out",
    ),
    "far future": (dates(lambda d: d.replace(year=d.year + 70).strftime("%Y-%m-%d")), ""),
    "a number that could be two": (
        changed(lambda f: f.assign(units=[f"{i % 9 + 1},{100 + i}" for i in range(60)])),
        "'1,100' is read as 1100",
    ),
    "missing spend": (changed(cell("tv_spend", 12, "")), "Missing values of 'tv'"),
}
"""Case to file and what the answer's caveats say."""

SAME: dict[str, Builder] = {
    "cp1252": text(as_csv(weeks().assign(note="Straße – 5 €")), encoding="cp1252"),
    "latin-1": text(as_csv(weeks().assign(note="Küche")), encoding="latin-1"),
    "UTF-16": text(as_csv(weeks()), encoding="utf-16"),
    "UTF-16 without a mark": text(as_csv(weeks()), encoding="utf-16-le"),
    "mark and quotes": text("\ufeff" + as_csv(weeks(), quoting=1)),
    "carriage returns": binary(as_csv(weeks()).replace("\n", "\r").encode()),
    "blank lines": text(as_csv(weeks()).replace("\n", "\n\n")),
    "semicolons": text(as_csv(weeks(), sep=";")),
    "quoted decimal commas": text(as_csv(weeks(), decimal=",")),
    "thousands separators": changed(lambda f: f.assign(revenue=[f"{v:,.2f}" for v in f.revenue])),
    "Swiss thousands": changed(
        lambda f: f.assign(revenue=[f"{v:,.2f}".replace(",", "'") for v in f.revenue])
    ),
    "currency signs": changed(lambda f: f.assign(tv_spend=[f"€ {v}" for v in f.tv_spend])),
    "German dates": dates(lambda d: d.strftime("%d.%m.%y")),
    "macros": make.with_macros,
    "ten years backwards": changed(lambda f: f.iloc[::-1]),
}
"""Files that say the same as the sound table."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("home"))


@pytest.fixture
def liftos(capsys: pytest.CaptureFixture[str], home: str) -> Ask:
    """Runs a command and returns its exit code, output and errors."""

    def call(*arguments: str) -> tuple[int, str, str]:
        located = () if arguments[:2] == ("data", "roles") else ("--home", home)
        code = run([*arguments, *located])
        out, errors = capsys.readouterr()
        assert "Traceback" not in out + errors
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", out + errors))
        return code, out, errors

    return call


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_by_place_and_with_a_cure(
    name: str, liftos: Ask, tmp_path: Path
) -> None:
    build, said = REFUSED[name]
    file = build(tmp_path)
    commands = (
        ("data", "check", file),
        ("ask", QUESTION, "--data", file, "--no-input"),
        ("data", "roles", file),
    )
    for command in commands:
        code, out, errors = liftos(*command)
        if (
            name in ("words for numbers", "words in every other number", "two currencies")
            and command[1] == "check"
        ):
            assert code == 0
            assert "error" in out
            continue
        assert code == 2, command
        assert re.search(said, errors.replace("\n", " ")), errors


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_table_is_checked_and_answers_no_question_that_needs_it(
    name: str, liftos: Ask, tmp_path: Path
) -> None:
    build, said, found = FAULTY[name]
    file = build(tmp_path)
    code, out, _ = liftos("data", "check", file, "--json")
    assert code == 0
    findings = json.loads(out)["result"]["findings"]
    assert found in {finding["name"] for finding in findings}
    assert all(
        f["severity"] == "info" or f["columns"] or f["rows"] or f["name"] in ("roles", "panel", "length")
        for f in findings
    )
    code, _, errors = liftos("ask", QUESTION, "--data", file, "--no-input")
    if said:
        assert code == 2
        assert re.search(said, errors.replace("\n", " ")), errors
        assert "liftos data check FILE" in errors
    code, out, _ = liftos(
        "ask", "Is this data clean, what is wrong in the file?", "--data", file, "--no-input", "--json"
    )
    assert code == 0
    assert json.loads(out)["status"] == "complete"


@pytest.mark.parametrize("name", REPAIRED)
def test_a_repair_is_stated_and_carried_as_a_caveat(name: str, liftos: Ask, tmp_path: Path) -> None:
    build, said = REPAIRED[name]
    file = build(tmp_path)
    code, out, errors = liftos("ask", QUESTION, "--data", file, "--no-input", "--json")
    assert code == 0, errors
    answer = json.loads(out)
    assert answer["status"] == "complete"
    assert answer["grounding"]["numbers"] == answer["grounding"]["bound"]
    assert any(said in caveat for caveat in answer["answer"]["caveats"]), answer["answer"]["caveats"]


@pytest.mark.parametrize("name", SAME)
def test_odd_notation_says_the_same(name: str, tmp_path: Path) -> None:
    found = load(SAME[name](tmp_path)).frame
    assert found is not None
    sound = load(text(as_csv(weeks()), "sound.csv")(tmp_path)).frame
    assert sound is not None
    same = found.drop(columns=[c for c in found.columns if c == "note"]).sort_values(
        "date", ignore_index=True
    )
    pd.testing.assert_frame_equal(same, sound)


def test_an_outcome_that_never_changes_identifies_nothing(liftos: Ask, tmp_path: Path) -> None:
    file = changed(column("revenue", 0))(tmp_path)
    out = liftos("data", "check", file, "--json")[1]
    assert "never changes" in json.loads(out)["result"]["findings"][0]["message"]
    code, out, _ = liftos("ask", QUESTION, "--data", file, "--no-input", "--json")
    assert code == 0
    assert json.loads(out)["answer"]["headline"].startswith("Not identified")


def test_tables_that_do_not_meet_are_refused_with_their_dates(liftos: Ask, tmp_path: Path) -> None:
    early, late = tmp_path / "early.csv", tmp_path / "late.csv"
    early.write_text(as_csv(weeks()[["date", "revenue"]]))
    spend = weeks()[["date", "tv_spend"]].assign(
        date=pd.date_range("2030-01-07", periods=60, freq="7D").astype(str)
    )
    late.write_text(as_csv(spend))
    code, _, errors = liftos("ask", QUESTION, "-d", str(early), "-d", str(late), "--no-input")
    assert code == 2
    assert "share no date" in errors
    assert "2023-01-02" in errors


def test_a_name_may_not_steer_the_terminal(liftos: Ask, tmp_path: Path) -> None:
    file = make.odd_name(tmp_path)
    for command in (
        ("data", "roles", file),
        ("data", "check", file),
        ("ask", QUESTION, "-d", file, "--no-input"),
    ):
        _, out, errors = liftos(*command)
        assert "\u202e" not in out + errors
        assert "[bold]" in (errors or "[bold]")


def test_markup_in_headers_is_printed_as_it_is(liftos: Ask, tmp_path: Path) -> None:
    file = text(
        as_csv(weeks().rename(columns={"tv_spend": "[/red]tv_spend", "search_spend": "[link=x]s_spend"}))
    )(tmp_path)
    code, out, _ = liftos("data", "roles", file)
    assert code == 0
    assert "[/red]tv_spend" in out
    assert liftos("data", "check", file)[0] == 0
    assert liftos("ask", QUESTION, "-d", file, "--no-input")[0] == 0


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_formulas_go_out_as_texts(liftos: Ask, tmp_path: Path, ending: str) -> None:
    evil = ["=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-1+2", "\t=1", "＝1+1"]
    frame = weeks().assign(note=[*evil, *["x"] * 54]).rename(columns={"note": "=note"})
    # One row stands twice, so that there is something to clean.
    file = text(as_csv(pd.concat([frame, frame.tail(1)])))(tmp_path)
    out = tmp_path / f"clean{ending}"
    assert run(["data", "clean", file, "--fix", "drop_duplicates", "--out", str(out)]) == 0
    if ending == ".csv":
        cells = [str(v) for v in pd.read_csv(out).iloc[:, -1]] + [pd.read_csv(out).columns[-1]]
    else:
        sheet = openpyxl.load_workbook(out).active
        assert sheet is not None
        assert all(c.data_type != "f" for row in sheet.iter_rows() for c in row)
        cells = [str(row[-1].value) for row in sheet.iter_rows()]
    assert len(cells) == 61
    assert not [c for c in cells if c.startswith(("=", "+", "-", "@", "\t", "＝"))]


def test_a_file_that_may_not_be_read(liftos: Ask, tmp_path: Path) -> None:
    sound = text(as_csv(weeks()), "sound.csv")(tmp_path)
    assert liftos("data", "roles", sound)[0] == 0
    file = make.unreadable(tmp_path)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        if os.geteuid() == 0 and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    with unprivileged():
        code, _, errors = liftos("data", "roles", file)
    assert code == 2
    assert "cannot be read (Permission denied)" in errors or "cannot be opened (Permission denied)" in errors


def test_memory_stays_small_whatever_is_read(tmp_path: Path) -> None:
    builders = (make.endless_line(1_200_000_000), make.long_line(60_000_000), make.zip_bomb, make.lying_zip)
    files = []
    for number, build in enumerate(builders):
        (tmp_path / str(number)).mkdir()
        files.append(build(tmp_path / str(number)))
    script = (
        "import resource, sys\n"
        "from liftos_agents.data import Limits, load\n"
        "from liftos_agents.errors import DataError\n"
        "import openpyxl\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for file in sys.argv[1:]:\n"
        "    try:\n"
        "        load(file, limits=Limits(bytes=2 * 1024**3))\n"
        "    except DataError:\n"
        "        pass\n"
        "    else:\n"
        "        raise SystemExit(file)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, *files], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr + done.stdout
    assert int(done.stdout) < 400_000


def test_json_output_tells_a_mistake_as_json(liftos: Ask, tmp_path: Path) -> None:
    file = line(30, "2023-07-24,9000")(tmp_path)
    code, out, _ = liftos("ask", QUESTION, "-d", file, "--json", "--no-input")
    assert code == 2
    error = json.loads(out)["error"]
    assert error["where"] == "shop.csv, row 31"
    assert error["fix"]
