import subprocess
import sys
import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from liftos_agents.errors import ArgumentError, NotFoundError
from liftos_agents.sandbox import MarketEnv, MarketSpec
from liftos_agents.sandbox.decision import Decision
from liftos_agents.sandbox.play import MarketPlay

IDENTIFIER = "liftos_agents.sandbox.environment:LiftOS/Market-v0"
HOLD = np.float32(1.0 / 3.0)


def _hold(env: MarketEnv) -> np.ndarray:
    action = np.zeros(env.action_space.shape, np.float32)
    for index, name in enumerate(env.action_names()):
        if name.startswith("budget:"):
            action[index] = HOLD
        if name.startswith("bid:"):
            search = env.market.channels[env.market.names.index(name.removeprefix("bid:"))].search
            action[index] = (
                0.0 if search is None else (search.bid - search.floor) / (search.ceiling - search.floor)
            )
    return action


@pytest.fixture
def regional(everything):
    return everything(6, experiments={"fee": 900.0, "least_weeks": 2, "most_weeks": 4})


@pytest.mark.parametrize("scenario", ["textbook", "shop", "textbook_regions", "everything"])
def test_the_checker_of_gymnasium_finds_nothing(scenario, regional):
    market = regional if scenario == "everything" else scenario
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = gymnasium.make(IDENTIFIER, scenario=market, horizon=12)
        check_env(env.unwrapped)
        env.close()


def test_an_episode_is_a_pure_function_of_seed_and_actions(regional):
    def episode(env, seed):
        seen = [env.reset(seed=seed)[0]]
        rewards = []
        for action in np.random.default_rng(1).random((8, *env.action_space.shape), np.float32):
            observation, reward, terminated, truncated, _ = env.step(action)
            seen.append(observation)
            rewards.append(reward)
            assert not truncated
        assert terminated
        return np.array(seen), np.array(rewards)

    used = MarketEnv(regional, horizon=8)
    first = episode(used, 7)
    episode(used, 8)
    for again in (episode(used, 7), episode(MarketEnv(regional, horizon=8), 7)):
        np.testing.assert_array_equal(again[0], first[0])
        np.testing.assert_array_equal(again[1], first[1])
    assert not np.array_equal(episode(used, 8)[0], first[0])


def test_resets_without_a_seed_draw_worlds_from_the_environments_own_chance():
    env = MarketEnv("textbook", horizon=2)
    env.reset(seed=5)
    drawn = [env.reset()[0] for _ in range(3)]
    env.reset(seed=5)
    again = [env.reset()[0] for _ in range(3)]
    np.testing.assert_array_equal(drawn, again)
    assert not np.array_equal(drawn[0], drawn[1])


@pytest.mark.parametrize("regions", [1, 6])
def test_rewards_are_the_plays_profit_and_a_third_holds(everything, regions):
    market = everything(regions)
    env, play = MarketEnv(market, horizon=9), MarketPlay(market, [3], 9)
    env.reset(seed=3)
    scale = play.incumbent.sum()
    total = 0.0
    for week in range(9):
        report, profit = play.step(Decision(play.incumbent))
        observation, reward, terminated, _, info = env.step(_hold(env))
        assert reward * scale == pytest.approx(profit[0], rel=1e-6)
        assert info["revenue"] == pytest.approx(report.revenue[0, 0], rel=1e-6)
        assert info["spend"] == pytest.approx(report.spend.sum(), rel=1e-6)
        assert info["violations"] == 0
        assert info["week"] == week + 1
        assert terminated is (week == 8)
        assert observation in env.observation_space
        total += reward
    assert total * scale == pytest.approx(play.score.profit[0], rel=1e-6)


def test_observations_are_what_their_names_say(everything):
    market = everything(1)
    env, play = MarketEnv(market, horizon=5), MarketPlay(market, [3], 5)
    named = dict(zip(env.observation_names(), env.reset(seed=3)[0], strict=True))
    seen = play.history
    year = slice(-min(52, market.weeks), None)
    for c, name in enumerate(market.names):
        spend, claimed = seen.spend[0, :, c], seen.claimed[0, :, c]
        assert named[f"spend:{name}"] == pytest.approx(spend[-1] / spend[year].mean(), rel=1e-5)
        assert named[f"claimed:{name}"] == pytest.approx(claimed[-1] / claimed[year].mean(), rel=1e-5)
        shown = seen.impressions[0, :, c]
        assert named[f"impressions:{name}"] == pytest.approx(shown[-1] / shown[year].mean(), rel=1e-5)
        assert named[f"year_share:{name}"] == pytest.approx(
            spend[year].mean() / play.incumbent.sum(), rel=1e-5
        )
        assert named[f"year_claimed_return:{name}"] == pytest.approx(
            min(claimed[year].mean() / spend[year].mean(), 10.0), rel=1e-5
        )
        assert named[f"experiment_return:{name}"] == 0.0
        assert named[f"experiment_age:{name}"] == 1.0
    assert named["revenue"] == pytest.approx(seen.revenue[0, -1] / seen.revenue[0, year].mean(), rel=1e-5)
    assert named["search_interest"] == pytest.approx(seen.search_interest[0, -1] / 100, rel=1e-5)
    assert named["price"] == pytest.approx(seen.price_index[0, -1], rel=1e-5)
    assert named["season_sine"] ** 2 + named["season_cosine"] ** 2 == pytest.approx(1.0, rel=1e-5)
    assert named["weeks_left"] == 1.0
    after = dict(zip(env.observation_names(), env.step(_hold(env))[0], strict=True))
    assert after["weeks_left"] == pytest.approx(0.8)


def test_demand_is_not_shown(everything):
    """Worlds that differ in what nobody sees, the effects of media, open with the same spend, prices and interest."""
    market = everything(1, noise={"level": 0.0})
    channels = [c.model_copy(update={"effect": 2.0 * c.effect}) for c in market.channels]
    other = MarketSpec.model_validate({**market.model_dump(), "channels": [c.model_dump() for c in channels]})
    one, two = (MarketEnv(m).reset(seed=1)[0] for m in (market, other))
    names = MarketEnv(market).observation_names()
    differing = {names[i].split(":")[0] for i in np.flatnonzero(one != two)}
    assert differing <= {"claimed", "revenue", "year_claimed_return", "year_spend_by_revenue"}
    assert not any("demand" in name or "truth" in name for name in names)


def test_bids_and_new_creatives_reach_the_market(everything):
    market = everything(1)
    env = MarketEnv(market, horizon=3)
    names = env.action_names()

    def spent(name, value):
        env.reset(seed=2)
        action = _hold(env)
        action[names.index(name)] = value
        _, _, _, _, info = env.step(action)
        return info

    assert spent("bid:search", 0.0)["spend"] < spent("bid:search", 0.5)["spend"]
    assert spent("bid:tv", 0.0) == spent("bid:tv", 1.0)
    plain, fresh = spent("refresh:social", 0.5), spent("refresh:social", 0.51)
    cost = market.channels[1].fatigue.refresh_cost
    gained = market.margin * (fresh["revenue"] - plain["revenue"])
    assert plain["profit"] - fresh["profit"] == pytest.approx(cost - gained)


def test_an_experiment_is_read_when_it_ends_and_ages(regional):
    env = MarketEnv(regional, horizon=8)
    names, shown = env.action_names(), env.observation_names()
    env.reset(seed=2)
    action = _hold(env)
    action[names.index("experiment:tv")] = 0.9
    action[names.index("experiment:social")] = 0.8
    action[names.index("experiment_weeks")] = 0.5
    action[names.index("experiment_share")] = 1.0
    ages, readings = [], []
    for week in range(6):
        observation, _, _, _, info = env.step(action if week == 0 else _hold(env))
        assert info["violations"] == 0
        ages.append(observation[shown.index("experiment_age:tv")])
        readings.append(observation[shown.index("experiment_return:tv")])
    assert ages[:2] == [1.0, 1.0]
    assert ages[2:] == pytest.approx([0.0, 1 / 52, 2 / 52, 3 / 52], abs=1e-6)
    assert readings[:2] == [0.0, 0.0]
    assert readings[2] != 0.0
    assert readings[2:] == [readings[2]] * 4


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.5])
def test_regions_taken_hold_no_more_than_was_asked_unless_the_smallest_alone_does(regional, share):
    env = MarketEnv(regional)
    taken = env.layout.regions(share)
    held = regional.geo_weights[list(taken)].sum()
    assert held <= share or taken == (5,)
    assert len(taken) == len(set(taken)) >= 1


def test_numbers_beyond_their_bounds_are_cut_and_no_number_is_a_violation(everything):
    env = MarketEnv(everything(6), horizon=4)
    env.reset(seed=1)
    high, _, _, _, _ = env.step(np.full(env.action_space.shape, 9.0, np.float32))
    env.reset(seed=1)
    same, _, _, _, _ = env.step(np.ones(env.action_space.shape, np.float32))
    np.testing.assert_array_equal(high, same)
    observation, reward, _, _, info = env.step(np.full(env.action_space.shape, np.nan, np.float32))
    assert info["violations"] == 1
    assert np.isfinite(reward)
    assert np.isfinite(observation).all()


def test_mistakes_are_named():
    with pytest.raises(NotFoundError, match="no scenario 'nowhere'"):
        MarketEnv("nowhere")
    with pytest.raises(ArgumentError, match="horizon must be at least 1"):
        MarketEnv("textbook", horizon=0)
    with pytest.raises(ArgumentError, match="no render mode 'human'"):
        MarketEnv("textbook", render_mode="human")
    env = MarketEnv("textbook", horizon=1)
    action = np.zeros(env.action_space.shape, np.float32)
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(action)
    with pytest.raises(ArgumentError, match="below 2"):
        env.reset(seed=2**63)
    env.reset(seed=1)
    with pytest.raises(ArgumentError, match="actions must have shape"):
        env.step(action[:-1])
    env.step(action)
    with pytest.raises(ArgumentError, match="the 1 weeks are over"):
        env.step(action)


def test_a_week_is_rendered_as_a_line():
    env = MarketEnv("textbook", horizon=2, render_mode="ansi")
    env.reset(seed=1)
    assert env.render() == "week 0 of 2"
    env.step(_hold(env))
    assert env.render().startswith("week 1 of 2: revenue ")
    assert MarketEnv("textbook").render() is None


def test_neither_the_package_nor_the_room_imports_gymnasium():
    code = "import sys, liftos_agents, liftos_agents.sandbox; sys.exit('gymnasium' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
