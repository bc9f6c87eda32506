"""Pictures from real evidence, and from evidence in any state."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.reference import show
from liftos_agents.reports import charts
from liftos_agents.reports.chart import Chart

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**30) | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def of_kind(found: tuple[Chart, ...], kind: str) -> list[Chart]:
    return [chart for chart in found if chart.id.startswith(kind)]


def test_a_budget_question_has_all_its_pictures(budget_answer: Answer) -> None:
    found = charts(budget_answer.evidence)
    fit = next(e for e in budget_answer.evidence if e.tool == "fit_mmm")
    assert len({chart.id for chart in found}) == len(found)
    for kind in ("budget", "returns", "rehearsal", "contributions", "fit"):
        (chart,) = of_kind(found, f"{kind}-")
        assert chart.narrow is not None
    assert len(of_kind(found, "response-")) == len(fit.result["channels"])
    known = {e.id for e in budget_answer.evidence}
    assert all(set(chart.evidence) <= known and chart.evidence for chart in found)


def test_the_words_of_a_picture_hold_the_figures_of_its_evidence(budget_answer: Answer) -> None:
    found = charts(budget_answer.evidence)
    plan = next(e for e in budget_answer.evidence if e.tool == "optimise_budget")
    (budget,) = of_kind(found, "budget-")
    for name in plan.result["allocation"]:
        before, after = (show(plan.result, f"allocation.{name}.{key}") for key in ("current", "proposed"))
        assert f"{name} from {before} to {after}" in budget.summary
        assert any(row[:3] == (name, before, after) for row in budget.table.rows)
    fit = next(e for e in budget_answer.evidence if e.tool == "fit_mmm")
    (parts,) = of_kind(found, "contributions-")
    assert parts.table.rows[0][1] == show(fit.result, "baseline_share.mean")


def test_a_response_curve_marks_now_the_plan_and_the_highest(budget_answer: Answer) -> None:
    plan = next(e for e in budget_answer.evidence if e.tool == "optimise_budget")
    curve = of_kind(charts(budget_answer.evidence), "response-")[0]
    name = curve.title.split(":")[0]
    marked = {row["label"]: row["spend"] for row in curve.spec["layer"][-1]["data"]["values"]}
    row = plan.result["allocation"][name]
    assert sorted(marked.values()) == sorted(
        [row["current_period"], row["proposed_period"], row["highest_period"]]
    )


def test_a_waterfall_adds_up(budget_answer: Answer) -> None:
    (parts,) = of_kind(charts(budget_answer.evidence), "contributions-")
    rows = parts.spec["data"]["values"]
    assert all(a["to"] == b["from"] for a, b in pairwise(rows[:-1]))
    assert rows[-1]["to"] == pytest.approx(sum(r["share"] for r in rows[:-1]))


def test_an_audit_shows_components_and_gains(audit_answer: Answer) -> None:
    kinds = [chart.id.split("-")[0] for chart in charts(audit_answer.evidence)]
    assert kinds == ["readiness", "gains"]


def test_a_catalogue_shows_scores_and_gains() -> None:
    result = {
        "median_score": 38.4,
        "bands": [{"start": 0.0, "end": 50.0, "rows": 3}, {"start": 50.0, "end": 100.0, "rows": 1}],
        "fixes": [
            {"text": "Say it.", "rows": 4, "share": 1.0, "catalogue_gain": 2.5},
            {"text": "No gain.", "rows": 4, "share": 1.0, "catalogue_gain": 0.0},
        ],
    }
    scores, gains = charts(
        [Evidence(id="ev_1111", tool="audit_catalogue", version="1", arguments={}, result=result)]
    )
    assert scores.summary == "Products by score (median 38.4): 3 from 0 to 50, 1 from 50 to 100."
    assert gains.table.rows == (("Say it.", "4 (100.0 %)", "+2.50"),)


def test_over_claim_shows_claims_beside_estimates() -> None:
    estimate = {"mean": 40.0, "p05": 20.0, "p50": 40.0, "p95": 70.0}
    result = {
        "channels": {
            "<meta>": {
                "mmm": {"contribution": estimate},
                "platform_claimed": {"contribution": 100.0},
                "over_claim": {"mean": 2.5, "p05": 1.4, "p50": 2.5, "p95": 5.0},
            },
            "tv": {"mmm": {"contribution": estimate}, "platform_claimed": None},
        },
        "units": {"channels.*.mmm.contribution": "outcome"},
        "currency": "EUR",
    }
    (chart,) = charts([Evidence(id="ev_1111", tool="attribute", version="1", arguments={}, result=result)])
    assert chart.table.rows == (("<meta>", "100", "40.0", "20.0", "70.0", "2.50×"),)
    assert "€" not in chart.summary


def test_nothing_is_drawn_of_a_refused_fit() -> None:
    result = {"status": "refused", "channels": {}, "fit_over_time": None, "baseline_share": None}
    assert charts([Evidence(id="ev_1111", tool="fit_mmm", version="1", arguments={}, result=result)]) == ()


@pytest.mark.parametrize("which", ["budget_answer", "audit_answer"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_evidence_in_any_state_is_drawn_or_left_out(
    which: str, data: st.DataObject, request: pytest.FixtureRequest
) -> None:
    answer: Answer = request.getfixturevalue(which)
    spoilt = [
        item.model_copy(update={"result": spoil(json.loads(json.dumps(item.result)), data)})
        for item in answer.evidence
    ]
    for chart in charts(spoilt):
        json.dumps([chart.spec, chart.narrow], allow_nan=False)


def spoil(result: dict[str, Any], data: st.DataObject) -> dict[str, Any]:
    """The result with one value anywhere in it replaced."""
    at: Any = result
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(at[key], dict | list) and at[key] and data.draw(st.booleans()):
            at = at[key]
            continue
        at[key] = data.draw(JUNK)
        return result


def test_one_extreme_world_makes_no_chance_in_twenty_of_a_loss(budget_answer: Answer) -> None:
    done = next(e for e in budget_answer.evidence if e.tool == "simulate_plan")
    quantiles = [-1000.0, *(float(v) for v in range(1000, 3000, 100))]
    (dots,) = of_kind(
        charts([done.model_copy(update={"result": {**done.result, "quantiles": quantiles}})]), "rehearsal-"
    )
    kinds = [row["kind"] for layer in dots.spec["layer"] for row in layer["data"]["values"] if "kind" in row]
    assert kinds == ["gain"] * (len(quantiles) - 1)


@pytest.mark.parametrize(("beats", "losses"), [(0.996, 0), (0.97, 1), (None, 0)])
def test_as_many_dots_lie_below_zero_as_there_are_chances_of_a_loss(
    budget_answer: Answer, beats: float | None, losses: int
) -> None:
    done = next(e for e in budget_answer.evidence if e.tool == "simulate_plan")
    quantiles = [-800.0, *(600.0 + 70.0 * i for i in range(20))]
    result = {**done.result, "quantiles": quantiles, "probability_beats_hold": beats}
    (dots,) = of_kind(charts([done.model_copy(update={"result": result})]), "rehearsal-")
    rows = [row for layer in dots.spec["layer"] for row in layer["data"]["values"] if "kind" in row]
    assert sum(row["kind"] == "loss" for row in rows) == losses
    assert all((row["gain"] < 0) == (row["kind"] == "loss") for row in rows)


def test_an_outcome_that_swings_widely_is_drawn_from_zero(budget_answer: Answer) -> None:
    fit = next(e for e in budget_answer.evidence if e.tool == "fit_mmm")
    series = fit.result["fit_over_time"]
    for top, from_zero in ((10.0, True), (1.2, False)):
        levels = [1.0 + (top - 1.0) * (i % 2) for i in range(len(series["date"]))]
        result = {
            **fit.result,
            "fit_over_time": {**series, **dict.fromkeys(("actual", "mean", "p05", "p95"), levels)},
        }
        (chart,) = of_kind(charts([fit.model_copy(update={"result": result})]), "fit-")
        scales = [layer["encoding"]["y"]["scale"]["zero"] for layer in chart.spec["layer"]]
        assert set(scales) == {from_zero}
