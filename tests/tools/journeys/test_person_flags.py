"""A conversion column that marks a person's every row counts once, at the last touch, and the result says so."""

from __future__ import annotations

from typing import Any

import pandas as pd

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.tools.journeys.result import AttributePathsResult

ROWS = [
    ("u1", 1, "tv", 1, 30.0),
    ("u1", 2, "search", 1, 30.0),
    ("u2", 1, "tv", 1, 20.0),
    ("u2", 2, "social", 1, 20.0),
    ("u2", 3, "search", 1, 20.0),
    ("u3", 1, "social", 0, 0.0),
    ("u3", 2, "tv", 0, 0.0),
    ("u4", 1, "social", 1, 5.0),
]


def table(rows: list[tuple[Any, ...]] = ROWS) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["user", "t", "channel", "converted", "revenue"])


def paths(frame: pd.DataFrame, **more: Any) -> AttributePathsResult:
    arguments = {"user": "user", "time": "t", "channel": "channel", "conversion": "converted", "resamples": 0}
    found = tools.result(tools.run("attribute_paths", frame, store=TransientStore(), **arguments, **more))
    assert isinstance(found, AttributePathsResult)
    return found


def said(result: AttributePathsResult) -> bool:
    return any("read as a mark of the person" in warning for warning in result.warnings)


def at_the_end(frame: pd.DataFrame) -> pd.DataFrame:
    last = ~frame.duplicated("user", keep="last")
    return frame.assign(converted=frame["converted"] * last, revenue=frame["revenue"] * last)


def test_a_mark_on_every_row_is_one_conversion_at_the_last_touch() -> None:
    marked, moment = paths(table(), value="revenue"), paths(at_the_end(table()), value="revenue")
    assert said(marked)
    assert not said(moment)
    assert marked.journeys == moment.journeys
    assert marked.journeys.conversions == 3.0
    assert marked.journeys.value == 55.0
    assert marked.channels == moment.channels
    assert marked.channels["search"].last == 2.0
    assert paths(table().sample(frac=1.0, random_state=1), value="revenue").channels == marked.channels


def test_a_row_without_a_touch_is_not_the_last_touch() -> None:
    rows = [*ROWS, ("u1", 9, None, 1, 30.0)]
    assert paths(table(rows), value="revenue").channels == paths(table(), value="revenue").channels


def test_moments_stay_moments() -> None:
    differs = table([*ROWS, ("u5", 1, "tv", 0, 0.0), ("u5", 2, "tv", 1, 1.0)])
    assert not said(paths(differs))
    assert paths(differs).journeys.conversions == 7.0
    one_twice = table([row for row in ROWS if row[0] != "u2"])
    assert not said(paths(one_twice))
    orders = table().assign(revenue=[1.0, 2.0, 3.0, 4.0, 5.0, 0.0, 0.0, 6.0])
    assert not said(paths(orders, value="revenue"))
    assert paths(orders, value="revenue").journeys.value == 21.0
