"""Runs: scored errors, resumption after a kill, the money cap, progress."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from liftos_agents.domain.plan import Plan
from liftos_agents.errors import ArgumentError, CancelledError, DataError, NotFoundError
from liftos_agents.evals import Progress, Sample, Solution, Suite, read_log, run, summarise

Solvers = dict[str, Callable[[Sample], Plan]]


def test_a_perfect_and_a_refusing_solver_get_what_they_deserve(suite: Suite, solvers: Solvers) -> None:
    best = summarise(run(suite, solvers["perfect"], name="perfect"))
    assert {m.scorer: m.mean for m in best.metrics} == dict.fromkeys(suite.scorers, 1.0)
    worst = summarise(run(suite, solvers["refuses all"], name="refuses all"))
    assert {m.scorer: (m.mean, m.samples) for m in worst.metrics} == {
        "plan_match": (0.25, 4),
        "out_of_scope": (1.0, 1),
        "in_scope": (0.0, 3),
        "clarification": (0.0, 1),
    }
    assert {m.group: m.mean for m in worst.tags} == {"short": 0.5, "compound": 0.0}
    assert {m.group: m.samples for m in worst.splits} == {"dev": 1, "test": 3}
    assert set(worst.failures) == {"waste", "both", "vague"}


def test_a_failing_sample_is_a_scored_error_and_the_run_goes_on(suite: Suite, solvers: Solvers) -> None:
    def fragile(sample: Sample) -> Plan:
        if sample.id == "both":
            raise RuntimeError("the model hung up")
        return solvers["perfect"](sample)

    log = run(suite, fragile, name="fragile")
    summary = summarise(log)
    assert log.complete
    assert (summary.errors, summary.metrics[0].mean) == (1, 0.75)
    assert summary.failures == {"both": "RuntimeError: the model hung up"}


def test_a_solver_that_answers_nonsense_is_a_scored_error(suite: Suite) -> None:
    log = run(suite, lambda sample: "a poem", name="poet")  # type: ignore[arg-type, return-value]
    assert summarise(log).errors == 4


def test_a_killed_run_resumes_where_it_was(
    suite: Suite, solvers: Solvers, tmp_path: Path, write_suite: Callable[..., Path]
) -> None:
    path = tmp_path / "logs" / "run.jsonl"
    code = f"""
import os
from liftos_agents.domain.plan import Plan
from liftos_agents.evals import load_suite, run
seen = []
def solver(sample):
    if len(seen) == 2:
        os._exit(9)
    seen.append(sample.id)
    return Plan(refusal="no")
from pathlib import Path
run(load_suite({str(write_suite())!r}), solver, name="s", log=Path({str(path)!r}))
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    assert [r.sample.id for r in read_log(path).results] == ["waste", "both"]
    with path.open("ab") as file:
        file.write(b'{"sample": {"id": "wea')
    assert len(read_log(path).results) == 2
    asked: list[str] = []

    def solver(sample: Sample) -> Plan:
        asked.append(sample.id)
        return solvers["refuses all"](sample)

    log = run(suite, solver, name="s", log=path)
    assert asked == ["weather", "vague"]
    assert log.complete
    assert read_log(path) == log
    assert run(suite, solver, name="s", log=path) == log
    assert len(asked) == 2


def test_a_log_of_another_run_is_not_mixed_in(suite: Suite, solvers: Solvers, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    run(suite, solvers["perfect"], name="first", log=path)
    with pytest.raises(ArgumentError, match="solver 'first', not 'second'"):
        run(suite, solvers["perfect"], name="second", log=path)
    with pytest.raises(ArgumentError, match="suite_hash"):
        run(suite.narrow(limit=2), solvers["perfect"], name="first", log=path)


def test_what_is_no_log_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"hello": 1}\n')
    with pytest.raises(DataError, match="no evaluation log"):
        read_log(tmp_path / "a.jsonl")
    with pytest.raises(NotFoundError):
        read_log(tmp_path / "b.jsonl")


def test_the_money_cap_stops_before_the_sample_that_could_pass_it(
    suite: Suite, solvers: Solvers, tmp_path: Path
) -> None:
    path = tmp_path / "run.jsonl"

    def dear(sample: Sample) -> Solution:
        return Solution(plan=solvers["perfect"](sample), usd=0.4, input_tokens=10)

    log = run(suite, dear, name="dear", log=path, max_usd=1.0)
    assert (len(log.results), log.complete) == (2, False)
    assert "1 US dollars" in (log.stopped or "")
    assert summarise(log).usd == pytest.approx(0.8)
    assert run(suite, dear, name="dear", log=path, max_usd=10).complete


def test_progress_counts_rate_money_and_time_left(suite: Suite, solvers: Solvers) -> None:
    told: list[Progress] = []
    run(suite, solvers["perfect"], name="p", progress=told.append)
    assert [(p.done, p.total, p.right) for p in told] == [(i, 4, 1.0) for i in (1, 2, 3, 4)]
    assert told[-1].seconds_left == 0
    assert all(p.rate > 0 for p in told)


def test_cancelling_ends_the_run_and_keeps_what_was_done(
    suite: Suite, solvers: Solvers, tmp_path: Path
) -> None:
    def cancelled(sample: Sample) -> Plan:
        if sample.id == "weather":
            raise CancelledError("stopped by the user")
        return solvers["perfect"](sample)

    with pytest.raises(CancelledError):
        run(suite, cancelled, name="c", log=tmp_path / "run.jsonl")
    assert len(read_log(tmp_path / "run.jsonl").results) == 2


def test_epochs_give_reliability_and_clustered_intervals(suite: Suite, solvers: Solvers) -> None:
    calls: dict[str, int] = {}

    def moody(sample: Sample) -> Plan:
        calls[sample.id] = calls.get(sample.id, 0) + 1
        good = sample.id != "waste" or calls[sample.id] == 1
        return solvers["perfect" if good else "refuses all"](sample)

    log = run(suite.model_copy(update={"epochs": 3}), moody, name="moody")
    summary = summarise(log)
    assert [r.epoch for r in log.results] == [1] * 4 + [2] * 4 + [3] * 4
    assert summary.metrics[0].mean == pytest.approx((1 / 3 + 3) / 4)
    assert summary.metrics[0].interval == "clustered"
    assert summary.reliability == pytest.approx({"1": (1 / 3 + 3) / 4, "2": 0.75, "3": 0.75})
    strict = run(suite.model_copy(update={"epochs": 3, "reducer": "all"}), solvers["perfect"], name="p")
    assert summarise(strict).metrics[0].mean == 1.0
    with pytest.raises(NotFoundError, match="reducer"):
        summarise(run(suite.model_copy(update={"reducer": "median"}), solvers["perfect"], name="p"))
