"""What every channel truly brought in the weeks that a policy played, by paired rollouts without luck."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.play import MarketPlay

_STEP = 0.005
_AT_ONCE = 4_000_000
"""Numbers an array of the rollouts may hold."""


@dataclass(frozen=True, eq=False)
class PlayedReturns:
    """S worlds' true returns of C channels on what was spent in the weeks asked for, (S, C).

    Weeks after the spend are included until nothing of it is left, and so is what a channel does through others: an
    interaction, or a rival that it provokes.

    Attributes:
        spend: Money really spent.
        incremental: Expected revenue that there would not have been without it.
        roas: Of the two; NaN where nothing was spent.
        marginal_roas: The same for the last 1 % of the budgets; NaN where they bought nothing more.
    """

    spend: Array
    incremental: Array
    roas: Array
    marginal_roas: Array


def true_returns(play: MarketPlay, first: int = 0, stop: int | None = None) -> PlayedReturns:
    """The truth of what `play` spent in the weeks from `first` to before `stop`; all that are played when absent.

    Each channel's delivered budgets, by region, experiments included, are replayed at 0, 99.5 and 100.5 %, everything else as
    it was. After the weeks played nothing more is spent.

    Raises:
        ArgumentError: The play keeps nothing (`keep=True`), or those weeks are not played.
    """
    if play.kept is None:
        raise ArgumentError("this play kept no budgets", fix="Use MarketPlay(..., keep=True)")
    end = play.week if stop is None else stop
    if not 0 <= first < end <= play.week:
        raise ArgumentError(f"weeks must lie in the {play.week} played, got {first!r} to {stop!r}")
    budgets = play.kept.budgets
    bids, refresh = play.kept.bids(play.incumbent_bids), play.kept.refresh
    worlds, channels = len(budgets), budgets.shape[-1]
    incremental, spend, steps = (np.empty((worlds, channels)) for _ in range(3))
    marginal = np.empty((worlds, channels))
    for some in _groups(play, budgets):
        totals, paid = _rollouts(play, budgets, bids, refresh, some, slice(first, end))
        spend[some] = paid[:, 0]
        for c in range(channels):
            without, less, more = (1 + 3 * c + row for row in range(3))
            incremental[some, c] = totals[:, 0] - totals[:, without]
            marginal[some, c] = totals[:, more] - totals[:, less]
            steps[some, c] = paid[:, more, c] - paid[:, less, c]
    return PlayedReturns(
        spend=spend,
        incremental=incremental,
        roas=_ratio(incremental, spend, 0.0),
        marginal_roas=_ratio(marginal, steps, 1e-9 * spend),
    )


def _groups(play: MarketPlay, budgets: Array) -> Iterator[slice]:
    worlds, weeks, regions, channels = budgets.shape
    each = (1 + 3 * channels) * (weeks + play.fading) * regions * channels
    size = max(1, _AT_ONCE // each)
    for start in range(0, worlds, size):
        yield slice(start, min(start + size, worlds))


def _rollouts(
    play: MarketPlay,
    budgets: Array,
    bids: Array | None,
    refresh: NDArray[np.bool_] | None,
    some: slice,
    asked: slice,
) -> tuple[Array, Array]:
    """Expected revenue (N, V) of some worlds' variants, and what each spent in the weeks asked for, (N, V, C)."""
    assert play.kept is not None
    worlds, weeks, regions, channels = budgets[some].shape
    variants = 1 + 3 * channels
    factors = np.ones((variants, channels))
    for c in range(channels):
        factors[1 + 3 * c : 4 + 3 * c, c] = 0.0, 1.0 - _STEP, 1.0 + _STEP
    paths = np.zeros((worlds, variants, weeks + play.fading, regions, channels))
    paths[:, :, :weeks] = budgets[some, None]
    paths[:, :, asked] *= factors[:, None, None, :]
    tape = play.tape(0, weeks + play.fading).worlds(some).repeat(variants)
    flows, _ = play.response.respond(
        tape,
        paths.reshape(-1, *paths.shape[2:]),
        bids=_longer(bids, some, play.fading, variants),
        refresh=_longer(refresh, some, play.fading, variants),
        carry=play.kept.start.worlds(some).repeat(variants),
    )
    totals = flows.incremental.sum(axis=(1, 2, 3)).reshape(worlds, variants)
    baseline = flows.baseline.reshape(worlds, variants, -1)
    totals += (baseline - baseline[:, :1]).sum(axis=2)
    return totals, flows.spend[:, asked].sum(axis=(1, 2)).reshape(worlds, variants, channels)


def _longer(series: np.ndarray | None, some: slice, weeks: int, times: int) -> np.ndarray | None:
    """(N · V, W + fading, C), the last week's values without new creatives in the weeks that fade."""
    if series is None:
        return None
    last = np.zeros_like(series[some, -1:]) if series.dtype == bool else series[some, -1:]
    return np.repeat(np.concatenate([series[some], np.repeat(last, weeks, axis=1)], axis=1), times, axis=0)


def _ratio(above: Array, below: Array, least: Array | float) -> Array:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > least)
