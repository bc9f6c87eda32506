"""Files as people have them become one typed dataset, or are refused by file, column and row."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents.data import Limits, load, parquet
from liftos_agents.errors import AmbiguousRoleError, DataError, NotFoundError

Write = Callable[..., Path]
LINES = "".join(f"2024-01-{n:02d},{n % 6}\n" for n in range(1, 21))
PLAIN = "date,tv_spend,label\n2024-01-01,1.5,a\n2024-01-08,2,b\n"


def column(path: Path, name: str) -> list[object]:
    frame = load(path).frame
    assert frame is not None
    return frame[name].tolist()


def test_plain_csv(file: Write) -> None:
    frame = load(file(PLAIN)).frame
    assert frame is not None
    assert [str(t) for t in frame.dtypes[:2]] == ["datetime64[us]", "float64"]
    assert frame["label"].tolist() == ["a", "b"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings(file: Write, encoding: str) -> None:
    path = file("date;Stadt;Umsatz\n2024-01-01;Köln;1,5\n2024-01-08;Münster;2,5\n", encoding=encoding)
    assert column(path, "Stadt") == ["Köln", "Münster"]
    assert column(path, "Umsatz") == [1.5, 2.5]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(file: Write, separator: str) -> None:
    path = file(PLAIN.replace(",", separator))
    assert column(path, "tv_spend") == [1.5, 2.0]


def test_quoted_cells_may_hold_separators_and_line_breaks(file: Write) -> None:
    path = file('date,note,x\n2024-01-01,"a, ""b""\nc",1\n2024-01-08,d,2\n')
    assert column(path, "note") == ['a, "b"\nc', "d"]


def test_european_file_reads_doubtful_cells_by_the_others(file: Write) -> None:
    path = file("date;a;b\n01.02.2024;1.234;0,5\n08.02.2024;12.500;1,75\n")
    assert column(path, "a") == [1234.0, 12500.0]
    assert column(path, "b") == [0.5, 1.75]


def test_names_of_events_beside_zeros_stay_text(file: Write) -> None:
    assert column(file("date,event\n" + "2024-01-01,0\n" * 30 + "2024-01-02,Black Friday\n"), "event")[
        -2:
    ] == ["0", "Black Friday"]


def test_missing_words_are_missing(file: Write) -> None:
    values = column(file("date,x,event\n2024-01-01,na,na\n2024-01-08,-,promo\n2024-01-15,3,NULL\n"), "x")
    assert np.isnan(values[:2]).all()
    assert column(file("date,x,event\n2024-01-01,na,na\n2024-01-08,-,promo\n"), "event")[1] == "promo"


def test_identifiers_keep_their_zeros_and_their_last_digit(tmp_path: Path) -> None:
    longest = 120330000000000001
    frame = pd.DataFrame({"sku": ["00123", "00124"], "meta_id": [longest, longest + 1], "price": [1, 2]})
    csv, parquet, lines = (tmp_path / f"shop.{ending}" for ending in ("csv", "parquet", "jsonl"))
    frame.to_csv(csv, index=False)
    duckdb.sql("SELECT * FROM frame").write_parquet(str(parquet))
    frame.to_json(lines, orient="records", lines=True)
    for path in (csv, parquet, lines):
        assert column(path, "sku") == ["00123", "00124"], path.name
        assert column(path, "meta_id") == [str(longest), str(longest + 1)], path.name
        assert column(path, "price") == [1.0, 2.0]
    assert load(frame).id == load(csv).id
    assert "Read as identifiers, not as numbers: 'sku', 'meta_id'." in load(csv).notes


def test_amounts_padded_with_zeros_are_numbers(file: Write) -> None:
    path = file("date,tv_spend\n2024-01-01,0015\n2024-01-08,0100\n")
    assert column(path, "tv_spend") == [15.0, 100.0]


def test_lines_above_the_header_and_a_line_of_totals_are_left_out(file: Write) -> None:
    dataset = load(
        file("Campaign report\nJan 2024\ndate,spend,x\n2024-01-01,1,2\n2024-01-08,2,3\nTotal,3,5\n")
    )
    assert dataset.frame is not None
    assert dataset.frame.shape == (2, 3)
    assert len(dataset.notes) == 2


@pytest.mark.parametrize("above", ["Report\n\n", "\n\n", "", "A\nB\n\n"])
@pytest.mark.parametrize("header", ["date,spend,x", 'date,spend,"x\ny"'])
def test_blank_lines_and_broken_headers_shift_nothing(file: Write, above: str, header: str) -> None:
    frame = load(file(f"{above}{header}\n2024-01-01,1,2\n2024-01-08,2,3\n2024-01-15,2,3\n")).frame
    assert frame is not None
    assert list(frame.columns) == ["date", "spend", "x y" if '"' in header else "x"]
    assert frame["spend"].tolist() == [1.0, 2.0, 2.0]


def test_one_column_of_amounts_in_two_currencies_stays_text(file: Write) -> None:
    dataset = load(file("date,spend\n2024-01-01,$5\n2024-01-08,€6\n"))
    assert dataset.frame is not None
    assert dataset.frame["spend"].tolist() == ["$5", "€6"]
    assert load(file("date,spend\n2024-01-01,€5\n2024-01-08,€6\n")).currencies == {"spend": "EUR"}


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (f"date,x\n{LINES}2024-01-01,oops\n", "data.csv, column 'x', row 22"),
        (f"date,x\n{LINES}2024-99-01,1\n", "data.csv, column 'date', row 22"),
        ("a,b\n1,x\n2,y,z\n", "data.csv, row 3"),
        ("1,2\n3,4\n", "data.csv, row 1"),
        ("date,date\n2024-01-01,2024-01-02\n", "data.csv, column 2"),
        ("spend,spend\n1,2\n", "data.csv, column 2"),
        ("", "data.csv"),
        ("a,b\n", "data.csv"),
        (b"\x00\x01\x02\xff" * 50, "data.csv"),
    ],
)
def test_what_cannot_be_read_is_named(file: Write, content: str | bytes, where: str) -> None:
    with pytest.raises(DataError) as caught:
        load(file(content))
    assert where in str(caught.value)


def test_headers_blank_and_repeated(file: Write) -> None:
    dataset = load(file(",date,,x,x,y,y\n0,2024-01-01,,1,1,1,2\n1,2024-01-08,,2,2,2,3\n"))
    assert dataset.frame is not None
    assert list(dataset.frame.columns) == ["row_number", "date", "x", "y", "y_2"]
    assert len(dataset.notes) == 4


def test_dates_that_read_two_ways_are_asked_about(file: Write) -> None:
    path = file("date,x\n01/02/2024,1\n02/03/2024,2\n")
    with pytest.raises(AmbiguousRoleError) as caught:
        load(path)
    assert caught.value.role == "date_order"
    frame = load(path, date_order="day_first").frame
    assert frame is not None
    assert str(frame["date"][0])[:10] == "2024-02-01"


def test_every_format_gives_the_same_dataset(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "date": pd.date_range("2024-01-01", periods=5, freq="7D"),
            "tv_spend": [1.5, 2.0, np.nan, 4.25, 0.0],
            "label": ["a", "b", None, "ü", "e"],
        }
    )
    text = frame.assign(date=frame["date"].dt.strftime("%Y-%m-%d"))
    text.to_csv(tmp_path / "a.csv", index=False)
    text.to_csv(tmp_path / "b.tsv", index=False, sep="\t")
    frame.to_excel(tmp_path / "c.xlsx", index=False)
    text.to_json(tmp_path / "d.jsonl", orient="records", lines=True)
    text.to_json(tmp_path / "e.json", orient="records")
    frame.assign(label=frame["label"].fillna("")).to_stata(tmp_path / "f.dta", write_index=False, version=118)
    ids = {path.name: load(path).id for path in sorted(tmp_path.iterdir())}
    assert set(ids.values()) == {load(frame).id}
    assert load(frame.set_index("date")).id == load(frame).id


def test_a_glob_stacks_files_with_the_same_columns(tmp_path: Path) -> None:
    (tmp_path / "m_1.csv").write_text("date,x\n2024-01-01,1\n")
    (tmp_path / "m_2.csv").write_text("x,date\n2,2024-01-08\n")
    dataset = load(str(tmp_path / "m_*.csv"))
    assert dataset.frame is not None
    assert dataset.frame["x"].tolist() == [1.0, 2.0]
    assert dataset.name == "m"
    (tmp_path / "m_3.csv").write_text("date,y\n2024-01-15,3\n")
    with pytest.raises(DataError, match=r"m_3\.csv.*lacks 'x'"):
        load(str(tmp_path / "m_*.csv"))


def test_a_bad_cell_of_a_stack_is_named_by_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "m_2.csv").write_text("date,x\n2024-01-08,2\n2024-01-09,oops\n")
    (tmp_path / "m_1.csv").write_text(f"date,x\n{LINES}")
    with pytest.raises(DataError, match=r"m_2\.csv, column 'x', row 3"):
        load(str(tmp_path / "m_*.csv"))


@pytest.mark.parametrize(
    ("limits", "content"),
    [
        (Limits(bytes=10), PLAIN),
        (Limits(rows=1), PLAIN),
        (Limits(columns=2), PLAIN),
        (Limits(cell=20), "date,x\n2024-01-01," + "a" * 21 + "\n"),
        (Limits(), "x" * 3_000_000),
        (Limits(), "a,b\n1," + "y" * 3_000_000 + "\n"),
    ],
)
def test_limits(file: Write, limits: Limits, content: str) -> None:
    with pytest.raises(DataError):
        load(file(content), limits=limits)


def test_cells_are_counted_before_they_are_read(file: Write, tmp_path: Path) -> None:
    path = file("a,b,c\n" + ",,\n" * 100_000)
    with pytest.raises(DataError, match="300,003 cells are more than may be held"):
        load(path, limits=Limits(bytes=1_000_000))
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in range(1, 200):
        sheet.cell(row, 1_000, 1)
    book.save(tmp_path / "wide.xlsx")
    with pytest.raises(DataError, match="more cells than may be read"):
        load(tmp_path / "wide.xlsx", limits=Limits(bytes=1_000_000))


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    pd.DataFrame({"x": range(10)}).to_excel(tmp_path / "a.xlsx", index=False)
    with zipfile.ZipFile(tmp_path / "a.xlsx", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * 3_000_000)
    assert (tmp_path / "a.xlsx").stat().st_size < 20_000
    with pytest.raises(DataError, match="unpacks"):
        load(tmp_path / "a.xlsx", limits=Limits(bytes=1_000_000))


def test_a_small_file_that_unpacks_to_much_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    duckdb.execute(f"COPY (SELECT repeat('x', 60000) AS a FROM range(20000)) TO '{path}' (FORMAT parquet)")
    assert path.stat().st_size < 1_000_000
    with pytest.raises(DataError, match="unpacks to"):
        load(path)
    duckdb.execute(f"COPY (SELECT 1.0 AS a, 2.0 AS b FROM range(1000)) TO '{path}' (FORMAT parquet)")
    with pytest.raises(DataError, match="unpacks to"):
        load(path, limits=Limits(bytes=15_000))
    assert load(path, limits=Limits(bytes=16_000)).frame is not None


def test_a_workbook_whose_sheet_expands_entities_is_refused(tmp_path: Path) -> None:
    path, hostile = tmp_path / "shop.xlsx", tmp_path / "hostile.xlsx"
    pd.DataFrame({"week": ["2024-01-01"], "sales": [1.0]}).to_excel(path, index=False)
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 9))
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(hostile, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name.endswith("sheet1.xml"):
                sheet = text.decode().replace("<sheetData>", "<sheetData><row><c><v>&e8;</v></c></row>")
                text = f'<!DOCTYPE s [<!ENTITY e0 "aaaaaaaaaa">{entities}]>{sheet[sheet.index("<worksheet") :]}'.encode()
            target.writestr(name, text)
    with pytest.raises(DataError, match="cannot be read"):
        load(hostile)


def test_what_is_no_workbook_or_parquet(file: Write) -> None:
    for name in ("a.xlsx", "a.parquet", "a.dta", "a.jsonl"):
        with pytest.raises(DataError, match=name.replace(".", r"\.")):
            load(file("hello there", name))


def test_texts(file: Write) -> None:
    dataset = load(file("# Kettle\nBoils water.", "kettle.md"))
    assert (dataset.kind, dataset.name, dataset.text) == ("text", "kettle", "# Kettle\nBoils water.")
    with pytest.raises(DataError):
        load(file("x" * 11, "a.txt"), limits=Limits(text=10))


def test_paths(tmp_path: Path, file: Write) -> None:
    file(PLAIN, "sales.csv")
    with pytest.raises(NotFoundError, match=r"sales\.csv"):
        load(tmp_path / "salse.csv")
    for source in ("https://example.com/a.csv", str(tmp_path), str(tmp_path / "*.nothing")):
        with pytest.raises((DataError, NotFoundError)):
            load(source)
    with pytest.raises(DataError, match="ending"):
        load(file("x", "a.pickle"))


def test_no_file_outside_the_roots(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret.csv").write_text(PLAIN)
    (inside / "own.csv").write_text(PLAIN)
    (inside / "link.csv").symlink_to(outside / "secret.csv")
    assert load(inside / "own.csv", roots=[inside]).kind == "table"
    for path in (inside / "link.csv", inside / ".." / "out" / "secret.csv", outside / "absent.csv"):
        with pytest.raises(DataError, match="outside"):
            load(path, roots=[inside])


def test_reference_files(reference: Path) -> None:
    shapes = {
        "mmm/robyn_weekly.csv": (208, 12),
        "causal/nsw_mixtape.dta": (445, 11),
        "surfacing/wands_query.csv": (480, 3),
    }
    for name, shape in shapes.items():
        frame = load(reference / name).frame
        assert frame is not None
        assert frame.shape == shape


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(-1e9, 1e9), st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=8)
        ),
        min_size=1,
        max_size=8,
    )
)
def test_csv_and_frame_agree(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, str]]) -> None:
    frame = pd.DataFrame({"amount": [r[0] for r in rows], "word": ["w" + r[1] for r in rows]})
    buffer = io.StringIO()
    frame.to_csv(buffer, index=False, lineterminator="\n")
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_text(buffer.getvalue(), encoding="utf-8")
    assert load(path).id == load(frame).id


def test_a_simulated_frame_is_called_simulated() -> None:
    frame = pd.DataFrame(
        {"date": pd.date_range("2024-01-01", periods=3, freq="7D"), "revenue": [1.0, 2.0, 3.0]}
    )
    assert load(frame).name == "frame"
    frame.attrs["simulated"] = True
    assert load(frame).name == "simulated"
    assert load(frame, name="market").name == "market"


def test_a_long_read_draws_no_bar_into_what_a_command_prints(tmp_path: Path) -> None:
    with parquet.connect(tmp_path / "any.csv") as connection:
        assert connection.execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(False,)]
