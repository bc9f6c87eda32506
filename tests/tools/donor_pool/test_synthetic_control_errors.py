"""Each bad specification gives an error that names the fix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents.tools.errors import ToolFailed, ToolRetry

Make = Callable[..., pd.DataFrame]
Ask = Callable[..., Any]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"outcome": "sale"}, "Did you mean 'sales'"),
        ({"unit": "sales"}, "given as outcome and as unit"),
        ({"treated_units": ["shop 0"]}, "Did you mean 'shop"),
        ({"treated_units": ["SHOP 00"]}, "Did you mean 'shop 00'"),
        ({"treated_units": []}, "treated_units"),
        ({"treatment_time": 0}, "no period before"),
        ({"treatment_time": 99}, "after the last period"),
        ({"treatment_time": "spring"}, "'spring' is no number"),
        ({"treated_units": [f"shop {i:02d}" for i in range(15)]}, "nothing to compare with"),
        ({"donors": ["shop 00", "shop 01", "shop 02"]}, "as a treated unit and as a donor"),
        ({"exclude": ["shop 00"]}, "Exclude donors only"),
        ({"predictors": ["size"]}, "method='classic'"),
        ({"inference": "jackknife"}, "sdid"),
        ({"method": "sdid", "inference": "conformal"}, "Use placebo"),
        ({"level": 0.99, "inference": "placebo"}, "at least 100 donors"),
        ({"method": "ridge"}, "classic"),
    ],
)
def test_other_arguments_are_asked_for(
    make_panel: Make, ask: Ask, arguments: dict[str, Any], says: str
) -> None:
    with pytest.raises(ToolRetry) as caught:
        ask(make_panel(), **arguments)
    assert says in str(caught.value)


def test_two_rows_of_one_unit_and_period_are_refused(make_panel: Make, ask: Ask) -> None:
    frame = make_panel()
    with pytest.raises(ToolRetry, match="more than one row at 4"):
        ask(pd.concat([frame, frame[frame["week"] == 4].head(1)], ignore_index=True))


def test_an_outcome_that_never_varies_is_refused(make_panel: Make, ask: Ask) -> None:
    with pytest.raises(ToolRetry, match="one value only"):
        ask(make_panel().assign(sales=3.0))


def test_words_as_time_are_refused(make_panel: Make, ask: Ask) -> None:
    frame = make_panel()
    with pytest.raises(ToolRetry, match="no order in time"):
        ask(frame.assign(week=[f"w{v} of many" for v in frame["week"]]))


def test_a_gap_in_a_treated_unit_and_too_little_before_fail(make_panel: Make, ask: Ask) -> None:
    frame = make_panel()
    holed = frame.copy()
    holed.loc[(holed["shop"] == "shop 00") & (holed["week"] == 7), "sales"] = np.nan
    with pytest.raises(ToolFailed, match="has no outcome at 7"):
        ask(holed)
    with pytest.raises(ToolFailed, match="at least 4 are needed"):
        ask(frame, treatment_time=2)


def test_one_donor_is_too_few(make_panel: Make, ask: Ask) -> None:
    with pytest.raises(ToolFailed, match="at least 2 are needed"):
        ask(make_panel(), donors=["shop 03"])
