"""JSON as people have it becomes a table, or is refused by row and name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents.data import Limits, load
from liftos_agents.errors import DataError

Write = Callable[..., Path]
ROWS = [{"a": 1.5, "b": "x"}, {"a": None, "b": "y"}, {"b": "z", "a": 3}]


def frame_of(path: Path) -> pd.DataFrame:
    found = load(path).frame
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", "\n".join(map(json.dumps, ROWS))),
        ("a.jsonl", "\r\n\r\n".join(map(json.dumps, ROWS)) + "\n\n"),
        ("a.json", "\n".join(map(json.dumps, ROWS))),
        ("a.json", json.dumps(ROWS)),
        ("a.json", json.dumps(ROWS, indent=2)),
        ("a.jsonl", json.dumps(ROWS)),
        ("a.json", json.dumps({"data": ROWS})),
        ("a.json", json.dumps({"data": {"items": ROWS}}, indent=1)),
        ("a.json", json.dumps({"total": 3, "items": ROWS})),
        ("a.json", json.dumps({"a": [1.5, None, 3], "b": ["x", "y", "z"]})),
        ("a.json", pd.DataFrame(ROWS).to_json()),
        ("a.json", "\ufeff" + json.dumps(ROWS)),
    ],
)
def test_the_forms_of_a_table(file: Write, name: str, content: str) -> None:
    assert load(file(content, name)).id == load(pd.DataFrame(ROWS)).id


@pytest.mark.parametrize(
    ("document", "within"),
    [
        ({"data": ROWS, "meta": {"page": 1}}, "data"),
        ({"products": ROWS, "facets": [{"brand": "x"}], "took": 3}, "products"),
        ({"data": {"products": {"edges": ROWS, "pageInfo": {"next": False}}}}, "data.products.edges"),
        ({"took": 3, "hits": {"total": {"value": 3}, "hits": ROWS}}, "hits.hits"),
    ],
)
def test_rows_beside_what_is_told_of_them(file: Write, document: object, within: str) -> None:
    found = load(file(json.dumps(document), "a.json"))
    assert found.id == load(file(json.dumps(ROWS), "b.json")).id
    assert f"The rows are those of {within!r}." in found.notes


def test_a_product_that_holds_others_is_one_row(file: Write) -> None:
    shoe = {"title": "Shoe", "items": [{"size": 1}, {"size": 2}], "brand": {"name": "x"}}
    assert frame_of(file(json.dumps(shoe), "a.json"))["title"].tolist() == ["Shoe"]


def test_an_empty_list_of_products_is_no_product(file: Write) -> None:
    with pytest.raises(DataError, match="no rows"):
        load(file('{"products": []}', "a.json"))


def test_a_list_after_the_list_is_not_left_out_in_silence(file: Write) -> None:
    with pytest.raises(DataError, match="more stands after it"):
        load(file('[{"a": 1}]\n[{"a": 2}]', "a.json"))


def test_one_object_is_one_row(file: Write) -> None:
    frame = frame_of(file(json.dumps({"title": "Kettle", "offers": {"price": "9.50"}}, indent=2), "a.json"))
    assert frame.to_dict("records") == [{"title": "Kettle", "offers.price": 9.5}]


def test_objects_within_objects_become_columns(file: Write) -> None:
    rows = [
        {"put": "1", "fields": {"title": "Kettle", "colours": ["red", "blue"], "size": {"h": 3}}},
        {
            "put": "2",
            "fields": {"title": "Pan", "colours": [], "size": {"h": 4, "w": 5}, "extra": [{"x": 1}, {}]},
        },
    ]
    dataset = load(file("\n".join(map(json.dumps, rows)), "a.jsonl"))
    assert dataset.frame is not None
    assert list(dataset.frame.columns) == ["put", "title", "colours", "size.h", "size.w"]
    assert dataset.frame["colours"].tolist()[0] == "red | blue"
    said = " ".join(dataset.notes)
    assert all(word in said for word in ("'fields'", "'fields.colours'", "'fields.extra'"))


def test_a_name_that_says_something_is_kept(file: Write) -> None:
    rows = [{"date": "2024-01-01", "spend": {"tv": 1, "search": 2}}]
    frame = frame_of(file(json.dumps(rows), "a.json"))
    assert list(frame.columns) == ["date", "spend.tv", "spend.search"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", '{"a": 1}\n{"a": 2\n', "row 2"),
        ("a.jsonl", '{"a": 1}\n[1, 2]\n', "row 2"),
        ("a.jsonl", '{"a": 1}\n{"a": {"b": 1}}\n', "row 2.*'a' is an object"),
        ("a.json", '[{"a": 1}, 5]', "item 2"),
        ("a.json", '[{"a": 1}, {"a": ]', "item 2"),
        ("a.json", '[{"a": 1}', "item 2"),
        ("a.json", "[]", "no rows"),
        ("a.json", "", "empty"),
        ("a.json", "5", "no JSON of objects"),
        ("a.json", '{"a": 1', "broken JSON"),
        ("a.json", '{"a": 1e', "broken JSON"),
        ("a.json", '{"a":' * 20 + "1" + "}" * 20, "nested more than"),
        ("a.json", '{"a":' * 200_000, "nested too deep"),
        ("a.jsonl", '{"a":' * 200_000, "nested too deep"),
        ("a.json", '[{"a":' * 200_000, "nested too deep"),
        ("a.json", "[" * 200_000, "nested too deep"),
        ("a.json", '{"a": ' + "1" * 5000 + "}", "cannot be read"),
        ("a.json", '[{"a": ' + "1" * 5000 + "}]", "cannot be read"),
        ("a.json", '[{"a.b": 1, "a": {"b": 2}}]', "stands twice"),
        ("a.jsonl", '{"a": "' + "x" * 70_000 + '"}', "70,000 characters"),
    ],
)
def test_what_cannot_be_read_is_named(file: Write, name: str, content: str, said: str) -> None:
    with pytest.raises(DataError, match=rf"(?s){name}.*{said}"):
        load(file(content, name))


@pytest.mark.parametrize("limits", [Limits(rows=2), Limits(columns=1), Limits(cell=0)])
def test_limits(file: Write, limits: Limits) -> None:
    with pytest.raises(DataError):
        load(file(json.dumps(ROWS), "a.json"), limits=limits)


def test_rows_of_few_names_each_make_no_table_that_fills_the_memory(file: Write) -> None:
    rows = [json.dumps({f"k{number}": 1}) for number in range(300)]
    with pytest.raises(DataError, match="300 columns are more than may be held"):
        load(file("\n".join(rows + ['{"k0": 1}'] * 300), "a.jsonl"), limits=Limits(bytes=1_000_000))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["a", "b c", "d"]),
            st.one_of(st.none(), st.floats(-1e9, 1e9), st.text("xyzäß", min_size=1, max_size=5)),
            min_size=1,
        ),
        min_size=1,
        max_size=6,
    )
)
def test_lines_and_a_list_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, object]]
) -> None:
    folder = tmp_path_factory.mktemp("json")
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (folder / "b.json").write_text(json.dumps(rows))
    ids: list[str] = []
    for name in ("a.jsonl", "b.json"):
        try:
            ids.append(load(folder / name).id)
        except DataError as error:
            ids.append(error.what)
    assert ids[0] == ids[1]
