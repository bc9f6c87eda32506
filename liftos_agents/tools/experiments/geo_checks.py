"""What is looked at before a geo result is believed: trends before the test, balance, and spend in the control group."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import stats

from liftos_agents.domain.effect import Assumption, Check
from liftos_agents.tools.experiments.contrast import Contrast
from liftos_agents.tools.experiments.panel import GeoPanel
from liftos_agents.tools.experiments.question import MeasureIncrementalityArguments

PRE_TREND_P = 0.05
CONTROL_SHARE = 0.1
"""Rise of spend per control unit over the rise per treated one, above which the control group was treated too."""

CONTROL_P = 0.05
FEWEST_PERIODS = 4

Looked = tuple[list[Check], list[Assumption], list[str], dict[str, Any]]


def geo_checks(panel: GeoPanel, contrast: Contrast, asked: MeasureIncrementalityArguments) -> Looked:
    """Checks, their assumptions, reasons to downgrade, and further figures."""
    checks, verdicts, reasons, extra = _pre_trend(panel, contrast)
    spend_checks, spend_verdicts, spend_reasons = control_spend(panel)
    balance = _imbalance(panel)
    if balance is not None:
        checks.append(balance)
    return [*checks, *spend_checks], [*verdicts, *spend_verdicts], [*reasons, *spend_reasons], extra


def _pre_trend(panel: GeoPanel, contrast: Contrast) -> Looked:
    name = "Without the treatment both groups would have changed alike (parallel trends)"
    periods = int(panel.pre.sum())
    if periods < FEWEST_PERIODS:
        said = f"Only {periods} periods before the test, and {FEWEST_PERIODS} are the least to see a trend."
        return [], [Assumption(name=name, how_checked=said, verdict="not checked")], [], {}
    place = np.arange(len(panel.pre), dtype=float)
    before = place[panel.pre] - place[panel.pre].mean()
    slopes = panel.outcome[:, panel.pre] @ before / float(before @ before)
    p_value = contrast.p_value(slopes)
    gap = float(place[panel.test].mean() - place[panel.pre].mean())
    error = math.sqrt(contrast.covariance(slopes, slopes))
    unseen = 2.0 * error * gap * panel.scale
    drift = contrast.value(slopes) * gap * panel.scale
    passed = p_value >= PRE_TREND_P
    check = Check(
        name="pre_trend",
        value=p_value,
        threshold=PRE_TREND_P,
        passed=passed,
        meaning=f"p of equal slopes before the test; going on, the difference seen would make {drift:.4g} of the total.",
    )
    verdict = Assumption(
        name=name,
        how_checked=f"Slopes over the {periods} periods before the test differ with p = {p_value:.3g}; a drift worth "
        f"{unseen:.4g} of the total could go unseen.",
        verdict="nothing speaks against it" if passed else "doubtful",
    )
    reasons = [] if passed else ["The groups were drifting apart before the test began."]
    return [check], [verdict], reasons, {"drift_if_continued": drift, "drift_that_could_go_unseen": unseen}


def _imbalance(panel: GeoPanel) -> Check | None:
    level = panel.outcome[:, panel.pre].mean(axis=1)
    one, other = level[panel.treated], level[~panel.treated]
    if min(len(one), len(other)) < 2:
        return None
    spread = math.sqrt((one.var(ddof=1) + other.var(ddof=1)) / 2.0)
    if spread == 0.0:
        return None
    return Check(
        name="pre_period_balance",
        value=float((one.mean() - other.mean()) / spread),
        threshold=None,
        passed=None,
        meaning="difference in size of the groups before the test, in standard deviations; the comparison of changes allows one",
    )


def control_spend(panel: GeoPanel) -> tuple[list[Check], list[Assumption], list[str]]:
    """Whether spend rose in the control group with the treatment."""
    name = "The control group was left untreated"
    if panel.spend is None:
        said = "No spend column is given, so spend in the control group cannot be seen."
        return [], [Assumption(name=name, how_checked=said, verdict="not checked")], []
    rise = panel.change(panel.spend)
    treated, control = float(rise[panel.treated].mean()), rise[~panel.treated]
    mean = float(control.mean())
    if treated == 0.0:
        said = "Spend in the treated group did not change with the test."
        check = Check(name="spend_moved", value=0.0, threshold=None, passed=False, meaning=said)
        return [check], [Assumption(name=name, how_checked=said, verdict="doubtful")], [said]
    share = mean / treated
    p_value = _rise_p(panel, control)
    passed = not (share > CONTROL_SHARE and p_value < CONTROL_P)
    check = Check(
        name="spend_in_control",
        value=share,
        threshold=CONTROL_SHARE,
        passed=passed,
        meaning="change of spend per control unit over the change per treated one"
        + (
            ""
            if passed
            else ": the control group was treated too, and the incremental outcome is understated"
        ),
    )
    verdict = Assumption(
        name=name,
        how_checked=f"Spend per control unit moved by {share:.1%} of what it moved per treated unit (p = {p_value:.3g}).",
        verdict="nothing speaks against it" if passed else "does not hold",
    )
    reasons = (
        []
        if passed
        else [
            f"Spend in the control group moved with the treatment ({share:.0%} of the treated group's), so the total is not "
            "the effect of treating against not treating."
        ]
    )
    return [check], [verdict], reasons


def _rise_p(panel: GeoPanel, control: np.ndarray) -> float:
    """One-sided p of no change of spend in the control group: over its units, or over periods when it is one."""
    assert panel.spend is not None
    if len(control) >= 2:
        error = float(control.std(ddof=1)) / math.sqrt(len(control))
        freedom = float(len(control) - 1)
        moved = abs(float(control.mean()))
    else:
        series = panel.spend[~panel.treated].sum(axis=0)
        before, during = series[panel.pre], series[panel.test]
        if min(len(before), len(during)) < 2:
            return 0.0
        error = math.sqrt(before.var(ddof=1) / len(before) + during.var(ddof=1) / len(during))
        freedom = float(len(series) - 2)
        moved = abs(float(during.mean() - before.mean()))
    if error == 0.0:
        return 0.0 if moved > 0.0 else 1.0
    return float(stats.t.sf(moved / error, freedom))
