"""Plain policies: what each decides, that none breaks a bound, and that the oracle is a bound for the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftos_agents.errors import NotFoundError
from liftos_agents.sandbox import policies, scenarios
from liftos_agents.sandbox.decision import Decision
from liftos_agents.sandbox.mechanisms import BreakSpec, BudgetSpec, GeoSpec, InteractionSpec, RivalSpec
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.policies.bounds import Bounds
from liftos_agents.sandbox.policies.expected_market import ExpectedMarket, without_luck
from liftos_agents.sandbox.policies.follow_platform_roas import FollowPlatformRoas
from liftos_agents.sandbox.policies.oracle import Oracle
from liftos_agents.sandbox.policies.thompson import Thompson
from liftos_agents.sandbox.policy import Briefing, Policy
from liftos_agents.sandbox.spec import MarketSpec


def decided(policy, play: MarketPlay) -> np.ndarray:
    """Plays to the end; what was asked, (S, H, C)."""
    if isinstance(policy, Policy):
        policy.begin(Briefing.of(play), play.history)
    else:
        policy.begin_knowing(play.spec, play)
    asked, seen = [], None
    while not play.done:
        decision = policy.decide(play.week, seen)
        asked.append(decision.spend.copy())
        seen, _ = play.step(decision)
    return np.stack(asked, axis=1)


@pytest.mark.parametrize("scenario", scenarios.names())
def test_no_policy_breaks_a_hard_bound_or_asks_for_nonsense(scenario: str) -> None:
    spec = scenarios.load(scenario)
    for name in policies.names():
        play = MarketPlay(spec, range(3), 28)
        asked = decided(policies.named(name), play)
        assert np.isfinite(asked).all(), name
        assert (asked >= 0).all(), name
        assert play.score.violations.sum() == 0, name


def test_tight_bounds_are_kept_by_all(small) -> None:
    budget = BudgetSpec(
        cap=36_000, minimum={"search": 2_000}, maximum={"social": 11_000, "tv": 25_000}, pacing=0.1
    )
    spec = small(weeks=60).model_copy(update={"budget": budget})
    for name in policies.names():
        play = MarketPlay(spec, range(20), 30)
        decided(policies.named(name), play)
        assert play.score.violations.sum() == 0, name


def test_an_unknown_policy_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(NotFoundError, match="Did you mean 'thompson'"):
        policies.named("thomson")
    assert [policies.named(name).name for name in policies.names()] == list(policies.names())


def test_hold_goes_on_and_equal_split_shares_the_same_total(small) -> None:
    play = MarketPlay(small(), range(4), 3)
    held = decided(policies.named("hold"), play)
    split = decided(policies.named("equal_split"), MarketPlay(small(), range(4), 3))
    np.testing.assert_allclose(held, np.repeat(play.incumbent[:, None], 3, axis=1))
    np.testing.assert_allclose(
        split, np.broadcast_to(play.incumbent.mean(axis=1)[:, None, None], split.shape)
    )


def test_money_follows_claims_in_proportion_and_within_pacing(small) -> None:
    play = MarketPlay(small(), [1], 30)
    spend = np.full((1, 60, 3), 1_000.0)
    claimed = spend * np.array([1.0, 2.0, 3.0])
    history = replace(play.history, spend=spend, claimed=claimed)
    briefing = replace(Briefing.of(play), incumbent=np.full((1, 3), 1_000.0))
    policy = FollowPlatformRoas()
    policy.begin(briefing, history)
    np.testing.assert_allclose(policy.decide(0, None).spend, [[500.0, 1_000.0, 1_500.0]], rtol=1e-9)
    slow = replace(briefing, budget=BudgetSpec(pacing=0.1))
    policy.begin(slow, history)
    np.testing.assert_allclose(policy.decide(0, None).spend, [[500.0, 1_000.0, 1_100.0]], rtol=1e-9)
    np.testing.assert_allclose(policy.decide(1, None).spend, [[500.0, 1_000.0, 1_210.0]], rtol=1e-9)


def test_the_next_quarter_follows_what_that_quarter_claimed(small) -> None:
    play = MarketPlay(small(credit=1.5, poaching=0.1), range(5), 27)
    asked = decided(FollowPlatformRoas(), play)
    assert not np.allclose(asked[:, 12], asked[:, 13])
    np.testing.assert_array_equal(asked[:, 13], asked[:, 25])
    np.testing.assert_allclose(
        asked.sum(axis=2), np.broadcast_to(play.incumbent.sum(axis=1)[:, None], (5, 27))
    )


def test_thompsons_chance_is_the_seeds_alone(small) -> None:
    spec = small(weeks=100)
    together = decided(Thompson(), MarketPlay(spec, [3, 8, 9], 20))
    np.random.seed(5)
    alone = decided(Thompson(), MarketPlay(spec, [8, 9], 20))
    np.testing.assert_allclose(together[1:], alone, rtol=1e-9)
    assert not np.allclose(together[0], together[1])
    assert not np.allclose(together[:, 3], together[:, 4])


def test_thompson_learns_where_the_data_can_teach_it() -> None:
    spec = scenarios.load("textbook")
    learnt, held = MarketPlay(spec, range(64), 52), MarketPlay(spec, range(64), 52)
    decided(Thompson(), learnt)
    decided(policies.named("hold"), held)
    gained = learnt.score.profit - held.score.profit
    assert gained.mean() > 5 * gained.std(ddof=1) / 8


def _nasty(spec: MarketSpec) -> MarketSpec:
    return spec.model_copy(
        update={
            "interactions": (InteractionSpec(upper="tv", lower="search", strength=0.4),),
            "rival": RivalSpec(kind="reactive", reaction=0.5, steal=0.1, price=0.2),
            "breaks": (BreakSpec(what="effect", value=0.5, week=70, channel="tv"),),
            "budget": BudgetSpec(cap=70_000, pacing=0.2, lead_weeks={"tv": 3}),
            "geos": GeoSpec(count=4),
        }
    )


def test_the_expected_market_is_a_market_in_play_without_luck(small) -> None:
    spec = _nasty(small(weeks=60))
    plain = without_luck(spec, [70]).model_copy(update={"geos": spec.geos})
    plan = np.random.default_rng(3).uniform(1_000, 25_000, size=(20, 3))
    play = MarketPlay(plain, [7], 20)
    market = ExpectedMarket(spec, 20, [70])
    np.testing.assert_allclose(market.incumbent, play.incumbent[0])

    class Planned:
        name = "planned"

        def begin(self, briefing, history) -> None: ...

        def decide(self, week, seen):
            return Decision(plan[week][None])

    decided(Planned(), play)
    found = market.profit(plan[None], np.ones((1, 3)), np.zeros((1, 20, 3), dtype=bool))
    np.testing.assert_allclose(found, play.score.expected_profit, rtol=1e-9)


@pytest.mark.parametrize("scenario", ["textbook", "creative_fatigue", "b2b_saas"])
def test_no_random_plan_beats_the_oracles(scenario: str) -> None:
    spec = scenarios.load(scenario)
    market = ExpectedMarket(spec, 26, [b.week for b in spec.breaks])
    play = MarketPlay(spec, [1], 26)
    oracle = Oracle()
    oracle.begin_knowing(spec, play)
    weeks = [oracle.decide(week, None) for week in range(26)]
    best = market.profit(
        np.stack([d.spend for d in weeks], axis=1),
        weeks[0].bids,
        np.stack([d.refresh for d in weeks], axis=1),
    )
    chance = np.random.default_rng(11)
    near = weeks[0].spend * chance.lognormal(0.0, 0.4, size=(300, len(spec.channels)))
    budgets = market.bounds.keep(near)[:, None].repeat(26, axis=1)
    others = market.profit(
        budgets, np.repeat(weeks[0].bids, 300, axis=0), np.zeros((300, 26, len(spec.channels)), dtype=bool)
    )
    assert best[0] >= others.max()


def test_the_oracle_earns_most_in_every_family() -> None:
    for scenario in ("confounded", "saturated", "rival", "structural_break"):
        spec = scenarios.load(scenario)
        earned = {}
        for name in policies.names():
            play = MarketPlay(spec, range(24), 39)
            decided(policies.named(name), play)
            earned[name] = play.score.expected_profit.mean()
        assert max(earned, key=earned.__getitem__) == "oracle", scenario


def test_the_oracle_knows_the_dates_of_breaks(small) -> None:
    change = BreakSpec(what="effect", value=0.05, week=60, spread=30, channel="search")
    spec = small(weeks=60).model_copy(update={"breaks": (change,)})
    play = MarketPlay(spec, range(12), 39)
    asked = decided(Oracle(), play)
    assert len({tuple(np.round(row[:, 0], 3)) for row in asked}) > 2
    assert (asked[:, -1, 0] < 0.7 * asked[:, 0, 0].max()).all()


_MONEY = st.floats(0, 50_000)


@given(
    wanted=st.lists(_MONEY, min_size=3, max_size=3),
    low=st.lists(st.floats(0, 5_000), min_size=3, max_size=3),
    room=st.lists(st.floats(0, 40_000), min_size=3, max_size=3),
    spare=st.floats(0, 60_000),
    total=_MONEY,
)
def test_bounds_are_kept_whatever_is_wanted(wanted, low, room, spare, total) -> None:
    names = ("a", "b", "c")
    rules = BudgetSpec(
        cap=max(sum(low) + spare, 1.0),
        minimum=dict(zip(names, low, strict=True)),
        maximum={n: lo + more for n, lo, more in zip(names, low, room, strict=True)},
    )
    bounds = Bounds(names, rules, np.ones(3))
    for found in (
        bounds.keep(np.array([wanted])),
        bounds.share_out(np.array([total]), np.array([wanted])),
    ):
        assert (found >= bounds.low - 1e-6).all()
        assert (found <= bounds.high + 1e-6).all()
        assert found.sum() <= bounds.cap + 1e-6
    if min(wanted) > 1.0:
        shared = bounds.share_out(np.array([total]), np.array([wanted]))
        assert shared.sum() == pytest.approx(
            np.clip(total, sum(low), min(bounds.high.sum(), bounds.cap)), rel=1e-6, abs=1e-3
        )
