"""A caller's wishes as a budget problem: every one becomes a named limit, and none is lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.verdict import EXTRAPOLATION_FACTOR
from liftos_agents.tools.budget.arguments import GroupLimit, OptimiseBudgetArguments
from liftos_agents.tools.budget.channel_names import by_channel, positions
from liftos_agents.tools.budget.limits import Limit, amount_words
from liftos_agents.tools.budget.media_fit import PERIODS_A_QUARTER, MediaFit
from liftos_agents.tools.budget.problem import BudgetProblem
from liftos_agents.tools.budget.ramp import Ramp
from liftos_agents.tools.errors import ToolRetry

Array = NDArray[np.float64]


def current_level(fit: MediaFit, wishes: OptimiseBudgetArguments) -> Array:
    """What each channel gets per period at present, (C,): as stated, or in the mean of the last year.

    Raises:
        ToolRetry: A statement names no channel.
    """
    assert fit.posterior is not None
    level = fit.current_period()
    for c, amount in by_channel(wishes.current, fit.posterior.channels, "current").items():
        level[c] = amount / horizon_of(fit, wishes)
    return level


def horizon_of(fit: MediaFit, wishes: OptimiseBudgetArguments) -> int:
    """The plan's periods: a quarter where none are asked for."""
    return wishes.horizon_periods or PERIODS_A_QUARTER[fit.frequency]


def budget_problem(fit: MediaFit, wishes: OptimiseBudgetArguments) -> BudgetProblem:
    """The problem that `wishes` pose on an accepted `fit`.

    Raises:
        ToolRetry: A wish names no channel, or asks for what the data cannot say.
    """
    assert fit.posterior is not None
    names = fit.posterior.channels
    horizon, level = horizon_of(fit, wishes), current_level(fit, wishes)
    spent = float(level.sum()) * horizon
    if spent <= 0.0:
        raise ToolRetry("nothing was ever spent, so there is no current mix to start from", where="spend")
    if not fit.is_money and not wishes.fix_total:
        raise ToolRetry(
            "how much to spend is only known when the outcome has a money value",
            where="fix_total",
            fix="Spend the total exactly, or give the value of one unit of outcome",
        )
    total = wishes.total if wishes.total is not None else spent
    current = level * horizon * (total / spent)
    targets = wishes.target_roas
    return BudgetProblem(
        posterior=fit.posterior,
        total=total,
        horizon=horizon,
        current=current,
        limits=_limits(wishes, names, total, current, fit.posterior.spend.max(axis=0) * horizon),
        fix_total=wishes.fix_total,
        worth=fit.worth,
        value=fit.value,
        cost=fit.cost,
        objective=wishes.objective,
        tail=wishes.tail,
        target_roas=targets if isinstance(targets, float | int) else None,
        channel_target_roas=_filled(targets, names, "target_roas") if isinstance(targets, dict) else None,
        ramp=_ramp(wishes, names, level),
    )


def _limits(
    wishes: OptimiseBudgetArguments, names: tuple[str, ...], total: float, current: Array, highest: Array
) -> tuple[Limit, ...]:
    excluded = positions(wishes.exclude, names, "exclude")
    held = positions(wishes.hold, names, "hold")
    limits = [Limit(f"{names[c]} excluded", (c,), upper=0.0) for c in excluded]
    limits += [Limit(f"{names[c]} held at its current spend", (c,), current[c], current[c]) for c in held]
    for c, amount in by_channel(wishes.minimum, names, "minimum").items():
        if c not in excluded or names[c] in wishes.minimum:
            limits.append(Limit(f"{names[c]} at least {amount_words(amount)}", (c,), lower=amount))
    for c, amount in by_channel(wishes.maximum, names, "maximum").items():
        limits.append(Limit(f"{names[c]} at most {amount_words(amount)}", (c,), upper=amount))
    for c, share in by_channel(wishes.minimum_share, names, "minimum_share").items():
        if c not in excluded or names[c] in wishes.minimum_share:
            name = f"{names[c]} at least {100 * share:.4g} % of the total"
            limits.append(Limit(name, (c,), lower=share * total))
    for c, share in by_channel(wishes.maximum_share, names, "maximum_share").items():
        limits.append(
            Limit(f"{names[c]} at most {100 * share:.4g} % of the total", (c,), upper=share * total)
        )
    changes = by_channel(wishes.max_change, names, "max_change")
    limits += [_near(names[c], c, float(current[c]), change) for c, change in changes.items()]
    for group in wishes.groups:
        limits += _group_limits(group, names, total)
    if wishes.largest_step is not None:
        free = [c for c in range(len(names)) if c not in (*changes, *excluded, *held) and current[c] > 0.0]
        limits += [
            _as_near_as_allowed(_near(names[c], c, float(current[c]), wishes.largest_step, soft=True), limits)
            for c in free
        ]
    if not wishes.allow_extrapolation:
        factor = EXTRAPOLATION_FACTOR
        limits += [
            Limit(
                f"{name} at most {factor:g} × its highest period", (c,), upper=factor * highest[c], soft=True
            )
            for c, name in enumerate(names)
        ]
    return tuple(limits)


def _near(name: str, channel: int, current: float, change: float, *, soft: bool = False) -> Limit:
    """A channel kept within a fraction of what it gets in the current mix."""
    words = f"{name} within {100 * change:.4g} % of its current spend"
    low, high = current * max(1.0 - change, 0.0), current * (1.0 + change)
    return Limit(words + (" in one step" if soft else ""), (channel,), low, high, soft=soft)


def _as_near_as_allowed(near: Limit, limits: list[Limit]) -> Limit:
    """`near` moved to where the limits on the same channel alone leave room: their edge, where they ask to go farther."""
    own = [limit for limit in limits if limit.channels == near.channels and not limit.soft]
    lowest = max((limit.lower for limit in own), default=-np.inf)
    highest = min((limit.upper for limit in own), default=np.inf)
    return replace(near, lower=min(near.lower, highest), upper=max(near.upper, lowest))


def _group_limits(group: GroupLimit, names: tuple[str, ...], total: float) -> list[Limit]:
    members = positions(group.channels, names, "groups.channels")
    words = " and ".join(names[c] for c in members) + (" together" if len(members) > 1 else "")
    wished = (
        (group.minimum, None, f"at least {amount_words(group.minimum or 0.0)}"),
        (None, group.maximum, f"at most {amount_words(group.maximum or 0.0)}"),
        (group.minimum_share, None, f"at least {100 * (group.minimum_share or 0.0):.4g} % of the total"),
        (None, group.maximum_share, f"at most {100 * (group.maximum_share or 0.0):.4g} % of the total"),
    )
    limits: list[Limit] = []
    for (low, high, said), scale in zip(wished, (1.0, 1.0, total, total), strict=True):
        if low is not None:
            limits.append(Limit(f"{words} {said}", members, lower=low * scale))
        if high is not None:
            limits.append(Limit(f"{words} {said}", members, upper=high * scale))
    if not limits:
        raise ToolRetry(
            f"the group of {words} has no limit", where="groups", fix="Give a minimum or a maximum"
        )
    return limits


def _ramp(wishes: OptimiseBudgetArguments, names: tuple[str, ...], level: Array) -> Ramp | None:
    if wishes.max_period_change is None:
        return None
    changes = _filled(wishes.max_period_change, names, "max_period_change")
    return Ramp(level, np.nan_to_num(changes, nan=np.inf))


def _filled(values: dict[str, float] | float, names: tuple[str, ...], argument: str) -> Array:
    """Values by channel, nan where there is none, shape (C,)."""
    filled = np.full(len(names), np.nan)
    for c, value in by_channel(values, names, argument).items():
        filled[c] = value
    return filled
