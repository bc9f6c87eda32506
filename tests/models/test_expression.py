"""The playbook's conditions: a small language, and nothing beyond it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftos_agents.models.offline.expression import ExpressionError, evaluate

VALUES = {
    "fit": {
        "status": "accepted",
        "channels": {"tv": {"roas": {"mean": 2.0}, "wasteful": False}},
        "checks": [{"passed": True}],
    },
    "c": "tv",
    "$money": 1.5e6,
    "$hold": ["tv"],
}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("fit.status == 'accepted'", True),
        ("fit.status != 'refused' and not fit.channels[c].wasteful", True),
        ("fit.channels[c].roas.mean >= 2", True),
        ("-fit.channels.tv.roas.mean", -2.0),
        ("fit.checks.0.passed", True),
        ("fit.checks[0].passed == false", False),
        ("$money / 2 + 1", 750001.0),
        ("length($hold) == 1 and 'tv' in $hold", True),
        ("missing.path == none", True),
        ("missing > 1 or missing < 1", False),
        ("first(missing, 3)", 3),
        ("abs(0 - 4)", 4),
        ("starts(fit.status, 'acc')", True),
        ("constant($hold, -1)", {"tv": -1}),
        ("(1 + 2) * 3", 9),
        ("1 / 0", None),
        ("'a' in missing", False),
    ],
)
def test_conditions(source: str, value: object) -> None:
    assert evaluate(source, VALUES) == value


@pytest.mark.parametrize(
    "source", ["", "1 +", "(1", "a b", "__import__('os')", "a = 1", "fit.", "1 ; 2", "length(", "@", "'open"]
)
def test_what_is_not_of_the_language_is_refused(source: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(source, {})


def test_shifted_adds_amounts_and_never_falls_below_nothing() -> None:
    values = {
        "now": {"tv": {"current": 50.0}, "search": {"current": 10.0}},
        "$moves": {"tv": -80.0, "search": 5.0},
    }
    assert evaluate("shifted(now, 'current', $moves)", values) == {"tv": 0.0, "search": 15.0}


@given(
    st.integers(-50, 50),
    st.integers(-50, 50),
    st.sampled_from(["+", "-", "*", "<", "<=", ">", ">=", "==", "!="]),
)
def test_it_agrees_with_arithmetic(a: int, b: int, mark: str) -> None:
    expected = {
        "+": a + b, "-": a - b, "*": a * b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b,
    }[mark]  # fmt: skip
    assert evaluate(f"a {mark} b", {"a": a, "b": b}) == expected


@given(st.text(max_size=40))
def test_any_text_is_a_value_or_an_expression_error(source: str) -> None:
    with suppress(ExpressionError):
        evaluate(source, {})
