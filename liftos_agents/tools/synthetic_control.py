"""Synthetic control: treated units against a convex mix of units that were not treated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from liftos_agents.domain.effect import ConfidenceInterval, Term
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.donor_pool import (
    DonorPanel,
    SyntheticControlArguments,
    SyntheticControlResult,
    donor_panel,
)
from liftos_agents.tools.donor_pool.assessment import Assessment, assess
from liftos_agents.tools.donor_pool.choice import infer
from liftos_agents.tools.donor_pool.estimators import Array, Estimator, Fit
from liftos_agents.tools.donor_pool.inference import Inferred
from liftos_agents.tools.donor_pool.pictures import method_forest, pictures
from liftos_agents.tools.donor_pool.placebo import Placebos, pointwise, run_placebos
from liftos_agents.tools.donor_pool.predictors import match_rows
from liftos_agents.tools.donor_pool.result import UNITS, DonorWeight, PathPoint, PeriodWeight
from liftos_agents.tools.donor_pool.robustness import (
    UNSTABLE_SHARE,
    InTime,
    LeftOut,
    by_method,
    in_time,
    leave_one_out,
)
from liftos_agents.tools.effects import build, refused
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.registry import tool

DESIGNS = {
    "classic": "Synthetic control: a convex mix of donors that follows the treated unit's level before the treatment stands for what it would "
    "have done without it.",
    "unit_demeaned": "Unit-demeaned synthetic control: a convex mix of donors that follows the treated unit's moves around its own mean before "
    "the treatment stands for what it would have done without it.",
    "sdid": "Synthetic difference-in-differences: a mix of donors that runs parallel to the treated unit, and a mix of earlier periods, stand "
    "for what it would have done without the treatment.",
}


@dataclass(frozen=True)
class _Analysis:
    """All fits of one call."""

    fit: Fit
    placebos: Placebos
    backdated: InTime | None
    left_out: tuple[LeftOut, ...]
    others: dict[str, Fit]
    importance: Array | None


@tool(
    "synthetic_control",
    version="1",
    summary="Effect on treated units against a convex mix of untreated ones: weights, placebos, leave-one-out, interval.",
    data="rows",
    timeout_seconds=300.0,
)
def synthetic_control(context: ToolContext, arguments: SyntheticControlArguments) -> SyntheticControlResult:
    """The average effect on the treated units over the periods since the treatment, or why it cannot be told.

    Raises:
        ToolRetry: A column, a unit, a time or the kind of inference does not fit.
        ToolFailed: The rows make no panel with a treated unit and donors.
    """
    if arguments.predictors and arguments.method != "classic":
        raise ToolRetry(
            f"predictors are matched by method 'classic' only, and method is {arguments.method!r}",
            where="synthetic_control argument predictors",
            fix="Leave predictors out, or ask for method='classic'",
        )
    panel = donor_panel(context, arguments)
    found = _analyse(context, arguments, panel)
    verdict = assess(panel, found.fit, found.placebos, found.backdated, arguments.method)
    if verdict.refused:
        return refused(
            SyntheticControlResult,
            reasons=verdict.refused,
            advice=verdict.advice,
            assumptions=verdict.assumptions,
            checks=verdict.checks,
            warnings=panel.warnings,
            **_described(panel, arguments),
            **_fit_figures(panel, found, verdict),
        )
    context.progress("interval", 0.9)
    inferred, notes = infer(arguments, panel, found.fit, found.placebos)
    return _result(panel, arguments, found, verdict, inferred, notes)


def _analyse(context: ToolContext, arguments: SyntheticControlArguments, panel: DonorPanel) -> _Analysis:
    pool = np.arange(panel.treated, len(panel.labels))
    match, importance = None, None
    if panel.predictor_names:
        match, importance = match_rows(panel.outcome, panel.before, panel.predictors, panel.target, pool)
    estimator = Estimator(panel.outcome, panel.before, arguments.method, match)
    fit = estimator.fit(panel.target, pool)
    size = min(panel.treated, max(1, (panel.donors - 1) // 2))
    placebos = run_placebos(
        estimator,
        pool,
        size,
        arguments.placebo_groups,
        np.random.default_rng(context.seed),
        lambda done: context.progress("placebos over donors", 0.05 + 0.4 * done),
    )
    left_out = leave_one_out(
        estimator,
        panel.target,
        pool,
        fit,
        lambda done: context.progress("without each donor", 0.45 + 0.1 * done),
    )
    others = {**by_method(panel.outcome, panel.before, panel.target, pool)}
    context.progress("treatment dated back", 0.6)
    backdated = in_time(
        panel.outcome, panel.before, arguments.method, panel.target, pool, placebos.members, match
    )
    return _Analysis(fit, placebos, backdated, left_out, {str(k): v for k, v in others.items()}, importance)


def _result(
    panel: DonorPanel,
    arguments: SyntheticControlArguments,
    found: _Analysis,
    verdict: Assessment,
    inferred: Inferred | None,
    notes: tuple[str, ...],
) -> SyntheticControlResult:
    fit, level = found.fit, arguments.level
    doubts = list(verdict.doubts)
    interval = None
    if inferred is None:
        doubts.append("No interval: " + " ".join(notes))
    elif inferred.bounded:
        interval = ConfidenceInterval(low=inferred.low, high=inferred.high, level=level)
    else:
        doubts.append(f"No interval: {inferred.method} inference does not bound the effect at this level.")
    terms = _terms(panel, found)
    spread = _instability(found)
    warnings = [*panel.warnings, *(notes if inferred is not None else ())]
    if spread is not None and spread > UNSTABLE_SHARE:
        warnings.append(
            f"The estimate is unstable: another method, or one donor left out, moves it by {spread:.0%} of its size (bar: {UNSTABLE_SHARE:.0%})."
        )
    band = pointwise(fit, found.placebos, level) if inferred and inferred.method == "placebo" else None
    figures = _fit_figures(panel, found, verdict, band)
    return build(
        SyntheticControlResult,
        status="downgraded" if doubts else "estimated",
        reasons=tuple(doubts),
        advice=verdict.advice,
        estimate=fit.effect,
        standard_error=inferred.standard_error if inferred else None,
        interval=interval,
        p_value=inferred.p_value if inferred and inferred.bounded else None,
        assumptions=verdict.assumptions,
        checks=verdict.checks,
        warnings=tuple(warnings),
        terms=terms,
        instability=spread,
        diagnostics={
            "inference": inferred.method if inferred else "none",
            "donors": panel.donors,
            "periods_before": panel.before,
            "periods_after": panel.after,
            "left_out_units": len(panel.left_out),
            **_importance(panel, found),
        },
        figures=(
            *pictures(
                panel,
                fit,
                figures["path"],
                found.placebos,
                figures["weights"],
                found.left_out,
                arguments.outcome,
            ),
            method_forest(terms, arguments.outcome),
        ),
        **_described(panel, arguments),
        **figures,
    )


def _described(panel: DonorPanel, arguments: SyntheticControlArguments) -> dict:
    treated = ", ".join(panel.labels[: min(panel.treated, 5)]) + (", …" if panel.treated > 5 else "")
    return {
        "estimand": f"Average effect of the treatment on {arguments.outcome} of {treated}, over the {panel.after} periods from "
        f"{panel.treatment_label} to {panel.times[-1]} (effect on the treated)",
        "design": DESIGNS[arguments.method],
        "method": arguments.method,
        "outcome": arguments.outcome,
        "treatment": f"treatment of {treated} from {panel.treatment_label}",
        "n": (panel.treated + panel.donors) * len(panel.times),
        "units": UNITS,
        "settings": arguments.model_dump(mode="json"),
    }


def _fit_figures(panel: DonorPanel, found: _Analysis, verdict: Assessment, band: Array | None = None) -> dict:
    """The fields that describe the synthetic unit itself."""
    fit, placebos = found.fit, found.placebos
    observed = panel.target @ panel.outcome
    synthetic = observed - fit.gaps
    order = sorted(range(panel.treated, len(panel.labels)), key=lambda d: (-fit.weights[d], panel.labels[d]))
    half = None if band is None else np.where(np.arange(len(observed)) >= panel.before, band, np.nan)
    path = tuple(
        PathPoint(
            period=panel.times[t],
            observed=float(observed[t]),
            synthetic=float(synthetic[t]),
            gap=float(fit.gaps[t]),
            low=None if half is None or np.isnan(half[t]) else float(fit.gaps[t] - half[t]),
            high=None if half is None or np.isnan(half[t]) else float(fit.gaps[t] + half[t]),
        )
        for t in range(len(observed))
    )
    base = float(synthetic[panel.before :].mean())
    rank = 1 + int((placebos.ratios >= abs(fit.effect) / float(placebos.scale(fit.pre_rmspe)) - 1e-12).sum())
    effects = [item.fit.effect for item in found.left_out]
    return {
        "weights": tuple(
            DonorWeight(unit=panel.labels[d], weight=float(fit.weights[d]))
            for d in order
            if fit.weights[d] > 1e-6
        ),
        "time_weights": ()
        if fit.time_weights is None
        else tuple(
            PeriodWeight(period=panel.times[t], weight=float(w))
            for t, w in enumerate(fit.time_weights)
            if w > 1e-6
        ),
        "path": path,
        "pre_rmspe": fit.pre_rmspe,
        "pre_rmspe_share": verdict.share,
        "pre_rmspe_ratio": verdict.ratio,
        "effective_donors": float(1.0 / (fit.weights**2).sum()),
        "relative_effect": fit.effect / base if base > 0.0 and not verdict.refused else None,
        "placebo_rank": None if verdict.refused else rank,
        "placebo_count": len(placebos.fits),
        "placebo_p_value": None if verdict.refused else rank / (len(placebos.fits) + 1),
        "in_time_effect": found.backdated.fit.effect if found.backdated else None,
        "leave_one_out_low": min(effects) if effects and not verdict.refused else None,
        "leave_one_out_high": max(effects) if effects and not verdict.refused else None,
    }


def _terms(panel: DonorPanel, found: _Analysis) -> dict[str, Term]:
    terms = {
        f"method_{name}": Term(meaning=f"The effect by method {name}, on outcomes alone", estimate=fit.effect)
        for name, fit in found.others.items()
    }
    if found.backdated is not None:
        terms["in_time_placebo"] = Term(
            meaning=f"Effect found when the treatment is dated back by {found.backdated.held} periods",
            estimate=found.backdated.fit.effect,
        )
    if found.left_out:
        for word, pick in (("lowest", min), ("highest", max)):
            item = pick(found.left_out, key=lambda i: i.fit.effect)
            terms[f"leave_one_out_{word}"] = Term(
                meaning=f"The {word} effect when one donor is left out: without {panel.labels[item.donor]}",
                estimate=item.fit.effect,
            )
    return terms


def _instability(found: _Analysis) -> float | None:
    if found.fit.effect == 0.0:
        return None
    others = [f.effect for f in found.others.values()] + [item.fit.effect for item in found.left_out]
    return float(max(abs(e - found.fit.effect) for e in others) / abs(found.fit.effect))


def _importance(panel: DonorPanel, found: _Analysis) -> dict[str, float | int | str | bool | None]:
    if found.importance is None:
        return {}
    names = [*panel.predictor_names, "mean outcome before the treatment"]
    heavy = sorted(zip(names, found.importance, strict=True), key=lambda item: -item[1])
    return {"predictor_importance": ", ".join(f"{n} {v:.2f}" for n, v in heavy)}
