"""How far spend follows demand, measured and put into words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.estimate import Estimate, significant
from liftos_agents.tools.mmm.design import baseline, default_season_order
from liftos_agents.tools.mmm.factor_restrictions import restrictions
from liftos_agents.tools.mmm.gibbs import Draws
from liftos_agents.tools.mmm.input import MmmInput
from liftos_agents.tools.mmm.posterior_draws import demand_path
from liftos_agents.tools.mmm.result import ChannelConfounding, Confounding
from liftos_agents.tools.mmm.sensitivity import Sensitivity
from liftos_agents.tools.mmm.standard_form import StandardForm

Array = NDArray[np.float64]

STRONG = 0.25
NEGLIGIBLE = 0.015
"""Demand's part of the outcome, as a share of its mean, below which it hardly matters."""
LAGS = 2


def confounding(
    data: MmmInput, form: StandardForm, draws: Draws, unseen: Sensitivity, residual: Array
) -> Confounding:
    """Per channel, what share of the log spend's variance (season and trend removed) demand and past sales explain.

    `residual` (T,) is what the fit leaves of the outcome.
    """
    order = default_season_order(data.dates) if data.season_order is None else data.season_order
    season = baseline(
        data.dates, season_order=order, trend=data.trend, weekday=data.frequency == "day"
    ).columns
    path = demand_path(draws)
    part = None
    if draws.demand is not None and draws.demand_effect is not None:
        spread = np.abs(draws.demand_effect) * draws.demand.std(axis=-1) * form.outcome_scale
        part = Estimate.of(spread / data.outcome.mean())
    channels = {name: _of_channel(data, index, season, path) for index, name in enumerate(data.channels)}
    return Confounding(
        method="none" if path is None else "factor",
        proxies=data.demand_proxies if path is not None else (),
        demand_contribution_sd=part,
        channels=channels,
        benchmark=unseen.benchmark,
        benchmark_outcome_r2=significant(unseen.outcome_r2),
        unseen_strength=unseen.strength,
        verdict=_verdict(data, channels, part),
        restrictions=()
        if path is None or form.problem.observables is None
        else restrictions(form.problem.observables, path, residual),
    )


def _of_channel(data: MmmInput, index: int, season: Array, path: Array | None) -> ChannelConfounding:
    on = data.spend[:, index] > 0.0
    on[:LAGS] = False
    if on.sum() < season.shape[1] + 2 * LAGS + 3:
        return ChannelConfounding(demand_r2=None, sales_r2=0.0, correlation_with_demand=None)
    log_spend = _residual(np.log(data.spend[on, index]), season[on])
    lagged = np.stack([np.roll(data.outcome, lag)[on] for lag in range(1, LAGS + 1)], axis=1)
    sales = _explained(log_spend, _residual(lagged, season[on]))
    if path is None:
        return ChannelConfounding(demand_r2=None, sales_r2=significant(sales), correlation_with_demand=None)
    demand = _residual(path[on], season[on])
    scale = float(np.sqrt((demand**2).sum() * (log_spend**2).sum()))
    correlation = 0.0 if scale == 0.0 else float(demand @ log_spend) / scale
    return ChannelConfounding(
        demand_r2=significant(correlation**2),
        sales_r2=significant(sales),
        correlation_with_demand=significant(correlation),
    )


def _residual(values: Array, columns: Array) -> Array:
    return values - columns @ np.linalg.lstsq(columns, values, rcond=None)[0]


def _explained(target: Array, columns: Array) -> float:
    spread = float((target**2).sum())
    return 0.0 if spread <= 0.0 else max(0.0, 1.0 - float((_residual(target, columns) ** 2).sum()) / spread)


def _verdict(data: MmmInput, channels: dict[str, ChannelConfounding], part: Estimate | None) -> str:
    if part is None:
        measured = [name for name, channel in channels.items() if channel.sales_r2 > STRONG]
        reason = (
            "was not asked for"
            if data.confounding == "none"
            else "is not identified, since too few spends and proxies vary"
        )
        follows = f" Spend on {', '.join(measured)} follows past sales." if measured else ""
        return f"Latent demand {reason}: an effect of demand on both spend and sales would be read as an effect of media.{follows}"
    strong = [name for name, channel in channels.items() if (channel.demand_r2 or 0.0) > STRONG]
    source = (
        "demand proxies and spends"
        if data.demand_proxies
        else "spends alone, since no demand proxy was given"
    )
    if not strong:
        return f"No channel's spend follows latent demand closely (drawn from {source})."
    moved = f"Spend on {', '.join(strong)} moves with a common factor, drawn along with the fit from {source}"
    if part.p50 < NEGLIGIBLE:
        return f"{moved}; it hardly moves sales, so it confounds little. This holds if one factor is enough."
    return (
        f"{moved}; it moves sales as demand would, and that part is not credited to media. "
        "This holds if one factor is enough and if spend has shocks of its own."
    )
