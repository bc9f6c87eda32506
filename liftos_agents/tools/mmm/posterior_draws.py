"""The sampler's draws as a media posterior, in the data's own units."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.tools.mmm.gibbs import Draws
from liftos_agents.tools.mmm.input import MmmInput
from liftos_agents.tools.mmm.standard_form import StandardForm

Array = NDArray[np.float64]
Number = TypeVar("Number", np.float64, np.intp)


def media_posterior(
    data: MmmInput, form: StandardForm, draws: Draws, decision_effect: Array
) -> MediaPosterior:
    """All chains' draws pooled, chain after chain; `decision_effect` (chains, draws, C) in the sampler's units."""
    cell = draws.cell.reshape(-1, len(data.channels))
    return MediaPosterior(
        channels=data.channels,
        saturation=data.saturation,
        retention=form.cells.retention[cell],
        steepness=form.cells.steepness[cell],
        slope=None if data.saturation == "logistic" else form.cells.slope[cell],
        effect=pooled(draws.effect) * form.outcome_scale,
        decision_effect=pooled(decision_effect) * form.outcome_scale,
        noise=draws.noise.ravel() * form.outcome_scale,
        baseline=pooled(draws.baseline) * form.outcome_scale,
        scale=form.spend_scale,
        adstock_length=data.length,
        spend=data.spend,
        outcome=data.outcome,
        value_per_outcome=data.value_per_outcome,
        conversion_lag=data.lags,
    )


def monitored(form: StandardForm, draws: Draws, channels: tuple[str, ...]) -> dict[str, Array]:
    """The quantities whose convergence is watched, (chains, draws) each.

    Per channel the effect and the contribution, then all media, the noise and demand's part of the outcome. Retention and
    steepness are watched through the contribution: each alone is weakly known wherever the curve is.
    """
    watched: dict[str, Array] = {"noise": draws.noise}
    total = np.zeros_like(draws.noise)
    for index, name in enumerate(channels):
        cell = draws.cell[..., index]
        contribution = draws.effect[..., index] * form.problem.tables[index].total[cell]
        watched[f"effect of {name}"] = draws.effect[..., index]
        watched[f"contribution of {name}"] = contribution
        watched[f"retention of {name}"] = form.cells.retention[cell]
        watched[f"steepness of {name}"] = form.cells.steepness[cell]
        total = total + contribution
    watched["all media"] = total
    if draws.demand is not None and draws.demand_effect is not None:
        watched["demand's part"] = np.abs(draws.demand_effect) * draws.demand.std(axis=-1)
    return watched


def demand_path(draws: Draws) -> Array | None:
    """Posterior mean of the latent demand path (T,), turned so that it lifts sales where it moves them; None where not modelled.

    A path and its mirror image fit alike, so draws are first turned to agree with each other.
    """
    if draws.demand is None or draws.demand_effect is None:
        return None
    agreement = np.sign(draws.demand @ draws.demand[0, -1])
    path = (agreement[..., None] * draws.demand).mean(axis=(0, 1))
    return path if float((agreement * draws.demand_effect).mean()) >= 0.0 else -path


def pooled(draws: NDArray[Number]) -> NDArray[Number]:
    """(chains, draws, …) as (chains × draws, …)."""
    return draws.reshape(-1, *draws.shape[2:])
