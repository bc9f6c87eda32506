"""The contest of `benchmarks`: stopped, it says in one line what is kept and how to go on; what failed stands in its notes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import report, sandbox_contest
from liftos_agents.sandbox import arena
from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.policies.equal_split import EqualSplit

SMALL = ["--jobs", "1", "--policies", "hold", "equal_split"]


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A contest of two policies and six worlds a family, in a folder of its own."""
    monkeypatch.setattr(sandbox_contest, "RESULTS", tmp_path)
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    monkeypatch.setattr(sandbox_contest, "PLAYERS", ("hold", "equal_split"))
    monkeypatch.setattr(sandbox_contest, "WORLDS", 6)
    return tmp_path


def test_a_stopped_contest_says_what_is_kept_and_goes_on(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    play, calls = arena.play, iter(range(100))

    def stopped(*given, **more):
        if next(calls) == 5:
            raise KeyboardInterrupt
        return play(*given, **more)

    monkeypatch.setattr(arena, "play", stopped)
    with pytest.raises(SystemExit) as left:
        sandbox_contest.main(["--worlds", "6", *SMALL])
    assert left.value.code == 130
    error = capsys.readouterr().err
    assert error == (
        f"stopped; 36 of 120 worlds are kept in {results}/.sandbox_contest_*.jsonl; go on by the same command\n"
    )
    monkeypatch.setattr(arena, "play", play)
    sandbox_contest.main(["--worlds", "6", *SMALL])
    written = json.loads((results / "sandbox_contest.json").read_text())
    assert {row["failed"] for row in written["rows"]} == {0}
    assert "Failures of a policy's own code: none by anybody." in written["notes"]


def test_a_look_that_is_stopped_keeps_nothing_and_says_so(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*given: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(arena, "play", stopped)
    with pytest.raises(SystemExit) as left:
        sandbox_contest.main(["--worlds", "2", *SMALL, "--scenarios", "textbook"])
    assert left.value.code == 130
    assert capsys.readouterr().err == "stopped; nothing is kept of a look, which is played anew each time\n"
    assert not list(results.iterdir())


def test_who_failed_stands_in_the_table_and_in_the_notes(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usual = EqualSplit.decide

    def decide(self: EqualSplit, week: int, seen: Report | None) -> Decision:
        if week == 3:
            raise RuntimeError("no fit")
        return usual(self, week, seen)

    monkeypatch.setattr(EqualSplit, "decide", decide)
    sandbox_contest.main(["--worlds", "2", *SMALL, "--scenarios", "textbook"])
    shown = capsys.readouterr().out
    assert "'policy': 'equal_split', 'worlds': 2" in shown
    assert "'failed': 2" in shown
    assert (
        "equal_split failed in 2 worlds of textbook, first in seed 7000, week 3: RuntimeError: no fit"
        in shown
    )
