"""What the data say for and against a synthetic control: checks with their bars, assumptions, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from liftos_agents.domain.effect import Assumption, Check
from liftos_agents.tools.donor_pool.arguments import Method
from liftos_agents.tools.donor_pool.estimators import Array, Fit
from liftos_agents.tools.donor_pool.panel import DonorPanel
from liftos_agents.tools.donor_pool.placebo import SCALE_FLOOR, Placebos
from liftos_agents.tools.donor_pool.robustness import MOST_GROUPS, InTime

WORST_RATIO = 2.5
"""Pre-RMSPE over the placebos' median above which the fit counts as bad."""
REFUSED_RATIO = 6.0
"""The same above which nothing is estimated, if the gap is also more than half as wide as the treated unit's own swings."""
REFUSED_SHARE = 0.5
OUTSIDE_SHARE = 0.25
PLACEBO_PROBABILITY = 0.01
FEWEST_DONORS_TO_TRUST = 5


@dataclass(frozen=True)
class Assessment:
    """Checks and what they come to.

    Attributes:
        refused: Reasons to give no estimate.
        doubts: Reasons to downgrade it.
        share, ratio: Pre-RMSPE over the treated unit's spread and over the placebos' median.
    """

    checks: tuple[Check, ...]
    assumptions: tuple[Assumption, ...]
    refused: tuple[str, ...]
    doubts: tuple[str, ...]
    advice: tuple[str, ...]
    share: float | None
    ratio: float | None


def assess(
    panel: DonorPanel, fit: Fit, placebos: Placebos, backdated: InTime | None, method: Method
) -> Assessment:
    """The verdict on one fit."""
    early = panel.target @ panel.outcome[:, : panel.before]
    spread = float(early.std())
    share = fit.pre_rmspe / spread if spread > 0.0 else None
    usual = float(np.median(placebos.rmspe))
    ratio = fit.pre_rmspe / max(usual, placebos.least)
    checks = [_fit_check(ratio), _range_check(panel, method), _drift_check(panel, fit, placebos)]
    if backdated is not None:
        checks.append(_in_time_check(backdated, placebos.least))
    failed = {c.name: c for c in checks if c.passed is False}
    refused: list[str] = []
    if ratio is not None and ratio > REFUSED_RATIO and (share is None or share > REFUSED_SHARE):
        refused.append(
            f"Before the treatment the synthetic unit misses the treated one by {ratio:.3g} times what is usual for a donor "
            f"(more than {REFUSED_RATIO:g}), and by {share or 0.0:.0%} of the treated unit's own standard deviation: no mix of the donors "
            "is like it."
        )
    doubts = [c.meaning for c in failed.values()]
    if panel.donors < FEWEST_DONORS_TO_TRUST:
        doubts.append(
            f"Only {panel.donors} donors are left; a mix of so few can follow the treated unit by chance."
        )
    advice: list[str] = []
    if {"pre_treatment_fit", "treated_inside_donor_range"} & set(failed):
        advice.append(
            "Add donors that are more like the treated unit, or compare relative to each unit's own mean (unit_demeaned) or in logarithms."
        )
    if {"pre_treatment_drift", "in_time_placebo"} & set(failed):
        advice.append(
            "Look for what moved the treated unit before the treatment, and date the treatment from there."
        )
    return Assessment(
        tuple(checks),
        _assumptions(panel, failed, method),
        tuple(refused),
        tuple(doubts),
        tuple(advice),
        share,
        ratio,
    )


def _fit_check(ratio: float | None) -> Check:
    return Check(
        name="pre_treatment_fit",
        value=ratio,
        threshold=WORST_RATIO,
        passed=None if ratio is None else ratio <= WORST_RATIO,
        meaning=f"Before the treatment the gap to the synthetic unit is {ratio or 0.0:.3g} times the usual one of a donor treated alike "
        f"(bar: {WORST_RATIO:g}).",
    )


def _range_check(panel: DonorPanel, method: Method) -> Check:
    early = panel.outcome[:, : panel.before]
    if method != "classic":
        early = early - early.mean(axis=1, keepdims=True)
    own, others = panel.target @ early, early[panel.treated :]
    outside = float(((own > others.max(axis=0)) | (own < others.min(axis=0))).mean())
    scale = "its level" if method == "classic" else "its distance from its own mean"
    return Check(
        name="treated_inside_donor_range",
        value=outside,
        threshold=OUTSIDE_SHARE,
        passed=outside <= OUTSIDE_SHARE,
        meaning=f"In {outside:.0%} of the periods before the treatment {scale} lies outside the donors' range (bar: {OUTSIDE_SHARE:.0%}); "
        "outside it a mix of donors extrapolates.",
    )


def _drift_check(panel: DonorPanel, fit: Fit, placebos: Placebos) -> Check:
    clock = np.arange(panel.before) - (panel.before - 1) / 2.0
    clock = clock / np.sqrt((clock**2).sum())
    early = np.array([f.gaps[: panel.before] for f in (fit, *placebos.fits[:MOST_GROUPS])])
    slopes = early @ clock
    around = (early - early.mean(axis=1, keepdims=True) - slopes[:, None] * clock).std(axis=1)
    scale = np.maximum(around, max(SCALE_FLOOR * float(np.median(around[1:])), placebos.least))
    probability = _against(float(slopes[0] / scale[0]), slopes[1:] / scale[1:])
    return Check(
        name="pre_treatment_drift",
        value=probability,
        threshold=PLACEBO_PROBABILITY,
        passed=None if probability is None else probability >= PLACEBO_PROBABILITY,
        meaning="The gap drifts before the treatment, more than the gaps of donors do "
        f"(probability {probability or 0.0:.2g}, bar {PLACEBO_PROBABILITY:g})."
        if probability is not None and probability < PLACEBO_PROBABILITY
        else "The gap before the treatment drifts no more than the gaps of donors do.",
    )


def _in_time_check(backdated: InTime, least: float) -> Check:
    floor = SCALE_FLOOR * float(np.median([f.pre_rmspe for f in backdated.placebos]))
    scale = np.maximum([f.pre_rmspe for f in backdated.placebos], max(floor, least))
    effects = np.array([f.effect for f in backdated.placebos])
    own = backdated.fit.effect / max(backdated.fit.pre_rmspe, floor, least)
    probability = _against(own, effects / scale)
    failed = probability is not None and probability < PLACEBO_PROBABILITY
    return Check(
        name="in_time_placebo",
        value=probability,
        threshold=PLACEBO_PROBABILITY,
        passed=None if probability is None else not failed,
        meaning=f"Dated back by {backdated.held} periods, the treatment {'shows' if failed else 'shows no'} effect where it cannot have one "
        f"({backdated.fit.effect:.4g}, probability {probability or 0.0:.2g}, bar {PLACEBO_PROBABILITY:g}).",
    )


def _against(own: float, others: Array) -> float | None:
    """Two-sided probability of a value at least as far from zero as `own`, from the placebos' spread around zero."""
    if len(others) < 3:
        return None
    usual = max(float(np.sqrt((others**2).mean())), 1e-9)
    return float(2.0 * stats.t.sf(abs(own) / usual, len(others)))


def _assumptions(panel: DonorPanel, failed: dict[str, Check], method: Method) -> tuple[Assumption, ...]:
    def checked(name: str, looked: str, *by: str) -> Assumption:
        bad = [failed[b] for b in by if b in failed]
        said = looked + (" " + " ".join(c.meaning for c in bad) if bad else "")
        return Assumption(
            name=name, how_checked=said, verdict="doubtful" if bad else "nothing speaks against it"
        )

    parallel = {
        "classic": "A convex mix of the donors follows the treated unit's level",
        "unit_demeaned": "A convex mix of the donors follows the treated unit up to a constant",
        "sdid": "A convex mix of the donors runs parallel to the treated unit in the weighted periods",
    }[method]
    return (
        checked(
            f"{parallel}, and would have gone on doing so without the treatment",
            f"The fit was compared with that of {panel.donors} donors, drift and a treatment dated back were looked for; what would have "
            "happened afterwards cannot be seen.",
            "pre_treatment_fit",
            "pre_treatment_drift",
            "in_time_placebo",
        ),
        checked(
            "The treated unit lies within what the donors span (no extrapolation, little interpolation bias)",
            "Share of periods before the treatment outside the donors' range.",
            "treated_inside_donor_range",
        ),
        Assumption(
            name="The treatment was not anticipated",
            how_checked=f"The treatment dated back: {failed['in_time_placebo'].meaning}"
            if "in_time_placebo" in failed
            else "The treatment dated back shows no effect beyond that of donors, which speaks to anticipation in those periods only.",
            verdict="doubtful" if "in_time_placebo" in failed else "nothing speaks against it",
        ),
        Assumption(
            name="The donors are not touched by the treatment (no spillovers), nor treated themselves",
            how_checked="Nothing in the data can show this; it was not checked.",
            verdict="not checked",
        ),
        Assumption(
            name="Nothing else befell the treated unit alone at the same time",
            how_checked="Nothing in the data can show this; it was not checked.",
            verdict="not checked",
        ),
    )
