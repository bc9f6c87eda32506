"""A market as a Gymnasium environment.

Importing this module registers `LiftOS/Market-v0`; `gymnasium.make("liftos_agents.sandbox.environment:LiftOS/Market-v0")` does
both. Gymnasium 1 has no other way of finding environments in an installed package.
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np

from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox import scenarios
from liftos_agents.sandbox.environment_layout import Floats, Layout, Units
from liftos_agents.sandbox.openings import Openings
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.spec import MarketSpec

ENVIRONMENT = "LiftOS/Market-v0"
_SEEDS = 2**63


class MarketEnv(gymnasium.Env[Floats, Floats]):
    """One simulated market, decided week by week; what it shows is what a marketer would see, never the truth.

    Action, C channels, each number 0 … 1 (others are cut to that):

    | index | name | meaning |
    |---|---|---|
    | 0 … C−1 | `budget:<channel>` | 3 · a times the channel's mean weekly spend of the incumbent's last year; a third holds |
    | C … 2C−1 | `refresh:<channel>` | above .5 a new creative, which costs money |
    | 2C … 3C−1 | `bid:<channel>` | from floor to ceiling; ignored where the channel is not bought by bids |
    | 3C … 4C−1 | `experiment:<channel>` | the highest score above .5 begins a geo experiment; ignored without regions |
    | 4C | `experiment_weeks` | from the fewest to the most weeks allowed |
    | 4C + 1 | `experiment_share` | of the market taken, from one region to the largest share allowed |
    | 4C + 2 | `experiment_factor` | 2 · a times the budget in the regions taken; 0 is a holdout |

    Observation, "year" is the incumbent's last, each number cut to ± 10:

    | index | name | meaning |
    |---|---|---|
    | 0 … C−1 | `spend:<channel>` | last week's, by the year's mean |
    | C … 2C−1 | `impressions:<channel>` | likewise |
    | 2C … 3C−1 | `claimed:<channel>` | revenue that the platform claims, likewise |
    | 3C | `revenue` | of the till, likewise |
    | 3C + 1 | `search_interest` | by 100 |
    | 3C + 2 | `price` | relative to the list price |
    | 3C + 3, 3C + 4 | `season_sine`, `season_cosine` | of the week of the year that comes |
    | 3C + 5 | `weeks_left` | share of the horizon |
    | 3C + 6 … 4C + 5 | `year_share:<channel>` | of the year's spend |
    | 4C + 6 … 5C + 5 | `year_claimed_return:<channel>` | the year's claimed revenue by spend |
    | 5C + 6 | `year_spend_by_revenue` | the year's |
    | 5C + 7 … 6C + 6 | `experiment_return:<channel>` | incremental revenue by spend, as the channel's last experiment read it; 0 without |
    | 6C + 7 … 7C + 6 | `experiment_error:<channel>` | its standard error; 0 without |
    | 7C + 7 … 8C + 6 | `experiment_age:<channel>` | its years; 1 without, and at most |

    Reward: the week's profit (margin · revenue − spend − fees − creatives) by the incumbent's mean weekly spend of the last
    year. The last week's holds what is still to come of the money spent, so that nothing is worth spending less towards
    the end for. That is why an episode *terminates* at the horizon: no value is left to estimate, as there would be after a
    truncation.

    `info` holds the week's money figures (`revenue`, `spend`, `profit`), its `violations` of the budget's bounds, which cost
    nothing but are counted by the gates, and `week`, the weeks played.

    Args:
        scenario: A market, or the name of a scenario.
        horizon: Weeks to decide.
        render_mode: `ansi` for a line of text a week.

    Raises:
        NotFoundError: No such scenario.
        ArgumentError: The horizon is not positive, or no such render mode.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012

    def __init__(
        self, scenario: MarketSpec | str = "textbook", horizon: int = 52, render_mode: str | None = None
    ) -> None:
        market = scenarios.load(scenario) if isinstance(scenario, str) else scenario
        if horizon < 1:
            raise ArgumentError(f"horizon must be at least 1 week, got {horizon!r}")
        if render_mode not in (None, "ansi"):
            raise ArgumentError(f"no render mode {render_mode!r}", fix="Use 'ansi' or None")
        self.market, self.horizon, self.render_mode = market, horizon, render_mode
        self.layout = Layout(market, horizon)
        self.action_space, self.observation_space = self.layout.action_space, self.layout.observation_space
        self._openings = Openings(market, horizon, _SEEDS - 1)
        self._play: MarketPlay | None = None
        self._shown = ""

    def action_names(self) -> tuple[str, ...]:
        """What each number of an action is."""
        return self.layout.action_names()

    def observation_names(self) -> tuple[str, ...]:
        """What each number of an observation is."""
        return self.layout.observation_names()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Floats, dict[str, Any]]:
        """The world of `seed`, or the next one that this environment's own chance draws; there are no options.

        Raises:
            ArgumentError: A seed of 2⁶³ or more.
        """
        if seed is not None and seed >= _SEEDS:
            raise ArgumentError(f"a seed must be below 2**63, got {seed!r}")
        super().reset(seed=seed)
        self._play = self._openings.draw(self.np_random) if seed is None else self._openings.of(seed)
        self._units = Units.of(self._play)
        self._opening = self.layout.opening(self._play, self._units)
        self._total = float(self._units.total[0])
        self._shown = f"week 0 of {self.horizon}"
        return self.layout.first(self._play, self._units, self._opening)[0], {"week": 0}

    def step(self, action: Floats) -> tuple[Floats, float, bool, bool, dict[str, Any]]:
        """Play a week.

        Raises:
            ResetNeeded: There was no reset yet.
            ArgumentError: The horizon is over, or the action has the wrong shape.
        """
        play = self._play
        if play is None:
            raise gymnasium.error.ResetNeeded("reset the market before its first week")
        money = play.advance(self.layout.decision(np.asarray(action)[None], self._units))
        gain, _, spent, _ = money[:, 0].tolist()
        info = {
            "revenue": float(play.shown[0, -1]),
            "spend": spent,
            "profit": gain,
            "violations": int(play.violations[0]),
            "week": play.week,
        }
        if self.render_mode is not None:
            self._shown = _line(info, self.market.currency, self.horizon)
        observation = self.layout.observe(play, self._units, self._opening)[0]
        return observation, gain / self._total, play.done, False, info

    def render(self) -> str | None:  # type: ignore[override]
        """The last week as a line of text, in the mode `ansi`."""
        return self._shown if self.render_mode == "ansi" else None


def _line(info: dict[str, Any], currency: str, horizon: int) -> str:
    return (
        f"week {info['week']} of {horizon}: revenue {info['revenue']:,.0f} {currency}, "
        f"spend {info['spend']:,.0f}, profit {info['profit']:,.0f}"
    )


gymnasium.register(
    id=ENVIRONMENT,
    entry_point="liftos_agents.sandbox.environment:MarketEnv",
    vector_entry_point="liftos_agents.sandbox.vector_environment:MarketVectorEnv",
)
