"""What a treatment does to an outcome, other measured columns held equal: experiments and observational tables."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from threadpoolctl import threadpool_limits

from liftos_agents.domain.effect import Check
from liftos_agents.tools.adjustment import grounds, pictures, wording
from liftos_agents.tools.adjustment.answer import Plan, answer, propensities
from liftos_agents.tools.adjustment.asked import TOOL, Asked, asked
from liftos_agents.tools.adjustment.contract import EstimateEffectArguments, EstimateEffectResult
from liftos_agents.tools.adjustment.learners import Features
from liftos_agents.tools.adjustment.post_treatment import suspects
from liftos_agents.tools.adjustment.report import Call, touched
from liftos_agents.tools.adjustment.segments import segments_of
from liftos_agents.tools.adjustment.study import Study
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.registry import tool


@tool(
    "estimate_effect",
    version="3",
    summary="What a treatment does to an outcome with measured controls held equal: regression, weighting, matching, AIPW, double "
    "machine learning or a causal forest, with overlap, balance, segments and sensitivity.",
    data="rows",
    timeout_seconds=600.0,
)
def estimate_effect(context: ToolContext, arguments: EstimateEffectArguments) -> EstimateEffectResult:
    """The effect, or why the rows cannot tell it.

    Raises:
        ToolRetry: A column is missing, constant, named twice, or the method does not fit treatment or controls.
        ToolFailed: Too few complete rows, or an extra is not installed.
    """
    given = asked(
        context,
        outcome=arguments.outcome,
        treatment=arguments.treatment,
        treated=arguments.treated,
        controls=arguments.controls,
        segments=arguments.segments,
        cluster=arguments.cluster,
        weights=arguments.weights,
    )
    method = _method(arguments, given.study)
    with threadpool_limits(1):
        return _answered(context, arguments, given, method)


def _method(arguments: EstimateEffectArguments, study: Study) -> wording.Method:
    method = arguments.method
    if method == "auto":
        if arguments.randomised or not study.controls.shape[1]:
            return "ols"
        return "aipw" if study.binary else "dml"
    values = len(np.unique(study.treatment))
    if not study.binary and method in ("ipw", "matching", "aipw"):
        raise ToolRetry(
            f"{method} compares two groups, and {arguments.treatment!r} has {values} values",
            where=f"{TOOL} argument method",
            fix="Give method='dml' or 'ols', or a treatment with two values",
        )
    if not study.controls.shape[1] and method != "ols":
        raise ToolRetry(
            f"{method} adjusts for controls, and none that varies is given",
            where=f"{TOOL} argument controls",
            fix="Name controls, or give method='ols'",
        )
    if method == "matching" and (arguments.cluster or arguments.weights):
        which = "cluster" if arguments.cluster else "weights"
        raise ToolRetry(
            f"the error of matching takes no {which}",
            where=f"{TOOL} argument {which}",
            fix=f"Give method='aipw', or leave {which} out",
        )
    if arguments.target == "att" and (not study.binary or method == "dml"):
        raise ToolRetry(
            "an effect on the treated needs two groups and a method that can weight by them",
            where=f"{TOOL} argument target",
            fix="Give target='ate'" if not study.binary else "Give method='aipw', or target='ate'",
        )
    return method


def _answered(
    context: ToolContext, arguments: EstimateEffectArguments, given: Asked, method: wording.Method
) -> EstimateEffectResult:
    study, randomised = given.study, bool(arguments.randomised)
    call = Call(arguments, given, method)
    wrong = suspects(
        study,
        outcome=arguments.outcome,
        treatment=arguments.treatment,
        randomised=randomised,
        measured_before=arguments.measured_before,
    )
    certain = [s for s in wrong if s.certain]
    if certain:
        names = ", ".join(s.control for s in certain)
        return call.refuse(
            [s.why for s in certain],
            [
                f"Leave {names} out of the controls; a control that is surely measured before the treatment can be named in "
                "measured_before."
            ],
            tuple(touched(s, False) for s in certain),
        )
    scarce = grounds.too_little(study, method)
    if scarce:
        return call.refuse([scarce], ["Give more rows, or a coarser comparison."])
    features = Features.of(study.controls)
    plan = Plan(
        method, arguments.target, arguments.folds, arguments.splits, arguments.learners, arguments.neighbours,
        arguments.level, arguments.seed,
    )  # fmt: skip
    first, propensity, room = None, None, None
    checks: tuple[Check, ...] = tuple(touched(s, None) for s in wrong)
    if study.binary and study.controls.shape[1]:
        context.progress("overlap of treated and untreated", 0.05)
        first = propensities(study, features, plan)
        propensity = first.values
        room = grounds.room(study, propensity, plan.target, refusing=not randomised and method != "dml")
        checks += room.checks
        if room.target is None:
            return call.refuse(
                [room.said],
                [
                    "Compare only rows that could have gone either way, give target='att', or find a design that does not need "
                    "overlap (a cutoff, a change over time, an experiment)."
                ],
                checks,
                overlap=room.overlap,
                figures=(pictures.overlap_histogram(study.treated, propensity, room.overlap.share_outside),),
            )
        plan = replace(plan, target=room.target)
    elif study.controls.shape[1]:
        dose = grounds.dose_left(study)
        checks += (dose,)
        if not dose.passed:
            return call.refuse(
                ["The controls explain the treatment nearly whole, so no two rows differ in it alone."],
                ["Leave out controls that are another form of the treatment."],
                checks,
            )
    segments = segments_of(study.frame, arguments.segments)
    found = answer(
        study, features, plan, first, segments,
        lambda message, share: context.progress(message, 0.1 + 0.8 * share),
    )  # fmt: skip
    return call.finish(plan, features, propensity, room, found, segments, checks, wrong)
