"""What is put under a hash comes back as it was."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liftos_agents.data import Dataset, EvidenceStore, Home, Store, TransientStore, load
from liftos_agents.domain.evidence import DatasetRef, Evidence
from liftos_agents.errors import NotFoundError


def evidence(result: dict[str, Any], seconds: float = 0.5) -> Evidence:
    ref = DatasetRef(id="d" * 64, name="sales")
    return Evidence(
        id="ev_0123456789abcdef",
        tool="t",
        version="1",
        arguments={"n": 1, "roles": {"date": "d"}},
        datasets=(ref,),
        result=result,
        seconds=seconds,
    )


@pytest.fixture(params=["database", "memory"])
def store(request: pytest.FixtureRequest, home: Home) -> Store:
    return home.evidence if request.param == "database" else TransientStore()


def test_evidence_comes_back_and_the_first_stays(store: Store, home: Home) -> None:
    assert store.get("ev_0123456789abcdef") is None
    first = evidence({"a": 0.1 + 0.2, "b": ["x", None, True]})
    store.put(first)
    store.put(evidence({"a": 9.0}))
    assert store.get(first.id) == first


def test_evidence_survives_the_process(home: Home) -> None:
    first = evidence({"a": 0.1 + 0.2, "ü": [1, 2.5, None]})
    home.evidence.put(first)
    home.evidence.put(evidence({"a": 9.0}))
    assert EvidenceStore(home.database, home.root).get(first.id) == first


def test_artifacts(store: Store) -> None:
    identifier = store.put_artifact(b"\x00posterior")
    assert store.put_artifact(b"\x00posterior") == identifier
    assert store.get_artifact(identifier) == b"\x00posterior"
    with pytest.raises(NotFoundError):
        store.get_artifact("0" * 64)


def test_an_artifact_id_leads_nowhere_else(home: Home) -> None:
    for bad in ("../../etc/passwd", "0" * 63, "Z" * 64, ""):
        with pytest.raises(NotFoundError):
            home.evidence.get_artifact(bad)


def test_a_damaged_artifact_is_refused(home: Home) -> None:
    identifier = home.evidence.put_artifact(b"whole")
    (home.root / "artifacts" / identifier[:2] / identifier).write_bytes(b"hole")
    with pytest.raises(NotFoundError, match="damaged"):
        home.evidence.get_artifact(identifier)
    assert [p.name for p in (home.root / "artifacts").rglob("*") if p.is_file()] == [identifier]


def test_datasets(home: Home, weeks: pd.DataFrame) -> None:
    frame = weeks.assign(label="ü", Date="x", empty=None, when=pd.Timestamp(2024, 1, 1, 10, 30))
    dataset = load(frame, name="shop")
    kept = home.evidence.get_dataset(home.evidence.put_dataset(dataset))
    assert kept.frame is not None
    assert dataset.frame is not None
    pd.testing.assert_frame_equal(kept.frame, dataset.frame)
    assert Dataset.of_frame(kept.frame, "again", currencies=kept.currencies).id == dataset.id
    text = Dataset.of_text("Grüße\nzwei", "note", ("a note",))
    again = home.evidence.get_dataset(home.evidence.put_dataset(text))
    assert (again.text, again.kind, again.notes) == ("Grüße\nzwei", "text", ("a note",))
    with pytest.raises(NotFoundError):
        home.evidence.get_dataset("0" * 64)


CELLS = {
    "number": st.floats(allow_infinity=False),
    "text": st.one_of(
        st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=9)
    ),
    "date": st.one_of(st.none(), st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1))),
}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_table_comes_back(home: Home, data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 6))
    columns: dict[str, Any] = {}
    for position, kind in enumerate(
        data.draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=4))
    ):
        cells = data.draw(st.lists(CELLS[kind], min_size=rows, max_size=rows))
        dtype = {"number": "float64", "date": "datetime64[us]", "text": "str"}[kind]
        columns[data.draw(st.text(max_size=3)) + str(position)] = pd.Series(cells, dtype=dtype)
    dataset = Dataset.of_frame(pd.DataFrame(columns), "any")
    kept = home.evidence.get_dataset(home.evidence.put_dataset(dataset))
    assert kept.frame is not None
    assert Dataset.of_frame(kept.frame, "any").id == dataset.id


def test_the_id_knows_content_and_nothing_else(weeks: pd.DataFrame, tmp_path: Path) -> None:
    one = load(weeks, name="one")
    assert load(weeks, name="two").id == one.id
    changed = weeks.assign(tv_spend=weeks["tv_spend"].mask(weeks.index == 50, 0.0))
    others = [
        changed,
        weeks.iloc[::-1],
        weeks.rename(columns={"tv_spend": "TV_spend"}),
        weeks.drop(columns="revenue"),
    ]
    assert len({one.id, *(load(other).id for other in others)}) == 5
    zero = pd.DataFrame({"x": [0.0, 1.0]})
    assert load(zero).id == load(-zero * -1.0).id == load(zero.mask(zero == 0.0, -0.0)).id
