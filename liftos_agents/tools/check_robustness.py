"""Does a finished effect stand up to placebos, added causes, other rows and other specifications?"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from threadpoolctl import threadpool_limits

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.effect import (
    DEFAULT_LEVEL,
    Check,
    ConfidenceInterval,
    EffectResult,
    Explanations,
    Term,
    effect_units,
)
from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.figure import Figure
from liftos_agents.tools.adjustment import pictures
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.registry import names, spec, tool
from liftos_agents.tools.robustness.attack import Attack
from liftos_agents.tools.robustness.changed_rows import chosen_subsets, random_common_cause, random_halves
from liftos_agents.tools.robustness.placebo_outcome import placebo_outcome
from liftos_agents.tools.robustness.placebo_treatment import placebo_treatment
from liftos_agents.tools.robustness.rerun import Found, Rerun
from liftos_agents.tools.robustness.specifications import curve_picture, specification_curve
from liftos_agents.tools.robustness.unseen_cause import unseen_cause

Verdict = Literal["holds up", "fragile", "does not hold up"]


class CheckRobustnessArguments(BaseModel):
    """The effect to attack.

    Attributes:
        of: Evidence id of an effect on the same data.
        placebo_outcome: Column that the treatment cannot have changed; an earlier value of the outcome is looked for when absent.
        subsets: Columns by whose levels the effect is estimated anew.
        repeats: Placebo treatments, and random halves.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: str = Field(description="Evidence id of an effect, such as ev_0123456789abcdef")
    placebo_outcome: str | None = None
    subsets: tuple[str, ...] = ()
    repeats: int = Field(default=10, ge=4, le=200)
    level: float = Field(default=DEFAULT_LEVEL, gt=0.5, lt=1.0)


class CheckRobustnessResult(BaseModel):
    """An effect with what it stood up to.

    Attributes:
        status: `checked`.
        of, tool: The evidence and its tool.
        estimate, interval: The effect as the evidence has it.
        checks: One an attack; `passed` is None where the effect does not admit it.
        terms: Every further estimate.
        reasons: What speaks against the effect, a sentence each.
        units: Path pattern to unit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal["checked"] = "checked"
    of: str
    tool: str
    estimand: str
    outcome: str
    treatment: str
    estimate: float
    standard_error: float | None
    interval: ConfidenceInterval | None
    n: int
    verdict: Verdict
    reasons: tuple[str, ...]
    checks: tuple[Check, ...]
    terms: dict[str, Term]
    warnings: tuple[str, ...] = ()
    explanations: Explanations
    figures: tuple[Figure, ...] = ()
    units: dict[str, str]
    settings: dict[str, Any]


@tool(
    "check_robustness",
    version="2",
    summary="Whether an effect stands up to placebo treatments and outcomes, a random cause, random halves, an unmeasured cause and other "
    "specifications.",
    data="rows",
    timeout_seconds=900.0,
)
def check_robustness(context: ToolContext, arguments: CheckRobustnessArguments) -> CheckRobustnessResult:
    """The verdict on an effect, with each attack on it.

    Raises:
        ToolRetry: The id is not known here, is of other data, or is no effect with an estimate.
    """
    evidence, effect = _effect(context, arguments.of)
    with threadpool_limits(1):
        rerun = Rerun(context, evidence, _quick(evidence, arguments.level))
        base = rerun.again("the effect, as the further runs compute it")
        if base.estimate is None:
            base = Found("the effect", effect.estimate, effect.standard_error)
        attacks = (
            placebo_treatment(rerun, arguments.repeats, arguments.level),
            placebo_outcome(rerun, arguments.placebo_outcome),
            random_common_cause(rerun, base),
            random_halves(rerun, base, arguments.repeats),
            *chosen_subsets(rerun, base, arguments.subsets),
            *unseen_cause(evidence),
            specification_curve(rerun, base),
        )
    return _result(context, arguments, evidence, effect, base, attacks)


def _effect(context: ToolContext, of: str) -> tuple[Evidence, EffectResult]:
    where = "check_robustness argument of"
    evidence = context.store.get(of)
    if evidence is None:
        raise ToolRetry(
            f"no evidence {of!r} is kept here",
            where=where,
            fix="Run an effect tool such as estimate_effect first, in the same home, and give the id it returns",
        )
    if evidence.tool not in names() or not issubclass(spec(evidence.tool).result_model, EffectResult):
        raise ToolRetry(
            f"{of!r} comes from {evidence.tool}, which estimates no effect",
            where=where,
            fix="Give the id of an effect: estimate_effect, difference_in_differences, instrumental_variables, regression_discontinuity or "
            "synthetic_control",
        )
    if context.dataset.id not in {ref.id for ref in evidence.datasets}:
        raise ToolRetry(
            f"{of!r} was found on other data ({', '.join(ref.name for ref in evidence.datasets)})",
            where=where,
            fix="Give the data that it was found on",
        )
    effect = spec(evidence.tool).result_model.model_validate(evidence.result)
    assert isinstance(effect, EffectResult)
    if effect.estimate is None:
        raise ToolRetry(
            f"{of!r} has no estimate to check: {' '.join(effect.reasons) or effect.status}",
            where=where,
            fix="Give the id of an effect that was estimated",
        )
    return evidence, effect


def _quick(evidence: Evidence, level: float) -> dict[str, Any]:
    """Arguments under which the tool is run again many times."""
    quick: dict[str, Any] = {"level": level}
    if evidence.tool == "estimate_effect":
        learners = sorted(set(evidence.result["learners"].values()))
        quick |= {
            "splits": 1,
            "segments": [],
            "target": evidence.result["target"],
            "learners": learners[0] if len(learners) == 1 else "quadratic",
        }
    return quick


def _result(
    context: ToolContext,
    arguments: CheckRobustnessArguments,
    evidence: Evidence,
    effect: EffectResult,
    base: Found,
    attacks: tuple[Attack, ...],
) -> CheckRobustnessResult:
    failed = [a for a in attacks if a.check.passed is False]
    reasons = [f"{_words(a.check.name)}: {a.check.meaning}" for a in failed]
    if effect.status == "downgraded":
        reasons.append(f"The effect itself is downgraded: {' '.join(effect.reasons)}")
    verdict: Verdict = (
        "does not hold up" if any(a.fatal for a in failed) else "fragile" if reasons else "holds up"
    )
    terms: dict[str, Term] = {"base": base.term()}
    for attack in attacks:
        terms |= attack.terms
    figures = [
        curve_picture(base, a.curve, effect.outcome)
        for a in attacks
        if a.check.name == "specification_curve" and a.curve
    ]
    figures += pictures.forest("Placebo treatments", terms, "placebo_treatment_", effect.outcome)
    figures += pictures.forest("Effect by subset", terms, "segment_", effect.outcome)
    assert effect.estimate is not None
    return CheckRobustnessResult(
        of=evidence.id,
        tool=evidence.tool,
        estimand=effect.estimand,
        outcome=effect.outcome,
        treatment=effect.treatment,
        estimate=effect.estimate,
        standard_error=effect.standard_error,
        interval=effect.interval,
        n=effect.n,
        verdict=verdict,
        reasons=tuple(reasons),
        checks=tuple(a.check for a in attacks),
        terms=terms,
        warnings=effect.warnings,
        explanations=_explained(effect, verdict, reasons, attacks),
        figures=tuple(figures),
        units=effect_units(verdict="text", status="text", tool="text", of="text"),
        settings=arguments.model_dump(mode="json"),
    )


def _explained(
    effect: EffectResult, verdict: Verdict, reasons: list[str], attacks: tuple[Attack, ...]
) -> Explanations:
    stood = [_words(a.check.name) for a in attacks if a.check.passed]
    skipped = [_words(a.check.name) for a in attacks if a.check.passed is None]
    opening = f"The effect of {effect.treatment} on {effect.outcome} ({format_number(effect.estimate or 0.0)}) {verdict if verdict != 'fragile' else 'is fragile'}."
    marketer = f"{opening} {reasons[0] if reasons else 'Nothing that was tried speaks against it.'}"
    parts = [opening, *reasons]
    if stood:
        parts.append(f"It stood up to: {'; '.join(stood)}.")
    if skipped:
        parts.append(f"Not possible here: {'; '.join(skipped)}.")
    analyst = " ".join(parts)
    figures = " ".join(
        f"{_words(a.check.name)}: {format_number(a.check.value)}"
        + ("." if a.check.threshold is None else f" against {format_number(a.check.threshold)}.")
        for a in attacks
        if a.check.value is not None
    )
    return Explanations(marketer=marketer, analyst=analyst, statistician=f"{analyst} {figures}")


def _words(name: str) -> str:
    return name.replace("_", " ")
