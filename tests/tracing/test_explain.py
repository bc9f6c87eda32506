import pytest

from liftos_agents.domain.decision import Decision
from liftos_agents.errors import NotFoundError
from liftos_agents.tracing import Recorder, why
from liftos_agents.tracing.explain import explain


def test_every_number_leads_back_to_tool_data_and_decision(store, recorded):
    recorded()
    found = why(store, "run_", "c1")
    assert (found.run_id, found.claim, found.agent) == ("run_1", "c1", "causal_analyst")
    roas, spend = found.numbers
    assert (roas.shown, roas.value, roas.unit) == ("0.42×", 0.42, "ratio")
    assert (spend.shown, spend.path, spend.unit) == ("€1.50m", "channels.tv.spend", "money")
    assert (roas.tool, roas.version) == ("fit_mmm", "1")
    assert (roas.arguments["draws"], roas.arguments["margin"]) == (500, None)
    assert (roas.datasets[0].name, roas.datasets[0].id) == ("shop", "ab" * 32)
    (asked,) = roas.decisions
    assert asked.decision.reason == "it measures every channel"


def test_the_tree_says_it_line_by_line(store, recorded):
    recorded()
    tree = why(store, "run_1", "c1").tree()
    assert tree.label == "c1 (causal_analyst): TV returns 0.42× on €1.50m."
    (call,) = tree.below
    assert call.label == "ev_7f3a: fit_mmm version 1"
    lines = [branch.label for branch in call.below]
    assert lines[:4] == [
        "0.42× is channels.tv.roas.mean (ratio)",
        "€1.50m is channels.tv.spend (money)",
        "arguments: draws = 500",
        "columns: outcome = revenue, spend = (tv: tv_S; radio: radio_a + radio_b)",
    ]
    assert lines[4] == f"data: shop, sha256 {'ab' * 32}"
    assert lines[5].startswith("decision 2: causal_analyst chose fit_mmm, asked 'find waste'")


def test_decisions_about_the_claim_itself_are_shown(store, make_answer):
    recorder = Recorder(store, "run", "acme")
    recorder.decide(Decision(kind="claim", actor="verifier", chosen="c1", reason="every number is bound"))
    recorder.decide(Decision(kind="claim", actor="verifier", chosen="c2"))
    recorder.finish("complete", answer=make_answer("run"))
    (about,) = why(store, "run", "c1").decisions
    assert about.decision.reason == "every number is bound"


def test_a_claim_without_numbers_is_explained_by_its_text(store, recorded):
    recorded()
    assert why(store, "run_1", "r1").numbers == ()


def test_what_there_is_not_is_named(store, recorded):
    recorded()
    recorded("run_2", answer=None)
    with pytest.raises(NotFoundError, match="c1, r1"):
        why(store, "run_1", "c9")
    with pytest.raises(NotFoundError, match="no answer"):
        why(store, "run_2", "c1")
    with pytest.raises(NotFoundError, match="no run"):
        why(store, "run_1", "c1", organisation="globex")


def test_an_answer_whose_evidence_is_missing_is_called_damaged(make_answer):
    answer = make_answer("run")
    with pytest.raises(NotFoundError, match="damaged"):
        explain(answer.model_copy(update={"evidence": ()}), "c1")
    broken = answer.evidence[0].model_copy(update={"result": {}})
    with pytest.raises(NotFoundError, match="damaged"):
        explain(answer.model_copy(update={"evidence": (broken,)}), "c1")


BRIEF = {
    "id": "ab" * 32,
    "name": "shop",
    "rows": 104,
    "columns": ["week", "revenue", "tv_S", "radio_a", "radio_b"],
}
BRIEF |= {"start": "2022-01-03", "end": "2023-12-25", "frequency": "week"}


def test_the_part_of_the_data_that_was_read_is_shown(make_answer):
    found = explain(make_answer("run"), "c1", briefs=[BRIEF])
    (data,) = found.numbers[0].data
    assert (data.rows, data.columns, data.start, data.end) == (104, 5, "2022-01-03", "2023-12-25")
    assert data.used == ("revenue", "tv_S", "radio_a", "radio_b")
    lines = [line.label for line in found.tree().below[0].below[4].below]
    assert lines == [
        "104 rows × 5 columns, 2022-01-03 to 2023-12-25 by week",
        "columns read: revenue, tv_S, radio_a, radio_b",
    ]


@pytest.mark.parametrize("printed", ["0.42×", "0.42x", " 0.42 × "])
def test_a_printed_number_leads_to_its_claim(store, recorded, printed):
    recorded()
    found = why(store, "run_1", printed)
    assert "said in c1" in found.text
    assert [n.path for n in found.numbers] == ["channels.tv.roas.mean"]
    assert found.numbers[0].decisions[0].decision.chosen == "fit_mmm"


def test_a_bound_of_an_interval_is_found_although_no_claim_says_it(make_answer):
    found = explain(make_answer("run"), "0.60×")
    assert "in the evidence" in found.text
    assert [n.path for n in found.numbers] == ["channels.tv.roas.p95"]


def test_a_part_of_a_printed_estimate_is_found(make_answer):
    answer = make_answer("run")
    source = "TV returns {ev_7f3a:channels.tv.roas|x}."
    claim = answer.answer.claims[0].model_copy(update={"source": source})
    answer = answer.model_copy(update={"answer": answer.answer.model_copy(update={"claims": (claim,)})})
    assert explain(answer, "0.20×").numbers[0].path == "channels.tv.roas"


@pytest.mark.parametrize("pointer", ["ev_7f3a:channels.tv.spend", "{ev_7f:channels.tv.spend|money}"])
def test_a_reference_is_explained(make_answer, pointer):
    found = explain(make_answer("run"), pointer)
    assert found.claim == "ev_7f3a:channels.tv.spend"
    assert found.text == "€1.50m, said in c1"
    assert found.numbers[0].datasets[0].name == "shop"


@pytest.mark.parametrize(
    ("what", "said"),
    [("ev_7f3a:channels.radio", "no value"), ("ev_99:x", "not in the answer"), ("77%", "prints no '77%'")],
)
def test_what_leads_nowhere_is_named(make_answer, what, said):
    with pytest.raises(NotFoundError, match=said):
        explain(make_answer("run"), what)
