"""Lift tests as likelihood: what each cell of a channel's grid, or each posterior draw, says the test would have lifted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.domain.response_curve import (
    geometric_adstock,
    hill_saturation,
    lagged,
    logistic_saturation,
)
from liftos_agents.tools.mmm.grid import Cells, curves
from liftos_agents.tools.mmm.input import LiftTest, MmmInput
from liftos_agents.tools.mmm.priors import LiftEvidence

Array = NDArray[np.float64]


def evidence(
    data: MmmInput, channel: str, cells: Cells, spend_scale: float, outcome_scale: float, rows: int
) -> list[LiftEvidence]:
    """The tests of one channel that end within the first `rows` periods.

    The change in saturation is summed along the whole path of carry-over and lag to purchase: from the test's first period to
    the last one that its spend still reaches, or that the test counted.
    """
    return [
        _of_test(data, test, cells, spend_scale, outcome_scale)
        for test in data.lift_tests
        if test.channel == channel and np.datetime64(test.end, "D") <= _last_day(data, rows)
    ]


def tested_periods(data: MmmInput, test: LiftTest) -> np.ndarray:
    """(T,) which periods begin within the test."""
    start, end = np.datetime64(test.start, "D"), np.datetime64(test.end, "D")
    return (data.dates >= start) & (data.dates <= end)


def lift_along(
    posterior: MediaPosterior,
    channel: int,
    series: Array,
    changed: Array,
    first: int,
    last: int,
    *,
    decision: bool = False,
) -> Array:
    """(D,) what every draw says that a channel adds from period `first` to `last` (excluded) on `changed` against `series`."""
    retention = posterior.retention[:, channel]
    steepness = posterior.steepness[:, channel, None]
    earlier = min(posterior.waits, first)
    total = np.zeros(posterior.draws)
    for path, sign in ((changed, 1.0), (series, -1.0)):
        carried = geometric_adstock(
            path / posterior.scale[channel], retention, length=posterior.adstock_length
        )[:, first - earlier : last]
        if posterior.slope is None:
            curve = logistic_saturation(carried, steepness)
        else:
            curve = hill_saturation(carried, steepness, posterior.slope[:, channel, None])
        if posterior.conversion_lag is not None:
            curve = lagged(curve, posterior.conversion_lag[channel])[:, earlier:]
        total += sign * curve.sum(axis=1)
    return (posterior.decision_effect if decision else posterior.effect)[:, channel] * total


def lift_draws(data: MmmInput, posterior: MediaPosterior, test: LiftTest) -> Array:
    """(D,) what every draw says a past test would have lifted, along its whole path."""
    return lift_along(posterior, data.channels.index(test.channel), *_paths(data, test))


def _paths(data: MmmInput, test: LiftTest) -> tuple[Array, Array, int, int]:
    """Spend without and with the test's change, and the first and last period (excluded) that it reaches and counts."""
    index = data.channels.index(test.channel)
    reach = data.length + data.waits
    after = np.full(reach, data.spend[-data.length :, index].mean())
    series = np.concatenate([data.spend[:, index], after])
    tested = tested_periods(data, test)
    changed = series.copy()
    changed[: len(data.dates)][tested] += test.spend_change
    first = int(np.argmax(tested))
    last = min(first + int(tested.sum()) + reach, _periods_counted(data, test))
    return series, np.maximum(changed, 0.0), first, last


def _periods_counted(data: MmmInput, test: LiftTest) -> int:
    """How many periods from the data's first on begin before the test's count ends, those after the data included."""
    if test.counted_until is None:
        return len(data.dates) + data.length + data.waits
    until = np.datetime64(test.counted_until, "D")
    beyond = max(int((until - data.dates[-1]) // (data.dates[1] - data.dates[0])), 0)
    return int((data.dates <= until).sum()) + beyond


def _of_test(
    data: MmmInput, test: LiftTest, cells: Cells, spend_scale: float, outcome_scale: float
) -> LiftEvidence:
    series, changed, first, last = _paths(data, test)
    lag = data.lag(data.channels.index(test.channel))
    with_change = curves(cells, changed / spend_scale, adstock_length=data.length, lag=lag)
    without = curves(cells, series / spend_scale, adstock_length=data.length, lag=lag)
    return LiftEvidence(
        per_effect=(with_change - without)[:, first:last].sum(axis=1),
        lift=test.lift / outcome_scale,
        standard_error=test.standard_error / outcome_scale,
    )


def _last_day(data: MmmInput, rows: int) -> np.datetime64:
    step = data.dates[1] - data.dates[0]
    return data.dates[rows - 1] + step - np.timedelta64(1, "D")
