"""Suites: read from files, narrowed, and refused with the line that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from liftos_agents.domain.plan import Plan, PlanStep
from liftos_agents.errors import DataError, NotFoundError
from liftos_agents.evals import Sample, Suite, load_suite, suite_names
from liftos_agents.evals.scorers import SCORERS, scorers


def test_a_suite_is_read_and_hashed_by_content(suite: Suite, write_suite: Callable[..., Path]) -> None:
    assert [s.id for s in suite.samples] == ["waste", "both", "weather", "vague"]
    assert suite.hash == load_suite(write_suite()).hash
    changed = load_suite(write_suite([{"id": "a", "question": "?", "expect": {"clarification": True}}]))
    assert changed.hash != suite.hash


def test_data_true_gives_the_router_an_example_table(suite: Suite) -> None:
    waste, both, *_ = suite.samples
    assert waste.task.datasets[0].channels == ("tv", "search", "facebook", "print", "radio")
    assert both.task.datasets == ()


def test_narrowing_by_split_tag_and_number(suite: Suite) -> None:
    assert [s.id for s in suite.narrow(split="dev").samples] == ["both"]
    assert [s.id for s in suite.narrow(tags=("short",), limit=1).samples] == ["waste"]
    with pytest.raises(NotFoundError, match="no sample"):
        suite.narrow(tags=("klingon",))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"id": "a", "question": "?", "expect": {}}, "exactly one"),
        ({"id": "a", "question": "?", "expect": {"agents": ["x"], "refusal": True}}, "exactly one"),
        ({"id": "a", "question": "?", "expect": {"refusal": True}, "colour": 1}, "colour"),
        ({"question": "?", "expect": {"refusal": True}}, "id"),
    ],
)
def test_a_wrong_line_is_named(line: dict, message: str, write_suite: Callable[..., Path]) -> None:
    good = {"id": "g", "question": "?", "expect": {"refusal": True}}
    with pytest.raises(DataError, match=f"small.jsonl, line 2: .*{message}"):
        load_suite(write_suite([good, line]))


def test_wrong_files_are_named(write_suite: Callable[..., Path], tmp_path: Path) -> None:
    twice = {"id": "g", "question": "?", "expect": {"refusal": True}}
    with pytest.raises(DataError, match="'g' occurs twice"):
        load_suite(write_suite([twice, twice]))
    with pytest.raises(DataError, match="no mapping"):
        load_suite(write_suite(header="just words"))
    with pytest.raises(DataError, match="no YAML"):
        load_suite(write_suite(header="a: [b"))
    with pytest.raises(DataError, match="purpose"):
        load_suite(
            write_suite(
                header="name: a\nversion: '1'\nscorers: [plan_match]\nprimary: x\nsamples: small.jsonl"
            )
        )
    (tmp_path / "small.jsonl").unlink()
    with pytest.raises(NotFoundError, match="no samples"):
        load_suite(tmp_path / "small.yaml")
    with pytest.raises(NotFoundError, match="routing"):
        load_suite("nothing")


def test_plan_match_wants_the_very_agents_and_their_order_only_where_it_matters(suite: Suite) -> None:
    match = SCORERS["plan_match"].score
    both = suite.samples[1]

    def plan(*agents: str) -> Plan:
        return Plan(steps=tuple(PlanStep(agent=a, goal="g") for a in agents))

    assert match(both, plan("causal_analyst", "budget_optimiser")).value == 1
    assert match(both, plan("causal_analyst", "budget_optimiser", "causal_analyst")).value == 1
    reverse = match(both, plan("budget_optimiser", "causal_analyst"))
    assert (reverse.value, reverse.why) == (
        0,
        "expected causal_analyst + budget_optimiser, got budget_optimiser + causal_analyst",
    )
    free = both.model_copy(update={"expect": both.expect.model_copy(update={"ordered": False})})
    assert match(free, plan("budget_optimiser", "causal_analyst")).value == 1
    assert match(free, plan("causal_analyst")).value == 0
    assert match(both, Plan()).why.endswith("got no step")
    assert match(both, Plan(refusal="no")).value == 0


def test_scorers_apply_where_they_are_due(suite: Suite) -> None:
    due = {name: [s.id for s in suite.samples if SCORERS[name].applies(s)] for name in SCORERS}
    assert due["out_of_scope"] == ["weather"]
    assert due["clarification"] == ["vague"]
    assert due["in_scope"] == ["waste", "both", "vague"]
    with pytest.raises(NotFoundError, match="plan_match"):
        scorers(["taste"])


def test_every_shipped_suite_can_be_run() -> None:
    for name in suite_names():
        suite = load_suite(name)
        graders = scorers(suite.scorers)
        assert suite.primary in suite.scorers
        for grader in graders:
            assert any(grader.applies(sample) for sample in suite.samples), (name, grader.name)
        assert all(isinstance(sample, Sample) and sample.task.question for sample in suite.samples)


def test_a_held_out_file_is_read_beside_the_first_where_it_is_present(
    write_suite: Callable[..., Path], tmp_path: Path
) -> None:
    header = 'name: small\nversion: "1"\npurpose: Two.\nsamples: [small.jsonl, held.jsonl]\nscorers: [plan_match]\nprimary: plan_match\n'
    path = write_suite([{"id": "a", "question": "?", "expect": {"refusal": True}, "split": "dev"}], header)
    assert [s.id for s in load_suite(path).samples] == ["a"]
    (tmp_path / "held.jsonl").write_text('{"id": "b", "question": "?", "expect": {"refusal": true}}\n')
    assert [(s.id, s.split) for s in load_suite(path).samples] == [("a", "dev"), ("b", "test")]
    (tmp_path / "held.jsonl").write_text('{"id": "a", "question": "?", "expect": {"refusal": true}}\n')
    with pytest.raises(DataError, match="twice"):
        load_suite(path)
