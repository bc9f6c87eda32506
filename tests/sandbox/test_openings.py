"""Worlds opened together are those that each would be by itself, and chance is drawn from as ever."""

import gc
import tracemalloc

import numpy as np
import pytest

from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox.decision import Decision
from liftos_agents.sandbox.experiments import ExperimentDesign
from liftos_agents.sandbox.openings import Openings
from liftos_agents.sandbox.play import MarketPlay

MOST = 2**63 - 1
EXPERIMENTS = {"least_weeks": 2, "most_weeks": 3}


@pytest.mark.parametrize("regions", [1, 6])
@pytest.mark.parametrize("changes", [{}, {"rival": {"kind": "scheduled", "weeks": [[31, 33]], "price": 0.2}}])
def test_one_of_several_worlds_by_itself_is_opened_alone_bit_for_bit(everything, regions, changes):
    market = everything(regions, experiments=EXPERIMENTS, **changes)
    several = MarketPlay(market, [5, 6, 2**40], 5)
    for number, seed in enumerate([5, 6, 2**40]):
        split, opened = several.alone(number), MarketPlay(market, [seed], 5)
        assert split.seeds == opened.seeds
        for name in ("spend", "impressions", "claimed", "revenue", "region_revenue", "region_spend"):
            np.testing.assert_array_equal(getattr(split.history, name), getattr(opened.history, name))
        np.testing.assert_array_equal(split.search_interest, opened.search_interest)
        np.testing.assert_array_equal(split.price_index, opened.price_index)
        design = ExperimentDesign("video", (1, 2), 3)
        for week in range(5):
            begins = {0: design} if regions > 1 and week == 1 else None
            decision = Decision(opened.incumbent * (0.5 + 0.4 * week), experiments=begins)
            (seen, gained), (expected, gain) = split.step(decision), opened.step(decision)
            assert gained == gain
            np.testing.assert_array_equal(seen.region_revenue, expected.region_revenue)
            np.testing.assert_array_equal(seen.claimed, expected.claimed)
            assert seen.readings.keys() == expected.readings.keys()
            for reading, other in zip(seen.readings.get(0, ()), expected.readings.get(0, ()), strict=True):
                np.testing.assert_array_equal(reading.revenue, other.revenue)
                np.testing.assert_array_equal(reading.spend, other.spend)
    assert several.week == 0


def test_a_market_in_play_is_not_split(small):
    play = MarketPlay(small(), [1, 2], 3)
    play.step(Decision(play.incumbent))
    with pytest.raises(ArgumentError, match="can be split"):
        play.alone(0)
    with pytest.raises(ArgumentError, match="can be split"):
        MarketPlay(small(), [1, 2], 3, keep=True).alone(0)


def test_worlds_follow_chance_and_leave_it_where_single_draws_would(small):
    openings = Openings(small(), 2, MOST)
    chance, beside = np.random.default_rng(3), np.random.default_rng(3)
    for _ in range(20):
        play = openings.draw(chance)
        assert play.seeds.tolist() == [int(beside.integers(MOST))]
        assert chance.bit_generator.state == beside.bit_generator.state


def test_who_draws_in_between_gets_other_worlds(small):
    openings = Openings(small(), 2, MOST)
    chance, beside = np.random.default_rng(3), np.random.default_rng(3)
    for turn in range(6):
        play = openings.draw(chance)
        assert play.seeds.tolist() == [int(beside.integers(MOST))]
        if turn in (2, 3):
            assert chance.integers(MOST) == beside.integers(MOST)
    assert openings.of(17).seeds.tolist() == [17]


def test_memory_stays_flat_over_episodes(small):
    openings, chance = Openings(small(), 2, MOST), np.random.default_rng(3)
    for _ in range(24):
        openings.draw(chance)
    tracemalloc.start()
    for _ in range(24):
        openings.draw(chance)
    gc.collect()
    early = tracemalloc.get_traced_memory()[0]
    for _ in range(160):
        openings.draw(chance)
    gc.collect()
    late = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert late < early + 20_000


def test_a_market_too_large_is_opened_a_world_at_a_time(everything, monkeypatch):
    market, opened = everything(200), []
    again = MarketPlay.again
    monkeypatch.setattr(
        MarketPlay, "again", lambda play, seeds: opened.append(len(seeds)) or again(play, seeds)
    )
    openings, chance = Openings(market, 2, MOST), np.random.default_rng(3)
    for _ in range(3):
        openings.draw(chance)
    assert opened == [1, 1]
