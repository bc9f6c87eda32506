"""`liftos memory` on a home that holds what two runs have measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from liftos_agents.cli.entry import run
from liftos_agents.config import Settings
from liftos_agents.data import open_home
from liftos_agents.domain.memory_record import CausalEdge, MemoryRecord
from liftos_agents.memory import Memory
from liftos_agents.memory.record import new_record


def _effect(channel: str, roas: float, day: str, evidence: str) -> MemoryRecord:
    edge = CausalEdge(
        source=channel,
        source_kind="channel",
        target="revenue",
        target_kind="kpi",
        measure="ROAS",
        effect=roas,
        low=roas - 0.5,
        high=roas + 0.5,
        method="MMM",
        evidence=evidence,
    )
    return new_record(
        "default",
        "causal_edge",
        f"{channel} → revenue",
        f"{channel} → revenue: ROAS {roas}",
        entities=(channel, "revenue"),
        evidence=(evidence,),
        valid_to=day,
        edge=edge,
    )


@pytest.fixture
def home(tmp_path: Path) -> str:
    with open_home(Settings(home=tmp_path)) as stores, Memory(stores, index_after=None) as memory:
        memory.remember(
            [_effect("tv", 2.0, "2024-01-01", "ev_1"), _effect("print", 0.4, "2024-01-01", "ev_2")]
        )
    return str(tmp_path)


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> object:
    assert run(["memory", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_search_finds_the_channel_and_says_why(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "search", "what do we know about print", "--home", home)
    assert isinstance(found, list)
    assert found[0]["record"]["entities"][0] == "print"
    assert found[0]["signals"]


def test_list_keeps_to_a_kind_and_a_subject(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(_json(capsys, "list", "--home", home)) == 2  # type: ignore[arg-type]
    assert len(_json(capsys, "list", "--subject", "tv", "--home", home)) == 1  # type: ignore[arg-type]
    assert _json(capsys, "list", "--kind", "fact", "--home", home) == []
    assert run(["memory", "list", "--kind", "rumour", "--home", home]) == 2
    assert "causal_edge" in capsys.readouterr().err


def test_show_takes_the_beginning_of_an_id(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    listed = _json(capsys, "list", "--home", home)
    assert isinstance(listed, list)
    shown = _json(capsys, "show", listed[0]["id"][:9], "--home", home)
    assert shown == listed[0]
    assert run(["memory", "show", "mem_", "--home", home]) == 2
    assert "2 records begin" in capsys.readouterr().err


def test_graph_is_drawn_and_written(home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["memory", "graph", "--home", home]) == 0
    drawn = capsys.readouterr().out
    assert drawn.index("tv") < drawn.index("print"), "strongest first"
    out = tmp_path / "effects.graphml"
    assert run(["memory", "graph", "--out", str(out), "--home", home]) == 0
    assert "<graphml" in out.read_text()
    assert run(["memory", "graph", "--out", "effects.png", "--home", home]) == 2


def test_forgetting_wants_to_be_meant(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["memory", "forget", "--subject", "tv", "--home", home, "--json"]) == 2
    assert len(_read_again(capsys, home)) == 2
    assert run(["memory", "forget", "--home", home, "--yes"]) == 2
    capsys.readouterr()
    assert _json(capsys, "forget", "--subject", "tv", "--yes", "--home", home) == {"forgotten": 1}
    assert len(_read_again(capsys, home)) == 1


def test_export_comes_back_in(home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["memory", "export", "--home", home]) == 0
    lines = tmp_path / "memory.jsonl"
    lines.write_text(capsys.readouterr().out, encoding="utf-8")
    other = str(tmp_path / "other")
    assert _json(capsys, "import", str(lines), "--home", other) == {"new": 2}
    assert _json(capsys, "import", str(lines), "--home", other) == {"new": 0}
    lines.write_text("{broken\n")
    assert run(["memory", "import", str(lines), "--home", other]) == 2


def _read_again(capsys: pytest.CaptureFixture[str], home: str) -> list[object]:
    capsys.readouterr()
    listed = _json(capsys, "list", "--home", home)
    assert isinstance(listed, list)
    return listed
