"""Worlds opened a few at a time: eight together take little longer than one."""

from __future__ import annotations

from collections import deque
from copy import deepcopy

import numpy as np

from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.spec import MarketSpec

_AHEAD = 8
_SMALL = 1_024
"""Worlds · regions · channels that are opened together."""


class Openings:
    """The markets of episodes that follow each other, each of one world that chance draws.

    Chance draws one world an episode whoever asks; a copy of it foretells the next ones, which are opened together. Should
    somebody else have drawn from it meanwhile, what was foretold is dropped.

    Args:
        market: The market.
        horizon: Weeks to decide.
        most: Worlds; every draw is below.
    """

    def __init__(self, market: MarketSpec, horizon: int, most: int) -> None:
        self._market, self._horizon, self._most = market, horizon, most
        self._ahead = max(1, min(_AHEAD, _SMALL // (market.geos.count * len(market.channels))))
        self._opened: deque[MarketPlay] = deque()
        self._first: MarketPlay | None = None

    def of(self, world: int) -> MarketPlay:
        """The market of a world named by its seed."""
        return self._play([world])

    def draw(self, chance: np.random.Generator) -> MarketPlay:
        """The market of the next world that `chance` draws."""
        world = int(chance.integers(self._most))
        if self._opened and self._opened[0].seeds[0] == world:
            return self._opened.popleft()
        self._opened.clear()
        if self._first is None or self._ahead == 1:
            return self._play([world])
        several = self._play([world, *deepcopy(chance).integers(self._most, size=self._ahead - 1)])
        self._opened.extend(several.alone(n) for n in range(1, self._ahead))
        return several.alone(0)

    def _play(self, worlds: list[int]) -> MarketPlay:
        if self._first is None:
            self._first = MarketPlay(self._market, worlds, self._horizon)
            return self._first
        return self._first.again(worlds)
