"""Lift tests as likelihood: what each cell of a channel's grid says the test would have lifted."""

from __future__ import annotations

import numpy as np

from liftos_agents.tools.mmm.grid import Cells, curves
from liftos_agents.tools.mmm.input import LiftTest, MmmInput
from liftos_agents.tools.mmm.priors import LiftEvidence


def evidence(
    data: MmmInput, channel: str, cells: Cells, spend_scale: float, outcome_scale: float, rows: int
) -> list[LiftEvidence]:
    """The tests of one channel that end within the first `rows` periods.

    The change in saturation is summed along the whole carry-over path: from the test's first period to the last one that
    its spend still reaches.
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


def _of_test(
    data: MmmInput, test: LiftTest, cells: Cells, spend_scale: float, outcome_scale: float
) -> LiftEvidence:
    index = data.channels.index(test.channel)
    after = np.full(data.length, data.spend[-data.length :, index].mean())
    series = np.concatenate([data.spend[:, index], after])
    changed = series.copy()
    changed[: len(data.dates)][tested_periods(data, test)] += test.spend_change
    first = int(np.argmax(tested_periods(data, test)))
    last = first + int(tested_periods(data, test).sum()) + data.length
    with_change = curves(cells, np.maximum(changed, 0.0) / spend_scale, adstock_length=data.length)
    without = curves(cells, series / spend_scale, adstock_length=data.length)
    return LiftEvidence(
        per_effect=(with_change - without)[:, first:last].sum(axis=1),
        lift=test.lift / outcome_scale,
        standard_error=test.standard_error / outcome_scale,
    )


def _last_day(data: MmmInput, rows: int) -> np.datetime64:
    step = data.dates[1] - data.dates[0]
    return data.dates[rows - 1] + step - np.timedelta64(1, "D")
