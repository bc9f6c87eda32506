"""`liftos simulate run` and `compare` as a user types them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from liftos_agents.cli.entry import run
from liftos_agents.domain.amount import format_money
from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.policies.thompson import Thompson

PLAYED = ["--scenarios", "textbook,saturated", "--seeds", "6", "--horizon", "8"]


def test_run_shows_what_the_decisions_came_to(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["simulate", "run", "thompson", *PLAYED]) == 0
    shown = capsys.readouterr().out
    assert "Simulated data: thompson, seeds 6 from 0 to 5" in shown
    assert run(["simulate", "run", "thompson", *PLAYED, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["label"] == "Simulated data"
    found = {one["scenario"]: one for one in body["scenarios"]}
    assert list(found) == ["saturated", "textbook"]
    assert found["textbook"]["worlds"] == 6
    assert found["textbook"]["cvar10"] < found["textbook"]["profit"]
    assert format_money(found["textbook"]["profit"]) in shown


def test_scenarios_are_named_with_commas_or_one_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    few = ["--seeds", "2", "--horizon", "4", "--json"]
    named = ["-s", "rival", "-s", "textbook,saturated"]
    assert run(["simulate", "run", "hold", *named, *few]) == 0
    body = json.loads(capsys.readouterr().out)
    assert [one["scenario"] for one in body["scenarios"]] == ["rival", "saturated", "textbook"]


def test_out_holds_a_line_a_world_and_resume_goes_on_to_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run.jsonl"
    command = ["simulate", "run", "hold", *PLAYED, "--out", str(out)]
    assert run(command) == 0
    whole = out.read_bytes()
    lines = [json.loads(line) for line in whole.splitlines()]
    assert len(lines) == 1 + 12
    assert lines[0]["policies"] == {"hold": "version 1, 256 worlds a batch"}
    assert run(command) == 2
    assert "the file exists" in capsys.readouterr().err
    out.write_bytes(whole[: len(whole) // 2])
    assert run([*command, "--resume"]) == 0
    assert out.read_bytes() == whole
    assert run([*command[:-4], "--horizon", "9", "--out", str(out), "--resume"]) == 2
    assert "8 weeks decided, is" in capsys.readouterr().err


def test_compare_prints_every_family_with_its_interval_and_draws_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    picture = tmp_path / "board.svg"
    assert run(["simulate", "compare", "equal_split", *PLAYED, "--plot", str(picture)]) == 0
    shown = capsys.readouterr().out
    assert "vs hold, 95 %" in shown
    assert run(["simulate", "compare", "equal_split", *PLAYED, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    lines = {(line["family"], line["policy"]): line for line in body["lines"]}
    assert {policy for _, policy in lines} == {"equal_split", "hold", "oracle"}
    assert {family for family, _ in lines} == {"saturated", "textbook", "all"}
    one = lines["saturated", "equal_split"]["difference"]
    assert one["low"] < one["mean"] < one["high"]
    assert f"{one['share']:+.1%}" in shown
    assert f"{lines['saturated', 'equal_split']['normalised_regret']:.2f}" in shown
    assert lines["saturated", "oracle"]["normalised_regret"] == 0.0
    assert set(body["ties"]) == {"saturated", "textbook", "all"}
    drawn = picture.read_text()
    assert drawn.startswith("<svg")
    assert "equal_split" in drawn
    assert "saturated" in drawn


@pytest.fixture
def faltering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thompson sampling fails in its third week."""
    usual = Thompson.decide

    def decide(self: Thompson, week: int, seen: Report | None) -> Decision:
        if week == 2:
            raise RuntimeError("no draw [bold]fits")
        return usual(self, week, seen)

    monkeypatch.setattr(Thompson, "decide", decide)


@pytest.mark.usefixtures("faltering")
def test_a_policy_that_fails_is_counted_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    told = (
        "thompson failed in 6 worlds of textbook, first in seed 0, week 2: RuntimeError: no draw [bold]fits"
    )
    out = tmp_path / "run.jsonl"
    assert run(["simulate", "run", "thompson", *PLAYED, "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert told in shown
    assert "holding was played" in shown
    assert [line.split()[-1] for line in shown.splitlines() if line.startswith("  textbook")] == ["6"]
    rows = [json.loads(line) for line in out.read_text().splitlines()[1:]]
    assert {(row["error"], row["failed_week"]) for row in rows} == {("RuntimeError: no draw [bold]fits", 2)}
    assert run(["simulate", "run", "thompson", *PLAYED, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert [one["failed"] for one in body["scenarios"]] == [6, 6]
    assert [one["scenario"] for one in body["failures"]] == ["saturated", "textbook"]
    assert run(["simulate", "compare", "thompson", *PLAYED]) == 0
    shown = capsys.readouterr().out
    assert told in shown
    assert "…" not in shown
    counts = [line.split()[-1] for line in shown.splitlines() if line.startswith("  thompson ")]
    assert counts == ["6", "6", "12"]
    assert run(["simulate", "compare", "thompson", *PLAYED, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    failed = {(line["family"], line["policy"]): line["failed"] for line in body["lines"]}
    assert (failed["all", "thompson"], failed["all", "hold"]) == (12, 0)
    assert body["failures"][0]["error"] == "RuntimeError: no draw [bold]fits"


@pytest.mark.usefixtures("faltering")
def test_a_policy_that_fails_is_not_promoted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judged = [
        "simulate",
        "gate",
        "thompson",
        "-s",
        "textbook",
        "--seeds",
        "6",
        "--home",
        str(tmp_path),
        "--json",
    ]
    assert run(judged) == 1
    verdict = json.loads(capsys.readouterr().out)["record"]["verdict"]
    check = next(check for check in verdict["checks"] if check["name"] == "failures")
    assert (check["value"], check["bound"], check["passed"]) == (6 + 5 * 2, 0, False)
    assert "RuntimeError: no draw" in check["meaning"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "thomson"], "Did you mean 'thompson'"),
        (["run", "hold", "--scenarios", "textbok"], "Did you mean 'textbook'"),
        (["run", "hold", "--scenarios", "nowhere/else.yaml"], "no such scenario file"),
        (["run", "hold", "--scenarios", ","], "at least one scenario"),
        (["run", "hold", "--seeds", "0"], "got 0"),
        (["run", "hold", "--seeds", "-4"], "got 0"),
        (["run", "hold", "--seeds", "1000000000"], "1 to 100,000 seeds, got 1,000,000,000"),
        (["run", "hold", "--horizon", "0"], "at least 1 week"),
        (["run", "hold", "--horizon", "100000000"], "are played"),
        (["run", "hold", "--jobs", "0"], "0 processes"),
        (["run", "hold", "--resume"], "nothing to go on with"),
        (["run", "hold", "--resume", "--out", "none.jsonl"], "no such run"),
        (["compare", "hold", "--against", "holt"], "Did you mean 'hold'"),
        (["compare", "hold", "--plot", "board.pdf"], "a picture is a .svg or .png file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_mistakes_are_told_and_leave_with_2(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["simulate", *arguments]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert "Traceback" not in error


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("command", ["run", "compare"])
def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(command: str, jobs: str, tmp_path: Path) -> None:
    out = tmp_path / "run.jsonl"
    words = ["simulate", command, "thompson", "-s", "textbook,saturated,shop,confounded", "--seeds", "4000"]
    asked = [sys.executable, "-m", "liftos_agents", *words, "--jobs", jobs, "--out", str(out)]
    # A terminal sends Ctrl-C to every process of the run.
    with subprocess.Popen(
        asked, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True
    ) as playing:
        patience = time.monotonic() + 80
        while time.monotonic() < patience and not (out.exists() and out.stat().st_size > 60_000):
            time.sleep(0.02)
        os.killpg(playing.pid, signal.SIGINT)
        _, error = playing.communicate(timeout=30)
    assert playing.returncode == 130
    assert error.splitlines()[0].startswith("stopped after ")
    assert f"are kept in {out}; go on by the same command with --resume" in error.splitlines()[0]
    assert len(error.splitlines()) == 2
    rows = [json.loads(line) for line in out.read_text().splitlines()[1:]]
    assert len(rows) >= 256
    assert {row["error"] for row in rows} == {None}
