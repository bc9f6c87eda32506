"""What a rehearsal found: the distribution of a plan's profit over that of holding."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.estimate import Estimate
from liftos_agents.sandbox.realism import Realism

CONDITIONAL = "Conditional on the model: the rehearsal shares the posterior that chose the plan."
QUANTILES = tuple(i / 20 for i in range(21))


class Sweep(BaseModel):
    """The plan under a harsher assumption: assumed and labelled, not estimated from the data.

    Attributes:
        cvar10: Mean difference in the worst tenth of the worlds.
        lost: Share of the plan's mean gain that the assumption takes; above 1 the gain turns into a loss. None where
            the plan gains nothing to begin with.
    """

    model_config = ConfigDict(frozen=True)

    assumption: str
    difference: Estimate
    probability_beats_hold: float
    cvar10: float
    lost: float | None = None


class Rehearsal(BaseModel):
    """A plan played in one world a posterior draw, against holding in the same world with the same luck.

    Profits are media profit: what media bring in at the margin, less spend; in the unit that `worth` and `cost`
    of `rehearse` gave them.

    Attributes:
        worlds: How many were played.
        difference: Profit of the plan less that of holding, weeks after the plan included.
        probability_beats_hold: Share of worlds in which the plan earned more.
        cvar10: Mean difference in the worst tenth of the worlds.
        quantiles: The difference at 0 %, 5 %, …, 100 %, for a picture.
        seen_difference: The same with each side's own luck: what comparing two stretches of weeks would show.
        probability_seen: Share of worlds in which that comparison favours the plan.
        plan_profit, hold_profit: Profit of each side with its luck.
        sweeps: The plan under harsher assumptions.
        hangs_on: Those under which the plan no longer holds up, the one that costs most first.
        holds_up: The plan beats holding in at least 80 % of the worlds, under every assumption.
        realism: Whether this twin may be trusted.
        label: Always said with the result.
    """

    model_config = ConfigDict(frozen=True)

    worlds: int
    periods: int
    difference: Estimate
    probability_beats_hold: float
    cvar10: float
    quantiles: tuple[float, ...]
    seen_difference: Estimate
    probability_seen: float
    plan_profit: Estimate
    hold_profit: Estimate
    sweeps: dict[str, Sweep]
    hangs_on: tuple[str, ...] = ()
    holds_up: bool
    realism: Realism
    label: str = CONDITIONAL
