"""Contestants that ask an engine are named in `liftos simulate` like every other policy."""

from __future__ import annotations

import json

import pytest

from liftos_agents.cli.entry import run

UNTOLD = ["--scenarios", "flat_budgets", "--seeds", "2", "--horizon", "3", "--json"]


def test_the_optimiser_is_compared_with_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "compare", "optimiser", "mmm_greedy", *UNTOLD]) == 0
    body = json.loads(capsys.readouterr().out)
    lines = {line["policy"]: line for line in body["lines"]}
    assert lines["optimiser"]["abstained"] == 2
    assert lines["mmm_greedy"]["abstained"] == 0
    assert lines["optimiser"]["difference"]["mean"] == pytest.approx(0.0, abs=1e-6)


def test_processes_play_a_contestant_to_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path_factory.mktemp("runs") / f"{jobs}.jsonl" for jobs in (1, 2)]
    for jobs, out in enumerate(files, 1):
        command = ["simulate", "run", "optimiser", "--scenarios", "flat_budgets", "--seeds", "3"]
        assert run([*command, "--horizon", "3", "--jobs", str(jobs), "--out", str(out)]) == 0
    capsys.readouterr()
    assert files[0].read_bytes() == files[1].read_bytes()


def test_an_unknown_name_is_told_what_may_have_been_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "run", "optimizer", "--seeds", "1"]) == 2
    said = capsys.readouterr().err
    assert "no policy 'optimizer'" in said
    assert "Did you mean 'optimiser'?" in said
