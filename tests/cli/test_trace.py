"""`liftos trace` as a user types it: explain, compare, replay, export, log."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from liftos_agents import LiftOS
from liftos_agents.cli.entry import run
from liftos_agents.config import Settings
from tests.tracing.collector import Collector

CSV = """week,revenue,tv_spend,search_spend
2024-01-01,1000,200,100
2024-01-08,1100,210,120
2024-01-15,1050,190,110
2024-01-22,1200,250,130
2024-01-29,1150,240,90
2024-02-05,1300,260,150
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A home with two runs."""
    folder = tmp_path_factory.mktemp("trace")
    (folder / "shop.csv").write_text(CSV)
    for question in ("Is my data clean?", "What is in my data?"):
        command = [
            "ask",
            question,
            "--data",
            str(folder / "shop.csv"),
            "--no-input",
            "--home",
            str(folder / "home"),
        ]
        assert run([*command, "--json"]) == 0
    return str(folder / "home")


@pytest.fixture(scope="module")
def runs(home: str, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Their ids, oldest first."""
    with sqlite3.connect(Path(home) / "liftos.sqlite") as database:
        found = [row[0] for row in database.execute("SELECT id FROM runs ORDER BY started")]
    database.close()
    return found


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_a_run_is_listed_by_its_whole_id(
    home: str, runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(["trace", "list", "--home", home]) == 0
    shown = capsys.readouterr().out
    assert all(identifier in shown for identifier in runs)


def test_a_replay_of_an_untouched_run_says_so(
    home: str, runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(["trace", "replay", "last", "--home", home, "--json"]) == 0
    body = told(capsys)
    assert (body["ok"], body["run_id"], body["differences"]) == (True, runs[1], [])
    assert run(["trace", "replay", runs[0][:12], "--home", home]) == 0
    assert "as recorded" in " ".join(capsys.readouterr().out.split())


def test_an_edited_run_leaves_with_one_and_names_what_differs(
    home: str, runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(home, tmp_path / "home")
    with sqlite3.connect(tmp_path / "home" / "liftos.sqlite") as database:
        database.execute("UPDATE evidence SET version = '0'")
    database.close()
    capsys.readouterr()
    assert run(["trace", "replay", runs[0], "--home", str(tmp_path / "home")]) == 1
    assert "✗ the record was changed: evidence ev_" in " ".join(capsys.readouterr().out.split())
    assert run(["trace", "verify", "--home", str(tmp_path / "home")]) == 1
    assert "evidence ev_" in " ".join(capsys.readouterr().out.split())


def test_two_runs_are_compared(home: str, runs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["trace", "diff", runs[0], runs[1], "--home", home]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "question Is my data clean? What is in my data?" in shown
    assert run(["trace", "diff", runs[0], "last", "--home", home, "--json"]) == 0
    body = told(capsys)
    assert body["same"] is False
    assert [field["name"] for field in body["fields"]][:1] == ["question"]
    assert {call["side"] for call in body["calls"]} <= {"same", "left", "right", "changed"}
    assert run(["trace", "diff", "last", "last", "--home", home]) == 0
    assert "do not differ" in capsys.readouterr().out


def test_why_takes_a_claim_a_printed_number_and_a_reference(
    home: str, runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(["trace", "show", runs[0], "--home", home, "--json"]) == 0
    claims = told(capsys)["run"]["answer"]["answer"]["claims"]
    claim = next(c for c in claims if c["evidence"])
    assert run(["trace", "why", runs[0], claim["id"], "--home", home, "--json"]) == 0
    number = next(n for n in told(capsys)["numbers"] if n["unit"] == "count")
    for what in (number["shown"], f"{number['evidence']}:{number['path']}"):
        assert run(["trace", "why", runs[0], what, "--home", home]) == 0
        shown = " ".join(capsys.readouterr().out.split())
        assert "6 rows × 4 columns, 2024-01-01 to 2024-02-05" in shown
        assert number["tool"] in shown
        assert "decision" in shown
    assert run(["trace", "why", runs[0], "77.7%", "--home", home]) == 2
    assert "prints no" in capsys.readouterr().err


def test_runs_are_exported_in_every_form(
    home: str, runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {name: str(tmp_path / f"out.{name}") for name in ("jsonl", "parquet", "otlp")}
    command = ["trace", "export", "--all", "--home", home, "--json"]
    for name, path in files.items():
        command += [f"--{name}", path]
    capsys.readouterr()
    assert run(command) == 0
    body = told(capsys)
    assert body["runs"] == 2
    assert body["jsonl"]["records"] == body["parquet"]["records"] > 0
    assert body["otlp"]["spans"] > 0
    assert all(Path(path).stat().st_size for path in files.values())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--jsonl", "x"], "no run is named"),
        (["last", "--all", "--jsonl", "x"], "runs are named"),
        (["last"], "where to"),
        (["last", "--otlp", "ftp://x"], "no HTTP address"),
    ],
)
def test_an_export_that_cannot_be_is_a_mistake(
    home: str, options: list[str], said: str, capsys: pytest.CaptureFixture[str], runs: list[str]
) -> None:
    assert run(["trace", "export", *options, "--home", home]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_what_a_collector_did_not_get_is_shown(
    home: str, runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(["trace", "export", "last", "--otlp", "http://127.0.0.1:9", "--home", home, "--json"]) == 1
    body = told(capsys)["otlp"]
    assert body["sent"] == 0
    assert body["dropped"] > 0
    assert body["problem"]


def test_runs_are_logged_only_where_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [
        "ask",
        "What will the weather be tomorrow?",
        "--no-input",
        "--json",
        "--home",
        str(tmp_path / "h"),
    ]
    capsys.readouterr()
    assert run(command) == 0
    assert capsys.readouterr().err == ""
    assert run(["--verbose", *command]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["status"] == "refused"
    lines = [json.loads(line) for line in shown.err.splitlines()]
    assert [line["event"] for line in lines][:1] == ["run started"]
    assert [line["event"] for line in lines][-1:] == ["run finished"]
    monkeypatch.setenv("LIFTOS_LOG", "error")
    assert run(command) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("LIFTOS_LOG", "loud")
    assert run(command) == 2
    assert "LIFTOS_LOG" in json.loads(capsys.readouterr().out)["error"]["where"]


def test_a_collector_named_by_the_environment_gets_a_copy_of_every_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20abcdefghijklmnop")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")
        assert (
            run(["ask", "What will the weather be tomorrow?", "--no-input", "--home", str(tmp_path / "h")])
            == 0
        )
    ((path, headers, body),) = collector.bodies
    assert path == "/v1/traces"
    assert headers["authorization"] == "Bearer abcdefghijklmnop"
    names = [s["name"] for s in json.loads(body)["resourceSpans"][0]["scopeSpans"][0]["spans"]]
    assert "chat offline" in names


def test_copies_that_were_lost_show_in_the_health(tmp_path: Path) -> None:
    with Collector(status=500) as collector:
        settings = Settings(otlp_endpoint=collector.url)
        with LiftOS(tmp_path / "h", settings=settings) as lift:
            answer = lift.ask("What will the weather be tomorrow?")
            lift.settle()
            health = lift.health()
    assert answer.status == "refused"
    assert health["ok"]
    assert health["spans"]["dropped"] > 0
    assert "500" in health["spans"]["problem"]


def test_the_latest_run_is_the_organisations_own(
    home: str, runs: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIFTOS_ORGANISATION", "another")
    for arguments in (["show", "last"], ["why", "last", "c1"], ["replay", "last"], ["diff", "last", runs[0]]):
        assert run(["trace", *arguments, "--home", home]) == 2, arguments
        assert "no run" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_a_mistake(
    home: str, runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    for option in ("verify --export", "export --all --jsonl", "export --all --otlp"):
        place = str(tmp_path / "file" / "out.json")
        assert run(["trace", *option.split(), place, "--home", home]) == 2, option
        assert str(tmp_path / "file") in capsys.readouterr().err
