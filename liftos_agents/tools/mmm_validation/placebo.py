"""A channel that never was: what the model credits a made-up series with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.estimate import Estimate, significant
from liftos_agents.tools.mmm.input import MmmInput
from liftos_agents.tools.mmm_validation.short_fit import ShortFit, short_fit

Array = NDArray[np.float64]

STREAM = 500
NAME = "placebo"
NO_EFFECT = 0.01
"""Share of the outcome below which a contribution is no effect to speak of."""
PRIOR_DRAWS = 4000


class Placebo(BaseModel):
    """One made-up channel.

    Attributes:
        made_of: The channel whose spend, shifted in time, it is.
        share: What the fit credits it with, as a share of the outcome.
        probability_of_no_effect: Of a share below 1 %, by the data against even odds: the fit's own odds of it divided by the prior's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    made_of: str
    share: Estimate
    probability_of_no_effect: float


def placebos(data: MmmInput, count: int, report: Callable[[str, float], None]) -> tuple[Placebo, ...]:
    """Fits with one more channel each: a real channel's spend, moved round by a random part of the data's length.

    It keeps the level, the flights and the persistence of real spend, and cannot have caused these sales.
    """
    rows = len(data.outcome)
    found: list[Placebo] = []
    for number in range(count):
        report(f"placebo {number + 1} of {count}", number / count)
        rng = np.random.default_rng([data.seed, 9, number])
        source = number % len(data.channels)
        moved = int(rng.integers(rows // 4, rows - rows // 4))
        trial = short_fit(_with_placebo(data, source, moved), STREAM + number)
        share = trial.share(len(data.channels))
        found.append(
            Placebo(
                made_of=data.channels[source],
                share=Estimate.of(share),
                probability_of_no_effect=significant(_no_effect(trial, share, rng)),
            )
        )
    return tuple(found)


def _with_placebo(data: MmmInput, source: int, moved: int) -> MmmInput:
    series, lag = np.roll(data.spend[:, source], moved), data.lag(source)
    name = NAME if NAME not in data.channels else f"{NAME}_{len(data.channels)}"
    return replace(
        data,
        spend=np.column_stack([data.spend, series]),
        channels=(*data.channels, name),
        conversion_lag=data.conversion_lag if lag is None else {**data.conversion_lag, name: tuple(lag)},
    )


def _no_effect(trial: ShortFit, share: Array, rng: np.random.Generator) -> float:
    """Posterior odds over prior odds of a contribution below 1 % of the outcome, as a probability at even prior odds."""
    form = trial.form
    table, prior = form.problem.tables[-1], form.problem.scale
    cell = rng.choice(len(table.cells.mass), PRIOR_DRAWS, p=table.cells.mass)
    scale = rng.choice(prior.values, PRIOR_DRAWS, p=prior.mass) * form.effect_weight[-1]
    before = np.abs(rng.standard_normal(PRIOR_DRAWS)) * scale * table.total[cell] * form.outcome_scale
    before_share = before / float(trial.data.outcome[: form.rows].sum())
    p_prior = float(np.clip((before_share < NO_EFFECT).mean(), 1e-3, 1.0 - 1e-3))
    p_after = (float((share < NO_EFFECT).sum()) + 0.5) / (len(share) + 1.0)
    odds = p_after / (1.0 - p_after) * (1.0 - p_prior) / p_prior
    return odds / (1.0 + odds)
