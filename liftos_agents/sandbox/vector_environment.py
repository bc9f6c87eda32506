"""Many worlds of one market as a Gymnasium vector environment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox import scenarios
from liftos_agents.sandbox.environment_layout import Floats, Layout, Units
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.spec import MarketSpec

_SEEDS = 2**63


class MarketVectorEnv(VectorEnv[Floats, Floats, Any]):
    """S worlds in one `MarketPlay`; actions, observations, rewards and infos are those of `MarketEnv`, by row.

    Row i is, bit for bit, the single environment with the same seed and actions. All worlds end in the same week, and
    none is reset on its own: `metadata["autoreset_mode"]` is `DISABLED`.

    Args:
        scenario: A market, or the name of a scenario.
        num_envs: S.
        horizon: Weeks to decide.
        render_mode: None.

    Raises:
        NotFoundError: No such scenario.
        ArgumentError: A number is not positive, or a render mode is given.
    """

    metadata: dict[str, Any] = {"render_modes": [], "autoreset_mode": AutoresetMode.DISABLED}  # noqa: RUF012

    def __init__(
        self,
        scenario: MarketSpec | str = "textbook",
        num_envs: int = 1,
        horizon: int = 52,
        render_mode: str | None = None,
    ) -> None:
        market = scenarios.load(scenario) if isinstance(scenario, str) else scenario
        if horizon < 1 or num_envs < 1:
            raise ArgumentError(f"horizon and num_envs must be at least 1, got {horizon!r} and {num_envs!r}")
        if render_mode is not None:
            raise ArgumentError(
                f"many worlds have no render mode, got {render_mode!r}", fix="Render a MarketEnv"
            )
        self.market, self.num_envs, self.horizon = market, num_envs, horizon
        self.layout = Layout(market, horizon)
        self.single_action_space = self.layout.action_space
        self.single_observation_space = self.layout.observation_space
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self._play: MarketPlay | None = None

    def action_names(self) -> tuple[str, ...]:
        """What each number of an action is."""
        return self.layout.action_names()

    def observation_names(self) -> tuple[str, ...]:
        """What each number of an observation is."""
        return self.layout.observation_names()

    def reset(
        self, *, seed: int | Sequence[int] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Floats, dict[str, Any]]:
        """The worlds of `seed`, `seed` + 1 …, or of one seed each, or those that this environment's own chance draws.

        Raises:
            ArgumentError: Seeds that are too few, too many or too large, or an option to reset some worlds alone.
        """
        mask = (options or {}).get("reset_mask")
        if mask is not None and not np.all(mask):
            raise ArgumentError("all worlds begin together", fix="Leave reset_mask out, or set it for all")
        if isinstance(seed, int | np.integer):
            super().reset(seed=int(seed))
            worlds = [int(seed) + row for row in range(self.num_envs)]
        elif seed is not None:
            worlds = [int(each) for each in seed]
        else:
            worlds = [int(each) for each in self.np_random.integers(_SEEDS - 1, size=self.num_envs)]
        if len(worlds) != self.num_envs or not all(0 <= each < _SEEDS for each in worlds):
            raise ArgumentError(
                f"{self.num_envs} worlds need as many seeds from 0 to below 2**63, got {seed!r}"
            )
        if self._play is None:
            self._play = MarketPlay(self.market, worlds, self.horizon)
        else:
            self._play = self._play.again(worlds)
        self._units = Units.of(self._play)
        self._opening = self.layout.opening(self._play, self._units)
        observations = self.layout.first(self._play, self._units, self._opening)
        return observations, {"week": np.zeros(self.num_envs, dtype=np.int64)}

    def step(
        self, actions: Floats
    ) -> tuple[Floats, Array, NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """Play a week in every world.

        Raises:
            ResetNeeded: There was no reset yet.
            ArgumentError: The horizon is over, or the actions have the wrong shape.
        """
        play = self._play
        if play is None:
            raise gymnasium.error.ResetNeeded("reset the markets before their first week")
        profit, _, spent, _ = play.advance(self.layout.decision(np.asarray(actions), self._units))
        infos = {
            "revenue": play.shown[:, -1].copy(),
            "spend": spent,
            "profit": profit,
            "violations": play.violations,
            "week": np.full(self.num_envs, play.week),
        }
        observations = self.layout.observe(play, self._units, self._opening)
        ended = np.full(self.num_envs, play.done)
        return observations, profit / self._units.total, ended, np.zeros_like(ended), infos
