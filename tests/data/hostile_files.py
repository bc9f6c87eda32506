"""Files as attackers and hurried people make them, each written by a small builder."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import openpyxl
import pandas as pd

Builder = Callable[[Path], str]


def weeks(rows: int = 60) -> pd.DataFrame:
    """A sound table of weeks with two channels."""
    rng = np.random.default_rng(5)
    tv, search = rng.gamma(2.0, 500.0, rows).round(2), rng.gamma(3.0, 200.0, rows).round(2)
    return pd.DataFrame(
        {
            "date": pd.date_range("2023-01-02", periods=rows, freq="7D").strftime("%Y-%m-%d"),
            "revenue": (9_000.0 + 2.0 * tv + 3.0 * search + rng.normal(0.0, 300.0, rows)).round(2),
            "tv_spend": tv,
            "search_spend": search,
        }
    )


def text(content: str, name: str = "shop.csv", encoding: str = "utf-8") -> Builder:
    """Writes `content`."""
    return binary(content.encode(encoding), name)


def binary(content: bytes, name: str = "shop.csv") -> Builder:
    """Writes bytes."""

    def build(folder: Path) -> str:
        (folder / name).write_bytes(content)
        return str(folder / name)

    return build


def changed(change: Callable[[pd.DataFrame], pd.DataFrame], **options: object) -> Builder:
    """Writes the sound table after a change."""
    return text(as_csv(change(weeks()), **options))


def as_csv(frame: pd.DataFrame, **options: object) -> str:
    """The table as CSV."""
    return frame.to_csv(index=False, **options)  # type: ignore[call-overload]


def cell(column: str, row: int, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Puts `value` into a cell."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        spoilt = frame.astype({column: object})
        spoilt.loc[row, column] = value
        return spoilt

    return change


def column(name: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Fills a column with one value."""
    return lambda frame: frame.assign(**{name: value})


def line(number: int, replacement: str) -> Builder:
    """Writes the sound table with one line (0 is the header) replaced."""
    lines = as_csv(weeks()).splitlines()
    lines[number] = replacement
    return text("\n".join(lines) + "\n")


def endless_line(size: int, name: str = "endless.csv") -> Builder:
    """A sparse file of `size` zero bytes' room that begins like a table and never ends its line."""

    def build(folder: Path) -> str:
        path = folder / name
        with path.open("wb") as file:
            file.write(b"date,revenue,tv_spend\n2024-01-01,1,")
            file.truncate(size)
        return str(path)

    return build


def long_line(size: int, name: str = "long.csv") -> Builder:
    """A line of `size` letters below a header."""

    def build(folder: Path) -> str:
        path = folder / name
        with path.open("wb") as file:
            file.write(b"date,revenue,tv_spend\n2024-01-01,1,")
            for _ in range(size // 1_000_000):
                file.write(b"x" * 1_000_000)
        return str(path)

    return build


def workbook(change: Callable[[openpyxl.Workbook], object], name: str = "shop.xlsx") -> Builder:
    """An Excel file of the sound table after a change."""

    def build(folder: Path) -> str:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "weeks"
        for row in [list(weeks().columns), *weeks().to_numpy().tolist()]:
            sheet.append(row)
        change(book)
        book.save(folder / name)
        return str(folder / name)

    return build


def formulas(book: openpyxl.Workbook) -> None:
    """A column of formulas whose values nobody computed."""
    for row in range(2, 62):
        book["weeks"][f"C{row}"] = f"=D{row}*2"


def merged_header(book: openpyxl.Workbook) -> None:
    """A title over all columns, merged."""
    sheet = book["weeks"]
    sheet.insert_rows(1)
    sheet["A1"] = "Media report"
    sheet.merge_cells("A1:D1")


def several_sheets(book: openpyxl.Workbook) -> None:
    """A second sheet of other data."""
    book.create_sheet("notes").append(["something", "else"])


def hidden_first(book: openpyxl.Workbook) -> None:
    """A hidden sheet before the one that is shown."""
    hidden = book.create_sheet("old", 0)
    for row in (["date", "revenue", "tv_spend"], ["2020-01-06", 1, 1], ["2020-01-13", 2, 2]):
        hidden.append(row)
    hidden.sheet_state = "hidden"
    book.active = 1


def zip_bomb(folder: Path) -> str:
    """A workbook of a megabyte whose sheet unpacks to a gigabyte."""
    path = folder / "bomb.xlsx"
    book = openpyxl.Workbook()
    book.save(path)
    with zipfile.ZipFile(path) as source:
        kept = {name: source.read(name) for name in source.namelist() if "sheet1" not in name}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for name, content in kept.items():
            target.writestr(name, content)
        with target.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(600):
                sheet.write(b" " * 1_000_000)
    return str(path)


def lying_zip(folder: Path) -> str:
    """A workbook whose directory says that its sheet is small, and which unpacks to much more."""
    path = Path(zip_bomb(folder))
    raw = bytearray(path.read_bytes())
    place = raw.rfind(b"PK\x01\x02", 0, raw.rfind(b"PK\x05\x06"))
    raw[place + 24 : place + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(bytes(raw))
    return str(path)


def with_macros(folder: Path) -> str:
    """A workbook that carries a macro project."""
    path = folder / "shop.xlsm"
    workbook(lambda _: None, "plain.xlsx")(folder)
    with zipfile.ZipFile(folder / "plain.xlsx") as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
        target.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 macros")
    return str(path)


def locked_workbook(folder: Path) -> str:
    """The container that Excel writes round a workbook with a password."""
    path = folder / "locked.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    )
    return str(path)


def parquet(query: str, name: str = "shop.parquet") -> Builder:
    """A Parquet file of a query."""

    def build(folder: Path) -> str:
        duckdb.execute(f"COPY ({query}) TO '{folder / name}' (FORMAT parquet)")
        return str(folder / name)

    return build


def cut_parquet(folder: Path) -> str:
    """A Parquet file without its end."""
    path = Path(parquet("SELECT range AS a FROM range(1000)")(folder))
    path.write_bytes(path.read_bytes()[:-20])
    return str(path)


def link_out(folder: Path) -> str:
    """A link to a file of the system."""
    (folder / "shop.csv").symlink_to("/etc/passwd")
    return str(folder / "shop.csv")


def broken_link(folder: Path) -> str:
    """A link to nothing."""
    (folder / "shop.csv").symlink_to(folder / "gone.csv")
    return str(folder / "shop.csv")


def circular_link(folder: Path) -> str:
    """Two links to one another."""
    (folder / "a.csv").symlink_to(folder / "b.csv")
    (folder / "b.csv").symlink_to(folder / "a.csv")
    return str(folder / "a.csv")


def pipe(folder: Path) -> str:
    """A named pipe that nobody writes to."""
    os.mkfifo(folder / "shop.csv")
    return str(folder / "shop.csv")


def unreadable(folder: Path) -> str:
    """A file without the right to read it."""
    path = Path(text(as_csv(weeks()))(folder))
    path.chmod(0)
    return str(path)


def gzipped(folder: Path) -> str:
    """A compressed table."""
    (folder / "shop.csv.gz").write_bytes(gzip.compress(as_csv(weeks()).encode()))
    return str(folder / "shop.csv.gz")


def two_tables_apart(folder: Path) -> str:
    """A folder's glob of two tables with different columns."""
    (folder / "a.csv").write_text(as_csv(weeks()))
    (folder / "b.csv").write_text(as_csv(weeks().rename(columns={"tv_spend": "radio_spend"})))
    return str(folder / "*.csv")


def odd_name(folder: Path) -> str:
    """A file whose name holds markup, control characters and an escape sequence."""
    name = "[bold]shop\x1b[31m\n\u202egnp.csv"
    (folder / name).write_text("date,revenue,tv_spend\n2024-01-01,1,1\n2024-13-99,1,x\n")
    return str(folder / name)


def odd_json(folder: Path) -> str:
    """JSON whose rows hold objects, lists and lists of objects."""
    rows = [
        {
            "date": row["date"],
            "kpi": {"revenue": row["revenue"]},
            "spend": {"tv": row["tv_spend"]},
            "tags": ["a", "b"],
            "log": [{}, {}],
        }
        for row in weeks().to_dict("records")
    ]
    (folder / "shop.json").write_text(json.dumps(rows))
    return str(folder / "shop.json")


def wide(columns: int) -> Builder:
    """A table of very many columns."""
    names = ",".join(f"c{i}" for i in range(columns))
    return text(
        f"date,{names}\n" + "".join(f"2024-01-{d:02d}," + ",".join("1" * columns) + "\n" for d in (1, 8, 15))
    )


def stata(folder: Path) -> str:
    """The first bytes of a Stata file."""
    buffer = io.BytesIO()
    weeks().to_stata(buffer, write_index=False, version=118)
    (folder / "shop.dta").write_bytes(buffer.getvalue()[:300])
    return str(folder / "shop.dta")


def plain_zip(folder: Path) -> str:
    """An archive that holds no workbook."""
    with zipfile.ZipFile(folder / "plain.xlsx", "w") as target:
        target.writestr("a.txt", "hello")
    return str(folder / "plain.xlsx")


def two_quotes() -> str:
    """The sound table with two quotation marks that open and do not close, so that their number is even."""
    lines = as_csv(weeks()).splitlines()
    for number in (20, 30):
        first, _, rest = lines[number].partition(",")
        lines[number] = f'{first},"{rest}'
    return "\n".join(lines) + "\n"


def column_of(name: str, value: object) -> Builder:
    """Writes the sound table with one value in all rows of a column."""
    return changed(column(name, value))
