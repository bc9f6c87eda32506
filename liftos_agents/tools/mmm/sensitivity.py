"""Decision draws: each posterior draw meets an unseen confounder, as strong as a stated prior says.

The confounder's partial R² with the outcome and with each channel's curve are a random share k of those of the strongest observed
covariate (the one that would bias most if it were left out), after Cinelli and Hazlett (2020), "Making sense of sensitivity".
An experiment is not confounded: where lift tests (or a prior on return) hold an effect, only the observational part of its
precision moves with the confounder.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.mmm.design import EARLIER_SPEND
from liftos_agents.tools.mmm.gibbs import Draws
from liftos_agents.tools.mmm.posterior_draws import demand_path
from liftos_agents.tools.mmm.standard_form import StandardForm

Array = NDArray[np.float64]

STRENGTH_BESIDE_FACTOR = 0.25
"""Scale of the half-normal k where latent demand is modelled: what is left is weaker than what was found."""
STRENGTH_ALONE = 0.5
"""The same where it is not."""
UPWARD = 0.75
"""Probability that the confounder flatters media: planners spend into demand more often than against it."""
STRONGEST = 0.9


@dataclass(frozen=True)
class Sensitivity:
    """The decision draws (chains, draws, C) in the sampler's units, and what they assume.

    `benchmark` names the strongest observed covariate, `outcome_r2` and `spend_r2` (C,) are its partial R², and `strength` is the
    scale of k's half-normal.
    """

    effect: Array
    benchmark: str
    outcome_r2: float
    spend_r2: Array
    strength: float


def sensitivity(form: StandardForm, draws: Draws, seed: int) -> Sensitivity:
    """The effects after an unseen confounder of random strength took, or gave, its part; never below zero."""
    rows = form.rows
    curves = np.stack([_mean_curve(form, draws, index) for index in range(len(form.curves))], axis=1)
    names, covariates = list(form.design.names[1:]), form.design.columns[:rows, 1:]
    path = demand_path(draws)
    strength = STRENGTH_ALONE if path is None else STRENGTH_BESIDE_FACTOR
    if path is not None:
        names, covariates = [*names, "latent demand"], np.column_stack([covariates, path[:rows]])
    if not names:
        return Sensitivity(draws.effect, "none", 0.0, np.zeros(curves.shape[1]), strength)
    outcome = form.problem.whitener.unwhiten(form.problem.outcome)
    constant = np.ones((rows, 1))
    outcome_r2 = _partial_r2(np.column_stack([constant, covariates, curves]), outcome)[1 : 1 + len(names)]
    plain = np.column_stack([constant, covariates])
    spend_r2 = np.stack([_partial_r2(plain, curve)[1:] for curve in curves.T])
    bias = np.sqrt(outcome_r2 * spend_r2 / (1.0 - np.minimum(spend_r2, STRONGEST)))
    candidates = np.array([name != EARLIER_SPEND for name in names])
    worst = int(np.argmax(np.where(candidates, bias.sum(axis=0), -1.0)))

    rng = np.random.default_rng([seed, 2])
    share = np.abs(rng.normal(0.0, strength, draws.noise.shape))[..., None]
    sign = np.where(rng.random(draws.noise.shape) < UPWARD, 1.0, -1.0)[..., None]
    with_outcome = np.minimum(share * outcome_r2[worst], STRONGEST)
    with_spend = np.minimum(share * spend_r2[:, worst], STRONGEST)
    unit = _effect_per_unit(plain, curves)
    shift = draws.noise[..., None] * unit * np.sqrt(with_outcome * with_spend / (1.0 - with_spend))
    effect = np.maximum(draws.effect - sign * shift * _observational_share(form, draws, unit), 0.0)
    return Sensitivity(effect, names[worst], float(outcome_r2[worst]), spend_r2[:, worst], strength)


def _observational_share(form: StandardForm, draws: Draws, unit: Array) -> Array:
    """(chains, draws, C) the observational part of each effect's conditional precision; 1 where no test or prior on return holds it."""
    rows = form.rows
    share = np.ones_like(draws.effect)
    for index, prior in enumerate(form.problem.priors):
        held = prior.precision[draws.cell[..., index]]
        seen = rows / (unit[index] * draws.noise) ** 2
        share[..., index] = seen / (seen + held)
    return share


def _mean_curve(form: StandardForm, draws: Draws, index: int) -> Array:
    """A channel's posterior mean curve, (n,)."""
    table = form.problem.tables[index]
    weight = np.bincount(draws.cell[..., index].ravel(), minlength=len(table.total))
    return weight @ table.raw / draws.noise.size


def _partial_r2(columns: Array, target: Array) -> Array:
    """Each column's partial R² with the target given the others, t² / (t² + degrees of freedom)."""
    gram = columns.T @ columns + 1e-9 * np.diag((columns**2).sum(axis=0))
    inverse = np.linalg.inv(gram)
    coefficients = inverse @ (columns.T @ target)
    residual = target - columns @ coefficients
    freedom = max(len(target) - columns.shape[1], 1)
    variance = max(float(residual @ residual) / freedom, 1e-300)
    squared = coefficients**2 / (variance * np.diag(inverse))
    return squared / (squared + freedom)


def _effect_per_unit(plain: Array, curves: Array) -> Array:
    """(C,) what a confounder shifts an effect by, per unit of noise and of bias factor: 1 / sd of the curve's own variation."""
    whole = np.column_stack([plain, curves])
    gram = whole.T @ whole + 1e-9 * np.diag((whole**2).sum(axis=0))
    own = np.diag(np.linalg.inv(gram))[plain.shape[1] :]
    return np.sqrt(own * len(plain))
