"""Statistics of evals: intervals and tests of scores, for small and clustered samples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from liftos_agents.domain.significance import half_width

_NORMAL = NormalDist()


@dataclass(frozen=True)
class Interval:
    """A mean with its confidence interval; `error` is the standard error where one was estimated."""

    mean: float
    low: float
    high: float
    error: float | None = None


def wilson(successes: int, trials: int, *, level: float = 0.95) -> Interval:
    """Wilson's (1927) score interval of a proportion, for independent trials.

    Raises:
        ValueError: No trial, or more successes than trials.
    """
    if not 0 <= successes <= trials or trials == 0:
        raise ValueError(f"{successes} successes in {trials} trials")
    z = _NORMAL.inv_cdf(0.5 + level / 2)
    share = successes / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials**2))
    low = 0.0 if successes == 0 else centre - half
    high = 1.0 if successes == trials else centre + half
    return Interval(share, low, high)


def clustered_mean(values: ArrayLike, clusters: Sequence[str], *, level: float = 0.95) -> Interval:
    """Mean with a cluster-robust interval: values of one cluster may move together, clusters may not.

    Liang and Zeger (1986) with the factor G/(G − 1), and Student's t with G − 1 degrees of freedom, as in Miller
    (2024), "Adding error bars to evals". One cluster alone has no estimable error: its interval is infinite.

    Raises:
        ValueError: No value, or not one cluster a value.
    """
    given = np.asarray(values, dtype=np.float64)
    if given.ndim != 1 or len(given) != len(clusters) or not len(given):
        raise ValueError("give values, and one cluster for each")
    mean = float(given.mean())
    names, of = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
    groups = len(names)
    if groups == 1:
        return Interval(mean, -math.inf, math.inf, math.inf)
    sums = np.bincount(of, weights=given - mean, minlength=groups)
    error = math.sqrt(groups / (groups - 1) * float(sums @ sums)) / len(given)
    half = half_width(error, groups - 1, level=level)
    return Interval(mean, mean - half, mean + half, error)


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided p of McNemar's exact test from the two counts of discordant pairs.

    `only_first` pairs were solved by the first alone, `only_second` by the second alone.
    """
    discordant = only_first + only_second
    if discordant == 0:
        return 1.0
    tail = sum(math.comb(discordant, i) for i in range(min(only_first, only_second) + 1))
    return min(1.0, 2 * tail / 2**discordant)


def pass_hat_k(successes: int, trials: int, k: int) -> float:
    """Unbiased estimate of pass^k, the chance that `k` fresh tries all succeed: C(successes, k) / C(trials, k).

    Yao et al. (2024), τ-bench.

    Raises:
        ValueError: `k` is not from 1 to `trials`, or the successes are not from 0 to `trials`.
    """
    if not 1 <= k <= trials or not 0 <= successes <= trials:
        raise ValueError(f"pass^{k} of {successes} successes in {trials} trials")
    return math.comb(successes, k) / math.comb(trials, k)
