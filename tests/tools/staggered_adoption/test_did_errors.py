"""Each bad specification gets an error that names the fix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents.errors import UserError
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from tests.tools.staggered_adoption.conftest import ROLES, differ, panel

PLAIN = {"outcome": "sales", "unit": "store", "time": "period"}


def _with(**columns: Any) -> pd.DataFrame:
    return panel(40).assign(**columns)


BAD: dict[str, tuple[pd.DataFrame, dict[str, Any], type[UserError], str]] = {
    "missing column": (panel(40), ROLES | {"outcome": "salse"}, ToolRetry, "sales"),
    "outcome is the treatment": (panel(40), PLAIN | {"treatment": "sales"}, ToolRetry, "another column"),
    "no variation in the outcome": (_with(sales=1.0), ROLES, ToolRetry, "varies"),
    "one cluster": (_with(land="de"), ROLES | {"cluster": "land"}, ToolRetry, "Leave cluster out"),
    "treated everywhere": (_with(on=1), PLAIN | {"treatment": "on"}, ToolFailed, "not treated"),
    "all adopt at once": (_with(adopted=5), ROLES, ToolFailed, "not treated"),
    "all adopt in the end": (panel(40, starts=(4, 6)), ROLES, ToolRetry, "not_yet_treated"),
    "nobody treated": (_with(adopted=0), ROLES, ToolFailed, "treated units"),
    "nobody's treatment on": (_with(on=0), PLAIN | {"treatment": "on"}, ToolFailed, "treated units"),
    "negative weights": (_with(w=-1.0), ROLES | {"weights": "w"}, ToolRetry, "0 or more"),
    "weights all zero": (_with(w=0.0), ROLES | {"weights": "w"}, ToolFailed, "Leave weights out"),
    "adopted before the first period": (_with(adopted=-3), ROLES, ToolRetry, "earlier periods"),
    "adopted between periods": (
        panel(40).assign(adopted=lambda f: f["adopted"] + 0.5 * (f["adopted"] == 5)),
        ROLES,
        ToolRetry,
        "first period that is treated",
    ),
    "cohort changes within a unit": (
        panel(40).assign(adopted=lambda f: f["period"]),
        ROLES,
        ToolRetry,
        "one value a unit",
    ),
    "a dose": (_with(on=np.arange(640) % 3), PLAIN | {"treatment": "on"}, ToolRetry, "on and off"),
    "treatment and cohort contradict": (
        panel(40).assign(on=lambda f: 1 - f["on"]).assign(on=lambda f: (f["period"] > 3).astype(int)),
        ROLES | {"treatment": "on"},
        ToolRetry,
        "Leave one",
    ),
    "ever treated alone": (
        panel(40).assign(ever=lambda f: f["adopted"] > 0),
        PLAIN | {"treatment": "ever"},
        ToolRetry,
        "adopted",
    ),
    "two rows a unit and period": (pd.concat([panel(40), panel(40)]), ROLES, ToolRetry, "average the rows"),
    "one period": (panel(40).query("period == 6"), ROLES, ToolRetry, "before and after"),
    "periods without order": (
        _with(period=panel(40)["period"].map(lambda k: "abcdefgh"[k - 1])),
        ROLES,
        ToolRetry,
        "begin with the year",
    ),
    "neither treatment nor cohort": (panel(40), PLAIN, ToolRetry, "cohort"),
    "staggered two by two": (panel(40), ROLES | {"method": "two_by_two"}, ToolRetry, "callaway_santanna"),
    "too much anticipation": (panel(40), ROLES | {"anticipation": 6}, ToolRetry, "anticipation=4"),
    "method that needs units": (
        panel(40),
        {"outcome": "sales", "time": "period", "treatment": "on", "method": "callaway_santanna"},
        ToolRetry,
        "two_by_two",
    ),
    "group not known in cross-sections": (
        panel(40),
        {"outcome": "sales", "time": "period", "treatment": "on"},
        ToolRetry,
        "group",
    ),
    "start not known in cross-sections": (
        panel(40).assign(ever=lambda f: f["adopted"] > 0),
        {"outcome": "sales", "time": "period", "treatment": "ever"},
        ToolRetry,
        "post",
    ),
    "staggered cross-sections": (
        panel(40),
        {"outcome": "sales", "time": "period", "cohort": "adopted"},
        ToolRetry,
        "unit",
    ),
    "post without treatment": (_with(post=1), ROLES | {"post": "post"}, ToolRetry, "treatment"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_specification_names_its_fix(case: str) -> None:
    frame, arguments, kind, fix = BAD[case]
    with pytest.raises(kind) as caught:
        differ(frame, **arguments)
    assert fix in str(caught.value.fix)
    assert caught.value.where


def test_an_empty_cohort_is_never_treated_and_so_is_infinity() -> None:
    frame = panel(41)
    plain = differ(frame, **ROLES).estimate
    assert differ(frame.assign(adopted=frame["adopted"].replace(0, np.nan)), **ROLES).estimate == plain
    late = frame.assign(adopted=frame["adopted"].replace(0, 99))
    assert differ(late, **ROLES).estimate == plain
