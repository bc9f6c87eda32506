"""Scorers: how good a plan, or a design, is for a sample. Each has a version; scores of two versions never meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from liftos_agents.domain.plan import Plan
from liftos_agents.errors import NotFoundError
from liftos_agents.evals import design_scorers
from liftos_agents.evals.sample import Sample
from liftos_agents.evals.score import Score


@dataclass(frozen=True)
class Scorer:
    """A named, versioned judgement.

    Attributes:
        applies: Whether a sample is one that this scorer is for.
        score: The judgement of a plan, or of a design that was found.
    """

    name: str
    version: str
    meaning: str
    applies: Callable[[Sample], bool]
    score: Callable[[Sample, Any], Score]


def scorers(names: Sequence[str]) -> tuple[Scorer, ...]:
    """Scorers by name.

    Raises:
        NotFoundError: There is no such scorer.
    """
    unknown = [name for name in names if name not in SCORERS]
    if unknown:
        raise NotFoundError(f"no scorer {unknown[0]!r}", fix=f"There are: {', '.join(sorted(SCORERS))}")
    return tuple(SCORERS[name] for name in names)


def plan_match(sample: Sample, plan: Plan) -> Score:
    """1 when the plan is of the expected kind and, for steps, names the expected specialists and no other.

    Two steps for one specialist count once; the order counts where the sample says so.
    """
    expected = sample.expect
    if plan.kind != expected.kind:
        return Score(value=0.0, why=f"expected {_said(sample)}, got {_planned(plan)}")
    agents = tuple(dict.fromkeys(step.agent for step in plan.steps))
    same = agents == expected.agents if expected.ordered else sorted(agents) == sorted(expected.agents)
    right = expected.kind != "steps" or same
    return Score(value=float(right), why="" if right else f"expected {_said(sample)}, got {_planned(plan)}")


def out_of_scope(sample: Sample, plan: Plan) -> Score:
    """1 when a request that is nobody's business here was refused."""
    refused = plan.kind == "refusal"
    return Score(value=float(refused), why="" if refused else f"not refused: {_planned(plan)}")


def clarification(sample: Sample, plan: Plan) -> Score:
    """1 when a question that cannot be planned yet led to a question back."""
    asked = plan.kind == "clarification"
    return Score(value=float(asked), why="" if asked else f"not asked back: {_planned(plan)}")


def in_scope(sample: Sample, plan: Plan) -> Score:
    """1 when a request that is our business was not refused."""
    kept = plan.kind != "refusal"
    return Score(value=float(kept), why="" if kept else f"refused: {plan.refusal}")


def _said(sample: Sample) -> str:
    expected = sample.expect
    return " + ".join(expected.agents) if expected.kind == "steps" else expected.kind


def _planned(plan: Plan) -> str:
    if plan.kind == "steps":
        return " + ".join(step.agent for step in plan.steps) or "no step"
    return plan.kind


def _routed(sample: Sample) -> bool:
    return sample.table is None


def _identifiable(sample: Sample) -> bool:
    return sample.expect.kind == "design"


SCORERS = {
    scorer.name: scorer
    for scorer in (
        Scorer("plan_match", "1", "exact plan match", _routed, plan_match),
        Scorer(
            "out_of_scope", "1", "out-of-scope recall", lambda s: s.expect.kind == "refusal", out_of_scope
        ),
        Scorer(
            "clarification",
            "1",
            "clarification when due",
            lambda s: s.expect.kind == "clarification",
            clarification,
        ),
        Scorer(
            "in_scope",
            "1",
            "in scope and kept",
            lambda s: _routed(s) and s.expect.kind != "refusal",
            in_scope,
        ),
        Scorer("design_match", "1", "right design", _identifiable, design_scorers.design_match),
        Scorer(
            "variables_match",
            "1",
            "right columns and arguments",
            _identifiable,
            design_scorers.variables_match,
        ),
        Scorer("answers", "1", "identifiable and estimated", _identifiable, design_scorers.answers),
        Scorer(
            "declined",
            "1",
            "declined when unidentifiable",
            lambda s: s.expect.kind == "declined",
            design_scorers.declined,
        ),
        Scorer(
            "design_solved",
            "1",
            "design and columns right, or declined",
            lambda s: not _routed(s),
            design_scorers.design_solved,
        ),
    )
}
