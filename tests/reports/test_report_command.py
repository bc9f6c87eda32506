"""`liftos report`, `liftos ask --report`, and the same from Python."""

import json
from pathlib import Path

import pytest

from liftos_agents import LiftOS
from liftos_agents.cli.entry import run
from liftos_agents.domain.answer import Answer
from liftos_agents.errors import NotFoundError


@pytest.fixture
def at_home(lift: LiftOS, monkeypatch: pytest.MonkeyPatch) -> LiftOS:
    """The tests' runs, where a command finds them."""
    lift.settle()
    monkeypatch.setenv("LIFTOS_HOME", str(lift.settings.home))
    monkeypatch.setenv("LIFTOS_ORGANISATION", "tests")
    return lift


def test_a_run_is_written_as_page_and_pictures(
    at_home: LiftOS, audit_answer: Answer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at_home.settle()
    out, folder = tmp_path / "r.html", tmp_path / "new" / "pictures"
    arguments = ["report", audit_answer.run_id, "--out", str(out), "--charts", str(folder), "--json"]
    assert run([*arguments, "--format", "svg"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["report"] == str(out)
    assert [Path(p).suffix for p in told["charts"]] == [".svg", ".svg"]
    assert all(Path(p).read_bytes() for p in told["charts"])
    assert out.read_text() == at_home.report(audit_answer.run_id)
    assert run(arguments) == 0
    assert sorted(p.suffix for p in folder.iterdir()) == [".png", ".png", ".svg", ".svg"]


def test_a_page_goes_to_standard_output(
    at_home: LiftOS, refusal: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    at_home.settle()
    assert run(["report", refusal.run_id, "--out", "-"]) == 0
    assert capsys.readouterr().out == at_home.report(refusal.run_id)
    assert run(["report", refusal.run_id, "--out", "-", "--json"]) == 2


def test_asking_can_write_the_report_at_once(
    listing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "audit.html"
    question = "Audit this product page: why does no assistant recommend it?"
    assert run(["ask", question, "--data", str(listing), "--report", str(out), "--json"]) == 0
    answer = Answer.model_validate_json(capsys.readouterr().out)
    assert answer.run_id in out.read_text()


@pytest.mark.parametrize("command", [["report", "last"], ["ask", "Audit this", "--report"]])
def test_a_place_that_cannot_be_written_to_is_said_before_any_work(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flag = ["--out"] if command[0] == "report" else []
    assert run([*command, *flag, str(tmp_path / "none" / "r.html")]) == 2
    assert "no such folder" in capsys.readouterr().err
    assert run([*command, *flag, str(tmp_path)]) == 2
    assert "a folder, not a file" in capsys.readouterr().err


def test_a_run_that_is_not_there_is_said_so(at_home: LiftOS, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", "run_none"]) == 2
    assert "run_none" in capsys.readouterr().err
    with pytest.raises(NotFoundError):
        at_home.report("run_none")
