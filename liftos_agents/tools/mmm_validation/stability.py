"""What moves the figures: fewer weeks, a channel less, a little noise, a shock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.estimate import significant
from liftos_agents.tools.mmm.input import Frequency, MmmInput, without
from liftos_agents.tools.mmm_validation.backtest import first_periods
from liftos_agents.tools.mmm_validation.short_fit import ShortFit, short_fit

Array = NDArray[np.float64]

STREAM = 300
REFRESH: dict[Frequency, tuple[int, int]] = {"day": (28, 56), "week": (4, 8), "month": (1, 2)}
NOISE = 0.01
SHOCK, SHOCK_PERIODS = -0.3, 2


class Perturbed(BaseModel):
    """One perturbed fit beside the unperturbed one.

    Attributes:
        meaning: What was changed.
        largest_shift: Largest change of a channel's mean return, in its standard deviations.
        moved: The channel it is of.
        total_change: Change of all media's contribution per period, relative; None where a channel was taken out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    meaning: str
    largest_shift: float
    moved: str
    total_change: float | None


def stability(data: MmmInput, base: ShortFit, report: Callable[[str, float], None]) -> dict[str, Perturbed]:
    """The perturbed fits by name: `refresh_…`, `noise`, `without_…`, `shock_untold`, `shock_named`."""
    found: dict[str, Perturbed] = {}
    trials = [*_refreshed(data), _noisy(data), *_shocked(data), *_less_one(data)]
    for number, (name, meaning, changed) in enumerate(trials):
        report(f"refit {number + 1} of {len(trials)}", number / len(trials))
        found[name] = _compared(base, short_fit(changed, STREAM + number), meaning)
    return found


def _refreshed(data: MmmInput) -> list[tuple[str, str, MmmInput]]:
    return [
        (
            f"refresh_{dropped}",
            f"the last {dropped} {data.frequency}s left out",
            first_periods(data, len(data.outcome) - dropped),
        )
        for dropped in REFRESH[data.frequency]
    ]


def _noisy(data: MmmInput) -> tuple[str, str, MmmInput]:
    chance = np.random.default_rng([data.seed, 8]).standard_normal(len(data.outcome))
    return (
        "noise",
        f"{NOISE:.0%} of noise on the outcome",
        replace(data, outcome=data.outcome * (1.0 + NOISE * chance)),
    )


def _shocked(data: MmmInput) -> list[tuple[str, str, MmmInput]]:
    """A fall of sales in the middle of the data that no column explains, then the same with a column for it."""
    start = len(data.outcome) // 2
    when = np.zeros(len(data.outcome))
    when[start : start + SHOCK_PERIODS] = 1.0
    fallen = replace(data, outcome=data.outcome * (1.0 + SHOCK * when))
    what = f"sales {-SHOCK:.0%} down for {SHOCK_PERIODS} {data.frequency}s"
    return [
        ("shock_untold", f"{what}, of which the model is not told", fallen),
        (
            "shock_named",
            f"{what}, marked by an event column",
            replace(fallen, events={**data.events, "shock": when}),
        ),
    ]


def _less_one(data: MmmInput) -> list[tuple[str, str, MmmInput]]:
    if len(data.channels) < 3:
        return []
    return [
        (f"without_{name}", f"{name} left out of the model", without(data, (name,))) for name in data.channels
    ]


def _compared(base: ShortFit, other: ShortFit, meaning: str) -> Perturbed:
    """Returns of the channels that both fits have."""
    shifts = {
        name: abs(
            float(_returns(other, name).mean() - _returns(base, name).mean())
            / max(float(_returns(base, name).std()), 1e-300)
        )
        for name in other.data.channels
    }
    moved = max(shifts, key=lambda name: (shifts[name], name))
    whole = len(other.data.channels) == len(base.data.channels)
    per_period = [fit.total.mean() / fit.form.rows for fit in (other, base)]
    return Perturbed(
        meaning=meaning,
        largest_shift=significant(shifts[moved]),
        moved=moved,
        total_change=significant(float(per_period[0] / per_period[1] - 1.0)) if whole else None,
    )


def _returns(fit: ShortFit, name: str) -> Array:
    index = fit.data.channels.index(name)
    return fit.contribution[:, index] / float(fit.data.spend[: fit.form.rows, index].sum())
