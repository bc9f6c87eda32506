"""Whatever happens to a file's bytes, loading and checking end with a dataset or an error that a user can read."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents.data import brief, check, load
from liftos_agents.errors import UserError
from tests.data import hostile_files as make

PIECES = (
    *(
        b'"',
        b",",
        b";",
        b"\n",
        b"\r",
        b"\0",
        b"=",
        b"%",
        b"\xff",
        b"\xe2\x82\xac",
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b"\t",
    ),
    *(
        b"1e999",
        b"nan",
        b"inf",
        b"9" * 400,
        b"0001-01-01",
        b"31/02/2024",
        b"2024-W60",
        b"Q9 2024",
        b"date",
        b"\\u0000",
    ),
)
CHANGES = st.lists(
    st.tuples(
        st.floats(0, 1), st.sampled_from(["put", "cut", "set"]), st.sampled_from(PIECES), st.integers(1, 50)
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A sound file of each kind."""
    folder = tmp_path_factory.mktemp("sound")
    weeks = make.weeks(12)
    stata = io.BytesIO()
    weeks.to_stata(stata, write_index=False)
    built = {
        "a.xlsx": make.workbook(lambda _: None, "a.xlsx"),
        "a.parquet": make.parquet(
            "SELECT DATE '2024-01-01' AS date, 1.5 AS revenue, 2.0 AS tv_spend FROM range(9)", "a.parquet"
        ),
    }
    return {
        "a.csv": make.as_csv(weeks).encode(),
        "a.tsv": make.as_csv(weeks, sep="\t", decimal=",").encode("utf-16"),
        "a.json": weeks.to_json(orient="records").encode(),
        "a.jsonl": weeks.to_json(orient="records", lines=True).encode(),
        "a.dta": stata.getvalue(),
        "a.html": b"<html><head><title>Kettle</title></head><body><p>Boils.</p></body></html>",
        **{name: Path(build(folder)).read_bytes() for name, build in built.items()},
    }


@settings(max_examples=25, deadline=None)
@given(changes=CHANGES)
@pytest.mark.parametrize(
    "name", ["a.csv", "a.tsv", "a.json", "a.jsonl", "a.dta", "a.html", "a.xlsx", "a.parquet"]
)
def test_mangled_files(
    name: str,
    changes: list[tuple[float, str, bytes, int]],
    files: dict[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    content = bytearray(files[name])
    for where, kind, piece, length in changes:
        place = int(where * len(content))
        content[place : place + (0 if kind == "put" else length)] = b"" if kind == "cut" else piece
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(bytes(content))
    try:
        dataset = load(path)
        brief(dataset)
        if dataset.frame is not None:
            check(dataset, None)
            check(dataset, dataset.roles)
    except UserError:
        return
    assert len(dataset.id) == 64
