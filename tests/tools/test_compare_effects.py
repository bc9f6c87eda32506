"""Several estimates of one effect: agreement, conflict, and what cannot be compared."""

from __future__ import annotations

from typing import Any

import pytest

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.domain.evidence import Evidence
from liftos_agents.tools import ToolRetry


def keep(store: TransientStore, identifier: str, **fields: Any) -> str:
    result = {
        "status": "estimated",
        "estimand": "The average effect.",
        "method": identifier,
        "outcome": "sales",
        "treatment": "offer",
        "estimate": 1.0,
        "standard_error": 0.2,
        "p_value": 0.01,
        "n": 100,
    } | fields
    middle = result["estimate"] or 0.0
    result["interval"] = fields.get("interval", {"low": middle - 0.3, "high": middle + 0.3, "level": 0.9})
    store.put(
        Evidence(id=f"ev_{identifier}", tool="estimate_effect", version="1", arguments={}, result=result)
    )
    return f"ev_{identifier}"


def compare(store: TransientStore, *of: str) -> Any:
    return tools.result(tools.run("compare_effects", store=store, of=list(of)))


def test_near_estimates_agree() -> None:
    store = TransientStore()
    found = compare(store, keep(store, "a", estimate=1.0), keep(store, "b", estimate=1.2))
    assert (found.status, found.conflict, found.reasons) == ("agree", False, ())
    assert found.terms["b"].estimate == 1.2


def test_opposite_signs_conflict_only_when_both_keep_off_zero() -> None:
    store = TransientStore()
    sure, other = keep(store, "a", estimate=1.0), keep(store, "b", estimate=-1.0)
    unsure = keep(store, "c", estimate=-0.1)
    assert "differ in sign" in compare(store, sure, other).reasons[0]
    assert not compare(store, keep(store, "d", estimate=0.2), unsure).conflict


def test_more_than_fivefold_conflicts_only_beyond_both_intervals() -> None:
    store = TransientStore()
    small, large = keep(store, "a", estimate=0.5), keep(store, "b", estimate=3.0)
    wide = keep(store, "c", estimate=3.0, interval={"low": None, "high": 6.0, "level": 0.9})
    assert "fivefold" in compare(store, small, large).reasons[0]
    assert "Move no money" in compare(store, small, large).explanations.marketer
    assert not compare(store, small, wide).conflict


def test_a_refused_estimate_is_not_compared() -> None:
    store = TransientStore()
    refused = keep(store, "a", status="refused", estimate=None, interval=None)
    assert compare(store, refused, keep(store, "b")).status == "one_sided"


def test_unknown_ids_other_results_and_other_outcomes_are_errors() -> None:
    store = TransientStore()
    one = keep(store, "a")
    with pytest.raises(ToolRetry, match="'ev_absent'"):
        compare(store, one, "ev_absent")
    store.put(Evidence(id="ev_fit", tool="fit_mmm", version="1", arguments={}, result={"status": "accepted"}))
    with pytest.raises(ToolRetry, match="fit_mmm"):
        compare(store, one, "ev_fit")
    with pytest.raises(ToolRetry, match="different outcomes"):
        compare(store, one, keep(store, "b", outcome="visits"))
