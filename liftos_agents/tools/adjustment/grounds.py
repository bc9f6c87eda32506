"""On what grounds a study is refused, moved to another target, or downgraded, before and after estimating."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.amount import format_number, format_share
from liftos_agents.domain.effect import Check
from liftos_agents.tools.adjustment.answer import Answer
from liftos_agents.tools.adjustment.balance import (
    MOST_DIFFERENCE,
    ControlBalance,
    differences,
    squares_and_products,
)
from liftos_agents.tools.adjustment.inference import LEAST_CLUSTERS, infer
from liftos_agents.tools.adjustment.learners import Features
from liftos_agents.tools.adjustment.overlap import Overlap, checks, overlap
from liftos_agents.tools.adjustment.regression import Target, regression
from liftos_agents.tools.adjustment.study import Study

Array = NDArray[np.float64]

LEAST_ROWS = 10
LEAST_DOSE_LEFT = 0.02
MOST_SPLIT_SPREAD = 1.0
MOST_FORM_SHIFT = 1.5
DOUBTED_RANDOMISATION = 0.02
BROKEN_RANDOMISATION = 1e-4


@dataclass(frozen=True)
class Room:
    """Whether and for whom the groups can be compared.

    Attributes:
        target: The target that the data can carry; None when none can.
        said: A sentence where that is not the one asked for.
    """

    target: Target | None
    overlap: Overlap
    checks: tuple[Check, ...]
    said: str = ""


def too_little(study: Study, method: str) -> str | None:
    """Why the rows or clusters are too few to estimate anything; None when they are enough."""
    if study.binary:
        treated = int(study.treated.sum())
        least = min(treated, len(study) - treated)
        if least < LEAST_ROWS:
            which = "treated" if treated == least else "untreated"
            return f"Only {least} rows are {which}; at least {LEAST_ROWS} are needed for an error that can be trusted."
    if study.cluster is None:
        return None
    groups = int(study.cluster.max()) + 1
    if groups < LEAST_CLUSTERS:
        return f"There are {groups} clusters; with fewer than {LEAST_CLUSTERS} neither a clustered error nor a wild bootstrap can be trusted."
    if study.binary:
        size = np.bincount(study.cluster)
        share = np.bincount(study.cluster, study.treatment) / size
        with_treated, with_untreated = int((share > 0.0).sum()), int((share < 1.0).sum())
        if min(with_treated, with_untreated) < 3:
            return (
                f"Treatment lies in {with_treated} of {groups} clusters and its absence in {with_untreated}; with fewer than three "
                "of either the error is a guess."
            )
    return None


def room(study: Study, propensity: Array, target: Target, refusing: bool) -> Room:
    """For which target there is overlap: the one asked for, else the treated.

    Args:
        refusing: Whether missing overlap matters (it does not for a treatment assigned at random).
    """
    found = overlap(study, propensity, target)
    diagnostics = checks(study, found, target)
    if not refusing or all(check.passed for check in diagnostics):
        return Room(target, found, diagnostics)
    why = _why(diagnostics)
    if target == "ate":
        treated = overlap(study, propensity, "att")
        moved = checks(study, treated, "att")
        if all(check.passed for check in moved):
            said = (
                f"The average effect over all rows cannot be told: {why}. Given instead is the effect on the treated, "
                "for whom there are comparable rows."
            )
            return Room("att", treated, (*diagnostics, *moved), said)
    return Room(None, found, diagnostics, f"Treated and untreated rows are too different to compare: {why}.")


def _why(diagnostics: tuple[Check, Check]) -> str:
    outside, effective = diagnostics
    if not outside.passed:
        return (
            f"{format_share(float(outside.value or 0.0))} of the rows have no counterpart in the other group"
        )
    worth, bar = float(effective.value or 0.0), float(effective.threshold or 0.0)
    if effective.name == "effective_untreated_rows":
        return f"weighted to look like the treated, the untreated rows are worth {format_number(worth)} rows, fewer than {format_number(bar)}"
    return f"weighted to look like all rows, a group is worth {format_share(worth)} of its rows, less than {format_share(bar)}"


def dose_left(study: Study) -> Check:
    """Share of the dose's variance that controls leave open."""
    x = np.hstack([np.ones((len(study), 1)), study.controls])
    residual = study.treatment - x @ np.linalg.lstsq(x, study.treatment, rcond=None)[0]
    share = float(residual.var() / study.treatment.var())
    return Check(
        name="dose_variation_left",
        value=share,
        threshold=LEAST_DOSE_LEFT,
        passed=share >= LEAST_DOSE_LEFT,
        meaning="Share of the treatment's variance that the controls do not explain; without any, nothing can be compared.",
    )


def after_checks(
    study: Study,
    features: Features,
    answered: Answer,
    rows: tuple[ControlBalance, ...],
    plan_method: str,
    target: Target,
    level: float,
    randomised: bool,
) -> tuple[Check, ...]:
    """What the finished estimate is checked for: spread over splits, balance reached, form of the model."""
    found: list[Check] = []
    if len(answered.splits) > 1:
        spread = float(np.std(answered.splits, ddof=1)) / max(answered.found.standard_error, 1e-300)
        found.append(
            Check(
                name="split_spread",
                value=spread,
                threshold=MOST_SPLIT_SPREAD,
                passed=spread <= MOST_SPLIT_SPREAD,
                meaning="Standard deviation of the estimate over split seeds, in standard errors.",
            )
        )
    after = [abs(row.after) for row in rows if row.after is not None]
    if after:
        weighs = plan_method in ("ipw", "matching")
        largest = max(after)
        found.append(
            Check(
                name="balance_after",
                value=largest,
                threshold=MOST_DIFFERENCE,
                passed=largest <= MOST_DIFFERENCE if weighs else None,
                meaning="Largest standardised difference of a control between the weighted groups"
                + ("." if weighs else "; the outcome model takes up what is left."),
            )
        )
    if randomised or not study.controls.shape[1]:
        return tuple(found)
    if plan_method == "ols":
        found.append(_form(study, features, answered, target, level))
    if plan_method == "ipw" and answered.weights is not None:
        found.append(_finer_balance(study, answered.weights, target))
    return tuple(found)


def _form(study: Study, features: Features, answered: Answer, target: Target, level: float) -> Check:
    """Whether squares and products of the controls move a linear regression."""
    extra = features.quadratic[:, features.linear.shape[1] :]
    rows = min(int(study.treated.sum()), int((~study.treated).sum())) if study.binary else len(study)
    shift = 0.0
    if extra.shape[1] and rows >= 3 * features.quadratic.shape[1]:
        richer = regression(_with_controls(study, features.quadratic), target)
        estimate = infer(richer, level, None, 0).estimate
        shift = abs(estimate - answered.found.estimate) / max(answered.found.standard_error, 1e-300)
    return Check(
        name="linear_form",
        value=shift,
        threshold=MOST_FORM_SHIFT,
        passed=shift <= MOST_FORM_SHIFT,
        meaning="How far squares and products of the controls move the estimate, in standard errors.",
    )


def _with_controls(study: Study, controls: Array) -> Study:
    return replace(study, controls=controls)


def _finer_balance(study: Study, weights: Array, target: Target) -> Check:
    """Balance of squares and products, in its own noise: what a wrong propensity model leaves."""
    d = study.treated
    gap = np.abs(differences(squares_and_products(study), study, weights, target))
    effective = [float(w.sum() ** 2 / (w**2).sum()) for w in (weights[d], weights[~d])]
    noise = np.sqrt(sum(1.0 / e for e in effective))
    worst = float((gap / noise).max()) if len(gap) else 0.0
    return Check(
        name="balance_of_squares",
        value=worst,
        threshold=4.0,
        passed=worst <= 4.0,
        meaning="Largest difference of a square or product of controls between the weighted groups, in its standard errors: "
        f"{format_number(worst)}.",
    )
