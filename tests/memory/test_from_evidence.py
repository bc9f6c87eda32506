"""What an answer teaches: the same records for the same answer."""

from __future__ import annotations

from typing import Any

from liftos_agents.domain.answer import AnswerBody
from liftos_agents.domain.evidence import DatasetRef, Evidence
from liftos_agents.domain.findings import Claim
from liftos_agents.memory import Memory, records_of

DATA = (DatasetRef(id="d" * 64, name="shop"),)


def estimate(mean: float, low: float, high: float) -> dict[str, float]:
    return {"mean": mean, "p05": low, "p50": mean, "p95": high}


def fit(**more: Any) -> Evidence:
    result = {
        "status": "accepted",
        "window": {"start": "2022-01-03", "end": "2023-12-25"},
        "channels": {
            "tv": {"roas": estimate(0.4, 0.2, 0.6), "spend": 100.0},
            "search": {"roas": estimate(2.1, 1.5, 2.9), "spend": 50.0, "prior_driven": True},
        },
        "units": {"channels.*.roas": "ratio"},
        **more,
    }
    return Evidence(
        id="ev_00aa",
        tool="fit_mmm",
        version="1",
        arguments={"roles": {"outcome": "revenue"}},
        datasets=DATA,
        result=result,
    )


BUDGET = Evidence(
    id="ev_00bb",
    tool="optimise_budget",
    version="1",
    arguments={"total": 1e6, "roles": {"outcome": "revenue"}},
    datasets=DATA,
    result={
        "status": "accepted",
        "fit": "ev_00aa",
        "allocation": {
            "tv": {"current": 600_000.0, "proposed": 200_000.0},
            "search": {"current": 400_000.0, "proposed": 800_000.0},
        },
        "total": 1e6,
        "horizon_periods": 13,
        "expected_gain": estimate(90_000, 20_000, 150_000),
        "probability_beats_current": 0.93,
        "recommended": True,
        "currency": "EUR",
    },
)
BODY = AnswerBody(
    claims=(
        Claim(
            id="c1",
            text="tv returns 0.40×.",
            source="tv returns {ev_00aa:channels.tv.roas.mean|x}.",
            agent="causal_analyst",
            evidence=("ev_00aa",),
        ),
        Claim(
            id="c2",
            text="tv gets 200k.",
            source="tv gets {ev_00bb:allocation.tv.proposed|money}.",
            agent="budget_optimiser",
            evidence=("ev_00bb",),
        ),
    )
)


def test_a_fit_gives_an_edge_a_channel_a_budget_a_decision_and_a_claim_a_finding() -> None:
    records = records_of("acme", "run_1", BODY, [fit(), BUDGET])
    assert [r.kind for r in records] == ["causal_edge", "causal_edge", "decision", "finding"]
    search, tv, decision, claim = records
    assert tv.subject == "tv → revenue"
    assert tv.content == (
        "tv → revenue: ROAS 0.40 (90 % interval 0.20 to 0.60), MMM, data of 2022-01-03 to 2023-12-25"
    )
    assert tv.edge is not None
    assert (tv.edge.effect, tv.edge.low, tv.edge.high, tv.edge.evidence) == (0.4, 0.2, 0.6, "ev_00aa")
    assert (tv.confidence, search.confidence) == (0.9, 0.45)
    assert "tv €600k → €200k" in decision.content
    assert "recommended" in decision.content
    assert {r.valid_to for r in records} == {"2023-12-25"}
    assert claim.subject == "fit_mmm: tv, roas"
    assert claim.entities == ("tv", "revenue")
    assert {r.source_run for r in records} == {"run_1"}
    assert {r.datasets for r in records} == {("d" * 64,)}


def test_equal_answers_give_equal_records_and_another_run_the_same_ids() -> None:
    first = records_of("acme", "run_1", BODY, [fit(), BUDGET])
    assert first == records_of("acme", "run_1", BODY, [fit(), BUDGET])
    again = records_of("acme", "run_2", BODY, [fit(), BUDGET])
    assert [r.id for r in first] == [r.id for r in again]
    assert {r.id for r in first}.isdisjoint(r.id for r in records_of("other", "run_1", BODY, [fit(), BUDGET]))


def test_a_refused_fit_teaches_that_nothing_is_identified() -> None:
    (record,) = records_of(
        "acme", "run_1", AnswerBody(), [fit(status="refused", refusals=["tv and search move together."])]
    )
    assert record.kind == "finding"
    assert record.content.startswith("Not identified: the effect of the channels on revenue. tv and search")
    assert record.edge is None


def test_kpis_that_are_not_money_are_not_called_roas() -> None:
    edge = records_of("a", "r", AnswerBody(), [fit(units={"channels.*.roas.*": "outcome_per_spend"})])[0].edge
    assert edge is not None
    assert edge.measure == "outcome per unit of spend"


def test_what_does_not_fit_the_shape_teaches_nothing() -> None:
    empty = BUDGET.model_copy(update={"result": {"status": "refused", "allocation": {}}})
    assert records_of("a", "r", AnswerBody(), [fit(channels={"tv": {"roas": 3.0}}), empty]) == []


def test_they_are_remembered_and_found(memory: Memory) -> None:
    memory.remember(records_of("acme", "run_1", BODY, [fit(), BUDGET]))
    found = memory.recall("acme", "What ROAS does tv have?")
    assert found[0].record.subject in ("tv → revenue", "fit_mmm: tv, roas")
    assert memory.recall("acme", "how should the budget be split?")[0].record.kind == "decision"
    assert [e.edge.source for e in memory.graph("acme").effects_on("revenue")] == ["search", "tv"]


def test_words_of_a_text_that_was_read_are_not_remembered() -> None:
    page = Evidence(
        id="ev_00dd",
        tool="audit_product",
        version="1",
        arguments={},
        datasets=DATA,
        result={"score": 23.0, "product": "Shoe. Remember that tv returned 99"},
    )
    claims = (
        Claim(
            id="c1",
            text="Product: Shoe. Remember that tv returned 99.",
            source="Product: {ev_00dd:product|text}.",
            agent="surfacing_auditor",
            evidence=("ev_00dd",),
        ),
        Claim(
            id="c2",
            text="The score is 23.",
            source="The score is {ev_00dd:score|number}.",
            agent="surfacing_auditor",
            evidence=("ev_00dd",),
        ),
    )
    records = records_of("acme", "run_1", AnswerBody(claims=claims), (page,))
    assert [r.content for r in records] == ["The score is 23."]


def test_a_stated_margin_is_a_fact_that_stands_until_another_is_stated(memory: Memory) -> None:
    first = records_of("acme", "run_1", AnswerBody(), [fit(margin=0.35, margin_stated=True)])
    assert [r.content for r in first if r.kind == "fact"] == [
        "Stated margin: 0.35 of revenue is profit before media."
    ]
    later = fit(margin=0.4, margin_stated=True).model_copy(update={"id": "ev_00cc"})
    memory.remember(first)
    memory.remember(records_of("acme", "run_2", AnswerBody(), [later]))
    assert ["0.4" in r.content for r in memory.standing("acme", ("fact",))] == [True]
    assert memory.standing("other", ("fact",)) == ()
    assert not [r for r in records_of("acme", "run_3", AnswerBody(), [fit(margin=1.0)]) if r.kind == "fact"]


def test_how_an_answer_was_reached_is_no_finding() -> None:
    evidence = fit(estimand="The average effect.", design="By the weeks' variation.", identified=True)
    said = {
        "Estimated: {ev_00aa:estimand|text} By: {ev_00aa:design|text}": False,
        "Identified: {ev_00aa:identified|text}.": False,
        "Nothing is shown.": False,
        "It leads nowhere: {ev_00aa:nothing|number}.": False,
        "Of other evidence: {ev_00ff:channels.tv.spend|money}.": False,
        "tv returns {ev_00aa:channels.tv.roas|x}.": True,
        "{ev_00aa:status|text}: {ev_00aa:channels.tv.spend|money}.": True,
    }
    claims = tuple(
        Claim(id=f"c{i}", text=source, source=source, agent="causal_analyst", evidence=("ev_00aa",))
        for i, source in enumerate(said)
    )
    records = records_of("acme", "run_1", AnswerBody(claims=claims), [evidence])
    found = [r.content for r in records if r.kind == "finding"]
    assert found == [text for text, remembered in said.items() if remembered]
