"""Comparisons: paired on common samples, ties as ties, graders of one version alone; and how they are shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.console import Console

from liftos_agents.domain.plan import Plan
from liftos_agents.errors import ArgumentError
from liftos_agents.evals import (
    EvalLog,
    Sample,
    Suite,
    compare,
    render_leaderboard,
    render_summary,
    run,
    summarise,
)
from liftos_agents.evals.sample import Expected
from liftos_agents.evals.statistics import mcnemar

Solvers = dict[str, Callable[[Sample], Plan]]


@pytest.fixture
def many(suite: Suite) -> Suite:
    samples = tuple(
        Sample(id=f"q{i}", question=f"question {i}", expect=Expected(agents=("causal_analyst",)))
        for i in range(40)
    )
    return suite.model_copy(update={"samples": samples})


def right_below(bound: int, solvers: Solvers) -> Callable[[Sample], Plan]:
    def solver(sample: Sample) -> Plan:
        good = int(sample.id[1:]) < bound
        return solvers["perfect" if good else "refuses all"](sample)

    return solver


def log_of(suite: Suite, bound: int, solvers: Solvers) -> EvalLog:
    return run(suite, right_below(bound, solvers), name=f"right {bound}")


def test_near_ones_tie_and_the_weak_one_stands_apart(many: Suite, solvers: Solvers) -> None:
    board = compare([log_of(many, bound, solvers) for bound in (10, 40, 38)])
    assert list(board.means) == ["right 40", "right 38", "right 10"]
    assert board.ties == (("right 40", "right 38"), ("right 10",))
    pair = next(d for d in board.differences if {d.first, d.second} == {"right 40", "right 38"})
    assert abs(pair.difference) == pytest.approx(0.05)
    assert pair.p == mcnemar(0, 2)
    assert pair.adjusted_p >= pair.p
    assert pair.test == "McNemar, exact"
    assert 0 < pair.detectable < 0.2


def test_equal_runs_differ_by_nothing_yet_state_what_they_could_have_found(
    many: Suite, solvers: Solvers
) -> None:
    first = log_of(many, 20, solvers)
    other = first.model_copy(update={"header": first.header.model_copy(update={"solver": "other"})})
    (difference,) = compare([first, other]).differences
    assert (difference.difference, difference.p) == (0.0, 1.0)
    assert 0.05 < difference.detectable < 0.2


def test_only_common_samples_count(many: Suite, solvers: Solvers) -> None:
    whole, part = log_of(many, 40, solvers), log_of(many, 38, solvers)
    part = part.model_copy(update={"results": part.results[:20]})
    (difference,) = compare([whole, part]).differences
    assert (difference.samples, difference.difference) == (20, 0.0)
    with pytest.raises(ArgumentError, match="no sample"):
        compare([whole, part.model_copy(update={"results": ()})])


def test_graded_scores_are_compared_by_a_paired_t_test(many: Suite, solvers: Solvers) -> None:
    repeated = many.model_copy(update={"epochs": 2})
    calls: dict[str, int] = {}

    def half(sample: Sample) -> Plan:
        calls[sample.id] = calls.get(sample.id, 0) + 1
        good = calls[sample.id] == 1 or int(sample.id[1:]) % 4 == 0
        return solvers["perfect" if good else "refuses all"](sample)

    board = compare([run(repeated, solvers["perfect"], name="a"), run(repeated, half, name="b")])
    (difference,) = board.differences
    assert difference.test == "paired t"
    assert difference.difference == pytest.approx(0.375)
    assert difference.p < 1e-6


def test_what_cannot_be_compared_is_refused(many: Suite, solvers: Solvers) -> None:
    log = log_of(many, 40, solvers)
    with pytest.raises(ArgumentError, match="two runs"):
        compare([log])
    with pytest.raises(ArgumentError, match="same solver name"):
        compare([log, log])
    newer = log.header.model_copy(
        update={"solver": "b", "graders": {**log.header.graders, "plan_match": "2"}}
    )
    with pytest.raises(ArgumentError, match="graders differ"):
        compare([log, log.model_copy(update={"header": newer})])
    with pytest.raises(ArgumentError, match="suites differ"):
        compare([log, log_of(many.narrow(limit=5), 3, solvers)])


def test_tables_show_scores_failures_and_ties(many: Suite, suite: Suite, solvers: Solvers) -> None:
    console = Console(width=140, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    with console.file:
        console.print(render_summary(summarise(run(suite, solvers["refuses all"], name="refuses all"))))
        console.print(render_summary(summarise(log_of(many, 10, solvers))))
        console.print(render_leaderboard(compare([log_of(many, b, solvers) for b in (40, 38, 10)])))
        text = console.export_text()
    assert "exact plan match" in text
    assert "expected clarification, got refusal" in text
    assert "18 more in the log" in text
    assert "25.0 %" in text
    assert "dev split" in text
    rows = [line for line in text.splitlines() if "right 38" in line]
    assert rows[0].split()[1] == "A"
