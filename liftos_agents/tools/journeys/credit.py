"""Every method's credit of the same conversions, and how far the chain's credit would move in other samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.journeys import rules
from liftos_agents.tools.journeys.journeys import Journeys
from liftos_agents.tools.journeys.markov import chain, markov, removal_effects
from liftos_agents.tools.journeys.shapley import by_conversions, by_rate

Array = NDArray[np.float64]

METHODS = {
    "markov": "Markov removal effect",
    "shapley": "Shapley value",
    "time_decay": "time decay",
    "position": "by position",
    "linear": "linear",
    "first_touch": "first touch",
    "last_touch": "last touch",
}
MOST_STATES = 300
"""Histories of a chain up to which samples are drawn anew: beyond, the chain is too large to solve so often."""


@dataclass(frozen=True)
class Credits:
    """Credit in conversions.

    Attributes:
        amounts: Method to (C,) conversions.
        values: Method to (C,) value; empty when none was given.
        removal: (C,) removal effects of the chain.
        low, high: (C,) ends of the interval of the chain's credit; None when none was drawn.
        error: (C,) its standard error.
        higher_order: (C,) the chain's credit with one more touch of memory.
    """

    amounts: dict[str, Array]
    values: dict[str, Array]
    removal: Array
    low: Array | None
    high: Array | None
    error: Array | None
    higher_order: Array


def credit_all(
    journeys: Journeys,
    *,
    order: int,
    shapley_worth: str,
    half_life: float,
    first: float,
    last: float,
    resamples: int,
    level: float,
    seed: int,
    progress: Callable[[str, float], None],
) -> Credits:
    """The credit that each method of `METHODS` gives; each sums to all conversions (and all value)."""
    weights: dict[str, rules.Weights] = {
        "time_decay": rules.by_time(half_life),
        "position": rules.by_position(first, last),
        "linear": rules.linear,
        "first_touch": rules.first_touch,
        "last_touch": rules.last_touch,
    }
    progress("chain", 0.05)
    plain = journeys.without_times()
    chain_shares = markov(plain, order)
    set_shares = by_rate(plain, seed) if shapley_worth == "rate" else None

    def credited(amount: Array) -> dict[str, Array]:
        shapley = by_conversions(journeys, amount) if set_shares is None else set_shares * amount.sum()
        return {
            "markov": chain_shares * amount.sum(),
            "shapley": shapley,
            **{name: rules.shared(journeys, amount, rule) for name, rule in weights.items()},
        }

    low = high = error = None
    small = len(chain(plain, order).states) <= MOST_STATES
    if resamples and small and _are_counts(plain):
        drawn = _drawn(plain, order, resamples, seed, progress)
        tail = (1.0 - level) / 2.0
        low, high = np.quantile(drawn, [tail, 1.0 - tail], axis=0)
        error = drawn.std(axis=0, ddof=1)
    return Credits(
        amounts=credited(journeys.conversions),
        values={} if journeys.value is None else credited(journeys.value),
        removal=removal_effects(plain, order),
        low=low,
        high=high,
        error=error,
        higher_order=markov(plain, order + 1) * journeys.total,
    )


def _drawn(
    journeys: Journeys, order: int, resamples: int, seed: int, progress: Callable[[str, float], None]
) -> Array:
    """(R, C) the chain's credit of all conversions in samples of as many journeys, drawn with replacement."""
    generator = np.random.default_rng(seed)
    drawn: list[Array] = []
    for number in range(resamples):
        if number % 20 == 0:
            progress("samples drawn anew", 0.1 + 0.85 * number / resamples)
        sample = journeys.drawn(generator)
        if sample.total > 0.0:
            drawn.append(markov(sample, order) * journeys.total)
    return np.array(drawn)


def _are_counts(journeys: Journeys) -> bool:
    whole = np.concatenate([journeys.conversions, journeys.lost])
    return bool((whole == np.round(whole)).all()) and float(whole.sum()) >= 2.0
