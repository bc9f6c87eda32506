"""`fit`: a marketing-mix model from arrays to result and posterior."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.tools.mmm.convergence import Convergence, assess
from liftos_agents.tools.mmm.gibbs import Draws, Sampler
from liftos_agents.tools.mmm.holdout import holdout_mape
from liftos_agents.tools.mmm.input import MmmInput, without
from liftos_agents.tools.mmm.posterior_draws import media_posterior, monitored
from liftos_agents.tools.mmm.refusals import suitability
from liftos_agents.tools.mmm.result import FitMmmResult
from liftos_agents.tools.mmm.sensitivity import sensitivity
from liftos_agents.tools.mmm.standard_form import StandardForm, standard_form
from liftos_agents.tools.mmm.summary import refused, summarise

WARMUP = 150
LONGER = (1, 2)
"""Thinning of the runs that follow where chains have not converged; each doubles the sweeps behind the kept draws."""
FEWEST_FOR_HOLDOUT = 60
MOSTLY_NEGATIVE = 0.5

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class MmmFit:
    """The result, and the posterior unless the fit was refused."""

    result: FitMmmResult
    posterior: MediaPosterior | None


def fit(data: MmmInput, progress: Progress | None = None) -> MmmFit:
    """The fit of a marketing-mix model, or its refusal as a result.

    Geometric adstock, logistic or Hill saturation (Jin et al. 2017), effects not negative, Gaussian baseline integrated out, latent
    demand drawn along; sampled by a collapsed grid-Gibbs. The same input gives the same bytes.
    """
    # Threads of the linear algebra add up in another order, and cost more than they save on matrices this small.
    with threadpool_limits(1, user_api="blas"):
        return _fit(data, progress or (lambda message, fraction: None))


def _fit(data: MmmInput, report: Progress) -> MmmFit:
    report("checking what the data can carry", 0.0)
    first = suitability(data, parameters=1)
    if first.refusals:
        return MmmFit(refused(data, first), None)
    data = without(data, first.left_out)
    form = standard_form(data)
    suited = suitability(data, parameters=len(form.design.names))
    if first.left_out:
        suited = replace(suited, downgrades=(*first.downgrades, *suited.downgrades))
    if suited.refusals:
        return MmmFit(refused(data, suited), None)
    report("sampling", 0.1)
    draws, convergence = _sample(data, form)
    unseen = sensitivity(form, draws, data.seed)
    posterior = media_posterior(data, form, draws, unseen.effect)
    negative = float(np.mean(posterior.baseline.sum(axis=1) < 0.0))
    if negative > MOSTLY_NEGATIVE:
        reason = (
            "The model credits media with more than all sales in most of its draws: something that drives sales is missing, or "
            "budgets are set from sales."
        )
        return MmmFit(refused(data, replace(suited, refusals=(reason,))), None)
    report("forecasting held-out periods", 0.75)
    error = _holdout(data)
    report("summarising", 0.95)
    return MmmFit(summarise(data, form, draws, posterior, convergence, suited, unseen, error), posterior)


def _sample(data: MmmInput, form: StandardForm) -> tuple[Draws, Convergence]:
    """The draws; chains that have not converged go on for as long again, twice at most, before that is reported."""
    sampler = Sampler(form.problem, data.chains, np.random.default_rng([data.seed, 0]))
    sampler.sweep(WARMUP)
    draws = sampler.run(data.draws)
    for thin in LONGER:
        convergence = assess(monitored(form, draws, data.channels))
        if convergence.passed:
            return draws, convergence
        draws = draws.halved_with(sampler.run(data.draws, thin))
    return draws, assess(monitored(form, draws, data.channels))


def _holdout(data: MmmInput) -> float | None:
    rows = len(data.outcome)
    if data.holdout_weeks < 1 or rows - data.holdout_weeks < FEWEST_FOR_HOLDOUT:
        return None
    return holdout_mape(data, data.holdout_weeks)
