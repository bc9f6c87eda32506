"""The lag from first contact to sale, as a firm's own records tell it: shares of what media cause that are bought later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EVERY = "*"
"""Stands for all channels not named."""
MOST_PERIODS = 60


def shares(lag: Sequence[float]) -> Array:
    """Shares (L,) that add up to one, bought 0, 1, 2, … periods later, the last of them above zero.

    Raises:
        ValueError: when there is none or more than 60 of them, one is negative or no number, or none is positive.
    """
    given = np.asarray(lag, dtype=np.float64)
    if given.ndim != 1 or not 1 <= len(given) <= MOST_PERIODS:
        raise ValueError(
            f"a lag has a share for each of 1 to {MOST_PERIODS} periods, 0, 1, 2, … periods later; got {given.size} of them"
        )
    if not bool(np.isfinite(given).all()) or float(given.min()) < 0.0:
        raise ValueError(f"shares of a lag must be numbers of at least 0, got {list(lag)!r}")
    if float(given.max()) <= 0.0:
        raise ValueError(f"at least one share of a lag must be above 0, got {list(lag)!r}")
    scaled = given / given.max()
    found = scaled / scaled.sum()
    return found[: int(np.flatnonzero(found)[-1]) + 1]


def by_channel(lags: Mapping[str, Sequence[float]], channels: Sequence[str]) -> Array | None:
    """Shares of every channel, (C, L), `*` standing for those not named; None where all is bought at once.

    Raises:
        ValueError: as `shares`.
    """
    each = [shares(lags.get(name, lags.get(EVERY, (1.0,)))) for name in channels]
    longest = max((len(one) for one in each), default=1)
    if longest == 1:
        return None
    return np.stack([np.pad(one, (0, longest - len(one))) for one in each])


def still_to_come(lags: Array, spend: Array) -> Array:
    """(T,) share of what steady spend (as that of `spend`, (T, C), on average) caused before period 0 that is bought in each period."""
    later = 1.0 - np.minimum(np.cumsum(lags, axis=1), 1.0)
    mean = (later * spend.mean(axis=0)[:, None]).sum(axis=0) / spend.mean(axis=0).sum()
    periods = len(spend)
    return np.pad(mean, (0, max(periods - len(mean), 0)))[:periods]
