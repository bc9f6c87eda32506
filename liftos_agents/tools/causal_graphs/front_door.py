"""The front-door estimate: from treatment to mediators, and from mediators to outcome."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from liftos_agents.tools.causal_graphs.dependence import Array

FEW_VALUES = 8


@dataclass(frozen=True)
class FrontDoorEstimate:
    """The effect of one unit of treatment through all mediators.

    Attributes:
        passed_on: For each mediator, what one unit of treatment changes in it, in its standard deviations, with standard error.
        curvature_p: Joint p-value of terms beyond those of the outcome's model; None when there are none.
        freedom: Rows less coefficients of the larger regression.
    """

    estimate: float
    standard_error: float
    p_value: float
    passed_on: tuple[tuple[float, float], ...]
    curvature_p: float | None
    freedom: int

    def interval(self, level: float) -> tuple[float, float]:
        """The ends of the interval."""
        half = float(stats.t.ppf(0.5 + level / 2.0, self.freedom)) * self.standard_error
        return self.estimate - half, self.estimate + half


def front_door(outcome: Array, treatment: Array, mediators: Array, controls: Array) -> FrontDoorEstimate:
    """Pearl's front-door formula with two least-squares models and the error of the delta method.

    The outcome is modelled in the mediators, their squares where they have more than eight values, the treatment, its products with
    these and the controls; averaged over the treatment it gives what each term of a mediator is worth. Each term is modelled in
    treatment and controls. The effect is the sum over terms of what the treatment moves times what that is worth, which for two-valued
    treatment and mediators is the formula itself. Standard errors come from the rows' influence and allow unequal variance.

    Args:
        mediators: (n, k).
        controls: (n, c), numeric.
    """
    rows = len(outcome)
    terms = _terms(mediators)
    scale = float(treatment.std())
    centre = _standardised(treatment)
    controls = np.column_stack([*map(_standardised, controls.T), np.empty((rows, 0))])
    first = np.column_stack([np.ones(rows), terms, centre, terms * centre[:, None], controls])
    count = terms.shape[1]
    worth, worth_influence = _regression(first, outcome)
    # Averaging over the treatment is centring at its mean, and the mean is estimated as well.
    value = worth[1 : 1 + count]
    value_influence = worth_influence[:, 1 : 1 + count] + np.outer(centre, worth[2 + count : 2 + 2 * count])
    second = np.column_stack([np.ones(rows), centre, controls])
    moved, moved_influence = np.empty(count), np.empty((rows, count))
    for k in range(count):
        coefficients, influence = _regression(second, terms[:, k])
        moved[k], moved_influence[:, k] = coefficients[1] / scale, influence[:, 1] / scale
    influence = moved_influence @ value + value_influence @ moved
    freedom = rows - max(first.shape[1], second.shape[1])
    estimate = float(value @ moved)
    error = float(np.sqrt((influence**2).sum())) / rows
    p = float(2.0 * stats.t.sf(abs(estimate) / max(error, 1e-300), freedom))
    errors = np.sqrt((moved_influence**2).sum(axis=0)) / rows
    steps = tuple((float(moved[k]), float(errors[k])) for k in range(mediators.shape[1]))
    return FrontDoorEstimate(
        estimate, error, p, steps, _curvature(first, outcome, mediators, controls), freedom
    )


def _terms(mediators: Array) -> Array:
    """Standardised mediators, then squares of those with many values, then products of two."""
    scaled = np.column_stack([_standardised(m) for m in mediators.T])
    many = _many(mediators)
    squares = [scaled[:, k] ** 2 for k in many]
    products = [
        scaled[:, a] * scaled[:, b] for a in range(scaled.shape[1]) for b in range(a + 1, scaled.shape[1])
    ]
    return np.column_stack([scaled, *squares, *products])


def _many(mediators: Array) -> list[int]:
    return [k for k in range(mediators.shape[1]) if len(np.unique(mediators[:, k])) > FEW_VALUES]


def _regression(design: Array, response: Array) -> tuple[Array, Array]:
    """Coefficients, and their influence by row (n, columns), with residuals as the jackknife has them (HC3)."""
    inverse = np.linalg.pinv(design.T @ design)
    coefficients = inverse @ (design.T @ response)
    reach = np.clip(((design @ inverse) * design).sum(axis=1), 0.0, 0.99)
    residuals = (response - design @ coefficients) / (1.0 - reach)
    return coefficients, (design * residuals[:, None]) @ inverse * len(response)


def _curvature(design: Array, outcome: Array, mediators: Array, controls: Array) -> float | None:
    """Robust Wald test of cubes of the mediators and squares of the controls, added to the outcome's model."""
    wide = [_standardised(mediators[:, k]) ** 3 for k in _many(mediators)]
    wide += [_standardised(c) ** 2 for c in controls.T if len(np.unique(c)) > FEW_VALUES]
    if not wide:
        return None
    extra = np.column_stack(wide)
    coefficients, influence = _regression(np.column_stack([design, extra]), outcome)
    size, rows = extra.shape[1], len(outcome)
    added, spread = coefficients[-size:], influence[:, -size:].T @ influence[:, -size:] / rows**2
    statistic = float(added @ np.linalg.pinv(spread) @ added)
    freedom = rows - design.shape[1] - size
    return float(stats.f.sf(statistic / size, size, freedom))


def _standardised(values: Array) -> Array:
    return (values - values.mean()) / values.std()
