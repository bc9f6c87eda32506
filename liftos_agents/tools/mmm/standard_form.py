"""A fit's data in the sampler's standard form: scaled, tabulated, baseline whitened away, priors per cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.mmm.conversion_lag import still_to_come
from liftos_agents.tools.mmm.demand_factor import FEWEST_OBSERVABLES, Observables, observables
from liftos_agents.tools.mmm.design import Baseline, baseline, default_season_order
from liftos_agents.tools.mmm.gibbs import EffectPrior, Problem
from liftos_agents.tools.mmm.grid import Cells, CurveTable, curves, hill_cells, logistic_cells, tabulate
from liftos_agents.tools.mmm.input import MmmInput
from liftos_agents.tools.mmm.lift_tests import evidence
from liftos_agents.tools.mmm.priors import half_normal, on_return, scale_prior, spend_weights, with_lift_tests

Array = NDArray[np.float64]


@dataclass(frozen=True)
class StandardForm:
    """The problem with what it takes to read its draws in the data's own units.

    `curves` holds each channel's transformed series (G, T), all T periods; `outcome_scale` the outcome that counts as one;
    `spend_scale` (C,) the spend that is one on the curve's axis; `effect_weight` (C,) the
    effects' prior weights.
    """

    problem: Problem
    design: Baseline
    cells: Cells
    curves: tuple[Array, ...]
    outcome_scale: float
    spend_scale: Array
    effect_weight: Array
    rows: int

    def return_per_total(self, data: MmmInput) -> Array:
        """(C,) return per unit of (effect × column total): what turns scaled draws into ROAS over the fitted periods."""
        spent = data.spend[: self.rows].sum(axis=0)
        return self.outcome_scale * data.value_per_outcome / np.where(spent > 0.0, spent, 1.0)


def standard_form(data: MmmInput, rows: int | None = None) -> StandardForm:
    """The standard form of a fit to the first `rows` periods' outcome (all of them by default)."""
    fitted = len(data.outcome) if rows is None else rows
    lags = data.lags
    order = default_season_order(data.dates) if data.season_order is None else data.season_order
    modelled = _observables(data, order)
    proxies = set(data.demand_proxies) if modelled is not None else set()
    design = baseline(
        data.dates,
        season_order=order,
        trend=data.trend,
        controls={name: series for name, series in data.controls.items() if name not in proxies},
        events=data.events,
        holidays=data.holidays,
        weekday=data.frequency == "day",
        earlier_spend=None if lags is None else still_to_come(lags, data.spend),
    )
    whitener = design.whitener(fitted)
    outcome_scale = float(np.abs(data.outcome[:fitted]).max())
    spend_scale = data.spend.max(axis=0)
    cells = logistic_cells() if data.saturation == "logistic" else hill_cells()
    transformed = tuple(
        curves(
            cells,
            data.spend[:, c] / spend_scale[c],
            adstock_length=data.length,
            lag=None if lags is None else lags[c],
        )
        for c in range(len(data.channels))
    )
    tables = tuple(
        tabulate(cells, table[:, :fitted], whitener.whiten(table[:, :fitted])) for table in transformed
    )
    form = StandardForm(
        problem=Problem(
            outcome=whitener.whiten(data.outcome[:fitted] / outcome_scale),
            whitener=whitener,
            tables=tables,
            priors=(),
            scale=scale_prior(len(data.channels), data.effect_scale),
            observables=modelled,
        ),
        design=design,
        cells=cells,
        curves=transformed,
        outcome_scale=outcome_scale,
        spend_scale=spend_scale,
        effect_weight=spend_weights(data.spend),
        rows=fitted,
    )
    return _with_priors(form, data)


def _with_priors(form: StandardForm, data: MmmInput) -> StandardForm:
    per_total = form.return_per_total(data)
    priors: list[EffectPrior] = []
    for index, channel in enumerate(data.channels):
        table: CurveTable = form.problem.tables[index]
        belief = data.roi_priors.get(channel)
        prior = (
            half_normal(form.cells, float(form.effect_weight[index]))
            if belief is None
            else on_return(table, belief, float(per_total[index]))
        )
        tests = evidence(
            data, channel, form.cells, float(form.spend_scale[index]), form.outcome_scale, form.rows
        )
        priors.append(with_lift_tests(prior, tests))
    problem = Problem(
        outcome=form.problem.outcome,
        whitener=form.problem.whitener,
        tables=form.problem.tables,
        priors=tuple(priors),
        scale=form.problem.scale,
        observables=form.problem.observables,
    )
    return StandardForm(
        problem=problem,
        design=form.design,
        cells=form.cells,
        curves=form.curves,
        outcome_scale=form.outcome_scale,
        spend_scale=form.spend_scale,
        effect_weight=form.effect_weight,
        rows=form.rows,
    )


def _observables(data: MmmInput, order: int) -> Observables | None:
    """What gives demand away, or None where the factor is off or not identified."""
    if data.confounding == "none":
        return None
    proxies = {name: data.controls[name] for name in data.demand_proxies}
    season = baseline(data.dates, season_order=order, trend=data.trend, weekday=data.frequency == "day")
    found = observables(data.spend, data.channels, proxies, season.columns)
    return found if len(found.names) >= FEWEST_OBSERVABLES else None
