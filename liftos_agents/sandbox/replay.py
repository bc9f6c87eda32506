"""A run replayed: policies play one world again, and everything is written down, the truth included.

Policy, scenario and seed make a row of the arena anew: the same bytes each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from liftos_agents.domain.replay import (
    HiddenEvent,
    Replay,
    ReplayAgent,
    ReplaySetting,
)
from liftos_agents.errors import ArgumentError, LiftError
from liftos_agents.sandbox import policies, scenarios
from liftos_agents.sandbox.demand import week_dates
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.policy import Omniscient, Policy, begun
from liftos_agents.sandbox.replay_weeks import Played, agent_weeks, true_returns_of
from liftos_agents.sandbox.scenarios import Scenario
from liftos_agents.sandbox.spec import BreakSpec, MarketSpec
from liftos_agents.sandbox.tape import break_dates
from liftos_agents.version import __version__

MOST_AGENTS = 5
MOST_WEEKS = 520
MOST_SEED = 2**62

Factory = Callable[[], Policy | Omniscient]


@dataclass(frozen=True)
class Progress:
    """How far a recording is, in weeks of all agents together."""

    done: int
    total: int
    policy: str


def record(
    deciders: str | Factory | Sequence[str | Factory],
    on: str | Scenario,
    seed: int,
    *,
    horizon: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Replay:
    """What each decider did in the world of `seed`; the oracle and hold play as well, to be measured against.

    Args:
        deciders: Names of `policies`, or makers of policies; at most five.
        on: Name or path of a scenario, or a scenario.
        horizon: Weeks to decide; the scenario's own when absent.
        progress: Called after each week.

    Raises:
        ArgumentError: No decider or too many, one named twice, or a seed or horizon out of range.
        NotFoundError: An unknown policy or scenario.
        LiftError: A policy failed; its error is the cause.
    """
    scenario = scenarios.find(on) if isinstance(on, str) else on
    weeks = _weeks(scenario, seed, horizon)
    asked = _new([deciders] if isinstance(deciders, str) or callable(deciders) else list(deciders))
    everyone = [*asked, *(policies.named(n) for n in ("hold", "oracle") if n not in {p.name for p in asked})]
    played: list[Played] = []
    for position, policy in enumerate(everyone):
        done = position * weeks

        def tell(week: int, name: str = policy.name, done: int = done) -> None:
            if progress is not None:
                progress(Progress(done + week, len(everyone) * weeks, name))

        played.append(_play(policy, scenario, seed, weeks, tell))
    market = scenario.market
    names = [policy.name for policy in everyone]
    bounds = played[names.index("oracle")], played[names.index("hold")]
    first = played[0].market
    return Replay(
        software=__version__,
        scenario=scenario.name,
        version=scenario.version,
        fingerprint=hashlib.sha256(market.model_dump_json().encode()).hexdigest()[:12],
        family=scenario.family,
        purpose=scenario.purpose,
        truth=scenario.truth,
        seed=seed,
        currency=market.currency,
        margin=market.margin,
        regions=market.geos.count,
        channels=market.names,
        platforms=tuple(channel.platform or channel.name for channel in market.channels),
        incumbent=tuple(first.incumbent[0].tolist()),
        settings=_settings(first),
        events=tuple(sorted(_events(market, seed, weeks), key=lambda event: event.week)),
        agents=tuple(
            _agent(policy, one, *bounds, asked_for=position < len(asked))
            for position, (policy, one) in enumerate(zip(everyone, played, strict=True))
        ),
    )


def _weeks(scenario: Scenario, seed: int, horizon: int | None) -> int:
    if not 0 <= seed <= MOST_SEED:
        raise ArgumentError(f"a seed lies between 0 and 2^62, got {seed!r}", where="seed")
    weeks = scenario.horizon if horizon is None else horizon
    if not 1 <= weeks <= MOST_WEEKS:
        raise ArgumentError(f"horizon must be 1 to {MOST_WEEKS} weeks, got {weeks!r}", where="horizon")
    scenarios.check_size(scenario.market, 1, weeks)
    return weeks


def _new(deciders: Sequence[str | Factory]) -> list[Policy | Omniscient]:
    if not 1 <= len(deciders) <= MOST_AGENTS:
        raise ArgumentError(
            f"a replay shows 1 to {MOST_AGENTS} policies, got {len(deciders)}",
            where="policy",
            fix=f"Policies are {', '.join(policies.names())}",
        )
    found = [policies.named(one) if isinstance(one, str) else one() for one in deciders]
    names = [policy.name for policy in found]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ArgumentError(f"policy {twice[0]!r} is given twice", where="policy")
    return found


def _play(
    policy: Policy | Omniscient, scenario: Scenario, seed: int, weeks: int, tell: Callable[[int], None]
) -> Played:
    played = Played(MarketPlay(scenario.market, [seed], weeks, keep=True))
    market = played.market
    try:
        decide = begun(policy, market)
        seen = None
        while not market.done:
            seen = played.step(decide(market.week, seen))
            tell(market.week)
    except Exception as error:
        place = f"{scenario.name!r}, seed {seed}, week {market.week}"
        raise LiftError(f"policy {policy.name!r} failed in {place}: {error}") from error
    return played


def _agent(
    policy: Policy | Omniscient, played: Played, oracle: Played, hold: Played, *, asked_for: bool
) -> ReplayAgent:
    score = played.market.score
    expected, best, held = (float(p.market.score.expected_profit[0]) for p in (played, oracle, hold))
    return ReplayAgent(
        name=policy.name,
        version=str(getattr(policy, "version", "1")),
        asked_for=asked_for,
        weeks=agent_weeks(played, oracle),
        still_to_come=expected - float(sum(played.expected_profits)),
        profit=float(score.profit[0]),
        expected_profit=expected,
        regret=best - expected,
        normalised_regret=(best - expected) / (best - held) if best > held else None,
        returns=true_returns_of(played.market),
    )


def _settings(market: MarketPlay) -> tuple[ReplaySetting, ...]:
    tape = market.tape(0, market.horizon)
    dates = week_dates(market.spec, np.arange(market.spec.weeks, market.spec.weeks + market.horizon))
    series = (tape.price, tape.proxy, tape.national_demand, tape.tracking)
    return tuple(
        ReplaySetting(date=date, price=price, search_interest=interest, demand=demand, tracking_loss=loss)
        for date, price, interest, demand, loss in zip(dates, *(s[0].tolist() for s in series), strict=True)
    )


def _events(spec: MarketSpec, seed: int, weeks: int) -> list[HiddenEvent]:
    """Breaks until the last week, and a scheduled rival's campaigns in the weeks decided."""
    found: list[HiddenEvent] = []
    for change, date in zip(spec.breaks, break_dates(spec, np.array([seed]))[:, 0], strict=True):
        week = int(date) - spec.weeks
        if week < weeks:
            found.append(HiddenEvent(week=week, kind="break", channel=change.channel, words=_words(change)))
    if spec.rival is not None and spec.rival.kind == "scheduled":
        for first, last in spec.rival.weeks:
            start, end = first - spec.weeks, last - spec.weeks
            if end >= 0 and start < weeks:
                words = f"a rival's campaign, {last - first + 1} weeks from here on"
                found.append(HiddenEvent(week=start, kind="rival", channel=None, words=words))
    return found


def _words(change: BreakSpec) -> str:
    if change.what == "tracking":
        return f"the share of conversions that no platform sees becomes {100 * change.value:g} %"
    if change.what == "base":
        return f"revenue without media is multiplied by {change.value:g}"
    whose = change.channel or "every channel"
    what = "the effect" if change.what == "effect" else "the price of media"
    return f"{what} of {whose} is multiplied by {change.value:g}"
