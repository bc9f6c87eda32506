"""What the optimiser makes of an answer's evidence."""

from __future__ import annotations

import pytest

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.domain.answer import Answer
from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.plan import Plan
from liftos_agents.evals.contestants.asked_plan import MOST_LOST, AskedPlan, question
from liftos_agents.evals.contestants.thin_fit import THIN
from liftos_agents.sandbox import scenarios, simulate


@pytest.fixture(scope="module")
def evidence() -> tuple[Evidence, ...]:
    """Of a plan, its fit and its rehearsal."""
    market = scenarios.load("textbook").model_copy(update={"weeks": 90})
    table, store = simulate(market, 2).frame(), TransientStore()
    plan = tools.run("optimise_budget", table, store=store, margin=1.0, fit=THIN)
    rehearsal = tools.run("simulate_plan", table, store=store, optimisation=plan.id)
    fit = store.get(plan.result["fit"])
    assert fit is not None
    return fit, plan, rehearsal


def _asked(*evidence: Evidence) -> AskedPlan:
    answer = Answer(
        status="complete",
        run_id="r",
        thread_id="t",
        question="?",
        model="offline",
        plan=Plan(),
        evidence=evidence,
    )
    return AskedPlan.of(answer)


def test_a_plan_stands_with_its_own_rehearsal_alone(evidence: tuple[Evidence, ...]) -> None:
    fit, plan, rehearsal = evidence
    assert _asked(*evidence).stands
    assert not _asked(fit, plan).stands
    other = rehearsal.model_copy(update={"arguments": {**rehearsal.arguments, "optimisation": "ev_other"}})
    assert not _asked(fit, plan, other).stands
    vague = plan.model_copy(update={"result": {**plan.result, "recommended": False}})
    assert not _asked(fit, vague, rehearsal).stands


def test_a_plan_stands_on_its_odds_within_what_may_be_lost(evidence: tuple[Evidence, ...]) -> None:
    fit, plan, rehearsal = evidence

    def stands(**result: object) -> bool:
        changed = rehearsal.model_copy(update={"result": {**rehearsal.result, **result}})
        return _asked(fit, plan, changed).stands

    most = MOST_LOST * plan.result["total"]
    assert stands(holds_up=False, cvar10=-0.99 * most)
    assert not stands(holds_up=False, cvar10=-1.01 * most)
    assert stands(holds_up=True, cvar10=-1.01 * most)
    assert not stands(difference={**rehearsal.result["difference"], "mean": -1.0})


def test_a_failed_check_on_who_causes_what_is_not_identified(evidence: tuple[Evidence, ...]) -> None:
    fit, plan, rehearsal = evidence
    assert _asked(*evidence).identified
    checks = [
        {**check, "passed": check["passed"] and check["name"] != "spend_set_by_sales"}
        for check in fit.result["checks"]
    ]
    doubtful = fit.model_copy(update={"result": {**fit.result, "checks": checks}})
    assert not _asked(doubtful, plan, rehearsal).identified
    assert not _asked(fit).identified
    assert not _asked().identified


def test_the_question_says_money_weeks_bounds_and_margin() -> None:
    assert question(1_234_567.4, 13, 0.35, {"tv": 65_000.0}, {"search": 700_000.0}) == (
        "How should I split a budget of 1,234,567 over the next 13 weeks, with tv at least 65,000 and search at most 700,000? "
        "The margin is 35 %."
    )
