"""Effects, baseline and demand path drawn as one block, demand integrated out while the effects are drawn.

Given the path, the effects look far better known than they are and chains crawl; with the path out of the way they move
freely, and baseline and path are then drawn given them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.mmm.cut_normal import draw_cut_normal
from liftos_agents.tools.mmm.demand_factor import DemandFactor

Array = NDArray[np.float64]

SCANS = 2
LATTICE = 7
LATTICE_STEPS = ((0.12, 0.0), (0.0, 0.3))
"""Spacing in the logarithm of the noise deviation and of demand's coefficient, one line after the other."""


@dataclass
class BlockState:
    """What the block starts from and leaves behind, per chain.

    `effect` (chains, C), `demand_effect` and `precision` (chains,): demand's coefficient and the noise's precision; `baseline`
    (chains, n) holds demand's part.
    """

    effect: Array
    demand_effect: Array
    precision: Array
    baseline: Array


def update_block(
    rng: np.random.Generator,
    demand: DemandFactor,
    state: BlockState,
    *,
    outcome: Array,
    curves: Array,
    columns: Array,
    prior: tuple[Array, Array],
    noise_prior: tuple[float, float],
    demand_scale: float,
) -> None:
    """Update effects, noise, demand's coefficient, baseline and demand path.

    Args:
        rng: source of randomness.
        demand: the path's state.
        state: the rest of the chains' state.
        outcome: (n,).
        curves: (C, chains, n) each channel's current curve.
        columns: (K, n) baseline columns whose coefficients are normal with the noise's deviation.
        prior: precision and linear term of the effects, (chains, C) each.
        noise_prior: shape and rate of the inverse gamma of the noise variance.
        demand_scale: prior deviation of demand's coefficient in units of the noise's.
    """
    fitted, periods = len(outcome), demand.path.shape[1]
    demand.condition()
    coefficients = _draw_effects(rng, demand, state, outcome, curves, columns, prior)
    plain = coefficients @ columns
    residual = outcome - np.einsum("kc,kcn->cn", state.effect.T, curves) - plain
    _draw_scales(rng, demand, state, residual, coefficients, noise_prior, demand_scale)
    observed = np.zeros(periods)
    observed[:fitted] = 1.0
    strength = state.demand_effect * state.precision
    demand.absorb((strength * state.demand_effect)[:, None] * observed)
    pull = np.zeros((len(plain), periods))
    pull[:, :fitted] = strength[:, None] * residual
    demand.draw_path(rng, pull)
    state.baseline = plain + state.demand_effect[:, None] * demand.path[:, :fitted]


def _draw_effects(
    rng: np.random.Generator,
    demand: DemandFactor,
    state: BlockState,
    outcome: Array,
    curves: Array,
    baseline: Array,
    prior: tuple[Array, Array],
) -> Array:
    """Effects with demand and baseline integrated out, then the baseline's coefficients, (chains, K)."""
    channels, chains, fitted = curves.shape
    periods = demand.path.shape[1]
    tau, strength = state.precision, state.demand_effect * state.precision
    outcome_precision = np.zeros((chains, periods))
    outcome_precision[:, :fitted] = (strength * state.demand_effect)[:, None]
    demand.absorb(outcome_precision)
    columns = np.zeros((channels + len(baseline) + 2, chains, periods))
    columns[:channels, :, :fitted] = curves
    columns[channels:-2, :, :fitted] = baseline[:, None, :]
    columns[-2, :, :fitted] = outcome
    columns[-1] = demand.linear
    by_chain = columns.transpose(1, 0, 2)
    smoothed = demand.solve(columns).transpose(1, 2, 0)
    design = by_chain[:, :-2]
    plain = design @ by_chain[:, :-1].transpose(0, 2, 1)
    carried = design @ smoothed
    combined = tau[:, None, None] * plain - (strength**2)[:, None, None] * carried[:, :, :-1]
    match = combined[:, :, -1] - strength[:, None] * carried[:, :, -1]
    return _draw_coefficients(rng, state, combined[:, :, :-1], match, prior)


def _draw_scales(
    rng: np.random.Generator,
    demand: DemandFactor,
    state: BlockState,
    residual: Array,
    coefficients: Array,
    noise_prior: tuple[float, float],
    demand_scale: float,
) -> None:
    """Noise deviation, then demand's coefficient, path integrated out.

    Each is drawn among points of a lattice in its logarithm whose place relative to the current value is random, which
    leaves the posterior as it is whatever the spacing.
    """
    chains, fitted = residual.shape
    squares = (residual**2).sum(axis=1)
    prior_squares = (coefficients**2).sum(axis=1)
    observed = np.zeros(demand.path.shape[1])
    observed[:fitted] = 1.0
    pulled = np.zeros((chains, demand.path.shape[1]))
    pulled[:, :fitted] = residual
    shape, rate = noise_prior
    for noise_step, demand_step in LATTICE_STEPS:
        offset = np.arange(LATTICE)[:, None] - rng.integers(0, LATTICE, size=chains)
        deviation = state.precision**-0.5 * np.exp(noise_step * offset)
        strength = state.demand_effect * np.exp(demand_step * offset)
        tau = deviation**-2.0
        log_density = demand.log_evidence(
            (strength**2 * tau)[:, :, None] * observed, (strength * tau)[:, :, None] * pulled
        )
        log_density += -0.5 * tau * (squares + prior_squares + (strength / demand_scale) ** 2 + 2.0 * rate)
        log_density -= (fitted + coefficients.shape[1] + 1.0 + 2.0 * shape) * np.log(deviation)
        log_density += np.log(np.abs(strength) + 1e-300)
        weight = np.exp(log_density - log_density.max(axis=0))
        cumulative = np.cumsum(weight, axis=0)
        chosen = (cumulative < rng.random(chains) * cumulative[-1]).sum(axis=0)
        state.precision = tau[chosen, np.arange(chains)]
        state.demand_effect = strength[chosen, np.arange(chains)]


def _draw_coefficients(
    rng: np.random.Generator,
    state: BlockState,
    gram: Array,
    match: Array,
    prior: tuple[Array, Array],
) -> Array:
    """Effects by coordinate scans with the baseline's coefficients integrated out, then those coefficients."""
    tau = state.precision
    channels = state.effect.shape[1]
    prior_precision, prior_linear = prior
    size = gram.shape[1] - channels
    inner = gram[:, channels:, channels:] + tau[:, None, None] * np.eye(size)
    lower = np.linalg.cholesky(inner)
    sides = np.concatenate([gram[:, channels:, :channels], match[:, channels:, None]], axis=2)
    solved = np.linalg.solve(inner, sides)
    reduced = gram[:, :channels, :channels] - gram[:, :channels, channels:] @ solved[:, :, :-1]
    linear = (
        prior_linear
        + match[:, :channels]
        - np.einsum("cij,cj->ci", gram[:, :channels, channels:], solved[:, :, -1])
    )
    own = np.einsum("ckk->ck", reduced).copy()
    deviation = 1.0 / np.sqrt(np.maximum(own, 0.0) + prior_precision)
    effect = state.effect.copy()
    uniform = rng.random((SCANS * channels, len(tau)))
    for step in range(SCANS * channels):
        channel = step % channels
        rest = (reduced[:, channel] * effect).sum(axis=1) - own[:, channel] * effect[:, channel]
        ratio = (linear[:, channel] - rest) * deviation[:, channel]
        effect[:, channel] = draw_cut_normal(ratio, deviation[:, channel], uniform[step])
    mean = solved[:, :, -1] - np.einsum("ckj,cj->ck", solved[:, :, :-1], effect)
    standard = rng.standard_normal((len(tau), size, 1))
    state.effect = effect
    return mean + np.linalg.solve(lower.transpose(0, 2, 1), standard)[..., 0]
