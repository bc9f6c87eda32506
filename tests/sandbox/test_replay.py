"""Replays: the same run again, with what was true."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from liftos_agents.domain.replay import Replay
from liftos_agents.errors import ArgumentError, DataError, LiftError, NotFoundError
from liftos_agents.sandbox import arena, scenarios
from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.experiments import ExperimentDesign
from liftos_agents.sandbox.mechanisms import BreakSpec, BudgetSpec, RivalSpec
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.policy import Briefing
from liftos_agents.sandbox.replay import Progress, record
from liftos_agents.sandbox.replay_file import load, save
from liftos_agents.sandbox.scenarios import Scenario

WEEKS = 16


class Busy:
    """Does one of everything."""

    name = "busy"
    version = "3"

    def begin(self, briefing: Briefing, history: Report) -> None:
        self.usual = briefing.incumbent

    def decide(self, week: int, seen: Report | None) -> Decision:
        decision = Decision(self.usual * (1.0 + 0.05 * week))
        channels = self.usual.shape[1]
        if week == 1:
            return replace(decision, experiments={0: ExperimentDesign("social", (1, 2), 4)})
        if week == 2:
            return replace(decision, experiments={0: ExperimentDesign("social", (3,), 4)})
        if week == 3:
            return replace(decision, refresh=np.arange(channels)[None] == 1)
        if week == 4:
            return replace(decision, abstains=np.array([True]))
        if week == 5:
            return replace(decision, spend=-self.usual)
        if week == 6:
            return replace(decision, spend=np.full((1, channels), np.nan))
        if week == 7:
            stated = np.full((1, channels, 2), np.nan)
            stated[0, 0] = 0.5, 2.5
            return replace(decision, stated=stated)
        return decision


def scenario(market, name: str = "tried") -> Scenario:
    return Scenario(
        name=name, family="textbook", purpose="To be replayed.", truth="Known.", horizon=WEEKS, market=market
    )


@pytest.fixture(scope="module")
def everything_on(everything) -> Scenario:
    return scenario(everything(regions=6, weeks=40))


@pytest.fixture(scope="module")
def busy(everything_on: Scenario) -> Replay:
    return record([Busy, "thompson"], everything_on, 11)


@pytest.mark.parametrize("name", ["rival", "structural_break", "textbook_regions", "creative_fatigue"])
def test_a_row_of_the_arena_is_made_anew(name: str) -> None:
    everyone = ["thompson", "follow_platform_roas", "hold", "oracle"]
    rows = arena.play(everyone, [name], [4, 5, 6], horizon=30)
    made = record(everyone, name, 5, horizon=30)
    for agent in made.agents:
        row = rows.of(agent.name)[(name, 5)]
        assert (agent.profit, agent.expected_profit) == (row.profit, row.expected_profit)
        assert agent.normalised_regret == row.normalised_regret
        assert (agent.violations, agent.abstained > 0) == (row.violations, row.abstained)
        assert agent.spent == pytest.approx(row.spend, rel=1e-12)
        assert agent.fees == pytest.approx(row.fees, rel=1e-12)


def test_the_same_bytes_each_time(busy: Replay, everything_on: Scenario, tmp_path: Path) -> None:
    save(busy, tmp_path / "first.json")
    save(record([Busy, "thompson"], everything_on, 11), tmp_path / "second.json")
    assert (tmp_path / "first.json").read_bytes() == (tmp_path / "second.json").read_bytes()
    assert load(tmp_path / "first.json") == busy
    other = record([Busy, "thompson"], everything_on, 12)
    assert other.agents[0].weeks != busy.agents[0].weeks


def test_a_week_adds_up(busy: Replay) -> None:
    """Till, costs and truth of every week agree with each other and with the totals."""
    for agent in busy.agents:
        for week in agent.weeks:
            costs = sum(week.spent) + week.fees
            expected = week.baseline + sum(week.incremental)
            assert week.expected_profit == pytest.approx(busy.margin * expected - costs, rel=1e-9)
            assert week.profit == pytest.approx(busy.margin * week.revenue - costs, rel=1e-9)
        total = sum(week.expected_profit for week in agent.weeks) + agent.still_to_come
        assert total == pytest.approx(agent.expected_profit, rel=1e-12)
        assert agent.still_to_come > 0
        spent = [sum(week.spent[c] for week in agent.weeks) for c in range(len(busy.channels))]
        assert spent == pytest.approx([found.spent for found in agent.returns], rel=1e-9)


def test_truth_by_week_is_that_of_the_whole_path(busy: Replay, everything_on: Scenario) -> None:
    """What the weeks say was true is what the mechanics give for all weeks at once."""
    market = MarketPlay(everything_on.market, [11], WEEKS, keep=True)
    policy, seen = Busy(), None
    policy.begin(Briefing.of(market), market.history)
    while not market.done:
        seen, _ = market.step(policy.decide(market.week, seen))
    kept = market.kept
    assert kept is not None
    flows, _ = market.response.respond(
        market.tape(0, WEEKS),
        kept.budgets,
        bids=kept.bids(market.incumbent_bids),
        refresh=kept.refresh,
        carry=kept.start,
    )
    weeks = busy.agents[0].weeks
    np.testing.assert_allclose([w.incremental for w in weeks], flows.incremental[0].sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose([w.claimed for w in weeks], flows.claimed[0].sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose([w.spent for w in weeks], flows.spend[0].sum(axis=1), rtol=1e-9)


def test_decisions_are_written_down(busy: Replay) -> None:
    agent = busy.agents[0]
    weeks = agent.weeks
    assert (agent.name, agent.version, agent.asked_for) == ("busy", "3", True)
    began, refused = weeks[1].began[0], weeks[2].began[0]
    assert (began.channel, began.regions, began.weeks, began.factor, began.began) == (
        "social",
        (1, 2),
        4,
        0.0,
        True,
    )
    assert not refused.began
    assert weeks[2].violations == 1
    reading = weeks[4].readings[0]
    assert (reading.channel, reading.first, reading.weeks) == ("social", 1, 4)
    assert reading.measured is not None
    assert reading.true_return is not None
    assert reading.true_return > 0
    assert sum(len(week.readings) for week in weeks) == 1
    assert weeks[3].refreshed == (busy.channels[1],)
    assert weeks[3].fees > 0
    assert weeks[3].weariness[1] < weeks[2].weariness[1]
    assert [n for n, week in enumerate(weeks) if week.abstained] == [4]
    assert weeks[4].asked == busy.incumbent
    assert weeks[5].violations == 1
    assert min(weeks[5].booked) >= 0
    assert set(weeks[6].asked) == {None}
    assert weeks[7].stated == ((0.5, 2.5), *([None] * (len(busy.channels) - 1)))
    assert weeks[8].stated is None


def test_hold_and_the_oracle_measure_all_others(busy: Replay) -> None:
    names = [agent.name for agent in busy.agents]
    assert names == ["busy", "thompson", "hold", "oracle"]
    assert [agent.name for agent in busy.shown] == ["busy", "thompson"]
    by_name = dict(zip(names, busy.agents, strict=True))
    best = by_name["oracle"].expected_profit
    for agent in busy.agents:
        assert agent.regret == pytest.approx(best - agent.expected_profit)
        gap = by_name["oracle"].still_to_come - agent.still_to_come
        assert agent.weeks[-1].regret + gap == pytest.approx(agent.regret, abs=1e-6 * best)
    assert {week.regret for week in by_name["oracle"].weeks} == {0.0}
    assert by_name["hold"].normalised_regret == 1.0
    alone = record("oracle", "textbook", 1, horizon=8)
    assert [agent.name for agent in alone.agents] == ["oracle", "hold"]


def test_hidden_events_are_dated(small) -> None:
    market = small(weeks=20).model_copy(
        update={
            "breaks": (
                BreakSpec(what="effect", value=0.4, week=26, channel="tv"),
                BreakSpec(what="tracking", value=0.3, week=10),
                BreakSpec(what="base", value=0.9, week=20 + WEEKS),
            ),
            "rival": RivalSpec(weeks=((24, 25), (60, 70)), price=0.5, pressure=0.8),
        }
    )
    made = record("hold", scenario(market), 2)
    assert [(event.week, event.kind, event.channel) for event in made.events] == [
        (-10, "break", None),
        (4, "rival", None),
        (6, "break", "tv"),
    ]
    assert "tv" in made.events[2].words
    rival = [week.rival for week in made.agents[0].weeks]
    assert [n for n, pressure in enumerate(rival) if pressure == 0.8] == [4, 5]
    assert {setting.tracking_loss for setting in made.settings} == {0.3}
    incremental = [week.incremental[2] for week in made.agents[0].weeks]
    assert incremental[8] < 0.6 * incremental[5]


def test_booked_is_what_bounds_leave(small) -> None:
    market = small(weeks=20).model_copy(
        update={"budget": BudgetSpec(maximum={"tv": 1_000.0}, lead_weeks={"tv": 2})}
    )
    weeks = record("equal_split", scenario(market), 2).agents[0].weeks
    assert weeks[0].booked[2] <= 1_000.0 + 1e-6
    assert weeks[0].spent[2] > 5_000.0
    assert weeks[2].spent[2] == pytest.approx(weeks[0].booked[2])


def test_progress_counts_to_the_end() -> None:
    told: list[Progress] = []
    record("hold", "textbook", 0, horizon=5, progress=told.append)
    assert [p.done for p in told] == list(range(1, 11))
    assert {p.total for p in told} == {10}
    assert [p.policy for p in told] == ["hold"] * 5 + ["oracle"] * 5


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"deciders": []}, ArgumentError, "1 to 5 policies, got 0"),
        ({"deciders": ["hold"] * 6}, ArgumentError, "got 6"),
        ({"deciders": ["hold", "hold"]}, ArgumentError, "'hold' is given twice"),
        ({"deciders": "holds"}, NotFoundError, "'holds'"),
        ({"on": "nowhere"}, NotFoundError, "'nowhere'"),
        ({"seed": -1}, ArgumentError, "-1"),
        ({"seed": 2**63}, ArgumentError, "seed"),
        ({"horizon": 0}, ArgumentError, "horizon"),
        ({"horizon": 10**9}, ArgumentError, "520"),
    ],
)
def test_what_cannot_be_replayed_is_said(arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        record(**{"deciders": "hold", "on": "textbook", "seed": 0, **arguments})


def test_a_policy_that_fails_is_named() -> None:
    class Broken(Busy):
        name = "broken"

        def decide(self, week: int, seen: Report | None) -> Decision:
            raise ZeroDivisionError("nothing to divide by")

    with pytest.raises(
        LiftError, match=r"'broken' failed in 'textbook', seed 3, week 0: nothing to divide by"
    ):
        record(Broken, "textbook", 3)


def test_files_of_other_kinds_are_refused(busy: Replay, tmp_path: Path) -> None:
    path = tmp_path / "replay.json"
    body = json.loads(save(busy, path).read_text())
    for change, words in (
        ({"format": 2}, "format 2 is not known"),
        ({"label": "Real data"}, "label"),
        ({"surprise": 1}, "surprise"),
        ({"seed": "many"}, "seed"),
    ):
        path.write_text(json.dumps({**body, **change}))
        with pytest.raises(DataError, match=words):
            load(path)
    for text in ("[]", "{", "", '{"agents": 1}'):
        path.write_text(text)
        with pytest.raises(DataError, match="no replay"):
            load(path)
    with pytest.raises(NotFoundError):
        load(tmp_path / "absent.json")
    with pytest.raises(ArgumentError, match="cannot be written"):
        save(busy, tmp_path / "absent" / "replay.json")


def test_every_scenario_can_be_replayed() -> None:
    for name in scenarios.names():
        made = record("hold", name, 1, horizon=3)
        assert made.label == "Simulated data"
        assert len(made.settings) == 3
