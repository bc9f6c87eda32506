"""Whether spend and sales vary in a way that a model can learn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from liftos_agents.domain.panel import PERIODS_PER_YEAR, Floats, Panel

Severity = Literal["error", "warning", "info"]

SAME = 0.98
ALIKE = 0.9
FOLLOWS_SALES = 0.6
FOLLOWS_DEMAND = 0.7
SEASONAL_SHARE = 0.5
FIXED_RATIO = 0.02
LITTLE_VARIATION = 0.1
SELDOM_ACTIVE = 0.1
FAR_OUT = 8.0
_FEWEST_ROWS = 30
_ROWS_PER_PARAMETER = 3.0


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with a dataset.

    Attributes:
        severity: `error` stops an analysis, `warning` weakens it, `info` is good to know.
        message: What is wrong, in words.
        count: How many rows, periods or columns it touches.
        rows: The first of them, counted from 1 for the first row below the header.
        fix: What to do, in words.
        fix_name: The fix of `liftos data clean` that does it, where there is one.
    """

    name: str
    severity: Severity
    message: str
    count: int = 0
    rows: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    fix: str | None = None
    fix_name: str | None = None


def check_media(panel: Panel) -> dict[str, list[Finding]]:
    """Findings by check, for the checks that need a panel; correlations are over periods."""
    return {
        "outliers": _outliers(panel),
        "spend_variation": _variation(panel),
        "collinearity": _collinearity(panel),
        "spend_follows_sales": _follows(panel),
        "length": _length(panel),
    }


def _outliers(panel: Panel) -> list[Finding]:
    found: list[Finding] = []
    series = {panel.roles.outcome: panel.outcome}
    series.update({c: panel.spend[:, i] for i, c in enumerate(panel.channels)})
    for name, values in series.items():
        active = values if name == panel.roles.outcome else values[values > 0]
        middle = float(np.median(active)) if len(active) else 0.0
        spread = 1.4826 * float(np.median(np.abs(active - middle))) if len(active) else 0.0
        if spread <= 0.0:
            continue
        far = np.flatnonzero(np.abs(values - middle) > FAR_OUT * spread)
        far = far[values[far] != 0.0]
        if len(far):
            dates = ", ".join(str(d) for d in panel.dates[far[:3]])
            found.append(
                Finding(
                    "outliers",
                    "warning",
                    f"periods of {name!r} far from all others: {len(far)} ({dates})",
                    count=len(far),
                    columns=(name,),
                    fix="Check the amounts; mark promotions and stock-outs in a column of events",
                )
            )
    return found


def _variation(panel: Panel) -> list[Finding]:
    found: list[Finding] = []
    for position, channel in enumerate(panel.channels):
        spend = panel.spend[:, position]
        active = float(np.mean(spend > 0))
        mean = float(spend.mean())
        if mean == 0.0:
            message, severity = f"{channel!r} spent nothing in the whole window and is left out", "warning"
        elif float(spend.std()) / mean < 1e-6:
            message, severity = (
                f"spend of {channel!r} never changes, so its effect cannot be told and it is left out",
                "warning",
            )
        elif float(spend.std()) / mean < LITTLE_VARIATION:
            message, severity = (
                f"spend of {channel!r} hardly changes, so its effect is told poorly",
                "warning",
            )
        elif active < SELDOM_ACTIVE:
            message, severity = f"{channel!r} spends in few periods", "warning"
        else:
            continue
        found.append(
            Finding(
                "spend_variation",
                "error" if severity == "error" else "warning",
                message,
                count=int(np.sum(spend > 0)),
                columns=(channel,),
                fix="Vary the spend on purpose: a test that pauses the channel in some weeks or regions",
            )
        )
    return found


def _collinearity(panel: Panel) -> list[Finding]:
    found: list[Finding] = []
    for first in range(len(panel.channels)):
        for second in range(first + 1, len(panel.channels)):
            rho = correlation(panel.spend[:, first], panel.spend[:, second])
            if rho is None or abs(rho) <= ALIKE:
                continue
            pair = (panel.channels[first], panel.channels[second])
            found.append(
                Finding(
                    "collinearity",
                    "error" if abs(rho) > SAME else "warning",
                    f"spend of {pair[0]!r} and {pair[1]!r} moves together (correlation {rho:.2f})",
                    count=2,
                    columns=pair,
                    fix="Read them as one channel, or run a test that moves one alone",
                )
            )
    return found


def _follows(panel: Panel) -> list[Finding]:
    found: list[Finding] = []
    season = _season(panel)
    for position, channel in enumerate(panel.channels):
        spend = panel.spend[:, position]
        if float(spend.std()) == 0.0:
            continue
        logs = np.log1p(spend)
        reason = _fixed_share(spend, panel.outcome)
        if reason:
            found.append(_follower(channel, "error", reason))
            continue
        lagged = correlation(logs[1:], panel.outcome[:-1])
        if lagged is not None and lagged > FOLLOWS_SALES:
            found.append(
                _follower(
                    channel, "warning", f"follows the sales of the period before (correlation {lagged:.2f})"
                )
            )
        for proxy in panel.demand_proxies:
            rho = correlation(logs, panel.controls[proxy])
            if rho is not None and rho > FOLLOWS_DEMAND:
                found.append(
                    _follower(channel, "warning", f"follows demand, {proxy!r} (correlation {rho:.2f})")
                )
        share = _explained(logs, season) if season is not None else 0.0
        if share > SEASONAL_SHARE:
            found.append(_follower(channel, "warning", f"follows the season ({share:.0%} of its variation)"))
    return found


def _fixed_share(spend: Floats, outcome: Floats) -> str | None:
    for lag, words in ((0, "the same period"), (1, "the period before")):
        base = outcome[: len(outcome) - lag]
        ahead = spend[lag:]
        both = (base > 0) & (ahead > 0)
        if int(both.sum()) < 0.8 * len(ahead):
            continue
        ratio = ahead[both] / base[both]
        if float(ratio.std()) < FIXED_RATIO * float(ratio.mean()) and float(base[both].std()) > 0:
            return f"is a fixed share of sales of {words}, so cause and effect cannot be told apart"
    return None


def _follower(channel: str, severity: Severity, reason: str) -> Finding:
    return Finding(
        "spend_follows_sales",
        severity,
        f"spend of {channel!r} {reason}",
        count=1,
        columns=(channel,),
        fix="Give a column of demand (search interest, traffic), or calibrate with a lift test",
    )


def _season(panel: Panel) -> Floats | None:
    year = PERIODS_PER_YEAR[panel.frequency]
    if panel.periods < 1.5 * year:
        return None
    angle = 2.0 * np.pi * np.arange(panel.periods) / year
    waves = [wave(order * angle) for order in (1, 2) for wave in (np.sin, np.cos)]
    return np.column_stack([np.ones(panel.periods), *waves])


def _explained(values: Floats, design: Floats) -> float:
    total = float(np.sum((values - values.mean()) ** 2))
    if total <= 0.0:
        return 0.0
    coefficients = np.linalg.lstsq(design, values, rcond=None)[0]
    return 1.0 - float(np.sum((values - design @ coefficients) ** 2)) / total


def _length(panel: Panel) -> list[Finding]:
    year = PERIODS_PER_YEAR[panel.frequency]
    parameters = 3 * len(panel.channels) + len(panel.controls) + len(panel.events) + len(panel.organic) + 6
    if panel.periods < _FEWEST_ROWS:
        severity, message = "error", f"{panel.periods} {panel.frequency}s are too few for a model"
    elif panel.periods < round(year) - 1:
        severity, message = (
            "warning",
            f"{panel.periods} {panel.frequency}s are less than a year, so season is unknown",
        )
    elif panel.periods < _ROWS_PER_PARAMETER * parameters:
        severity = "warning"
        message = f"{panel.periods} {panel.frequency}s are few for {len(panel.channels)} channels and {len(panel.controls) + len(panel.events)} controls and events"
    else:
        return []
    return [
        Finding(
            "length",
            "error" if severity == "error" else "warning",
            message,
            count=panel.periods,
            fix="Add history, or leave out channels and controls that matter little",
        )
    ]


def correlation(one: Floats, other: Floats) -> float | None:
    """Pearson's correlation, or None where one of the series never changes."""
    x, y = one - one.mean(), other - other.mean()
    scale = float(np.sqrt(np.sum(x * x)) * np.sqrt(np.sum(y * y)))
    if scale <= 1e-12 * (float(np.abs(one).max()) + 1.0) * (float(np.abs(other).max()) + 1.0):
        return None
    return float(np.sum(x * y)) / scale
