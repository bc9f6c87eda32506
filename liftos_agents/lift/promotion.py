"""The gates, asked of runs: may the plan that a run worked out be spent?"""

from __future__ import annotations

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.promotion import PromotionRecord, Verdict, plan_hashes
from liftos_agents.domain.run import Approval
from liftos_agents.errors import ArgumentError
from liftos_agents.graphs.guardrails import PROMOTION
from liftos_agents.lift.reporting import Reporting
from liftos_agents.sandbox.gates.plan_gate import plan_gate
from liftos_agents.sandbox.realism import Realism
from liftos_agents.sandbox.rehearsal import Sweep
from liftos_agents.version import __version__

GATE = "plan gate"


class Promotion(Reporting):
    """The part of `LiftOS` that puts plans to the gate."""

    def gate_plan(self, run: str) -> tuple[PromotionRecord, ...]:
        """The signed verdict on each plan that a run rehearsed.

        A promoted plan that waited for this record alone is approved by it, and the run can be resumed.

        Raises:
            NotFoundError: No such run, or one that has no answer yet.
            ArgumentError: It rehearsed no plan.
        """
        answer = self.answer(run)
        records = self._workshop.stores.promotions(self.settings.organisation)
        found: list[PromotionRecord] = []
        for rehearsal in _rehearsals(answer):
            plan = next((e for e in answer.evidence if e.id == rehearsal.result["optimisation"]), None)
            if plan is None:
                continue
            record = records.sign(_verdict(plan, rehearsal))
            found.append(record)
            if record.verdict.verdict == "promote":
                self._approve_by_record(answer.run_id, plan.id, record)
        if not found:
            raise ArgumentError(
                f"run {answer.run_id!r} rehearsed no plan",
                where="RUN",
                fix='Ask how a budget should be split ("How should I split my budget?"); its answer rehearses the plan',
            )
        return tuple(found)

    def _approve_by_record(self, run_id: str, plan: str, record: PromotionRecord) -> None:
        approvals = self._workshop.stores.approvals
        waiting: list[Approval] = [
            a
            for a in approvals.of_run(run_id)
            if a.status == "pending" and a.evidence == plan and {r.rule for r in a.reasons} == {PROMOTION}
        ]
        for approval in waiting:
            approvals.decide(run_id, "approved", approval=approval.id, by=GATE, note=record.id)


def _rehearsals(answer: Answer) -> list[Evidence]:
    return [
        e
        for e in answer.evidence
        if e.tool == "simulate_plan"
        and e.result.get("status") == "rehearsed"
        and e.result.get("optimisation")
    ]


def _verdict(plan: Evidence, rehearsal: Evidence) -> Verdict:
    result = rehearsal.result
    return plan_gate(
        plan=plan.id,
        valid_for={**plan_hashes(plan), "rehearsal": rehearsal.id},
        code=__version__,
        worlds=int(result["worlds"]),
        probability_beats_hold=float(result["probability_beats_hold"]),
        cvar10=float(result["cvar10"]),
        budget=float(result["total"]),
        sweeps={name: Sweep.model_validate(sweep) for name, sweep in result["sweeps"].items()},
        realism=Realism.model_validate(result["realism"]) if result.get("realism") else None,
        fit_accepted=result["fit_status"] == "accepted",
    )
