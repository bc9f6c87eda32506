"""Time-based regression: what the treated total would have been, from the control total (Kerman, Wang and Vaver 2017)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.domain.effect import Assumption, Check
from liftos_agents.tools.errors import ToolFailed
from liftos_agents.tools.experiments.finding import Finding, Moments
from liftos_agents.tools.experiments.geo_checks import control_spend
from liftos_agents.tools.experiments.geo_figures import cumulated, paths
from liftos_agents.tools.experiments.panel import GeoPanel
from liftos_agents.tools.experiments.question import TOOL, MeasureIncrementalityArguments

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEWEST_PERIODS = 5
FEW_PERIODS = 14
LEAST_CORRELATION = 0.8
ALARM_P = 0.01
DRIFT_P = 0.03


@dataclass(frozen=True)
class Line:
    """A regression on the periods before the test, carried into it.

    Attributes:
        expected: (P,) the counterfactual.
        residual: (pre,) of the periods before.
        weights: (P,) by which the series' noise enters the cumulated gap.
        freedom: Degrees of freedom of the residuals.
    """

    expected: Array
    residual: Array
    weights: Array
    freedom: int

    @property
    def variance(self) -> float:
        """Of the residuals."""
        return float(self.residual @ self.residual) / self.freedom


def time_based_regression(panel: GeoPanel, asked: MeasureIncrementalityArguments) -> Finding:
    """The cumulated gap between the treated total and its counterfactual, with its posterior under flat priors.

    Raises:
        ToolFailed: There are too few periods before the test, or the control total never changes.
    """
    before = int(panel.pre.sum())
    treated, control = panel.outcome[panel.treated].sum(axis=0), panel.outcome[~panel.treated].sum(axis=0)
    if before < FEWEST_PERIODS:
        raise ToolFailed(
            f"{before} periods lie before the test, and time-based regression needs at least {FEWEST_PERIODS}",
            where=f"{TOOL} argument treatment_time",
            fix="Give a longer history, or use method='geo_experiment'",
        )
    if np.ptp(control[panel.pre]) == 0.0:
        raise ToolFailed(
            "the control total is the same in every period before the test",
            where=f"{TOOL} argument outcome",
            fix="Give control units whose outcome moves with the treated ones'",
        )
    line = _line(treated, control, panel.pre, panel.test)
    critical = float(stats.t.ppf(0.5 + asked.level / 2.0, line.freedom))
    moments = _moments(panel, line, treated, critical)
    error = math.sqrt(moments.outcome_variance)
    p_value = float(2.0 * stats.t.sf(abs(moments.outcome) / error, line.freedom)) if error > 0.0 else None
    checks, verdicts, reasons = _looked_at(panel, line, treated, control)
    spend_checks, spend_verdicts, spend_reasons = control_spend(panel)
    widths = [
        critical * math.sqrt(_variance(line, control, panel, end))
        for end in range(1, int(panel.test.sum()) + 1)
    ]
    gap = np.cumsum((treated - line.expected)[panel.test])
    return Finding(
        method="tbr",
        estimand=f"Total effect on {asked.outcome} in the treated group over the {int(panel.test.sum())} periods of the test.",
        design="Time-based regression (Kerman, Wang and Vaver 2017): the treated group's total is regressed on the control "
        "group's before the test; the line gives what it would have been in the test, and the gap is added up.",
        n=panel.rows,
        moments=moments,
        p_value=p_value,
        assumptions=(*verdicts, *spend_verdicts, *_unchecked()),
        observed=float(treated[panel.test].sum()),
        checks=(*checks, *spend_checks),
        diagnostics={
            "periods_before": before,
            "periods_in_test": int(panel.test.sum()),
            "slope": float(
                np.cov(treated[panel.pre], control[panel.pre])[0, 1] / control[panel.pre].var(ddof=1)
            ),
            "residual_standard_deviation": math.sqrt(line.variance),
            "degrees_of_freedom": line.freedom,
            "probability_of_increase": float(stats.t.cdf(moments.outcome / error, line.freedom))
            if error > 0.0
            else None,
        },
        figures=(
            paths(panel, treated, line.expected, asked.outcome, "regression on the control group"),
            cumulated(panel, gap, np.array(widths), asked.outcome, asked.level),
        ),
        reasons=(*reasons, *spend_reasons),
        warnings=panel.warnings,
        advice=("Give more history, or control units that follow the treated ones more closely.",)
        if reasons
        else (),
    )


def _line(series: Array, on: Array, pre: Flags, test: Flags) -> Line:
    """`series` on an intercept and, where it varies, `on`."""
    columns = [np.ones(len(series))]
    spread = float(np.ptp(on[pre]))
    if spread > 0.0:
        columns.append((on - on[pre].mean()) / spread)
    design = np.stack(columns, axis=1)
    before = design[pre]
    inverse = np.linalg.inv(before.T @ before)
    coefficients = inverse @ (before.T @ series[pre])
    weights = test.astype(float)
    weights[pre] = -(design[test].sum(axis=0) @ inverse @ before.T)
    expected = design @ coefficients
    return Line(expected, (series - expected)[pre], weights, int(pre.sum()) - design.shape[1])


def _moments(panel: GeoPanel, line: Line, treated: Array, critical: float) -> Moments:
    gap = float((treated - line.expected)[panel.test].sum())
    variance = line.variance * float(line.weights @ line.weights)
    if panel.spend is None:
        return Moments(gap, variance, critical, line.freedom)
    spent, elsewhere = panel.spend[panel.treated].sum(axis=0), panel.spend[~panel.treated].sum(axis=0)
    cost = _line(spent, elsewhere, panel.pre, panel.test)
    together = float(line.residual @ cost.residual) / math.sqrt(line.freedom * cost.freedom)
    return Moments(
        gap,
        variance,
        critical,
        line.freedom,
        float((spent - cost.expected)[panel.test].sum()),
        cost.variance * float(cost.weights @ cost.weights),
        together * float(line.weights @ cost.weights),
    )


def _variance(line: Line, control: Array, panel: GeoPanel, periods: int) -> float:
    upto = panel.test.copy()
    upto[np.flatnonzero(panel.test)[periods:]] = False
    weights = _line(line.expected, control, panel.pre, upto).weights
    return line.variance * float(weights @ weights)


def _looked_at(
    panel: GeoPanel, line: Line, treated: Array, control: Array
) -> tuple[list[Check], list[Assumption], list[str]]:
    n = int(panel.pre.sum())
    correlation = (
        float(np.corrcoef(treated[panel.pre], control[panel.pre])[0, 1])
        if np.ptp(treated[panel.pre])
        else 0.0
    )
    residual = line.residual
    whole = float(residual @ residual)
    following = float(residual[1:] @ residual[:-1]) / whole if whole > 0.0 else 0.0
    # Residuals of a fitted line lean to the negative by about 2 / n.
    z = (following + 2.0 / n) * math.sqrt(n)
    follows_p = float(2.0 * stats.norm.sf(abs(z)))
    drift_p = _drift_p(residual, control[panel.pre])
    found = (
        (
            correlation >= LEAST_CORRELATION,
            f"The control total explains too little of the treated one (correlation {correlation:.2f}).",
        ),
        (
            follows_p >= ALARM_P,
            f"Residuals follow one another (correlation {following:.2f} from period to period), so the interval is off.",
        ),
        (drift_p >= DRIFT_P, "The treated total was drifting away from its line before the test began."),
    )
    checks = [
        Check(name="pre_period_fit", value=correlation, threshold=LEAST_CORRELATION, passed=found[0][0],
              meaning="correlation of treated and control totals before the test"),
        Check(name="residual_autocorrelation", value=follows_p, threshold=ALARM_P, passed=found[1][0],
              meaning=f"p of residuals that do not follow one another (correlation {following:.2f})"),
        Check(name="stable_relation", value=drift_p, threshold=DRIFT_P, passed=found[2][0],
              meaning="p of no drift of treated against control before the test"),
    ]  # fmt: skip
    reasons = [said for passed, said in found if not passed]
    if n < FEW_PERIODS:
        reasons.append(
            f"Only {n} periods lie before the test; {FEW_PERIODS} are wanted to see whether the line holds."
        )
    held = ("nothing speaks against it", "doubtful")
    verdicts = [
        Assumption(name="The control total follows the treated one closely", verdict=held[not found[0][0]],
                   how_checked=f"Correlation {correlation:.2f} before the test, {LEAST_CORRELATION} wanted."),
        Assumption(name="Noise is independent from period to period", verdict=held[not found[1][0]],
                   how_checked=f"Residuals' correlation with the ones before is {following:.2f} (p = {follows_p:.3g})."),
        Assumption(name="Before the test the line was stable", verdict=held[not found[2][0]],
                   how_checked=f"A trend added to the line before the test has p = {drift_p:.3g}."),
    ]  # fmt: skip
    return checks, verdicts, reasons


def _drift_p(residual: Array, control: Array) -> float:
    """p of a trend added to the line (Frisch–Waugh: the trend cleaned of intercept and control)."""
    n = len(residual)
    trend = np.arange(n, dtype=float) - (n - 1) / 2.0
    moved = control - control.mean()
    trend = trend - moved * float(trend @ moved) / float(moved @ moved)
    below = float(trend @ trend)
    if below <= 1e-9 * n or n < 4:
        return 1.0
    slope = float(trend @ residual) / below
    left = residual - slope * trend
    error = math.sqrt(float(left @ left) / (n - 3) / below)
    if error == 0.0:
        return 1.0 if slope == 0.0 else 0.0
    return float(2.0 * stats.t.sf(abs(slope) / error, n - 3))


def _unchecked() -> tuple[Assumption, ...]:
    return (
        Assumption(
            name="The line found before the test goes on holding during it",
            how_checked="What would have been is not in the data; only the periods before can be looked at.",
            verdict="not checked",
        ),
        Assumption(
            name="Treatment does not reach the control group (no spillover)",
            how_checked="Nothing in the table says how people move or see advertising between units.",
            verdict="not checked",
        ),
    )
