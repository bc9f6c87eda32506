"""Credit by plain linear regression: outcome on spend, with trend, season, controls and events."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from liftos_agents.domain.panel import Panel
from liftos_agents.tools.attribution.credit import Credit, Unavailable
from liftos_agents.tools.mmm.design import season

Array = NDArray[np.float64]

_HARMONICS = 2
_FEWEST_SPARE = 10
_LEVEL = 0.95


def linear_regression(panel: Panel, *, in_money: bool) -> Credit | Unavailable:
    """Ordinary least squares without carry-over or saturation, intervals by White's HC1 errors."""
    outcome = panel.revenue if in_money else panel.outcome
    others = [np.ones(panel.periods), np.arange(panel.periods, dtype=np.float64)]
    others += list(season(panel.dates, _HARMONICS).values())
    for group in (panel.controls, panel.events, panel.organic):
        others += [np.nan_to_num(np.asarray(group[name], dtype=np.float64)) for name in sorted(group)]
    kept = [c for c in range(len(panel.channels)) if float(np.ptp(panel.spend[:, c])) > 0.0]
    design = _scaled(np.column_stack([panel.spend[:, kept], *others]))
    columns, scales = design
    spare = panel.periods - columns.shape[1]
    if spare < _FEWEST_SPARE:
        return Unavailable("A linear regression has too few periods for so many columns.")
    inverse = np.linalg.pinv(columns.T @ columns, hermitian=True)
    coefficients = inverse @ (columns.T @ outcome)
    residual = outcome - columns @ coefficients
    meat = (columns * residual[:, None] ** 2).T @ columns
    errors = np.sqrt(np.maximum(np.diag(inverse @ meat @ inverse) * panel.periods / spare, 0.0))
    spend = panel.spend.sum(axis=0)[kept] / scales[: len(kept)]
    amount, spread = coefficients[: len(kept)] * spend, errors[: len(kept)] * spend
    reach = float(stdtrit(spare, _LEVEL)) * spread
    names = [panel.channels[c] for c in kept]
    return Credit(
        "Stands on a straight line through the same period's spend: no carry-over, no diminishing returns, no limit "
        "at zero, and demand that drives spend is credited to it.",
        _named(names, amount),
        _named(names, amount - reach),
        _named(names, amount + reach),
    )


def _scaled(columns: Array) -> tuple[Array, Array]:
    """Columns of unit size, so that their squares can be told from rounding, and the sizes."""
    sizes = np.sqrt((columns**2).mean(axis=0))
    sizes = np.where(sizes > 0.0, sizes, 1.0)
    return columns / sizes, sizes


def _named(names: list[str], values: Array) -> dict[str, float]:
    return {name: float(value) for name, value in zip(names, values, strict=True)}
