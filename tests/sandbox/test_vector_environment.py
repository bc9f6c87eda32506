import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox import MarketEnv, MarketVectorEnv

WEEKS = 9


@pytest.mark.parametrize("regions", [1, 6])
def test_a_row_is_the_single_environment_bit_for_bit(everything, regions):
    market = everything(regions, experiments={"fee": 500.0, "least_weeks": 2, "most_weeks": 3})
    seeds = [4, 2**62, 9]
    many = MarketVectorEnv(market, num_envs=3, horizon=WEEKS)
    seen = [many.reset(seed=seeds)]
    chance = np.random.default_rng(3)
    actions = chance.random((WEEKS, *many.action_space.shape), np.float32)
    seen += [many.step(action) for action in actions]
    for row, seed in enumerate(seeds):
        one = MarketEnv(market, horizon=WEEKS)
        np.testing.assert_array_equal(seen[0][0][row], one.reset(seed=seed)[0])
        for week, action in enumerate(actions):
            observation, reward, terminated, truncated, info = one.step(action[row])
            observations, rewards, terminations, truncations, infos = seen[1 + week]
            np.testing.assert_array_equal(observations[row], observation)
            assert observations.dtype == observation.dtype == np.float32
            assert rewards[row] == reward
            assert (terminations[row], truncations[row]) == (terminated, truncated)
            assert infos.keys() == info.keys()
            for key, value in info.items():
                assert infos[key][row] == value
    assert len({tuple(np.round(s, 3)) for s in seen[-1][0]}) == 3


def test_made_by_gymnasium_with_autoreset_off():
    envs = gymnasium.make_vec("liftos_agents.sandbox.environment:LiftOS/Market-v0", num_envs=5, horizon=2)
    assert isinstance(envs, MarketVectorEnv)
    assert envs.metadata["autoreset_mode"] is AutoresetMode.DISABLED
    observations, infos = envs.reset(seed=11)
    assert observations in envs.observation_space
    assert infos["week"].tolist() == [0] * 5
    np.testing.assert_array_equal(observations[3], MarketEnv(horizon=2).reset(seed=14)[0])
    for week in range(2):
        observations, rewards, terminations, truncations, _ = envs.step(envs.action_space.sample())
        assert observations in envs.observation_space
        assert rewards.shape == (5,)
        assert terminations.tolist() == [week == 1] * 5
        assert not truncations.any()
    with pytest.raises(ArgumentError, match="weeks are over"):
        envs.step(envs.action_space.sample())


def test_resets_without_a_seed_follow_the_environments_own_chance():
    envs = MarketVectorEnv("textbook", num_envs=3, horizon=1)
    envs.reset(seed=1)
    first, second = envs.reset()[0], envs.reset()[0]
    envs.reset(seed=1)
    np.testing.assert_array_equal(envs.reset(options={"reset_mask": np.ones(3, dtype=bool)})[0], first)
    assert not np.array_equal(first, second)


def test_nothing_given_out_changes_later():
    envs = MarketVectorEnv("textbook_regions", num_envs=2, horizon=3)
    given = [envs.reset(seed=1)[0]]
    before = given[0].copy()
    observation, rewards, _, _, infos = envs.step(envs.action_space.sample())
    kept = (observation.copy(), rewards.copy(), {k: v.copy() for k, v in infos.items()})
    envs.step(envs.action_space.sample())
    np.testing.assert_array_equal(given[0], before)
    np.testing.assert_array_equal(observation, kept[0])
    np.testing.assert_array_equal(rewards, kept[1])
    for key, value in infos.items():
        np.testing.assert_array_equal(value, kept[2][key])


def test_mistakes_are_named():
    with pytest.raises(ArgumentError, match="must be at least 1"):
        MarketVectorEnv("textbook", num_envs=0)
    with pytest.raises(ArgumentError, match="no render mode"):
        MarketVectorEnv("textbook", render_mode="ansi")
    envs = MarketVectorEnv("textbook", num_envs=2)
    with pytest.raises(gymnasium.error.ResetNeeded):
        envs.step(envs.action_space.sample())
    for seeds in ([1], [1, 2**63], [-1, 2]):
        with pytest.raises(ArgumentError, match="2 worlds need as many seeds"):
            envs.reset(seed=seeds)
    with pytest.raises(ArgumentError, match="all worlds begin together"):
        envs.reset(options={"reset_mask": np.array([True, False])})
    envs.reset(seed=1)
    with pytest.raises(ArgumentError, match="actions must have shape"):
        envs.step(envs.action_space.sample()[:1])
