"""What a market in play delivered week by week, kept so that its truth can be asked for afterwards."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.response import Carry


class Delivered:
    """Budgets, bids and new creatives of S worlds in the weeks played so far.

    Args:
        start: What the incumbent's weeks left behind.
    """

    def __init__(self, start: Carry) -> None:
        self.start = start
        self._budgets: list[Array] = []
        self._bids: list[Array | None] = []
        self._refresh: list[NDArray[np.bool_] | None] = []

    def add(self, budgets: Array, bids: Array | None, refresh: NDArray[np.bool_] | None) -> None:
        """One week: budgets (S, 1, G, C), bids and refresh (S, 1, C)."""
        self._budgets.append(budgets)
        self._bids.append(bids)
        self._refresh.append(refresh)

    @property
    def budgets(self) -> Array:
        """(S, W, G, C), experiments included."""
        return np.concatenate(self._budgets, axis=1)

    def bids(self, usual: Array) -> Array | None:
        """(S, W, C), `usual` (C,) in weeks that gave none; None where no week gave any."""
        return _whole(self._bids, usual, len(self.start.pressure))

    @property
    def refresh(self) -> NDArray[np.bool_] | None:
        """(S, W, C); None where nothing was renewed."""
        channels = self.start.exposure.shape[-1]
        found = _whole(self._refresh, np.zeros(channels, dtype=bool), len(self.start.pressure))
        return None if found is None else found.astype(bool)


def _whole(
    weeks: list[Array | None] | list[NDArray[np.bool_] | None], usual: np.ndarray, worlds: int
) -> np.ndarray | None:
    if all(week is None for week in weeks):
        return None
    absent = np.broadcast_to(usual, (worlds, 1, len(usual)))
    return np.concatenate([absent if week is None else week for week in weeks], axis=1)
