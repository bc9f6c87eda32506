"""When the data cannot carry a marketing-mix model, in words: refusals, and reasons to trust it less."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.mmm.input import MmmInput

Array = NDArray[np.float64]

FEWEST_ROWS = 30
FEWEST_WEEKS = 52
COLLINEAR = 0.98
NEARLY_COLLINEAR = 0.9
SALES_RULE = 0.97
LEAST_VARIATION = 0.02
FEWEST_ACTIVE = 5
MOSTLY_ACTIVE = 0.8
ROWS_PER_PARAMETER = 2.0


@dataclass(frozen=True)
class Suitability:
    """Reasons to refuse the fit, reasons to downgrade it, and the figures behind them.

    `sales_r2` is the share of a spend's variance that this and the last two periods' sales explain; `proportion` the share of its
    logarithm's variance that goes when it is divided by the same period's sales: near 1, the budget is a share of sales.
    `left_out` names channels whose spend hardly varies; they stay in the baseline.
    """

    refusals: tuple[str, ...]
    downgrades: tuple[str, ...]
    left_out: tuple[str, ...]
    collinearity: float
    sales_r2: dict[str, float]
    proportion: dict[str, float]


def suitability(data: MmmInput, parameters: int) -> Suitability:
    """Whether the data can carry the model; `parameters` counts baseline columns."""
    refusals: list[str] = []
    downgrades: list[str] = []
    rows = len(data.outcome)
    if rows < FEWEST_ROWS:
        refusals.append(f"There are {rows} periods; a marketing-mix model needs at least {FEWEST_ROWS}.")
    elif data.frequency == "week" and rows < FEWEST_WEEKS:
        downgrades.append(f"There are {rows} weeks, less than a year: season cannot be told from media.")
    if float(np.ptp(data.outcome)) == 0.0:
        refusals.append("The outcome never changes.")
    still = _without_variation(data)
    if len(still) == len(data.channels):
        refusals.append("No channel's spend varies, so no effect can be told from the baseline.")
    downgrades += [
        f"Spend on {name!r} hardly varies, so its effect cannot be told from the baseline: it is left out."
        for name in still
    ]
    needed = parameters + 3 * (len(data.channels) - len(still))
    if rows <= needed:
        refusals.append(
            f"The model has about {needed} parameters for {rows} periods: more than the data can carry."
        )
    elif rows < ROWS_PER_PARAMETER * needed:
        downgrades.append(f"The model has about {needed} parameters for {rows} periods.")
    if refusals or still:
        return Suitability(tuple(refusals), tuple(downgrades), tuple(still), 0.0, {}, {})
    collinearity, pair = _collinearity(data)
    if collinearity > COLLINEAR:
        refusals.append(
            f"Spends on {pair[0]!r} and {pair[1]!r} move as one (correlation {collinearity:.3f}); add them up into one channel."
        )
    elif collinearity > NEARLY_COLLINEAR:
        downgrades.append(
            f"Spends on {pair[0]!r} and {pair[1]!r} move nearly as one (correlation {collinearity:.2f}); their split is uncertain."
        )
    follows = {name: _sales_r2(data, index) for index, name in enumerate(data.channels)}
    for name, share in follows.items():
        if share > SALES_RULE:
            refusals.append(
                f"Spend on {name!r} is a function of sales ({share:.1%} of it is explained by them): cause and effect cannot be "
                "told apart; run an experiment on it."
            )
    proportion = {name: _proportion(data, index) for index, name in enumerate(data.channels)}
    return Suitability(tuple(refusals), tuple(downgrades), (), collinearity, follows, proportion)


def _without_variation(data: MmmInput) -> list[str]:
    found: list[str] = []
    for index, name in enumerate(data.channels):
        series = data.spend[:, index]
        mean = float(series.mean())
        still = mean <= 0.0 or float(series.std()) < LEAST_VARIATION * mean
        if still or int((series > 0.0).sum()) < FEWEST_ACTIVE:
            found.append(name)
    return found


def _collinearity(data: MmmInput) -> tuple[float, tuple[str, str]]:
    """The largest absolute correlation of two spends, and whose it is."""
    if len(data.channels) < 2:
        return 0.0, ("", "")
    correlation = np.abs(np.corrcoef(data.spend.T)) - np.eye(len(data.channels))
    first, second = np.unravel_index(int(np.argmax(correlation)), correlation.shape)
    pair = (data.channels[int(first)], data.channels[int(second)])
    return float(correlation[first, second]), pair


def _sales_r2(data: MmmInput, channel: int) -> float:
    """The share of a spend's variance that this and the last two periods' sales explain alone."""
    sales = data.outcome
    lags = np.stack([np.ones(len(sales) - 2), sales[2:], sales[1:-1], sales[:-2]], axis=1)
    spend = data.spend[2:, channel]
    fitted = lags @ np.linalg.lstsq(lags, spend, rcond=None)[0]
    spread = float(((spend - spend.mean()) ** 2).sum())
    return 0.0 if spread == 0.0 else float(1.0 - ((spend - fitted) ** 2).sum() / spread)


def _proportion(data: MmmInput, channel: int) -> float:
    """The share of the variance of a log spend that is gone from log (spend / sales); 0 for a spend that often pauses."""
    both = (data.spend[:, channel] > 0.0) & (data.outcome > 0.0)
    if both.mean() < MOSTLY_ACTIVE:
        return 0.0
    spend = np.log(data.spend[both, channel])
    spread = float(spend.var())
    return (
        0.0 if spread == 0.0 else max(0.0, 1.0 - float((spend - np.log(data.outcome[both])).var()) / spread)
    )
