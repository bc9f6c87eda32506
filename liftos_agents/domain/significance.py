"""Whether a difference counts: Student's interval and test, Holm's adjustment, ties, and what could have been found."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist
from typing import TypeVar

from scipy.special import stdtr, stdtrit  # pyright: ignore[reportMissingTypeStubs]

_NORMAL = NormalDist()
_Key = TypeVar("_Key", str, tuple[str, str])


def half_width(error: float, freedom: float, *, level: float = 0.95) -> float:
    """Half of Student's interval of a mean with that standard error and so many degrees of freedom."""
    return float(stdtrit(freedom, 0.5 + level / 2)) * error


def student_p(mean: float, error: float, freedom: float) -> float:
    """Two-sided p of Student's test that a mean is 0; 1 without a degree of freedom, which tells nothing."""
    if error == 0.0:
        return 0.0 if mean else 1.0
    if freedom < 1:
        return 1.0
    return 2.0 * float(stdtr(freedom, -abs(mean) / error))


def minimum_detectable_difference(error: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """The smallest true difference that a two-sided test at `alpha` finds with probability `power`.

    Args:
        error: Standard error of the (paired) difference.
        alpha: Level of the test.
        power: Chance of finding it.
    """
    return (_NORMAL.inv_cdf(1 - alpha / 2) + _NORMAL.inv_cdf(power)) * error


def holm(p_values: Mapping[_Key, float]) -> dict[_Key, float]:
    """p-values adjusted by Holm (1979) for having made every comparison in `p_values`."""
    ordered = sorted(p_values.items(), key=lambda item: (item[1], item[0]))
    adjusted: dict[_Key, float] = {}
    floor = 0.0
    for rank, (name, p) in enumerate(ordered):
        floor = max(floor, min(1.0, (len(ordered) - rank) * p))
        adjusted[name] = floor
    return {name: adjusted[name] for name in p_values}


def tie_groups(
    means: Mapping[str, float], p_values: Mapping[tuple[str, str], float], *, alpha: float = 0.05
) -> tuple[tuple[str, ...], ...]:
    """Groups whose members cannot be told apart, best first; who lies between two groups is in both.

    Args:
        means: Name to mean score.
        p_values: Adjusted p of each pair, in either order of names.
        alpha: Level of a difference that counts.
    """
    order = sorted(means, key=lambda name: (-means[name], name))

    def differ(a: str, b: str) -> bool:
        p = p_values[(a, b)] if (a, b) in p_values else p_values[(b, a)]
        return p <= alpha

    groups: list[tuple[str, ...]] = []
    for start, first in enumerate(order):
        group = [first]
        for name in order[start + 1 :]:
            if any(differ(name, member) for member in group):
                break
            group.append(name)
        if not groups or not set(group) <= set(groups[-1]):
            groups.append(tuple(group))
    return tuple(groups)
