"""One agent's weeks of a replay: what it decided and saw, and what was true, from the market's own mechanics."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from liftos_agents.domain.replay import ReplayExperiment, ReplayReading, ReplayReturn, ReplayWeek
from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.experiments import ExperimentReading
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.played_truth import true_returns


@dataclass(frozen=True, eq=False)
class _Shown:
    decision: Decision
    report: Report
    booked: Array
    fees: float
    violations: int


@dataclass(frozen=True, eq=False)
class _Hidden:
    """By week: (W, C), (W,), (W,), (W,) and (W, C)."""

    incremental: Array
    baseline: Array
    expected_profit: Array
    rival: Array
    weariness: Array


@dataclass(eq=False)
class Played:
    """One world in play that keeps what was decided and shown.

    Args:
        market: Of one seed, with `keep`.
    """

    market: MarketPlay
    weeks: list[_Shown] = field(default_factory=list)

    def step(self, decision: Decision) -> Report:
        """Play a week and write it down."""
        score = self.market.score
        fees, violations = float(score.fees[0]), int(score.violations[0])
        report, _ = self.market.step(decision)
        self.weeks.append(
            _Shown(
                decision=decision,
                report=report,
                booked=self.market.booked[0],
                fees=float(score.fees[0]) - fees,
                violations=int(score.violations[0]) - violations,
            )
        )
        return report

    @cached_property
    def hidden(self) -> _Hidden:
        """What was true in its weeks; asked for once all are played."""
        return _hidden(self)

    @property
    def expected_profits(self) -> Array:
        """(W,) by week, without what is still to come after the last one."""
        return self.hidden.expected_profit


def agent_weeks(played: Played, oracle: Played) -> tuple[ReplayWeek, ...]:
    """The weeks of an agent, its regret counted against the oracle's in the same world."""
    hidden, best = played.hidden, oracle.expected_profits
    regret = np.cumsum(best - hidden.expected_profit)
    readings = _readings(played)
    began = {(reading.first, reading.channel) for week in readings for reading in week}
    return tuple(
        _week(played, position, hidden, float(regret[position]), readings[position], began)
        for position in range(len(played.weeks))
    )


def true_returns_of(market: MarketPlay) -> tuple[ReplayReturn, ...]:
    """The true return of each channel's spend in all weeks."""
    found = true_returns(market)
    return tuple(
        ReplayReturn(spent=spent, incremental=caused, roas=_finite(roas), marginal_roas=_finite(marginal))
        for spent, caused, roas, marginal in zip(
            *(a[0].tolist() for a in (found.spend, found.incremental, found.roas, found.marginal_roas)),
            strict=True,
        )
    )


def _week(
    played: Played,
    position: int,
    hidden: _Hidden,
    regret: float,
    readings: tuple[ReplayReading, ...],
    began: set[tuple[int, str]],
) -> ReplayWeek:
    market, shown = played.market, played.weeks[position]
    decision, report = shown.decision, shown.report
    names = market.spec.names
    abstained = decision.abstains is not None and bool(decision.abstains[0])
    asked = market.incumbent[0] if abstained else decision.spend[0]
    refreshed = () if decision.refresh is None else np.flatnonzero(decision.refresh[0])
    designs = (decision.experiments or {}).values()
    return ReplayWeek(
        asked=tuple(map(_finite, asked.tolist())),
        booked=tuple(shown.booked.tolist()),
        spent=tuple(report.spend[0, 0].tolist()),
        bids=_bids(market, decision),
        refreshed=tuple(names[c] for c in refreshed),
        began=tuple(
            ReplayExperiment(
                channel=design.channel,
                regions=tuple(int(region) for region in design.regions),
                weeks=int(design.weeks),
                factor=float(design.factor),
                began=(position, design.channel) in began,
            )
            for design in designs
        ),
        readings=readings,
        abstained=abstained,
        stated=_stated(decision),
        violations=shown.violations,
        claimed=tuple(report.claimed[0, 0].tolist()),
        revenue=float(report.revenue[0, 0]),
        profit=market.spec.margin * float(report.revenue[0, 0])
        - float(report.spend[0, 0].sum())
        - shown.fees,
        fees=shown.fees,
        incremental=tuple(hidden.incremental[position].tolist()),
        baseline=float(hidden.baseline[position]),
        expected_profit=float(hidden.expected_profit[position]),
        regret=regret,
        rival=float(hidden.rival[position]),
        weariness=tuple(hidden.weariness[position].tolist()),
    )


def _hidden(played: Played) -> _Hidden:
    """The market's mechanics on what was delivered, a week at a time with what the weeks before left behind."""
    market = played.market
    assert market.kept is not None
    response, kept = market.response, market.kept
    budgets, refresh, bids = kept.budgets, kept.refresh, kept.bids(market.incumbent_bids)
    weeks, channels = len(played.weeks), budgets.shape[-1]
    tape, carry = market.tape(0, weeks), kept.start
    incremental, weariness = np.empty((weeks, channels)), np.zeros((weeks, channels))
    baseline, expected, rival = (np.zeros(weeks) for _ in range(3))
    for week in range(weeks):
        now = slice(week, week + 1)
        flows, carry = response.respond(
            tape.span(week, week + 1),
            budgets[:, now],
            bids=None if bids is None else bids[:, now],
            refresh=None if refresh is None else refresh[:, now],
            carry=carry,
        )
        incremental[week] = flows.incremental[0, 0].sum(axis=0)
        baseline[week] = flows.baseline[0, 0].sum()
        expected[week] = flows.expected[0, 0].sum()
        rival[week] = carry.pressure[0] if tape.pressure is None else tape.pressure[0, week]
        if response.tires:
            weariness[week] = 1.0 - np.exp(-response.fatigue * carry.weariness[0].mean(axis=0))
    costs = np.array([float(week.report.spend[0, 0].sum()) + week.fees for week in played.weeks])
    return _Hidden(incremental, baseline, market.spec.margin * expected - costs, rival, weariness)


def _readings(played: Played) -> list[tuple[ReplayReading, ...]]:
    return [
        tuple(_reading(played.market, reading) for reading in shown.report.readings.get(0, ()))
        for shown in played.weeks
    ]


def _reading(market: MarketPlay, reading: ExperimentReading) -> ReplayReading:
    design = reading.design
    first = reading.first_week - market.spec.weeks
    measured, error = reading.incremental_return()
    true = true_returns(market, first, first + design.weeks).roas[0, market.spec.names.index(design.channel)]
    return ReplayReading(
        channel=design.channel,
        first=first,
        weeks=design.weeks,
        factor=design.factor,
        measured=_finite(measured),
        error=_finite(error),
        true_return=_finite(float(true)),
    )


def _bids(market: MarketPlay, decision: Decision) -> tuple[float | None, ...] | None:
    if decision.bids is None:
        return None
    taken = [channel.search is not None for channel in market.spec.channels]
    if not any(taken):
        return None
    return tuple(
        _finite(bid) if takes else None for bid, takes in zip(decision.bids[0].tolist(), taken, strict=True)
    )


def _stated(decision: Decision) -> tuple[tuple[float, float] | None, ...] | None:
    if decision.stated is None:
        return None
    return tuple(
        (low, high) if np.isfinite([low, high]).all() else None for low, high in decision.stated[0].tolist()
    )


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
