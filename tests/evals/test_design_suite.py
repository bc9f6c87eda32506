"""The suite of designs: what it must hold, how a found design is read from an answer, and how it is scored."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.domain.answer import Answer, AnswerBody
from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.plan import Plan
from liftos_agents.errors import ArgumentError, DataError, NotFoundError
from liftos_agents.evals import (
    FoundDesign,
    Sample,
    Solution,
    Suite,
    ask_for_design,
    load_suite,
    read_design,
    run,
    summarise,
)
from liftos_agents.evals.scorers import SCORERS
from liftos_agents.evals.tables import table, table_names

DESIGNS = {
    "experiment",
    "geo_experiment",
    "regression_discontinuity",
    "instrumental_variables",
    "difference_in_differences",
    "synthetic_control",
    "interrupted_time_series",
    "marketing_mix_model",
    "multi_touch_attribution",
    "adjustment",
}


@pytest.fixture(scope="module")
def designs() -> Suite:
    return load_suite("design")


def test_the_suite_holds_every_design_in_both_halves_and_what_cannot_be_answered(designs: Suite) -> None:
    identifiable = [s for s in designs.samples if s.expect.designs]
    assert len(identifiable) >= 48
    assert len(designs.samples) - len(identifiable) >= 16
    for split in ("dev", "test"):
        half = designs.narrow(split=split).samples
        assert {d for s in half for d in s.expect.designs} == DESIGNS
        assert len(half) >= 32
    assert {tag for s in designs.samples for tag in s.tags} >= {"en", "de", "fr", "es", "described"}


def test_no_table_serves_identifiable_pairs_of_both_halves(designs: Suite) -> None:
    tables = {
        split: {s.table for s in designs.narrow(split=split).samples if s.expect.designs}
        for split in ("dev", "test")
    }
    assert not tables["dev"] & tables["test"]


def test_every_column_that_a_sample_expects_is_in_its_table(designs: Suite) -> None:
    for sample in designs.samples:
        columns = set(table(str(sample.table)).columns)
        expect = sample.expect
        named = {*expect.outcome, *expect.treatment, *sample.describe}
        for chosen in (*expect.includes.values(), *expect.excludes.values()):
            named |= set(chosen)
        assert named <= columns, sample.id


@pytest.mark.parametrize("name", table_names())
def test_a_table_is_simulated_small_and_the_same_every_time(name: str) -> None:
    first = table(name)
    pd.testing.assert_frame_equal(first, table(name))
    assert len(first) <= 2000
    assert first.columns.is_unique


def test_an_unknown_table_is_named() -> None:
    with pytest.raises(NotFoundError, match="no simulated table 'moon'"):
        table("moon")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"table": "coffee_sleep", "expect": {"agents": ["x"]}}, "exactly when it has a table"),
        ({"expect": {"declined": True}}, "exactly when it has a table"),
        ({"table": "moon", "expect": {"declined": True}}, "no simulated table 'moon'"),
        ({"table": "coffee_sleep", "expect": {"declined": True, "designs": ["adjustment"]}}, "exactly one"),
    ],
)
def test_a_wrong_line_of_a_design_suite_is_named(
    line: dict, message: str, write_suite: Callable[..., Path]
) -> None:
    with pytest.raises(DataError, match=message):
        load_suite(write_suite([{"id": "a", "question": "?", **line}]))


def test_a_routing_sample_is_written_as_before_there_were_designs(suite: Suite) -> None:
    written = json.loads(suite.samples[0].model_dump_json())
    assert set(written) == {"id", "question", "data", "thread", "expect", "tags", "split"}
    assert set(written["expect"]) == {"agents", "ordered", "clarification", "refusal"}


SAMPLE = Sample(
    id="a",
    question="Did the new checkout raise conversion?",
    table="checkout_test",
    expect={  # type: ignore[arg-type]
        "designs": ["experiment"],
        "outcome": ["converted"],
        "treatment": ["variant"],
        "arguments": {"segments": ["device", "country"], "start": "2024-03-04", "first": 1991},
        "includes": {"controls": ["prior_orders"]},
        "excludes": {"controls": ["user_id"]},
    },
)
RIGHT = FoundDesign(
    design="experiment",
    outcome="converted",
    treatment="variant",
    arguments={
        "segments": ["country", "device"],
        "start": "2024-03-04T00:00:00",
        "first": 1991.0,
        "controls": ["prior_orders", "device"],
    },
    estimated=True,
)


def test_a_right_design_with_right_columns_is_solved() -> None:
    for name in ("design_match", "variables_match", "answers", "design_solved"):
        assert SCORERS[name].score(SAMPLE, RIGHT).value == 1.0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"outcome": "revenue"}, "outcome 'revenue', not converted"),
        ({"treatment": "device"}, "treatment 'device', not variant"),
        ({"arguments": {**RIGHT.arguments, "segments": ["device"]}}, r"segments \['device'\], not"),
        ({"arguments": {**RIGHT.arguments, "start": "2024-03-05"}}, "start '2024-03-05'"),
        (
            {"arguments": {**RIGHT.arguments, "controls": ["user_id"]}},
            "lack prior_orders; controls hold user_id",
        ),
    ],
)
def test_a_wrong_column_is_named(change: dict, why: str) -> None:
    found = RIGHT.model_copy(update=change)
    score = SCORERS["variables_match"].score(SAMPLE, found)
    assert score.value == 0.0
    assert re.search(why, score.why)
    assert SCORERS["design_solved"].score(SAMPLE, found).value == 0.0
    assert SCORERS["design_match"].score(SAMPLE, found).value == 1.0


def test_a_wrong_design_says_what_was_found_instead() -> None:
    score = SCORERS["design_match"].score(SAMPLE, FoundDesign(said="Not identified. No column."))
    assert (score.value, score.why) == (0.0, "expected experiment, got Not identified. No column.")


def test_declined_means_no_estimate_and_saying_so_or_asking_back() -> None:
    sample = Sample(id="a", question="?", table="coffee_sleep", expect={"declined": True})  # type: ignore[arg-type]
    judge = SCORERS["declined"].score
    assert judge(sample, FoundDesign(said="Not identified. There is nothing to adjust for.")).value == 1.0
    assert judge(sample, FoundDesign(asked_back=True, said="Which column?")).value == 1.0
    assert judge(sample, FoundDesign(said="That is not something that I can help with.")).value == 0.0
    estimated = FoundDesign(design="adjustment", estimated=True, said="Not identified, but 3.")
    assert "estimated by adjustment" in judge(sample, estimated).why
    assert not SCORERS["answers"].applies(sample)
    assert SCORERS["design_solved"].score(sample, estimated).value == 0.0


def test_a_marketing_mix_answer_counts_for_every_channel_it_tells_of() -> None:
    sample = Sample(
        id="a",
        question="?",
        table="weekly_media",
        expect={"designs": ["marketing_mix_model"], "outcome": ["revenue"], "treatment": ["tv_spend"]},  # type: ignore[arg-type]
    )
    roles = {"outcome": "revenue", "spend": {"tv": ["tv_spend"], "radio": ["radio_spend"]}}
    fitted = Evidence(
        id="ev_1", tool="fit_mmm", version="1", arguments={"roles": roles}, result={"status": "ok"}
    )
    found = read_design(_answer("complete", "TV pays back.", fitted))
    assert found.estimated
    assert SCORERS["design_solved"].score(sample, found).value == 1.0


def test_an_answer_is_read_from_its_evidence() -> None:
    store = TransientStore()
    evidence = tools.run(
        "identify_design",
        table("checkout_test"),
        store=store,
        question="Did variant raise converted?",
    )
    found = read_design(_answer("complete", "It did.", evidence))
    assert (found.design, found.outcome, found.treatment) == ("experiment", "converted", "variant")
    assert not found.estimated
    asked = read_design(_answer("needs_clarification", "", plan=Plan(clarification="Which column?")))
    assert asked.declined
    assert asked.said == "Which column?"


def test_a_question_back_that_comes_as_an_error_is_a_question_back() -> None:
    class Strict:
        def ask(self, question: str, data: object, roles: object = None) -> Answer:
            raise ArgumentError("which column is the outcome?")

    found, answer = ask_for_design(Strict(), SAMPLE)
    assert answer is None
    assert found.declined


def test_a_run_of_designs_is_scored_and_logged(designs: Suite) -> None:
    few = designs.narrow(split="dev")
    few = few.model_copy(update={"samples": (few.samples[0], few.samples[-1])})
    log = run(few, lambda sample: Solution(found=FoundDesign(said="Not identified.")), name="silent")
    summary = summarise(log)
    assert {m.scorer: m.mean for m in summary.metrics} == {
        "design_match": 0.0,
        "variables_match": 0.0,
        "answers": 0.0,
        "declined": 1.0,
        "design_solved": 0.5,
    }
    assert log.results[0].output is not None
    assert log.results[0].output["said"] == "Not identified."


def test_the_hash_covers_the_tables(designs: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    few = designs.narrow(split="dev", limit=1)
    before = few.hash
    monkeypatch.setattr("liftos_agents.evals.sample.table", lambda name: pd.DataFrame({"a": [1]}))
    assert few.hash != before


def _answer(status: str, headline: str, *evidence: Evidence, plan: Plan | None = None) -> Answer:
    return Answer(
        status=status,  # type: ignore[arg-type]
        run_id="r",
        thread_id="t",
        question="?",
        model="offline",
        plan=plan or Plan(),
        answer=AnswerBody(headline=headline),
        evidence=evidence,
    )
