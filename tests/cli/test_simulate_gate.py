"""`liftos simulate gate`, `gate-plan` and `records` as a user types them: real plays, exit codes, bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import update

from liftos_agents import LiftOS
from liftos_agents.cli.entry import run
from liftos_agents.config import Guardrails, Settings
from liftos_agents.data import open_home
from liftos_agents.data.tables.promotions import promotions
from liftos_agents.errors import NotFoundError
from liftos_agents.sandbox import scenarios, simulate
from liftos_agents.sandbox.policies.equal_split import EqualSplit

PROMOTED = ["simulate", "gate", "equal_split", "--scenarios", "saturated"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one policy promoted and one held back."""
    home = tmp_path_factory.mktemp("home")
    assert run([*PROMOTED, "--home", str(home), "--json"]) == 0
    held = ["simulate", "gate", "thompson", "--scenarios", "confounded,lockstep", "--seeds", "20"]
    assert run([*held, "--home", str(home), "--json"]) == 1
    return home


def test_only_a_promoted_policy_leaves_with_0(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*PROMOTED, "--home", str(home), "--resume"]) == 0
    shown = capsys.readouterr().out
    assert "Simulated data" in shown
    assert "Verdict: promote" in shown
    assert "✓ yes" in shown
    assert "0 of 300" in shown
    assert "0.99 %" in shown
    assert "Valid for this alone: policy " in shown
    few = ["simulate", "gate", "equal_split", "--scenarios", "saturated", "--seeds", "30"]
    assert run([*few, "--home", str(home / "other")]) == 1
    shown = capsys.readouterr().out
    assert "Verdict: hold back" in shown
    assert "In the way: seeds" in shown
    assert "✗ no" in shown


def test_a_gate_that_is_stopped_in_its_processes_goes_on_to_the_same_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["simulate", "gate", "thompson", "--scenarios", "textbook,saturated", "--seeds", "1200", "--json"]
    assert run([*asked, "--home", str(tmp_path / "whole")]) == 1
    whole = json.loads(capsys.readouterr().out)["record"]
    home = tmp_path / "stopped"
    command = [sys.executable, "-m", "liftos_agents", *asked, "--jobs", "2", "--home", str(home)]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as playing:
        patience = time.monotonic() + 80
        while time.monotonic() < patience and not any(
            file.stat().st_size > 60_000 for file in home.glob("gates/*/*.jsonl")
        ):
            time.sleep(0.02)
        os.killpg(playing.pid, signal.SIGINT)
        out, error = playing.communicate(timeout=30)
    assert (playing.returncode, out) == (130, "")
    assert error.splitlines()[0].endswith("what is done is kept; go on by the same command with --resume")
    assert len(error.splitlines()) == 2
    assert run([*asked, "--home", str(home), "--resume"]) == 1
    record = json.loads(capsys.readouterr().out)["record"]
    assert record["verdict"] == whole["verdict"]
    assert record["id"] == whole["id"]
    plays = [
        {f.name: f.read_bytes() for f in at.glob("gates/*/*.jsonl")} for at in (home, tmp_path / "whole")
    ]
    assert len(plays[0]) == 12
    assert plays[0] == plays[1]


def test_json_holds_the_record(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*PROMOTED, "--home", str(home), "--resume", "--json", "--jobs", "2"]) == 0
    body = json.loads(capsys.readouterr().out)
    verdict = body["record"]["verdict"]
    assert body["label"] == "Simulated data"
    assert verdict["verdict"] == "promote"
    assert len(set(verdict["seeds"]["saturated"])) == 300
    assert set(verdict["valid_for"]) == {"policy", "scenarios", "seeds"}


def test_a_record_is_valid_for_its_policy_and_its_scenarios_alone(home: Path) -> None:
    with LiftOS(settings=Settings(home=home)) as lift:
        record = lift.valid_policy_record("equal_split", ["saturated"])
        assert record.verdict.verdict == "promote"
        newer = scenarios.scenario("saturated").model_copy(update={"version": 99})
        for policy, on in (
            ("equal_split", ["saturated", "textbook"]),
            ("equal_split", ["textbook"]),
            ("equal_split", [newer]),
            ("follow_platform_roas", ["saturated"]),
            ("thompson", ["confounded", "lockstep"]),
            (_Newer, ["saturated"]),
        ):
            with pytest.raises(
                NotFoundError, match="No valid promotion record for this policy and scenario set"
            ):
                lift.valid_policy_record(policy, on)
    with (
        LiftOS(settings=Settings(home=home, organisation="other")) as stranger,
        pytest.raises(NotFoundError, match="No valid promotion record"),
    ):
        stranger.valid_policy_record("equal_split", ["saturated"])


class _Newer(EqualSplit):
    version = "2"


def test_a_later_word_undoes_an_earlier_one(tmp_path: Path) -> None:
    with LiftOS(settings=Settings(home=tmp_path)) as lift:
        lift.gate_policy("equal_split", ["saturated"])
        lift.valid_policy_record("equal_split", ["saturated"])
        lift.gate_policy("equal_split", ["saturated"], seeds=20)
        with pytest.raises(NotFoundError):
            lift.valid_policy_record("equal_split", ["saturated"])


def test_records_are_listed_and_verified(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["simulate", "records", "--verify", "--home", str(home)]
    assert run([*asked, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    said = {r["record"]["verdict"]["subject"]: r["record"]["verdict"]["verdict"] for r in body["records"]}
    assert said == {"equal_split": "promote", "thompson": "hold_back"}
    assert body["broken"] == []
    assert run(asked) == 0
    assert "policy thompson" in capsys.readouterr().out


def test_a_forged_record_is_told_and_counts_for_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = ["simulate", "gate", "equal_split", "--scenarios", "saturated", "--seeds", "20"]
    assert run([*few, "--home", str(tmp_path), "--json"]) == 1
    record = json.loads(capsys.readouterr().out)["record"]
    record["verdict"]["verdict"] = "promote"
    with open_home(Settings(home=tmp_path)) as opened, opened.database.begin() as connection:
        connection.execute(update(promotions).values(record=json.dumps(record)))
    assert run(["simulate", "records", "--home", str(tmp_path)]) == 0
    assert "✗ broken" in capsys.readouterr().out
    assert run(["simulate", "records", "--verify", "--home", str(tmp_path)]) == 1
    assert "1 of 1 do not hold" in capsys.readouterr().out
    with LiftOS(settings=Settings(home=tmp_path)) as lift, pytest.raises(NotFoundError):
        lift.valid_policy_record("equal_split", ["saturated"])


def test_no_record_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "records", "--verify", "--home", str(tmp_path)]) == 0
    assert "No promotion record yet" in capsys.readouterr().out


def test_grounding_figures_count(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = tmp_path / "grounding.json"
    asked = [*PROMOTED, "--home", str(home / "grounded"), "--resume", "--json", "--grounding", str(figures)]
    for content, code in (
        ('{"numbers": 40, "bound": 40}', 0),
        ('{"grounding": {"numbers": 40, "bound": 39}}', 1),
    ):
        figures.write_text(content)
        assert run(asked) == code
        (check,) = [
            c
            for c in json.loads(capsys.readouterr().out)["record"]["verdict"]["checks"]
            if c["name"] == "grounding"
        ]
        assert check["passed"] is (code == 0)
    for content in ("{", "[1]", '{"numbers": 3, "bound": 4}', "{}", '{"numbers": "many"}'):
        figures.write_text(content)
        assert run(asked) == 2
        assert "--grounding" in json.loads(capsys.readouterr().out)["error"]["where"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gate", "oracle"], "shown the truth"),
        (["gate", "hold"], "measured against"),
        (["gate", "equal_splt"], "equal_split"),
        (["gate", "equal_split", "--scenarios", "texbook"], "textbook"),
        (["gate", "equal_split", "--scenarios", "textbook,textbook"], "twice"),
        (["gate", "equal_split", "--scenarios", ","], "at least one scenario"),
        (["gate", "equal_split", "--seeds", "0"], "seeds"),
        (["gate", "equal_split", "--jobs", "0"], "processes"),
        (["gate", "equal_split", "--scenarios", "missing.yaml"], "missing.yaml"),
        (["gate", "equal_split", "--grounding", "missing.json"], "grounding figures"),
        (["gate-plan", "nothing-like-it"], "no run"),
    ],
)
def test_a_mistake_leaves_with_2_and_no_traceback(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["simulate", *arguments, "--home", str(tmp_path)]) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert "Traceback" not in shown


def test_a_plan_is_judged_and_the_run_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guardrails = Guardrails(unattended="promotion", max_share_moved=None, beyond_history="allow")
    settings = Settings(home=tmp_path, guardrails=guardrails)
    with LiftOS(settings=settings) as lift:
        waiting = lift.ask(
            "How should I split my budget?", data=[simulate(scenarios.load("saturated"), 2).frame()]
        )
        assert waiting.status == "needs_approval"
    assert run(["simulate", "gate-plan", "last", "--home", str(tmp_path), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    (record,) = body["records"]
    assert record["verdict"]["kind"] == "plan"
    assert body["next"] == f"Next: liftos runs resume {waiting.run_id}"
    assert run(["runs", "resume", waiting.run_id, "--home", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "complete"
    assert run(["simulate", "gate-plan", "last", "--home", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "Gate for the plan ev_" in shown
    assert "Verdict: promote" in shown


def test_a_plan_that_is_held_back_leaves_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with LiftOS(settings=Settings(home=tmp_path)) as lift:
        lift.ask("How should I split my budget?", data=[simulate(scenarios.load("confounded"), 3).frame()])
    code = run(["simulate", "gate-plan", "last", "--home", str(tmp_path)])
    shown = capsys.readouterr()
    assert (code, "Verdict: hold back" in shown.out) == (1, True)
    assert "In the way:" in shown.out
