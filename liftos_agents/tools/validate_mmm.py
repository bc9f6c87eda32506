"""Does a marketing-mix fit stand up to trial? Forecasts, known truth, perturbations, made-up channels, shocks, experiments."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from threadpoolctl import threadpool_limits

from liftos_agents.domain.effect import Check, Explanations, Term
from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.domain.verdict import NOT_IDENTIFIED
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.fit_mmm import FitMmmArguments, calendar_of, mmm_input
from liftos_agents.tools.mmm.input import MmmInput, without
from liftos_agents.tools.mmm.lift_result import LiftTestAgreement
from liftos_agents.tools.mmm.refusals import suitability
from liftos_agents.tools.mmm_validation import bars
from liftos_agents.tools.mmm_validation.backtest import HORIZON, backtest
from liftos_agents.tools.mmm_validation.pictures import pictures
from liftos_agents.tools.mmm_validation.placebo import placebos
from liftos_agents.tools.mmm_validation.recovery import Recovery, recovery
from liftos_agents.tools.mmm_validation.result import ValidateMmmResult, ValidationStatus, units
from liftos_agents.tools.mmm_validation.shocks import shocks
from liftos_agents.tools.mmm_validation.short_fit import short_fit
from liftos_agents.tools.mmm_validation.stability import stability
from liftos_agents.tools.registry import tool

BASE_STREAM = 99
BLIND = (
    "None of these trials can see a cause that drives both spend and sales: a fit that is wrong by it forecasts and recovers just as well. "
    "Only an experiment can."
)


class ValidateMmmArguments(BaseModel):
    """Arguments of `validate_mmm`.

    Attributes:
        fit: Arguments of `fit_mmm` for the fit under trial, lift tests among them.
        horizon: Periods forecast from each origin; 8 weeks, 28 days or 3 months when absent.
        folds: Origins from which forecasts are tried.
        replicas: Markets simulated from the fit, each fitted again; 0 leaves the trial out.
        placebos: Made-up channels, each in a fit of its own; 0 leaves the trial out.
        perturb: Whether the fit is repeated with fewer periods, a channel less, noise, and shocks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fit: dict[str, Any] = Field(
        default_factory=dict, description="Arguments of fit_mmm, lift_tests among them."
    )
    horizon: int | None = Field(
        default=None, ge=1, le=104, description="Periods forecast from each origin; by frequency when absent."
    )
    folds: int = Field(default=3, ge=1, le=12, description="Origins from which forecasts are tried.")
    replicas: int = Field(
        default=12, ge=0, le=100, description="Markets simulated from the fit and fitted again."
    )
    placebos: int = Field(default=3, ge=0, le=12, description="Made-up channels, one a fit.")
    perturb: bool = Field(
        default=True, description="Repeat with fewer periods, a channel less, noise, shocks."
    )


@tool(
    "validate_mmm",
    version="3",
    summary="Trials of a marketing-mix fit: rolling forecasts, recovery of known truth, stability, made-up channels, shocks, experiments.",
    data="panel",
    timeout_seconds=900.0,
)
def validate_mmm(context: ToolContext, arguments: ValidateMmmArguments) -> ValidateMmmResult:
    """The trials with their bars and the verdict; a refused fit is not tried.

    Raises:
        ToolRetry: `fit` does not suit `fit_mmm`.
    """
    try:
        settings = FitMmmArguments.model_validate(arguments.fit)
    except ValidationError as error:
        first = error.errors()[0]
        raise ToolRetry(
            f"{first['msg']}, got {first['input']!r}",
            where="validate_mmm argument fit." + ".".join(str(part) for part in first["loc"]),
            fix="Give arguments of fit_mmm",
        ) from error
    found = context.run("fit_mmm", **arguments.fit)
    if found.result["status"] == "refused":
        return _refused(context, arguments, found.id, found.result)
    panel = context.panel
    data = mmm_input(
        panel, settings, context.seed, calendar_of(panel, settings.country or panel.roles.country)
    )
    data = without(data, suitability(data, parameters=1).left_out)
    posterior = MediaPosterior.from_npz(context.get_artifact(str(found.result["posterior"])))
    with threadpool_limits(1, user_api="blas"):
        return _tried(context, arguments, found.id, found.result, data, posterior)


def _tried(
    context: ToolContext,
    arguments: ValidateMmmArguments,
    evidence: str,
    result: dict[str, Any],
    data: MmmInput,
    posterior: MediaPosterior,
) -> ValidateMmmResult:
    def part(low: float, high: float) -> Any:
        return lambda message, share: context.progress(message, low + (high - low) * share)

    forecasts = backtest(data, arguments.horizon or HORIZON[data.frequency], arguments.folds, part(0.1, 0.25))
    known = recovery(data, posterior, arguments.replicas, part(0.25, 0.6)) if arguments.replicas else None
    moved = stability(data, short_fit(data, BASE_STREAM), part(0.6, 0.85)) if arguments.perturb else {}
    made_up = placebos(data, arguments.placebos, part(0.85, 0.98))
    fitted = result["fit_over_time"]
    unexplained = shocks(data.dates, np.subtract(fitted["actual"], fitted["mean"]))
    agreement = tuple(
        LiftTestAgreement.model_validate(one) for one in result.get("lift_test_agreement") or ()
    )
    failed = tuple(str(check["name"]) for check in result["checks"] if not check["passed"])
    checks = (
        *bars.fit_checks(str(result["status"]), result["converged"], failed),
        *bars.backtest_checks(forecasts),
        *bars.recovery_checks(known),
        *bars.stability_checks(moved),
        *bars.placebo_checks(made_up),
        *bars.shock_checks(unexplained),
        *bars.experiment_checks(agreement),
    )
    status, verdict = _verdict(checks)
    outcome = context.panel.roles.outcome or "outcome"
    return ValidateMmmResult(
        status=status,
        verdict=verdict,
        fit=evidence,
        fit_status=str(result["status"]),
        outcome=outcome,
        n=len(data.outcome),
        checks=checks,
        terms=_terms(known),
        backtest=forecasts,
        recovery=known,
        stability=moved,
        placebos=made_up,
        shocks=unexplained,
        experiments=agreement,
        warnings=(*([] if agreement else [BLIND]), *result["warnings"]),
        advice=_advice(checks, result),
        explanations=_explanations(verdict, checks),
        figures=pictures(forecasts, known, moved, outcome),
        units=units(result["units"]["total_media"]),
        settings={**arguments.model_dump(mode="json"), "seed": context.seed},
    )


def _refused(
    context: ToolContext, arguments: ValidateMmmArguments, evidence: str, result: dict[str, Any]
) -> ValidateMmmResult:
    reasons = tuple(str(reason) for reason in result["refusals"])
    verdict = f"{NOT_IDENTIFIED}: there is no fit to try. {' '.join(reasons)}"
    return ValidateMmmResult(
        status="refused",
        verdict=verdict,
        fit=evidence,
        fit_status="refused",
        outcome=context.panel.roles.outcome or "outcome",
        n=int(result["n"]),
        reasons=reasons,
        warnings=tuple(result["warnings"]),
        advice=("Put right what the fit was refused for, or run an experiment instead.",),
        explanations=Explanations(marketer=verdict, analyst=verdict, statistician=verdict),
        units=units("outcome"),
        settings={**arguments.model_dump(mode="json"), "seed": context.seed},
    )


def _verdict(checks: tuple[Check, ...]) -> tuple[ValidationStatus, str]:
    failed = [check.name for check in checks if check.passed is False]
    tried = sum(check.passed is not None for check in checks)
    if not failed:
        return "valid", f"The fit stands up to all {tried} trials."
    words = ", ".join(name.replace("_", " ") for name in failed)
    if any(name in bars.FATAL for name in failed):
        return (
            "not valid",
            f"The fit does not stand: {len(failed)} of {tried} trials fail, one of them decisive: {words}.",
        )
    return (
        "doubtful",
        f"The fit stands up to {tried - len(failed)} of {tried} trials; it fails or is doubtful on: {words}.",
    )


def _terms(known: Recovery | None) -> dict[str, Term]:
    if known is None:
        return {}
    return {
        name: Term(
            meaning=f"Median error of the contribution of {name}, relative to the truth, over {known.replicas} simulated markets; "
            f"90 % intervals held the truth in {one.coverage:.0%} of them",
            estimate=one.error,
            n=known.replicas,
        )
        for name, one in known.channels.items()
    }


def _advice(checks: tuple[Check, ...], result: dict[str, Any]) -> tuple[str, ...]:
    failed = {check.name for check in checks if check.passed is False}
    found: list[str] = []
    if "recovery_coverage" in failed or "recovery_total_error" in failed or "placebo_no_effect" in failed:
        found.append(
            str(result.get("lift_test_that_settles_most") or "Run a lift test on the largest channel.")
        )
    if "backtest_beats_naive" in failed:
        found.append(
            "Add what drives sales besides media (prices, promotions, distribution), or a country for its holidays."
        )
    if failed & {"unexplained_shocks", "level_shift", "shock_named"}:
        found.append("Mark the dates named by an event column, and fit again.")
    if "stability_refresh" in failed:
        found.append("Wait for more data before budgets move on this fit, or hold returns by lift tests.")
    if "agrees_with_experiments" in failed:
        found.append(
            "Settle why test and model disagree before any money moves: the test's area, dates and spend first."
        )
    return tuple(found)


def _explanations(verdict: str, checks: tuple[Check, ...]) -> Explanations:
    failed = [check.meaning for check in checks if check.passed is False]
    rest = [check.meaning for check in checks if check.passed is not False]
    analyst = " ".join([verdict, *(f"Failed: {text}" for text in failed), *rest])
    figures = [
        f"{check.name} {check.value:.4g}"
        + ("" if check.threshold is None else f" (bar {check.threshold:.4g})")
        for check in checks
        if check.value is not None
    ]
    return Explanations(
        marketer=" ".join([verdict, *failed[:1]]),
        analyst=analyst,
        statistician=f"{analyst} Figures: {'; '.join(figures)}.",
    )
