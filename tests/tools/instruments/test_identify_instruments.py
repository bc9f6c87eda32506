"""`identify_instruments`: what is ranked first, what is turned down and why, and that nothing is called valid."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from linearmodels.datasets import card

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.domain.reference import unit_of
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.instruments.hints import hint_of
from liftos_agents.tools.instruments.ranking import InstrumentCandidatesResult


def _run(frame: pd.DataFrame, **arguments: Any) -> InstrumentCandidatesResult:
    found = tools.result(tools.run("identify_instruments", frame, store=TransientStore(), **arguments))
    assert isinstance(found, InstrumentCandidatesResult)
    return found


def _made(n: int = 800, seed: int = 1) -> pd.DataFrame:
    r = np.random.default_rng(seed)
    u, w = r.normal(size=n), r.normal(size=n)
    offer = (r.random(n) < 0.5).astype(float)
    cost = r.normal(size=n)
    t = 0.9 * offer - 0.5 * cost + 0.4 * w + u + 0.5 * r.normal(size=n)
    y = t + 0.5 * w + u + 0.5 * r.normal(size=n)
    return pd.DataFrame(
        {
            "y": y,
            "t": t,
            "w": w,
            "offered": offer,
            "fuel_cost": cost,
            "noise": r.normal(size=n),
            "twice_t": 2 * t,
            "row": np.arange(n),
            "name": [f"unit {i}" for i in range(n)],
            "fixed": 1.0,
            "day": pd.date_range("2020-01-01", periods=n),
        }
    )


ROLES: dict[str, Any] = {"outcome": "y", "treatment": "t", "controls": ["w"]}


def test_strong_and_plausible_columns_come_first() -> None:
    found = _run(_made(), **ROLES)
    by_name = {c.name: c for c in found.candidates}
    assert found.status == "ranked"
    assert found.suggested == ("offered", "fuel_cost")
    assert by_name["offered"].direction == "up"
    assert by_name["fuel_cost"].direction == "down"
    assert by_name["offered"].agrees == ("fuel_cost",)
    assert by_name["noise"].verdict == "too weak"
    for name in ("twice_t", "row", "name", "fixed", "day"):
        assert by_name[name].verdict == "cannot serve", name
    assert [c.rank for c in found.candidates] == list(range(1, len(found.candidates) + 1))
    assert all(c.breaks_exclusion for c in found.candidates)


def test_validity_is_never_claimed() -> None:
    found = _run(_made(), **ROLES)
    said = " ".join([found.summary(), *found.explanations.model_dump().values()]).casefold()
    assert "is valid" not in said
    assert "no proof" in said
    assert "has to be argued" in said


def test_one_that_contradicts_the_others_is_doubtful() -> None:
    frame = _made()
    r = np.random.default_rng(5)
    bad = r.normal(size=len(frame))
    frame["t"] += 0.8 * bad
    frame["y"] += 0.8 * bad + 1.5 * bad
    found = _run(frame.assign(tax=bad), **ROLES, candidates=["offered", "fuel_cost", "tax"])
    by_name = {c.name: c for c in found.candidates}
    assert set(by_name["tax"].disagrees) == {"offered", "fuel_cost"}
    assert by_name["tax"].verdict == "doubtful"
    assert found.suggested == ("offered", "fuel_cost")


def test_card_names_nearness_to_college() -> None:
    controls = ["exper", "expersq", "black", "south", "smsa", "smsa66"]
    found = _run(
        card.load(),
        outcome="lwage",
        treatment="educ",
        controls=controls,
        candidates=["nearc4", "nearc2", "fatheduc", "motheduc", "id"],
    )
    assert found.suggested == ("nearc4",)
    assert found.candidates[0].kind == "distance or nearness"
    assert {c.name: c.verdict for c in found.candidates}["fatheduc"] == "doubtful"


def test_nothing_to_argue_for() -> None:
    found = _run(_made()[["y", "t", "w", "noise"]], **ROLES)
    assert found.status == "none"
    assert not found.suggested
    assert found.advice


def test_a_column_named_by_the_caller_needs_no_telling_name() -> None:
    frame = _made().rename(columns={"offered": "q17"})
    assert _run(frame, **ROLES, candidates=["q17"]).suggested == ("q17",)
    assert "q17" not in _run(frame, **ROLES).suggested


def test_errors() -> None:
    with pytest.raises(ToolRetry, match="no column 'zz'"):
        _run(_made(), **ROLES, candidates=["zz"])
    with pytest.raises(ToolRetry, match="given as"):
        _run(_made(), outcome="y", treatment="y")
    with pytest.raises(ToolRetry, match="one value only"):
        _run(_made(), outcome="y", treatment="fixed")
    with pytest.raises(ToolFailed, match="no column is left"):
        _run(_made()[["y", "t", "w"]], **ROLES)


def test_same_bytes_in_any_order() -> None:
    frame = _made()

    def told(rows: pd.DataFrame) -> str:
        return json.dumps(tools.run("identify_instruments", rows, store=TransientStore(), **ROLES).result)

    shuffled = frame.sample(frac=1.0, random_state=2)[frame.columns[::-1]]
    assert told(frame) == told(shuffled)


def test_units_and_figure() -> None:
    found = _run(_made(), **ROLES)
    assert found.plot("bars").horizontal[0][0] == 10.0
    for path in ("candidates.0.effective_f", "candidates.0.direct_p", "candidates.0.n"):
        assert unit_of(found.model_dump(mode="json"), path) is not None
    assert len(found.tidy()) == len(found.candidates)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("distanceToStore", "distance or nearness"),
        ("lottery_number", "random assignment or encouragement"),
        ("quarter_of_birth", "date of birth"),
        ("Eligible", "eligibility or a rule"),
        ("wholesale price", "cost or supply shifter"),
        ("q17", "no known kind"),
    ],
)
def test_hints(name: str, kind: str) -> None:
    assert hint_of(name).kind == kind
