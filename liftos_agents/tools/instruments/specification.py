"""Tests between estimates: are the instruments of one voice, and do they say something else than least squares?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from liftos_agents.tools.instruments.first_stage import Partialled


@dataclass(frozen=True)
class SpecificationTest:
    """A test's statistic, its degrees of freedom (those of the denominator aside) and p-value."""

    statistic: float
    degrees: int
    p_value: float


def hansen(partialled: Partialled) -> SpecificationTest | None:
    """J of two-step GMM on the instruments without the controls, robust or clustered (Hansen, 1982); None with one instrument."""
    k = partialled.basis.shape[1]
    if k < 2:
        return None
    outcome, treatment = (partialled.basis.T @ v for v in (partialled.outcome, partialled.treatment))
    first = float(treatment @ outcome) / float(treatment @ treatment)
    errors = partialled.outcome - first * partialled.treatment
    weight = np.linalg.pinv(partialled.covariance(errors, errors), hermitian=True)
    effect = float(treatment @ weight @ outcome) / float(treatment @ weight @ treatment)
    moments = outcome - effect * treatment
    statistic = float(moments @ weight @ moments)
    return SpecificationTest(statistic, k - 1, float(stats.chi2.sf(statistic, k - 1)))


def sargan(partialled: Partialled) -> SpecificationTest | None:
    """The same under equal variances (Sargan, 1958)."""
    k = partialled.basis.shape[1]
    if k < 2:
        return None
    outcome, treatment = (partialled.basis.T @ v for v in (partialled.outcome, partialled.treatment))
    effect = float(treatment @ outcome) / float(treatment @ treatment)
    errors = partialled.outcome - effect * partialled.treatment
    moments = partialled.basis.T @ errors
    statistic = len(errors) * float(moments @ moments) / float(errors @ errors)
    return SpecificationTest(statistic, k - 1, float(stats.chi2.sf(statistic, k - 1)))


def wu_hausman(partialled: Partialled, *, robust: bool) -> SpecificationTest:
    """That least squares and the instruments estimate the same: the first stage's residual in the outcome's regression.

    Args:
        robust: To unequal variances or within clusters (Wooldridge, 1995); else under equal variances (Wu, 1973; Hausman, 1978).
    """
    left = partialled.residual(partialled.treatment)
    basis = np.linalg.qr(np.column_stack([partialled.treatment, left]))[0]
    moments = basis.T @ partialled.outcome
    errors = partialled.outcome - basis @ moments
    degrees = partialled.degrees + partialled.basis.shape[1] - 2
    if robust:
        scores = basis[:, 1] * errors
        factor = len(errors) / degrees
        if partialled.cluster is not None:
            scores = np.bincount(partialled.cluster, scores)
            factor = len(scores) / (len(scores) - 1)
            degrees = len(scores) - 1
        variance = factor * float(scores @ scores)
    else:
        variance = float(errors @ errors) / degrees
    statistic = float(moments[1] ** 2 / variance)
    return SpecificationTest(statistic, 1, float(stats.f.sf(statistic, 1, degrees)))
