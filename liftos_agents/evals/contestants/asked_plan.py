"""The question that the optimiser is asked, and what its answer rests on, typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.evidence import Evidence
from liftos_agents.tools.budget.result import OptimiseBudgetResult
from liftos_agents.tools.mmm.diagnostics import SET_BY_SALES
from liftos_agents.tools.mmm.lift_agreement import CONFLICT
from liftos_agents.tools.mmm.result import FitMmmResult
from liftos_agents.tools.simulate_plan import SimulatePlanResult

UNTRUSTWORTHY = frozenset({SET_BY_SALES, "p_negative_baseline"})
"""Checks of the fit whose failure means that its returns are not the channels' own."""
SURE = 0.8416212335729143
"""Standard deviations within which a Normal has .8 of its mass on one side: as sure as a recommendation must be."""
Z90 = 1.6448536269514722
"""Standard deviations from the middle of a 90 % interval to its end."""
MOST_LOST = 0.05
"""Share of the plan's money that it may lose against holding, in the mean of the worst tenth of the worlds."""


def question(
    total: float, weeks: int, margin: float, minimum: Mapping[str, float], maximum: Mapping[str, float]
) -> str:
    """The question in words; money is for all weeks together, bounds by channel."""
    limits = [f"{name} at least {amount:,.0f}" for name, amount in minimum.items()]
    limits += [f"{name} at most {amount:,.0f}" for name, amount in maximum.items()]
    kept = f", with {' and '.join(limits)}" if limits else ""
    return (
        f"How should I split a budget of {total:,.0f} over the next {weeks} weeks{kept}? "
        f"The margin is {100 * margin:g} %."
    )


@dataclass(frozen=True)
class AskedPlan:
    """What an answer rests on.

    Attributes:
        fit: None where the model was not fitted.
        plan: None where no plan was made.
        rehearsal: Of that plan.
    """

    fit: FitMmmResult | None
    plan: OptimiseBudgetResult | None
    rehearsal: SimulatePlanResult | None

    @classmethod
    def of(cls, answer: Answer) -> AskedPlan:
        """The last plan that the answer's evidence holds, with its rehearsal and its fit."""
        evidence = {found.id: found for found in answer.evidence}
        plans = [found for found in answer.evidence if found.tool == "optimise_budget"]
        plan = plans[-1] if plans else None
        fit = _last(answer, "fit_mmm") if plan is None else evidence.get(str(plan.result["fit"]))
        rehearsals = [
            found
            for found in answer.evidence
            if found.tool == "simulate_plan" and plan and found.arguments["optimisation"] == plan.id
        ]
        return cls(
            FitMmmResult.model_validate(fit.result) if fit else None,
            OptimiseBudgetResult.model_validate(plan.result) if plan else None,
            SimulatePlanResult.model_validate(rehearsals[-1].result) if rehearsals else None,
        )

    @property
    def identified(self) -> bool:
        """Whether the data tell what budgets do: a fit that is not refused, and whose returns are the channels' own."""
        if self.fit is None or self.fit.status == "refused" or self.plan is None:
            return False
        if self.plan.status == "refused":
            return False
        if any(check.name in UNTRUSTWORTHY and not check.passed for check in self.fit.checks):
            return False
        # That the data alone would have expected another lift is what a test is run for; a fit that still contradicts the
        # test is another matter.
        return not any(abs(test.fitted_deviation) > CONFLICT for test in self.fit.lift_test_agreement)

    @property
    def stands(self) -> bool:
        """Whether the plan is recommended, gains in its rehearsal, and either gains under every harsher assumption or can lose little.

        Money that is spent once must hold up under all of them; a small step that the next fit looks at may be taken on its
        odds, as long as the worst tenth of the worlds costs no more than `MOST_LOST`.
        """
        if self.plan is None or not self.plan.recommended or self.rehearsal is None:
            return False
        difference, worst, total = self.rehearsal.difference, self.rehearsal.cvar10, self.plan.total
        if difference is None or worst is None or total is None or difference.mean <= 0.0:
            return False
        return self.rehearsal.holds_up or worst >= -MOST_LOST * total


def _last(answer: Answer, tool: str) -> Evidence | None:
    found = [evidence for evidence in answer.evidence if evidence.tool == tool]
    return found[-1] if found else None
