"""Credit by bookkeeping: the last click before a sale, and what the platforms claim for themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.data.role_words import is_claimed_value
from liftos_agents.domain.panel import Panel

Array = NDArray[np.float64]

_FEWEST_CLICKED = 2


@dataclass(frozen=True, eq=False)
class Credit:
    """What a method credits to channels over the whole window, in the outcome's unit (money where it has a value).

    Attributes:
        stands_on: What the method rests on, a sentence.
        amount: Channel to its credit; a channel that the method cannot credit is absent.
        low, high: Ends of a 90 % interval by channel, for methods that have one.
    """

    stands_on: str
    amount: dict[str, float]
    low: dict[str, float] | None = None
    high: dict[str, float] | None = None


@dataclass(frozen=True)
class Unavailable:
    """Why a method credits nothing on this data."""

    reason: str


def last_touch(panel: Panel, *, in_money: bool) -> Credit | Unavailable:
    """Each period's outcome shared over channels by their clicks in that period, as a last-click report would."""
    clicked = [name for name in panel.channels if name in panel.clicks]
    if len(clicked) < _FEWEST_CLICKED:
        return Unavailable(
            "Last touch needs the clicks of at least two channels, and the data does not have them."
        )
    clicks = np.stack([np.nan_to_num(panel.clicks[name]) for name in clicked], axis=1)
    of_all = clicks.sum(axis=1, keepdims=True)
    shares = np.divide(clicks, of_all, out=np.zeros_like(clicks), where=of_all > 0.0)
    outcome = panel.revenue if in_money else panel.outcome
    return Credit(
        "Stands on clicks alone: every sale of a period goes to that period's clicks, none to channels that are seen "
        "but not clicked, none to demand that was there anyway; without order-level paths it is a reconstruction.",
        dict(zip(clicked, (float(part) for part in outcome @ shares), strict=True)),
    )


def platform_claimed(panel: Panel, *, in_money: bool) -> Credit | Unavailable:
    """What each platform reports as its own doing."""
    if not panel.claimed:
        return Unavailable("The data has no column of what platforms claim for themselves.")
    amount: dict[str, float] = {}
    for name, claimed in sorted(panel.claimed.items()):
        series = np.nan_to_num(claimed)
        if in_money and not _claims_money(panel, name):
            series = series * panel.value_per_outcome
        amount[name] = float(series.sum())
    return Credit(
        "Stands on each platform's own counting: sales that others also claim, or that would have come anyway, are "
        "in it.",
        {name: amount[name] for name in panel.channels if name in amount},
    )


def _claims_money(panel: Panel, channel: str) -> bool:
    """Whether a claim is in money already: by its column's name, or because the outcome knows nothing else."""
    if panel.roles.outcome_kind == "revenue":
        return True
    column = panel.roles.claimed.get(channel, panel.roles.claimed.get("*", ""))
    return is_claimed_value(column)
