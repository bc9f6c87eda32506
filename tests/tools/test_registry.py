"""A call becomes evidence: validated, cached, reproducible, one file name or another."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.data import Home, TransientStore, load, open_home
from liftos_agents.domain.canonical import canonical_json
from liftos_agents.domain.evidence import evidence_id
from liftos_agents.errors import AmbiguousRoleError, CancelledError, LiftError, NotFoundError
from liftos_agents.tools import Registry, ToolContext, ToolFailed, ToolRetry, names, run, spec, tool

CALLS: list[str] = []


class SumArguments(BaseModel):
    """Arguments of the tools below."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    times: int = Field(default=1, ge=1, le=9)
    margin: float | None = None


class SumResult(BaseModel):
    """Their result."""

    model_config = ConfigDict(frozen=True)

    total: float
    draw: float = 0.0
    used: tuple[str, ...] = ()


@tool("sum_spend", version="1", summary="Sums spend", data="panel")
def sum_spend(context: ToolContext, arguments: SumArguments) -> SumResult:
    """Spend, times a number."""
    CALLS.append(context.evidence_id)
    context.progress("summing", 0.5)
    return SumResult(
        total=float(context.panel.spend.sum()) * arguments.times,
        draw=float(np.random.default_rng(context.seed).normal()),
    )


@tool("nested", version="1", summary="Runs another tool", data="panel")
def nested(context: ToolContext, arguments: SumArguments) -> SumResult:
    """The other tool's sum, asked for twice."""
    first, second = context.run("sum_spend", times=2), context.run("sum_spend", times=2)
    assert first == second
    kept = context.get_artifact(context.put_artifact(b"kept"))
    return SumResult(total=first.result["total"] + len(kept), used=tuple(context.used))


@tool("count_letters", version="1", summary="Counts letters", data="text")
def count_letters(context: ToolContext, arguments: SumArguments) -> SumResult:
    """The length of the text, -1 without one."""
    return SumResult(total=-1.0 if context.text is None else len(context.text))


@tool("not_finite", version="1", summary="Returns what is no number", data="none")
def not_finite(context: ToolContext, arguments: SumArguments) -> SumResult:
    """A value that has no JSON form."""
    return SumResult(total=float("nan"))


THERE: list[str] = []


@tool("with_extra", version="1", summary="Needs a package", data="none")
def with_extra(context: ToolContext, arguments: SumArguments) -> SumResult:
    """Fails as a tool does whose package is not installed, unless THERE holds something."""
    CALLS.append(context.evidence_id)
    if not THERE:
        try:
            raise ModuleNotFoundError("No module named 'extra'", name="extra")
        except ImportError as error:
            raise ToolFailed("needs the package extra, which is not installed") from error
    return SumResult(total=1.0)


@tool("does_without", version="1", summary="Does without a package", data="none")
def does_without(context: ToolContext, arguments: SumArguments) -> SumResult:
    """The other tool's total, 0 where its package is missing."""
    CALLS.append(context.evidence_id)
    try:
        return SumResult(total=context.run("with_extra").result["total"])
    except ToolFailed:
        return SumResult(total=0.0)


@tool("above", version="1", summary="Runs a tool that does without a package", data="none")
def above(context: ToolContext, arguments: SumArguments) -> SumResult:
    """That tool's total."""
    CALLS.append(context.evidence_id)
    return SumResult(total=context.run("does_without").result["total"])


REGISTRY = Registry().with_tools(
    sum_spend, nested, count_letters, not_finite, with_extra, does_without, above
)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    CALLS.clear()
    with open_home(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "date": pd.date_range("2022-01-03", periods=60, freq="7D").strftime("%Y-%m-%d"),
            "revenue": rng.gamma(9.0, 99.0, 60).round(2),
            "tv_spend": rng.gamma(2.0, 9.0, 60).round(2),
        }
    )
    frame.to_csv(tmp_path / "sales.csv", index=False)
    return tmp_path / "sales.csv"


def test_evidence_says_how_it_came_about(sales: Path, home: Home) -> None:
    found = REGISTRY.run("sum_spend", sales, home=home)
    frame = load(sales).frame
    assert frame is not None
    assert found.result["total"] == pytest.approx(2 * frame["tv_spend"].sum() / 2, rel=1e-11)
    assert (found.arguments["times"], found.arguments["margin"]) == (1, None)
    assert found.arguments["roles"]["spend"] == {"tv": ["tv_spend"]}
    assert [ref.name for ref in found.datasets] == ["sales"]


def test_a_call_is_computed_once(sales: Path, home: Home) -> None:
    first = REGISTRY.run("sum_spend", sales, home=home)
    assert REGISTRY.run("sum_spend", sales, home=home, times=1) == first
    assert len(CALLS) == 1
    assert REGISTRY.run("sum_spend", sales, home=home, times=2).id != first.id
    assert len(CALLS) == 2


def test_what_lacked_a_package_is_kept_but_not_answered_from(home: Home, monkeypatch: Any) -> None:
    monkeypatch.setattr(sys.modules[__name__], "THERE", [])
    first = REGISTRY.run("above", home=home)
    assert first.result["total"] == 0.0
    assert first.arguments["lacking"] == ["extra"]
    assert first.id == evidence_id("above", "1", first.arguments, ())
    again = REGISTRY.run("above", home=home)
    assert (again.id, again.result) == (first.id, first.result)
    assert len(CALLS) == 6
    THERE.append("extra")
    whole = REGISTRY.run("above", home=home)
    assert whole.result["total"] == 1.0
    assert "lacking" not in whole.arguments
    assert whole.id != first.id
    assert REGISTRY.run("above", home=home) == whole
    assert len(CALLS) == 9
    assert home.evidence.get(first.id) is not None


def test_same_content_is_same_evidence_byte_for_byte(sales: Path, home: Home, tmp_path: Path) -> None:
    copy = tmp_path / "other_name.csv"
    shutil.copy(sales, copy)
    first, second = (REGISTRY.run("sum_spend", path, store=TransientStore()) for path in (sales, copy))
    assert first.id == second.id
    assert canonical_json(first.result) == canonical_json(second.result)
    assert len(CALLS) == 2


def test_evidence_at_hand_names_the_data_as_this_caller_does(sales: Path, home: Home, tmp_path: Path) -> None:
    copy = tmp_path / "renamed.csv"
    copy.write_bytes(sales.read_bytes())
    first = REGISTRY.run("sum_spend", sales, store=home.evidence)
    again = REGISTRY.run("sum_spend", copy, store=home.evidence)
    assert (again.id, again.result, again.seconds) == (first.id, first.result, first.seconds)
    assert [d.name for d in first.datasets] == [sales.stem]
    assert [d.name for d in again.datasets] == ["renamed"]


def test_built_in_results_do_not_know_the_file(sales: Path, home: Home, tmp_path: Path) -> None:
    frame = load(sales).frame
    assert frame is not None
    text = frame.assign(date=frame["date"].dt.strftime("%d.%m.%Y"))
    text.to_csv(tmp_path / "german.csv", index=False, sep=";", decimal=",", encoding="utf-16")
    for name in ("profile_data", "check_quality"):
        first, second = run(name, sales), run(name, tmp_path / "german.csv")
        assert (first.id, first.result) == (second.id, second.result)


def test_roles_are_keywords_unless_the_tool_takes_them(sales: Path, home: Home) -> None:
    found = REGISTRY.run("sum_spend", sales, home=home, outcome="tv_spend", spend=["revenue"], margin=0.5)
    assert found.arguments["roles"]["outcome"] == "tv_spend"
    assert found.arguments["roles"]["margin"] is None
    assert found.arguments["margin"] == 0.5


def test_nested_calls_share_the_store(sales: Path, home: Home) -> None:
    found = REGISTRY.run("nested", sales, home=home)
    assert len(found.result["used"]) == 1
    inner = home.evidence.get(found.result["used"][0])
    assert inner is not None
    assert found.result["total"] == pytest.approx(inner.result["total"] + 4, rel=1e-11)
    assert len(CALLS) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"time": 2}, "Did you mean 'times'"), ({"times": 10}, "argument times"), ({"times": "many"}, "'many'")],
)
def test_bad_arguments_ask_for_others(sales: Path, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ToolRetry, match=message):
        REGISTRY.run("sum_spend", sales, **arguments)


def test_tools_get_the_kind_of_data_they_read(sales: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(ToolFailed, match="no data"):
        REGISTRY.run("sum_spend")
    with pytest.raises(ToolFailed, match="text"):
        REGISTRY.run("sum_spend", tmp_path / "a.txt")
    assert REGISTRY.run("count_letters", tmp_path / "a.txt").result["total"] == 5
    for data in (None, sales):
        found = REGISTRY.run("count_letters", data)
        assert (found.result["total"], found.datasets) == (-1, ())


def test_unclear_roles_are_asked_about(sales: Path, tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text(sales.read_text().replace("tv_spend", "x1"))
    with pytest.raises(AmbiguousRoleError):
        REGISTRY.run("sum_spend", path)
    assert REGISTRY.run("sum_spend", path, spend="x1").result["total"] > 0


def test_a_number_that_is_not_finite_is_a_fault_of_the_tool() -> None:
    with pytest.raises(LiftError, match=r"nan at result\.total"):
        REGISTRY.run("not_finite")


def test_a_call_can_be_stopped_and_watched(sales: Path) -> None:
    seen: list[tuple[str, float | None]] = []
    dataset = load(sales)
    store = TransientStore()
    REGISTRY.run_call("sum_spend", dataset, {}, store=store, progress=lambda *step: seen.append(step))
    assert seen == [("sum_spend started", 0.0), ("summing", 0.5)]
    with pytest.raises(CancelledError):
        REGISTRY.run_call("sum_spend", dataset, {"times": 3}, store=store, cancelled=lambda: True)


def test_names_import_no_tool_and_hosts_do_not_meet() -> None:
    code = (
        "import sys; from liftos_agents.tools import names; print(len(names()));"
        "print(any('liftos_agents.tools.fit_mmm' in m for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(len(names())), "False"]
    assert "sum_spend" in REGISTRY.names()
    assert "sum_spend" not in names()
    with pytest.raises(NotFoundError, match="fit_mmm"):
        spec("fit_mm")


@pytest.mark.parametrize("name", names())
def test_every_tool_describes_itself(name: str) -> None:
    described = spec(name)
    assert described.name == name
    assert described.summary.endswith(".")
    assert described.arguments_schema["type"] == described.result_schema["type"] == "object"
    assert described.arguments_model.model_config.get("frozen")
    assert described.arguments_model.model_config.get("extra") == "forbid"
    assert described.result_model.model_config.get("frozen")


def test_the_order_of_day_and_month_is_a_keyword(sales: Path, tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "date": [f"{n % 12 + 1:02d}/01/{2015 + n // 12}" for n in range(40)],
            "revenue": np.arange(40.0) ** 2,
            "tv_spend": 1.0 + np.arange(40.0) % 7,
        }
    )
    frame.to_csv(tmp_path / "months.csv", index=False)
    with pytest.raises(AmbiguousRoleError, match="date_order"):
        REGISTRY.run("sum_spend", tmp_path / "months.csv")
    found = REGISTRY.run("sum_spend", tmp_path / "months.csv", date_order="month_first")
    assert found.result["total"] == frame["tv_spend"].sum()


def test_a_repeated_call_is_answered_from_the_home_of_the_environment(sales: Path) -> None:
    CALLS.clear()
    first = REGISTRY.run("sum_spend", sales)
    assert REGISTRY.run("sum_spend", sales) == first
    assert len(CALLS) == 1
