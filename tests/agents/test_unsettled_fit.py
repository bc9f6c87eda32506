"""A fit whose chains disagree carries no confident sentence."""

from __future__ import annotations

import pytest

from tests.agents.test_wording import FIT, told

UNSETTLED = {
    **FIT,
    "status": "downgraded",
    "converged": False,
    "diagnostics": {"rhat_max": 1.18},
    "units": {**FIT["units"], "diagnostics": "number"},
}


@pytest.mark.parametrize("intent", ["waste", "what_if", "attribution"])
def test_the_headline_says_that_it_has_not_converged(intent: str) -> None:
    findings, shown = told("causal_analyst", intent, "fit", UNSETTLED)
    assert shown(findings.headline).startswith("The estimate has not converged")
    assert "1.18" in shown(findings.headline)
    assert "waste" not in findings.headline
    assert any("Move no money" in text for text in findings.recommendations)


def test_no_channel_is_to_be_cut_on_it() -> None:
    findings, _ = told("causal_analyst", "waste", "fit", UNSETTLED)
    assert not [text for text in findings.recommendations if text.startswith("Spend less")]


def test_a_fit_that_converged_speaks_as_before() -> None:
    settled, _ = told("causal_analyst", "waste", "fit", {**UNSETTLED, "converged": True})
    assert "wasted" in settled.headline
    assert not [text for text in settled.recommendations if "Move no money" in text]
