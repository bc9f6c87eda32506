"""From draws to the result that is handed on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.estimate import Estimate, significant
from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.domain.verdict import MARGIN_ABSENT
from liftos_agents.tools.mmm.answer_to_sales import answer_to_sales
from liftos_agents.tools.mmm.assumptions import assumptions
from liftos_agents.tools.mmm.channel_summary import ChannelDraws, channel_draws, channel_result
from liftos_agents.tools.mmm.confounding import confounding
from liftos_agents.tools.mmm.convergence import Convergence
from liftos_agents.tools.mmm.diagnostics import checks, diagnostics
from liftos_agents.tools.mmm.fit_over_time import contribution_over_time, fit_over_time, mean_contributions
from liftos_agents.tools.mmm.gibbs import Draws
from liftos_agents.tools.mmm.input import MmmInput
from liftos_agents.tools.mmm.lift_agreement import lift_test_agreement
from liftos_agents.tools.mmm.lift_proposals import lift_test_proposals, settles_most
from liftos_agents.tools.mmm.refusals import Suitability
from liftos_agents.tools.mmm.result import (
    Confounding,
    FitMmmResult,
    FitQuality,
    Status,
    Window,
)
from liftos_agents.tools.mmm.sensitivity import Sensitivity
from liftos_agents.tools.mmm.stability import stability
from liftos_agents.tools.mmm.stability_check import stability_checks, stability_warnings
from liftos_agents.tools.mmm.standard_form import StandardForm

Array = NDArray[np.float64]

ESTIMAND = "The outcome that each channel's spend added over the window, against not spending on it."
DESIGN = "Observational time series: a Bayesian marketing-mix model with carry-over and diminishing returns."


def summarise(
    data: MmmInput,
    form: StandardForm,
    draws: Draws,
    posterior: MediaPosterior,
    convergence: Convergence,
    suited: Suitability,
    unseen: Sensitivity,
    holdout: float | None,
) -> FitMmmResult:
    """The result of a fit that was not refused."""
    drawn = [channel_draws(data, form, draws, posterior, index) for index in range(len(data.channels))]
    channels = {
        name: channel_result(data, form, posterior, drawn[index], index)
        for index, name in enumerate(data.channels)
    }
    media = np.sum([channel.contribution for channel in drawn], axis=0)
    contributions = mean_contributions(form, draws)
    fitted = posterior.baseline.mean(axis=0) + contributions.sum(axis=1)
    found = diagnostics(data, fitted, posterior.baseline, convergence, holdout)
    tests = lift_test_agreement(data, posterior)
    answer = answer_to_sales(data, form, data.outcome - fitted)
    steady = stability(data, form, draws, contributions)
    checked = (
        *checks(data, found, convergence, suited, channels, tests, answer),
        *stability_checks(steady, data.dates),
    )
    proposals = lift_test_proposals(data, posterior, drawn)
    dependence = confounding(data, form, draws, unseen, data.outcome - fitted)
    status: Status = (
        "accepted" if all(check.passed for check in checked) and not suited.downgrades else "downgraded"
    )
    return FitMmmResult(
        status=status,
        estimand=ESTIMAND,
        design=DESIGN,
        channels=channels,
        total_media=Estimate.of(media),
        total_media_share=Estimate.of(media / data.outcome.sum()),
        total_roas=Estimate.of(_total_return(data, media)),
        decision_total_roas=Estimate.of(_total_return(data, _decision_media(drawn))),
        baseline_share=Estimate.of(posterior.baseline.sum(axis=1) / data.outcome.sum()),
        fit=_quality(data.outcome, fitted),
        fit_over_time=fit_over_time(data, form, draws, posterior, contributions),
        contribution_over_time=contribution_over_time(data.channels, contributions),
        diagnostics=found,
        converged=convergence.agreed,
        checks=checked,
        confounding=dependence,
        assumptions=assumptions(dependence, checked, lagged=data.waits > 0),
        warnings=(
            *suited.downgrades,
            *_broken(dependence),
            *stability_warnings(steady, data.dates),
            *_warnings(data),
        ),
        refusals=(),
        lift_test_proposals=proposals,
        lift_test_that_settles_most=settles_most(data, proposals),
        lift_test_agreement=tests,
        settings={
            **settings(data),
            "baseline_columns": len(form.design.names),
            "effect_prior": "half-normal, common scale learnt",
            "sampler": "collapsed grid-Gibbs",
        },
        **_frame(data),
    )


def refused(data: MmmInput, suited: Suitability) -> FitMmmResult:
    """The result of a fit that the data cannot carry: reasons, and no figure."""
    return FitMmmResult(
        status="refused",
        estimand=ESTIMAND,
        design=DESIGN,
        channels={},
        total_media=None,
        total_media_share=None,
        total_roas=None,
        decision_total_roas=None,
        baseline_share=None,
        fit=None,
        fit_over_time=None,
        contribution_over_time={},
        diagnostics=None,
        converged=None,
        checks=(),
        confounding=None,
        assumptions=(),
        warnings=(*suited.downgrades, *_warnings(data)),
        refusals=suited.refusals,
        settings=settings(data),
        **_frame(data),
    )


def settings(data: MmmInput) -> dict[str, str | int | float | bool | None]:
    """What the fit was told, as plain values; of a lag its mean by channel, in periods."""
    lags = data.lags
    means = [] if lags is None else lags @ np.arange(lags.shape[1])
    told = ", ".join(f"{name} {mean:.3g}" for name, mean in zip(data.channels, means, strict=False))
    return {
        **({"mean_conversion_lag": told} if told else {}),
        "saturation": data.saturation,
        "adstock": "geometric, normalised",
        "adstock_length": data.length,
        "season_order": data.season_order,
        "trend": data.trend,
        "holidays": data.country,
        "confounding": data.confounding,
        "draws": data.draws,
        "chains": data.chains,
        "seed": data.seed,
        "roi_priors": ", ".join(data.roi_priors) or None,
        "lift_tests": len(data.lift_tests),
        "lift_test_error": data.lift_test_error,
        "holdout_periods": data.holdout_weeks,
    }


def units(data: MmmInput) -> dict[str, str]:
    """Path patterns and the unit of what they lead to."""
    outcome = "money" if data.outcome_is_money and data.value_per_outcome == 1.0 else "outcome"
    ratio = "ratio" if data.outcome_is_money else "outcome_per_spend"
    return {
        "channels.*.spend": "money",
        "channels.*.mean_spend": "money",
        "channels.*.contribution": outcome,
        "channels.*.decision_contribution": outcome,
        "channels.*.share": "share",
        "channels.*.roas": ratio,
        "channels.*.marginal_roas": ratio,
        "channels.*.decision_roas": ratio,
        "channels.*.decision_marginal_roas": ratio,
        "channels.*.half_life": "periods",
        "channels.*.saturation_point": "money",
        "channels.*.probability_wasteful": "probability",
        "channels.*.prior_sd_ratio": "number",
        "channels.*.prior_mean_shift": "number",
        "channels.*.response_curve": outcome,
        "channels.*.response_curve.*.spend": "money",
        "total_media": outcome,
        "total_media_share": "share",
        "total_roas": ratio,
        "decision_total_roas": ratio,
        "baseline_share": "share",
        "fit": "share",
        "fit_over_time": outcome,
        "contribution_over_time": outcome,
        "diagnostics": "number",
        "diagnostics.holdout_mape": "share",
        "diagnostics.p_negative_baseline": "probability",
        "confounding.demand_contribution_sd": "share",
        "confounding.benchmark_outcome_r2": "share",
        "confounding.unseen_strength": "number",
        "confounding.channels": "share",
        "confounding.restrictions": "number",
        "confounding.channels.*.correlation_with_demand": "number",
        "lift_test_proposals.*.rank": "count",
        "lift_test_proposals.*.relative_change": "share",
        "lift_test_proposals.*.spend_change": "money",
        "lift_test_proposals.*.periods": "periods",
        "lift_test_proposals.*.readout_periods": "periods",
        "lift_test_proposals.*.expected_lift": outcome,
        "lift_test_proposals.*.standard_error": outcome,
        "lift_test_proposals.*.variance_reduction": "share",
        "lift_test_proposals.*.probability_wrong_now": "probability",
        "lift_test_proposals.*.probability_wrong_after": "probability",
        "lift_test_proposals.*.value": "money",
        "lift_test_proposals.*.cost": "money",
        "lift_test_agreement.*.lift": outcome,
        "lift_test_agreement.*.standard_error": outcome,
        "lift_test_agreement.*.expected": outcome,
        "lift_test_agreement.*.fitted": outcome,
        "lift_test_agreement.*.deviation": "number",
        "lift_test_agreement.*.fitted_deviation": "number",
        "checks": "number",
        "margin": "share",
        "break_even_roas": ratio,
        "interval_level": "share",
        "n": "periods",
    }


def _frame(data: MmmInput) -> dict[str, Any]:
    return {
        "margin": 1.0 if data.margin is None else data.margin,
        "margin_stated": data.margin is not None,
        "break_even_roas": 1.0 if data.margin is None else 1.0 / data.margin,
        "units": units(data),
        "n": len(data.outcome),
        "window": Window(start=str(data.dates[0]), end=str(data.dates[-1])),
        "frequency": data.frequency,
        "currency": data.currency,
    }


def _warnings(data: MmmInput) -> list[str]:
    found: list[str] = []
    if not data.outcome_is_money:
        found.append(
            "The outcome has no money value, so returns are outcome per unit of spend and waste is not judged."
        )
    elif data.margin is None:
        found.append(MARGIN_ABSENT)
    return found


def _broken(dependence: Confounding) -> list[str]:
    """What speaks against latent demand being told from effect."""
    return [one.meaning for one in dependence.restrictions if one.holds is False]


def _total_return(data: MmmInput, media: Array) -> Array:
    return media * data.value_per_outcome / data.spend.sum()


def _decision_media(drawn: list[ChannelDraws]) -> Array:
    return np.sum([channel.decision_contribution for channel in drawn], axis=0)


def _quality(outcome: Array, fitted: Array) -> FitQuality:
    residual = outcome - fitted
    spread = float(((outcome - outcome.mean()) ** 2).sum())
    scale = np.maximum(np.abs(outcome), 1e-9 * float(np.abs(outcome).max()))
    return FitQuality(
        r2=significant(1.0 - float((residual**2).sum()) / spread),
        mape=significant(float(np.mean(np.abs(residual) / scale))),
    )
