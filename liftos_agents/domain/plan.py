"""Who does what: the router's answer to a question."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

AgentName = str
BUILT_IN_AGENTS = ("surfacing_auditor", "causal_analyst", "budget_optimiser", "content_generator")


class PlanStep(BaseModel):
    """One specialist with a goal.

    Attributes:
        agent: Name of the specialist.
        goal: What it is to find out or make, in the user's own terms.
        needs: Positions (from 0) of the steps whose evidence it builds on.
    """

    model_config = ConfigDict(frozen=True)

    agent: AgentName
    goal: str
    needs: tuple[int, ...] = ()


class Plan(BaseModel):
    """Steps, or a clarifying question, or a refusal; exactly one of the three.

    Attributes:
        steps: In order; steps that need no other run in parallel.
        clarification: A question back to the user, when something needed is missing or ambiguous.
        refusal: One helpful sentence, when the request is not this product's business.
        reason: Why this plan, for the trace.
    """

    model_config = ConfigDict(frozen=True)

    steps: tuple[PlanStep, ...] = Field(default=())
    clarification: str | None = None
    refusal: str | None = None
    reason: str = ""

    @property
    def kind(self) -> Literal["steps", "clarification", "refusal"]:
        """Which of the three the plan is."""
        if self.refusal:
            return "refusal"
        return "clarification" if self.clarification else "steps"
