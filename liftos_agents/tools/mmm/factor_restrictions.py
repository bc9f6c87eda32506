"""Whether the data speak against what identifies latent demand: one common factor, and spend shocks that are no answer to sales.

What a factor leaves of every spend and proxy ought to be its own: not shared by pairs, and not following the sales that the fit cannot
explain. A shock of spend that depends on the same period's noise of sales is beyond any test on these data: it looks like an effect.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy.stats import norm

from liftos_agents.domain.estimate import significant
from liftos_agents.tools.mmm.demand_factor import Observables

Array = NDArray[np.float64]

FALSE_ALARMS = 0.002
"""Probability that a restriction which holds is reported as broken."""
FEWEST_TOGETHER = 26
FEWEST_FOR_PAIRS = 4
"""Series from which one factor can be told from two: three are always explained by one."""
PROXY_FREE = "log spend "


class Restriction(BaseModel):
    """One restriction and what the data say of it.

    Attributes:
        deviation: Largest correlation against it, in standard deviations of chance; None where too few series tell.
        threshold: What chance exceeds twice in a thousand fits.
        holds: None where it cannot be told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    deviation: float | None
    threshold: float | None
    holds: bool | None
    meaning: str


def restrictions(observables: Observables, path: Array, residual: Array) -> tuple[Restriction, ...]:
    """Both restrictions, of a fit whose latent path is (T,) and whose unexplained outcome is (T,)."""
    own = _own_movement(observables, path)
    on = observables.weight > 0.0
    return _one_factor(observables.names, own, on), _no_answer_to_sales(observables.names, own, on, residual)


def _one_factor(names: tuple[str, ...], own: Array, on: NDArray[np.bool_]) -> Restriction:
    pairs = [
        (_chance(own[both, i], own[both, j]), names[i], names[j])
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if (both := on[:, i] & on[:, j]).sum() >= FEWEST_TOGETHER
    ]
    name = "one common factor is enough"
    if len(names) < FEWEST_FOR_PAIRS or not pairs:
        return Restriction(
            name=name,
            deviation=None,
            threshold=None,
            holds=None,
            meaning="Too few spends and proxies vary together for a second factor to be told.",
        )
    size, first, second = max(pairs)
    bar = _bar(len(pairs))
    first, second = (each.removeprefix(PROXY_FREE) for each in (first, second))
    return Restriction(
        name=name,
        deviation=significant(size, 4),
        threshold=significant(bar, 4),
        holds=size <= bar,
        meaning="What demand leaves of spends and proxies is each one's own."
        if size <= bar
        else f"{first} and {second} move together beyond demand: a second cause moves both. If it moves sales as well, media is credited "
        "with it.",
    )


def _no_answer_to_sales(
    names: tuple[str, ...], own: Array, on: NDArray[np.bool_], residual: Array
) -> Restriction:
    """Each spend's own movement against the unexplained sales of the period before."""
    spends = [
        (_chance(own[1:, j][there], residual[:-1][there]), each)
        for j, each in enumerate(names)
        if each.startswith(PROXY_FREE) and (there := on[1:, j]).sum() >= FEWEST_TOGETHER
    ]
    name = "shocks of spend are no answer to sales"
    if not spends:
        return Restriction(
            name=name,
            deviation=None,
            threshold=None,
            holds=None,
            meaning="Too few spends vary for it to be told.",
        )
    size, worst = max(spends)
    bar = _bar(len(spends))
    return Restriction(
        name=name,
        deviation=significant(size, 4),
        threshold=significant(bar, 4),
        holds=size <= bar,
        meaning="No spend follows the last period's unexplained sales; that none follows the same period's cannot be told."
        if size <= bar
        else f"Spend on {worst.removeprefix(PROXY_FREE)} follows the last period's unexplained sales: its shocks are an answer to sales, "
        "and demand is not told from effect by them.",
    )


def _own_movement(observables: Observables, path: Array) -> Array:
    """(T, J) what is left of each series after its regression on the path, zero where it was off."""
    values, weight = observables.values, observables.weight
    loading = (path @ values) / np.maximum((path**2) @ weight, 1e-12)
    return (values - path[:, None] * loading) * weight


def _chance(first: Array, second: Array) -> float:
    """Absolute correlation over its standard deviation under independence, each series' persistence allowed for (Bartlett 1946)."""
    count = len(first)
    one, other = first - first.mean(), second - second.mean()
    scale = float(np.sqrt((one @ one) * (other @ other)))
    if scale == 0.0:
        return 0.0
    lags = max(count // 10, 1)
    both = sum(_autocorrelation(one, lag) * _autocorrelation(other, lag) for lag in range(1, lags + 1))
    return abs(float(one @ other)) / scale * float(np.sqrt(count / max(1.0 + 2.0 * both, 1.0)))


def _autocorrelation(series: Array, lag: int) -> float:
    return float(series[lag:] @ series[:-lag]) / float(series @ series)


def _bar(tests: int) -> float:
    return float(norm.isf(FALSE_ALARMS / (2.0 * tests)))
