"""`liftos simulate replay`: files, the terminal, keys, and mistakes."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from liftos_agents.cli import entry
from liftos_agents.cli.app import app
from liftos_agents.cli.simulate.replay_view import spark
from liftos_agents.sandbox.replay import record
from liftos_agents.sandbox.replay_file import load, save

PLAY = ("--policy", "thompson,hold", "--scenario", "structural_break", "--seed", "7", "--horizon", "6")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["simulate", "replay", *arguments])


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = record(["thompson", "hold"], "structural_break", 7, horizon=6)
    return save(made, tmp_path_factory.mktemp("replay") / "replay.json")


def test_every_ending_is_written(tmp_path: Path) -> None:
    starts = {"html": b"<!doctype html>", "png": b"\x89PNG", "svg": b"<svg", "json": b'{"format":1'}
    for ending, start in starts.items():
        path = tmp_path / f"run.{ending}"
        done = run(*PLAY, "--out", str(path))
        assert done.exit_code == 0, done.output
        assert path.read_bytes().startswith(start)
        assert "Simulated data" in done.stdout
        assert "thompson" in done.stdout


def test_policies_are_named_with_commas_or_one_at_a_time(saved: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    assert run("-p", "thompson", "-p", "hold", *PLAY[2:], "--out", str(path)).exit_code == 0
    assert path.read_bytes() == saved.read_bytes()


def test_a_replay_read_again_draws_the_same(saved: Path, tmp_path: Path) -> None:
    assert run(*PLAY, "--out", str(tmp_path / "played.html")).exit_code == 0
    assert run("--from", str(saved), "--out", str(tmp_path / "read.html")).exit_code == 0
    assert (tmp_path / "played.html").read_bytes() == (tmp_path / "read.html").read_bytes()
    done = run("--from", str(saved), "--json")
    assert done.stdout == saved.read_text()
    assert json.loads(done.stdout)["label"] == "Simulated data"


def test_steps_print_all_weeks_where_nobody_presses_keys(saved: Path) -> None:
    done = run("--from", str(saved), "--step")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert [line.split(",")[0] for line in lines if line.startswith("Week ")] == [
        f"Week {n} of 6" for n in range(1, 7)
    ]
    replay = load(saved)
    last = [line for line in lines if line.strip().startswith("search ")]
    assert len(last) == 6 * 2
    assert last[-1].split()[-1] == spark(
        [w.spent[0] for w in replay.agents[1].weeks], max(w.spent[0] for w in replay.agents[1].weeks)
    )


def test_keys_go_on_and_back(saved: Path) -> None:
    """A real terminal: Enter, arrows, End and q."""
    leader, follower = pty.openpty()
    words = [
        sys.executable,
        "-c",
        "from liftos_agents.cli.entry import main; main()",
        "simulate",
        "replay",
        "--from",
        str(saved),
        "--step",
    ]
    process = subprocess.Popen(
        words,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(follower)
    try:
        _await(leader, "Week 1 of 6")
        for key, week in ((b"\r", 2), (b"\x1b[C", 3), (b"\x1b[D", 2), (b"\x1b[F", 6), (b"\x1b[H", 1)):
            os.write(leader, key)
            _await(leader, f"Week {week} of 6")
        os.write(leader, b"q")
        _await(leader, "Of hold's")
        assert process.wait(30) == 0
    finally:
        process.kill()
        os.close(leader)


def _await(terminal: int, words: str) -> None:
    """Reads until `words` have appeared and, for a week, until the program waits for a single key."""
    seen, until = "", time.monotonic() + 60
    while words not in seen or (words.startswith("Week") and _by_line(terminal)):
        assert time.monotonic() < until, seen
        if select.select([terminal], [], [], 0.05)[0]:
            seen += os.read(terminal, 65536).decode(errors="replace")


def _by_line(terminal: int) -> bool:
    """Whether a key pressed now waits for the end of its line, and is lost when single keys are asked for."""
    return bool(termios.tcgetattr(terminal)[3] & termios.ICANON)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-p", "optimizer", "-s", "textbook"), "no policy 'optimizer'"),
        (("-p", "hold", "-s", "nowhere"), "no scenario 'nowhere'"),
        (("-p", "hold", "-s", "absent.yaml"), "absent.yaml"),
        (("-p", "hold", "-s", "textbook", "--seed", "-1"), "-1"),
        (("-p", "hold", "-s", "textbook", "--seed", "x"), "Invalid value"),
        (("-p", "hold", "-s", "textbook", "--horizon", "0"), "1 to 520"),
        (("-p", "hold", "-s", "textbook", "--out", "x.pdf"), ".html, .png, .svg or .json"),
        (("-p", "hold", "-s", "textbook", "--out", "absent/x.html"), "no such folder"),
        (("-p", "hold,hold", "-s", "textbook"), "given twice"),
        (("-p", "hold"), "no scenario"),
        (("-s", "textbook"), "nobody decides"),
        (("--from", "absent.json"), "no such file"),
        (("--from", "absent.json", "-p", "hold"), "Leave --policy"),
    ],
)
def test_mistakes_end_with_two_and_a_reason(
    arguments: tuple[str, ...],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "400")
    assert entry.run(["simulate", "replay", *arguments]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
    assert list(tmp_path.iterdir()) == []


def test_sparks_start_at_zero_and_are_short() -> None:
    assert spark([0.0, 4.0, 8.0, -3.0], 8.0) == "▁▅█▁"
    assert spark([1.0] * 52, 2.0) == "▅" * 26
    assert spark([1.0, 3.0], 0.0) == "▁▁"
    assert len(spark([1.0] * 520, 1.0, most=13)) == 13
