"""A simulated run as data: week by week what was decided, what platforms claimed, and what was true."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.verdict import SIMULATED

REPLAY_FORMAT = 1
"""Of the files; a program refuses formats that it does not know."""

Amounts = tuple[float, ...]
"""One a channel, in the order of `Replay.channels`."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ReplayExperiment(_Record):
    """A geo experiment that was asked for.

    Attributes:
        regions: Numbers of the regions taken, from 0, the largest.
        weeks: How long.
        factor: What the budget is multiplied by there: 0 is a holdout.
        began: False where the market's rules refused it.
    """

    channel: str
    regions: tuple[int, ...]
    weeks: int
    factor: float
    began: bool


class ReplayReading(_Record):
    """What an experiment showed once it had ended.

    Attributes:
        first: Its first week, from 0, the first one decided.
        measured: Revenue a unit of the channel's spend; None where the figures allow none.
        error: Its standard error.
        true_return: Hidden: the true return on what the channel spent in those weeks; None where nothing was spent.
    """

    channel: str
    first: int
    weeks: int
    factor: float
    measured: float | None
    error: float | None
    true_return: float | None


class ReplayWeek(_Record):
    """One agent's week.

    Attributes:
        asked: Budgets that it asked for; those of the incumbent where it abstained, None where it gave no number.
        booked: The same after every bound; channels booked ahead spend them some weeks later.
        spent: Money really spent, experiments included.
        bids: None where it left them alone, or the channel takes none.
        refreshed: Channels that got a new creative.
        began: Experiments asked for in this week.
        readings: Of experiments that ended with this week.
        abstained: Whether it said that the data do not tell what to do.
        stated: 90 % intervals that it stated for each channel's return.
        violations: Requests beyond a hard bound.
        claimed: Revenue that the platforms report.
        revenue: Of the till; `profit` is margin · revenue − spend − fees.
        fees: For experiments and new creatives.
        incremental: Hidden: expected revenue of this week that each channel brought, by spend of this week and of earlier ones.
        baseline: Hidden: expected revenue of this week that media did not bring.
        expected_profit: Hidden: profit without the luck of the week.
        regret: Hidden: the oracle's expected profit less the agent's, all weeks so far.
        rival: Hidden: pressure of a competitor.
        weariness: Hidden: share of each channel's effect that tired creatives take away.
    """

    asked: tuple[float | None, ...]
    booked: Amounts
    spent: Amounts
    bids: tuple[float | None, ...] | None
    refreshed: tuple[str, ...]
    began: tuple[ReplayExperiment, ...]
    readings: tuple[ReplayReading, ...]
    abstained: bool
    stated: tuple[tuple[float, float] | None, ...] | None
    violations: int
    claimed: Amounts
    revenue: float
    profit: float
    fees: float
    incremental: Amounts
    baseline: float
    expected_profit: float
    regret: float
    rival: float
    weariness: Amounts


class ReplayReturn(_Record):
    """What a channel's spend of all weeks truly returned; None where nothing was spent, or the last unit bought nothing.

    Attributes:
        incremental: Expected revenue that there would not have been without it, after the last week included.
        roas, marginal_roas: Of all of it, and of the last 1 %.
    """

    spent: float
    incremental: float
    roas: float | None
    marginal_roas: float | None


class ReplayAgent(_Record):
    """One policy in the world.

    Attributes:
        asked_for: False for the oracle and hold where they are here to be measured against alone.
        weeks: What it did, a week each.
        still_to_come: Hidden: profit, without luck, that its spend brings after the last week.
        profit, expected_profit: Of all weeks and of what is still to come, with luck and without.
        regret: Hidden: the oracle's `expected_profit` less the agent's.
        normalised_regret: 0 is the oracle, 1 is hold; None where the oracle earns no more than hold.
        returns: Hidden: by channel.
    """

    name: str
    version: str
    asked_for: bool
    weeks: tuple[ReplayWeek, ...]
    still_to_come: float
    profit: float
    expected_profit: float
    regret: float
    normalised_regret: float | None
    returns: tuple[ReplayReturn, ...]

    @property
    def spent(self) -> float:
        """Money, all weeks."""
        return sum(sum(week.spent) for week in self.weeks)

    @property
    def fees(self) -> float:
        """Money, all weeks."""
        return sum(week.fees for week in self.weeks)

    @property
    def violations(self) -> int:
        """Of all weeks."""
        return sum(week.violations for week in self.weeks)

    @property
    def abstained(self) -> int:
        """Weeks in which it abstained."""
        return sum(week.abstained for week in self.weeks)


class ReplaySetting(_Record):
    """A week of the world, whatever is decided.

    Attributes:
        price: Relative to the list price, and `search_interest`: what everybody sees.
        demand: Hidden: about 1 in the mean.
        tracking_loss: Hidden: share of conversions that no platform sees.
    """

    date: dt.date
    price: float
    search_interest: float
    demand: float
    tracking_loss: float


class HiddenEvent(_Record):
    """Something that happens in the world and that no agent is told; week 0 is the first one decided, earlier ones lie before it."""

    week: int
    kind: Literal["break", "rival"]
    channel: str | None
    words: str


class Replay(_Record):
    """One simulated world, and what each agent did in it.

    Attributes:
        scenario: Its name, with `version`, `purpose` and `truth` as the file has them; the truth is hidden from agents.
        fingerprint: Of the whole specification, as an arena's header has it.
        platforms: Whose export each channel stands in.
        settings: The weeks decided.
        events: Hidden: breaks and a rival's campaigns, in the order of time.
        incumbent: Mean weekly spend of the year before.
    """

    format: Literal[1] = REPLAY_FORMAT
    label: Literal["Simulated data"] = SIMULATED
    software: str
    scenario: str
    version: int
    fingerprint: str
    family: str
    purpose: str
    truth: str
    seed: int
    currency: str
    margin: float
    regions: int
    channels: tuple[str, ...]
    platforms: tuple[str, ...]
    incumbent: Amounts
    settings: tuple[ReplaySetting, ...]
    events: tuple[HiddenEvent, ...]
    agents: tuple[ReplayAgent, ...]

    @property
    def shown(self) -> tuple[ReplayAgent, ...]:
        """The agents asked for."""
        return tuple(agent for agent in self.agents if agent.asked_for)
