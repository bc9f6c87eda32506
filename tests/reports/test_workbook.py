"""Results as Excel workbooks, read back: numbers as numbers, texts that cannot run, the same bytes again."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liftos_agents import LiftOS
from liftos_agents.cli.entry import run
from liftos_agents.domain.answer import Answer
from liftos_agents.domain.evidence import DatasetRef, Evidence
from liftos_agents.errors import ArgumentError
from liftos_agents.reports import check_workbook_path, xlsx
from tests.reports import example_effects

Rows = list[tuple[Any, ...]]


def read(content: bytes) -> dict[str, Rows]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def of(result: dict[str, Any], **changes: Any) -> Evidence:
    fields = {"id": "ev_1111", "tool": "any_tool", "version": "1", "arguments": {}, "result": result}
    return Evidence(**{**fields, **changes})


def test_an_effect_has_its_sheets_with_numbers_as_numbers() -> None:
    found = read(xlsx([example_effects.evidence(example_effects.effect())]))
    assert list(found)[:5] == ["Summary", "Estimates", "Assumptions", "Checks", "Settings"]
    header, whole, first, _ = found["Estimates"]
    assert header[2] == "estimate [outcome]"
    assert whole[:7] == (
        "estimate",
        "Average effect of the minimum wage on employment in the treated counties.",
        -0.0401,
        0.01203,
        -0.0597,
        -0.0202,
        0.00087,
    )
    assert first[0] == "dynamic_0"
    assert found["Checks"][1][:2] == ("pre_trend", 0.0021)
    assert found["Checks"][1][3] is False
    assert ("level", 0.9) in found["Settings"]
    assert ("argument outcome", "lemp") in found["Settings"]
    facts = {row[0]: row[1:] for row in found["Summary"]}
    assert facts["design"][0] == "Difference-in-differences by cohort."
    assert facts["n"] == (2500, "count")
    assert len(found["Figures"]) == 9


def test_the_estimates_are_those_of_tidy() -> None:
    result = example_effects.effect()
    _, *body = read(xlsx([example_effects.evidence(result)]))["Estimates"]
    tidy = result.tidy()
    assert [row[0] for row in body] == list(tidy["term"])
    for row, expected in zip(body, tidy.to_dict("records"), strict=True):
        assert row[2] == expected["estimate"]


def test_a_refusal_keeps_its_reasons() -> None:
    found = read(xlsx([example_effects.evidence(example_effects.refusal())]))
    assert ("The groups moved apart before treatment.",) in found["reasons"]
    assert found["Estimates"][1][2] is None


def test_a_plan_and_a_fit_have_a_sheet_a_map(budget_answer: Answer) -> None:
    by_tool = {e.tool: e for e in budget_answer.evidence}
    fit = by_tool["fit_mmm"]
    found = read(xlsx([fit]))
    channels = {row[0] for row in found["channels"][1:]}
    assert channels == set(fit.result["channels"])
    tidy = {row[0]: row for row in found["Estimates"]}
    name = next(iter(channels))
    roas = fit.result["channels"][name]["roas"]
    assert tidy[f"channels.{name}.roas"][1:5] == (roas["mean"], roas["p05"], roas.get("p50"), roas["p95"])
    assert len(found["fit_over_time"]) == len(fit.result["fit_over_time"]["date"]) + 1
    plan = by_tool["optimise_budget"]
    rows = read(xlsx([plan]))["allocation"]
    at = next(i for i, title in enumerate(rows[0]) if title.startswith("proposed ["))
    assert {row[0]: row[at] for row in rows[1:]} == {
        name: row["proposed"] for name, row in plan.result["allocation"].items()
    }
    assert rows[0][at].startswith("proposed [money")


def test_simulated_data_is_labelled_on_every_sheet(budget_answer: Answer) -> None:
    content = xlsx(budget_answer.evidence, question=budget_answer.question)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert {sheet.oddHeader.center.text for sheet in book} == {"Simulated data"}
    plain = xlsx([of({"x": 1}, datasets=(DatasetRef(id="1" * 64, name="shop.csv"),))])
    assert openpyxl.load_workbook(io.BytesIO(plain))["Summary"].oddHeader.center.text is None
    assert read(xlsx([of({"simulated": True})]))["Summary"][1][0] == "Simulated data"


def test_a_run_has_a_summary_and_marks_its_sheets(budget_answer: Answer) -> None:
    found = read(xlsx(budget_answer.evidence, question=budget_answer.question))
    assert next(iter(found)) == "Summary"
    assert found["Summary"][1][:2] == ("Question", budget_answer.question)
    assert [row[3] for row in found["Summary"][2:]] == [e.id for e in budget_answer.evidence]
    assert "E1 Summary" in found


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", '=HYPERLINK("http://x","y")']
)
def test_no_text_runs_as_a_formula(text: str) -> None:
    result = {text: text, "list": [text], "map": {text: {text: text}}, "rows": [{text: text}]}
    content = xlsx([of(result, tool=text, arguments={text: text})], question=text)
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book:
        for cells in sheet.iter_rows():
            for cell in cells:
                assert cell.data_type != "f"
                assert (
                    not isinstance(cell.value, str) or cell.value[:1] not in "=+-@\t\r\n＝" or not cell.value
                )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())


def test_the_same_evidence_gives_the_same_bytes() -> None:
    item = example_effects.evidence(example_effects.effect())
    again = Evidence.model_validate_json(item.model_dump_json())
    content = xlsx([item])
    assert content == xlsx([again])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_names_of_sheets_fit_and_stay_apart() -> None:
    result = {f"{'a' * 40}{i}": [1] for i in range(3)} | {"A" * 40: [1], "x/y:z?[1]*": [1], "Summary": [1]}
    found = read(xlsx([of(result)]))
    assert len(found) == 7
    assert all(len(name) <= 31 for name in found)
    assert len({name.casefold() for name in found}) == 7


def test_long_texts_and_large_numbers_are_kept_readable() -> None:
    found = read(xlsx([of({"long": "x" * 40_000, "large": 10**30, "signs": "a\x07b\ud800"})]))
    facts = {row[0]: row[1] for row in found["Summary"]}
    assert len(facts["long"]) < 32_767
    assert facts["large"] == str(10**30)
    assert facts["signs"] == "a\ufffdb\ufffd"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(result=st.dictionaries(st.text(max_size=8), JSON, max_size=5))
def test_any_result_is_a_workbook(result: dict[str, Any]) -> None:
    assert "Summary" in read(xlsx([of(result)]))


@pytest.mark.parametrize(
    ("name", "said"),
    [("a.csv", "'.csv'"), ("a", "''"), ("none/a.xlsx", "no such folder"), ("d.xlsx", "a folder")],
)
def test_a_bad_place_is_refused_with_what_to_do(name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "d.xlsx").mkdir()
    with pytest.raises(ArgumentError, match=said) as caught:
        check_workbook_path(tmp_path / name)
    assert caught.value.fix


def test_commands_write_workbooks(
    lift: LiftOS,
    audit_answer: Answer,
    listing: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lift.settle()
    monkeypatch.setenv("LIFTOS_HOME", str(lift.settings.home))
    monkeypatch.setenv("LIFTOS_ORGANISATION", "tests")
    book = tmp_path / "run.xlsx"
    page = tmp_path / "run.html"
    assert run(["report", audit_answer.run_id, "--out", str(page), "--xlsx", str(book), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["workbook"] == str(book)
    assert read(book.read_bytes())["Summary"][1][1] == audit_answer.question
    assert run(["report", audit_answer.run_id, "--out", str(page), "--xlsx", str(tmp_path / "r.xls")]) == 2
    assert "Use .xlsx" in capsys.readouterr().err
    one = tmp_path / "tool.xlsx"
    assert run(["tools", "run", "audit_product", "-d", str(listing), "--xlsx", str(one)]) == 0
    assert f"Written: {one}" in capsys.readouterr().err.replace("\n", "")
    assert "components" in read(one.read_bytes())
    assert run(["tools", "run", "audit_product", "-d", str(listing), "--xlsx", str(tmp_path)]) == 2
