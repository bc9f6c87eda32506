"""Overlap: can every row of the target group be compared with rows of the other group?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.effect import Check
from liftos_agents.tools.adjustment.cross_fitting import CLIP
from liftos_agents.tools.adjustment.regression import Target
from liftos_agents.tools.adjustment.study import Study
from liftos_agents.tools.adjustment.weighting import weights_of

Array = NDArray[np.float64]

MOST_OUTSIDE = 0.05
LEAST_EFFECTIVE_SHARE = 0.1
LEAST_EFFECTIVE = 30.0
LEAST_EFFECTIVE_OF_FEW = 10.0
SHARE_OF_FEW = 0.25
"""A small untreated group passes with a quarter of its rows, ten at least: its few rows show in the standard error."""


class Overlap(BaseModel):
    """How far the groups overlap for one target.

    Attributes:
        share_outside: Share of the target group's rows with a propensity below 1 % or above 99 %, where only the other
            group's rows are missing beside them.
        effective_treated, effective_untreated: Rows that weighted groups are worth.
        low, middle, high: 5 %, 50 % and 95 % points of the propensity.
    """

    model_config = ConfigDict(frozen=True)

    share_outside: float
    effective_treated: float
    effective_untreated: float
    low: float
    middle: float
    high: float


def overlap(study: Study, propensity: Array, target: Target) -> Overlap:
    """The overlap for the average over all rows (`ate`) or over the treated (`att`)."""
    d = study.treated
    if target == "ate":
        outside = float(((propensity < CLIP) | (propensity > 1.0 - CLIP)).mean())
    else:
        outside = float((propensity[d] > 1.0 - CLIP).mean())
    weights = weights_of(study, propensity, target)
    low, middle, high = np.quantile(propensity, [0.05, 0.5, 0.95])
    return Overlap(
        share_outside=outside,
        effective_treated=_effective(weights[d]),
        effective_untreated=_effective(weights[~d]),
        low=float(low),
        middle=float(middle),
        high=float(high),
    )


def checks(study: Study, found: Overlap, target: Target) -> tuple[Check, Check]:
    """Share outside, and effective sample size, each against its bar."""
    treated = int(study.treated.sum())
    if target == "ate":
        effective = min(found.effective_treated / treated, found.effective_untreated / (len(study) - treated))
        bar, name, words = LEAST_EFFECTIVE_SHARE, "effective_sample_share", "share of its rows"
    else:
        effective, bar, name, words = (
            found.effective_untreated,
            min(LEAST_EFFECTIVE, max(LEAST_EFFECTIVE_OF_FEW, SHARE_OF_FEW * (len(study) - treated))),
            "effective_untreated_rows",
            "rows",
        )
    return (
        Check(
            name="share_without_counterpart",
            value=found.share_outside,
            threshold=MOST_OUTSIDE,
            passed=found.share_outside <= MOST_OUTSIDE,
            meaning="Share of the target group that is nearly sure to be treated, or nearly sure not to be: nobody comparable "
            "is in the other group.",
        ),
        Check(
            name=name,
            value=effective,
            threshold=bar,
            passed=effective >= bar,
            meaning=f"What the weighted group is worth ({words}): a small figure means that few rows carry the comparison.",
        ),
    )


def _effective(weights: Array) -> float:
    return float(weights.sum() ** 2 / (weights**2).sum())
