"""One study answered by one estimator: the estimate, its segments, and the propensities behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.adjustment.causal_forest import causal_forest
from liftos_agents.tools.adjustment.cross_fitting import Choice, CrossFit, Part, cross_fit, fold_of_row
from liftos_agents.tools.adjustment.doubly_robust import PARTS, doubly_robust
from liftos_agents.tools.adjustment.inference import Estimated, Moment, infer, over_splits, settled
from liftos_agents.tools.adjustment.learners import Features, Learner
from liftos_agents.tools.adjustment.matching import matching
from liftos_agents.tools.adjustment.partially_linear import partially_linear
from liftos_agents.tools.adjustment.partially_linear import parts as linear_parts
from liftos_agents.tools.adjustment.regression import Target, regression
from liftos_agents.tools.adjustment.segments import Segment
from liftos_agents.tools.adjustment.study import Study
from liftos_agents.tools.adjustment.weighting import logistic_propensity, weighting, weights_of
from liftos_agents.tools.adjustment.wording import Method

Array = NDArray[np.float64]
Report = Callable[[str, float], None]
CROSS_FITTED = ("aipw", "dml", "causal_forest")
LEAST_IN_SEGMENT = 10


@dataclass(frozen=True)
class Plan:
    """How to estimate.

    Attributes:
        splits: Split seeds, whose median is the estimate.
    """

    method: Method
    target: Target
    folds: int
    splits: int
    learners: Choice
    neighbours: int
    level: float
    seed: int


@dataclass(frozen=True)
class Answer:
    """What an estimator says.

    Attributes:
        weights: (n,) balancing weights, where the estimator weights rows.
        splits: Estimate of each split seed.
        segments: Key to estimate; None where a segment has too few rows of a group.
        learners: Part of the nuisance to the learner chosen for it.
        effects: (n,) effect of each row, from a causal forest.
    """

    found: Estimated
    weights: Array | None = None
    splits: tuple[float, ...] = ()
    segments: dict[str, Estimated | None] = field(default_factory=dict)
    learners: dict[str, str] = field(default_factory=dict)
    effects: Array | None = None


@dataclass(frozen=True)
class Propensities:
    """(n,) probabilities of treatment, and the first split's whole fit that they come from, if cross-fitted."""

    values: Array
    fit: CrossFit | None = None


def answer(
    study: Study,
    features: Features,
    plan: Plan,
    first: Propensities | None,
    segments: tuple[Segment, ...],
    report: Report,
) -> Answer:
    """The estimate of `plan`.

    Args:
        first: What `propensities` gave, for a treatment of two values with controls.
    """
    if plan.method in CROSS_FITTED:
        return _cross_fitted(study, features, plan, first, segments, report)
    found, weights = _direct(study, features, plan, None if first is None else first.values)
    by_segment: dict[str, Estimated | None] = {}
    for segment in segments:
        part = study.subset(segment.rows) if _carries(study, segment.rows) else None
        by_segment[segment.key] = (
            None if part is None else _direct(part, Features.of(part.controls), plan, None)[0]
        )
    return Answer(found, weights=weights, segments=by_segment)


def propensities(study: Study, features: Features, plan: Plan) -> Propensities:
    """Probability of treatment: out of fold for cross-fitted estimators, else from a logistic regression."""
    if plan.method not in CROSS_FITTED:
        return Propensities(logistic_propensity(study, features))
    fold = fold_of_row(study, plan.folds, plan.seed, 0)
    fit = cross_fit(study, features, _parts(study, plan), fold, plan.learners)
    return Propensities(fit.values["propensity"], fit)


def _direct(
    study: Study, features: Features, plan: Plan, propensity: Array | None
) -> tuple[Estimated, Array | None]:
    if plan.method == "matching":
        matched = matching(study, plan.target, plan.seed, plan.neighbours)
        return settled(matched.estimate, matched.standard_error, plan.level), matched.weights
    if plan.method == "ipw":
        e = logistic_propensity(study, features) if propensity is None else propensity
        moment = weighting(study, features, e, plan.target)
        return infer(moment, plan.level, study.cluster, plan.seed), weights_of(study, e, plan.target)
    return infer(regression(study, plan.target), plan.level, study.cluster, plan.seed), None


def _cross_fitted(
    study: Study,
    features: Features,
    plan: Plan,
    first: Propensities | None,
    segments: tuple[Segment, ...],
    report: Report,
) -> Answer:
    chosen: dict[Part, Learner] | None = None
    moments: list[Moment] = []
    effects: list[Array] = []
    propensity = np.zeros(len(study))
    needed = _parts(study, plan)
    for split in range(plan.splits):
        report(f"split {split + 1} of {plan.splits}", split / plan.splits)
        fold = fold_of_row(study, plan.folds, plan.seed, split)
        known = first.fit if first is not None and split == 0 else None
        fit = known or cross_fit(study, features, needed, fold, plan.learners, chosen)
        chosen = fit.learners
        moment, effect = _moment(study, fit, plan, split)
        moments.append(moment)
        if effect is not None:
            effects.append(effect)
        if study.binary:
            propensity += fit.values["propensity"] / plan.splits
    each = [infer(m, plan.level, study.cluster, plan.seed) for m in moments]
    by_segment: dict[str, Estimated | None] = {}
    for segment in segments:
        if not _carries(study, segment.rows):
            by_segment[segment.key] = None
            continue
        cut = [infer(m, plan.level, study.cluster, plan.seed, segment.rows) for m in moments]
        by_segment[segment.key] = over_splits(cut, plan.level)
    return Answer(
        over_splits(each, plan.level),
        weights=weights_of(study, propensity, plan.target) if study.binary and plan.method != "dml" else None,
        splits=tuple(e.estimate for e in each),
        segments=by_segment,
        learners={str(part): str(learner) for part, learner in (chosen or {}).items()},
        effects=np.median(effects, axis=0) if effects else None,
    )


def _parts(study: Study, plan: Plan) -> tuple[Part, ...]:
    return PARTS[plan.target] if plan.method == "aipw" else linear_parts(study)


def _moment(study: Study, fit: CrossFit, plan: Plan, split: int) -> tuple[Moment, Array | None]:
    if plan.method == "aipw":
        return doubly_robust(study, fit, plan.target), None
    if plan.method == "dml":
        return partially_linear(study, fit), None
    return causal_forest(study, fit, plan.target, plan.seed + split)


def _carries(study: Study, rows: NDArray[np.bool_]) -> bool:
    if not study.binary:
        return int(rows.sum()) >= 2 * LEAST_IN_SEGMENT and float(np.ptp(study.treatment[rows])) > 0.0
    return min(int((rows & study.treated).sum()), int((rows & ~study.treated).sum())) >= LEAST_IN_SEGMENT
