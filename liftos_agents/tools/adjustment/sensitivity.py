"""How strong an unmeasured confounder would have to be: robustness value, E-value, proportional selection."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy import stats

from liftos_agents.tools.adjustment.study import Study

Array = NDArray[np.float64]

OSTER_FACTOR = 1.3
"""R² with all confounders is taken as this many times the R² with the measured ones (Oster 2019)."""


class Sensitivity(BaseModel):
    """What it would take to explain the estimate away, in the linear regression of the outcome on treatment and controls.

    Attributes:
        robustness_value: Share of the residual variance of both treatment and outcome that a confounder must explain to
            bring the estimate to zero (Cinelli and Hazlett 2020); `robustness_value_interval`: to bring zero into the interval.
        strongest_control: The measured control that explains most of both; its partial R² with each beside it.
        estimate_if_as_strong: The linear estimate under a further confounder as strong as that control.
        e_value: Risk ratio that a confounder must have with both (VanderWeele and Ding 2017); `e_value_strongest` is what the
            strongest control reaches.
        oster_delta: Selection on the unmeasured relative to the measured that brings the estimate to zero.
    """

    model_config = ConfigDict(frozen=True)

    linear_estimate: float
    robustness_value: float
    robustness_value_interval: float
    strongest_control: str | None
    strongest_with_treatment: float | None
    strongest_with_outcome: float | None
    estimate_if_as_strong: float | None
    e_value: float | None
    e_value_strongest: float | None
    oster_delta: float | None


def sensitivity(study: Study, estimate: float, level: float) -> Sensitivity:
    """The sensitivity figures of one study; `estimate` is the main one, for the E-value."""
    n = len(study)
    root = np.sqrt(study.weights)
    ones = root[:, None]
    d, y = study.treatment * root, study.outcome * root
    base = np.hstack([ones, _scaled(study.controls) * ones])
    d_left, y_left = _residual(base, d), _residual(base, y)
    freedom = max(n - base.shape[1] - 1, 1)
    beta = float(d_left @ y_left / (d_left @ d_left))
    left = y_left - beta * d_left
    error = math.sqrt(float(left @ left) / freedom / float(d_left @ d_left))
    f = abs(beta) / error / math.sqrt(freedom) if error > 0.0 else math.inf
    critical = float(stats.t.ppf(0.5 + level / 2.0, max(freedom - 1, 1))) / math.sqrt(max(freedom - 1, 1))
    name, with_treatment, with_outcome = _strongest(study, base, d, y)
    as_strong = None
    if name is not None and with_treatment is not None and with_outcome is not None:
        as_strong = _under(beta, error, freedom, with_treatment, with_outcome)
    return Sensitivity(
        linear_estimate=beta,
        robustness_value=_robustness(f),
        robustness_value_interval=_robustness(max(f - critical, 0.0)),
        strongest_control=name,
        strongest_with_treatment=with_treatment,
        strongest_with_outcome=with_outcome,
        estimate_if_as_strong=as_strong,
        e_value=_e_value(_risk_ratio(study, estimate)) if study.binary else None,
        e_value_strongest=_bound(study, name) if study.binary and name is not None else None,
        oster_delta=oster_delta(study),
    )


def oster_delta(study: Study, largest: float | None = None) -> float | None:
    """Oster's δ for an effect of zero; None without controls, or where the data do not determine it.

    Args:
        largest: R² with all confounders; 1.3 times the R² with the measured ones, at most 1, when absent.
    """
    if not study.controls.shape[1]:
        return None
    y, d = study.outcome, study.treatment
    ones = np.ones((len(y), 1))
    base = np.hstack([ones, _scaled(study.controls)])
    total, spread = float(y.var()), float(d.var())
    short = float(np.cov(d, y, bias=True)[0, 1]) / spread
    r_short = short**2 * spread / total
    d_left, y_left = _residual(base, d), _residual(base, y)
    within = float(d_left @ d_left) / len(y)
    beta = float(d_left @ y_left) / len(y) / within
    left = y_left - beta * d_left
    r_long = 1.0 - float(left @ left) / len(y) / total
    most = min(OSTER_FACTOR * r_long, 1.0) if largest is None else largest
    moved, room, gained = short - beta, (most - r_long) * total, (r_long - r_short) * total
    common = beta**2 * within * moved * spread
    cubic = beta**3 * (within * spread - within**2)
    upper = beta * gained * within + beta * spread * within * moved**2 + 2.0 * common + cubic
    lower = room * moved * spread + beta * room * (spread - within) + common + cubic
    return upper / lower if abs(lower) > 1e-12 * (abs(upper) + 1e-300) else None


def _robustness(f: float) -> float:
    if math.isinf(f):
        return 1.0
    square = f * f
    return 0.5 * (math.sqrt(square * square + 4.0 * square) - square)


def _strongest(
    study: Study, base: Array, d: Array, y: Array
) -> tuple[str | None, float | None, float | None]:
    """The source column whose partial R² with treatment and outcome have the largest product."""
    names = sorted(set(study.sources))
    groups = [np.flatnonzero([False, *(source == name for source in study.sources)]) for name in names]
    treatment_shares = _partial(base, d, groups)
    outcome_shares = _partial(np.hstack([base, d[:, None]]), y, groups)
    if not names:
        return None, None, None
    scores = [a * b for a, b in zip(treatment_shares, outcome_shares, strict=True)]
    best = max(range(len(names)), key=lambda i: scores[i])
    return names[best], treatment_shares[best], outcome_shares[best]


def _partial(x: Array, y: Array, groups: list[NDArray[np.int64]]) -> list[float]:
    """Partial R² with `y` of each group of columns given the other columns."""
    inverse = np.linalg.pinv(x.T @ x, hermitian=True)
    beta = inverse @ (x.T @ y)
    residual = y - x @ beta
    whole = float(residual @ residual)
    found: list[float] = []
    for group in groups:
        block = inverse[np.ix_(group, group)]
        gained = max(float(beta[group] @ np.linalg.pinv(block, hermitian=True) @ beta[group]), 0.0)
        found.append(gained / max(gained + whole, 1e-300))
    return found


def _under(
    beta: float, error: float, freedom: int, with_treatment: float, with_outcome: float
) -> float | None:
    """The estimate under a confounder as strong as one control (Cinelli and Hazlett 2020, eq. 13 and section 4.4)."""
    if with_treatment >= 0.5:
        return None
    odds = with_treatment / (1.0 - with_treatment)
    like = odds * odds
    scale = (1.0 + math.sqrt(like)) / math.sqrt(max(1.0 - like, 1e-12))
    outcome = min(scale**2 * with_outcome / max(1.0 - with_outcome, 1e-12), 1.0)
    bias = error * math.sqrt(freedom) * math.sqrt(outcome * odds / (1.0 - odds))
    return math.copysign(1.0, beta) * (abs(beta) - bias)


def _risk_ratio(study: Study, estimate: float) -> float | None:
    values = np.unique(study.outcome[:: max(len(study) // 5000, 1)])
    if len(values) == 2 and set(values) == {0.0, 1.0}:
        untreated = float(study.outcome[~study.treated].mean())
        if untreated <= 0.0 or untreated + estimate <= 0.0:
            return None
        return (untreated + estimate) / untreated
    spread = float(study.outcome.std())
    return math.exp(0.91 * estimate / spread) if spread else None


def _e_value(ratio: float | None) -> float | None:
    if ratio is None or ratio > 1e8:
        return None
    above = max(ratio, 1.0 / ratio)
    return above + math.sqrt(above * (above - 1.0))


def _bound(study: Study, name: str) -> float | None:
    """E-value of the bias that a confounder like the strongest control could make: its risk ratios with both."""
    columns = study.controls[:, [k for k, source in enumerate(study.sources) if source == name]]
    best = 1.0
    for column in columns.T:
        d = study.treated
        spread = math.sqrt(0.5 * float(column[d].var() + column[~d].var())) or float(column.std())
        with_treatment = math.exp(min(0.91 * abs(float(column[d].mean() - column[~d].mean())) / spread, 50.0))
        x = np.hstack([np.ones((len(column), 1)), study.treatment[:, None], column[:, None]])
        slope = np.linalg.lstsq(x, study.outcome, rcond=None)[0][2]
        effect = abs(float(slope)) * float(column.std()) / float(study.outcome.std())
        with_outcome = math.exp(min(0.91 * effect, 50.0))
        best = max(best, with_treatment * with_outcome / (with_treatment + with_outcome - 1.0))
    return _e_value(best)


def _scaled(controls: Array) -> Array:
    return (controls - controls.mean(axis=0)) / controls.std(axis=0)


def _residual(x: Array, y: Array) -> Array:
    return y - x @ (np.linalg.pinv(x.T @ x, hermitian=True) @ (x.T @ y))
