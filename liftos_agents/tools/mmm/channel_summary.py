"""One channel's figures from its draws."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.estimate import Estimate, significant
from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.domain.response_curve import (
    geometric_adstock,
    half_life,
    hill_saturation_slope,
    lagged,
    logistic_saturation_slope,
)
from liftos_agents.domain.verdict import EXTRAPOLATION_FACTOR, WASTEFUL_PROBABILITY
from liftos_agents.tools.mmm.gibbs import Draws
from liftos_agents.tools.mmm.grid import Cells
from liftos_agents.tools.mmm.input import MmmInput
from liftos_agents.tools.mmm.posterior_draws import pooled
from liftos_agents.tools.mmm.priors import prior_return
from liftos_agents.tools.mmm.result import ChannelResult, CurvePoint
from liftos_agents.tools.mmm.standard_form import StandardForm

Array = NDArray[np.float64]

PRIOR_DRIVEN = 0.9
CEILING_SHARE = 0.9
CURVE_POINTS = 21
CURVE_DRAWS = 500


class ChannelDraws(NamedTuple):
    """A channel's pooled draws (D,): contribution and marginal value of proportional growth, plain and for decisions."""

    contribution: Array
    growth: Array
    decision_contribution: Array
    decision_growth: Array


def channel_draws(
    data: MmmInput, form: StandardForm, draws: Draws, posterior: MediaPosterior, index: int
) -> ChannelDraws:
    """Contribution over the window and its derivative in proportional growth of the spend path, outcome units."""
    cell = pooled(draws.cell)[:, index]
    total = form.problem.tables[index].total[cell]
    series = data.spend[:, index] / form.spend_scale[index]
    growth = _growth(form.cells, series, data.length, data.lag(index))[cell]
    plain, decided = posterior.effect[:, index], posterior.decision_effect[:, index]
    return ChannelDraws(plain * total, plain * growth, decided * total, decided * growth)


def channel_result(
    data: MmmInput, form: StandardForm, posterior: MediaPosterior, drawn: ChannelDraws, index: int
) -> ChannelResult:
    """The channel's part of the result."""
    name = data.channels[index]
    spent = float(data.spend[:, index].sum())
    value = data.value_per_outcome / spent
    margin = 1.0 if data.margin is None else data.margin
    wasted = float(np.mean(drawn.decision_growth * value * margin < 1.0)) if data.outcome_is_money else None
    returns = drawn.contribution * value
    before = prior_return(
        form.problem.tables[index],
        form.problem.scale,
        float(form.effect_weight[index]),
        float(form.return_per_total(data)[index]),
        data.roi_priors.get(name),
    )
    ratio = float(returns.std()) / before.sd
    return ChannelResult(
        spend=significant(spent),
        mean_spend=significant(spent / len(data.outcome)),
        contribution=Estimate.of(drawn.contribution),
        share=Estimate.of(drawn.contribution / data.outcome.sum()),
        roas=Estimate.of(returns),
        marginal_roas=Estimate.of(drawn.growth * value),
        decision_contribution=Estimate.of(drawn.decision_contribution),
        decision_roas=Estimate.of(drawn.decision_contribution * value),
        decision_marginal_roas=Estimate.of(drawn.decision_growth * value),
        half_life=Estimate.of(half_life(posterior.retention[:, index])),
        saturation_point=Estimate.of(_ceiling(posterior, index) * form.spend_scale[index]),
        probability_wasteful=wasted,
        wasteful=wasted is not None and wasted >= WASTEFUL_PROBABILITY,
        prior_sd_ratio=significant(ratio),
        prior_mean_shift=significant((float(returns.mean()) - before.mean) / before.sd),
        prior_driven=ratio > PRIOR_DRIVEN,
        response_curve=_curve(posterior.thin(CURVE_DRAWS), index),
    )


def _growth(cells: Cells, series: Array, length: int, lag: Array | None) -> Array:
    """Σ over time of sat′(x) x, as far as it is bought within the window, in every cell, (G,)."""
    retentions, which = np.unique(cells.retention, return_inverse=True)
    carried = geometric_adstock(series, retentions, length=length)[which]
    steepness = cells.steepness[:, None]
    if cells.saturation == "logistic":
        slope = logistic_saturation_slope(carried, steepness)
    else:
        slope = hill_saturation_slope(carried, steepness, cells.slope[:, None])
    caused = slope * carried
    return (caused if lag is None else lagged(caused, lag)).sum(axis=1)


def _ceiling(posterior: MediaPosterior, index: int) -> Array:
    """Where the curve reaches 90 % of its ceiling, on its own axis, (D,)."""
    steepness = posterior.steepness[:, index]
    if posterior.slope is None:
        return 2.0 * np.arctanh(CEILING_SHARE) / steepness
    return steepness * (CEILING_SHARE / (1.0 - CEILING_SHARE)) ** (1.0 / posterior.slope[:, index])


def _curve(posterior: MediaPosterior, index: int) -> tuple[CurvePoint, ...]:
    points = np.linspace(0.0, EXTRAPOLATION_FACTOR * posterior.scale[index], CURVE_POINTS)
    spend = np.zeros((CURVE_POINTS, len(posterior.channels)))
    spend[:, index] = points
    response = posterior.response(spend)[:, :, index]
    low, high = np.quantile(response, [0.05, 0.95], axis=0)
    mean = response.mean(axis=0)
    return tuple(
        CurvePoint(
            spend=significant(float(points[i])),
            mean=significant(float(mean[i])),
            p05=significant(float(low[i])),
            p95=significant(float(high[i])),
        )
        for i in range(CURVE_POINTS)
    )
