"""The value of the cause that a question names: passed on to the tool, and told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents import tools
from liftos_agents.data import TransientStore


def table(values: tuple[str, ...], column: str = "version", n: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    drawn = rng.integers(0, len(values), n)
    orders = 5.0 + 2.0 * (drawn == 1) + rng.standard_normal(n)
    return pd.DataFrame({column: np.array(values)[drawn], "orders": orders, "age": rng.integers(18, 80, n)})


def design(frame: pd.DataFrame, question: str) -> Any:
    return tools.result(tools.run("identify_design", frame, store=TransientStore(), question=question))


@pytest.mark.parametrize(
    ("values", "question", "expected"),
    [
        (("C", "B"), "What is the effect of getting the email version B on orders? Emails were sent at random.", ["B"]),
        (("B", "A"), "We randomised the version. Did version A raise orders?", ["A"]),
        (("red page", "blue page"), "Pages were shown at random. Did the blue page raise orders?", ["blue page"]),
        (("red", "blue"), "Versions were drawn at random. Does blue against red raise orders?", ["blue"]),
        (("X1", "mail", "sms"), "We randomised the version. What did mail do to orders?", ["mail"]),
        # Usual words say the same, so nothing needs to be passed.
        (("control", "mail"), "We randomised the version. What did mail do to orders?", None),
        # A small word is no value, and of two values that are both named none is taken.
        (("A", "B"), "Does a version that was drawn at random raise orders?", None),
        (("red", "blue"), "We randomised. Do red and blue versions change orders?", None),
    ],
)  # fmt: skip
def test_the_value_that_the_question_names_is_the_treated_one(
    values: tuple[str, ...], question: str, expected: list[str] | None
) -> None:
    frame = table(values)
    found = design(frame, question)
    assert found.recommended is not None, found.explanations.marketer
    arguments = found.recommended.arguments
    assert arguments["treatment"] == "version"
    assert arguments.get("treated") == expected
    if expected:
        assert f"that of {expected[0]!r} against" in found.warnings[0]
        effect = tools.run(found.recommended.tool, frame, store=TransientStore(), **arguments)
        assert effect.result["estimate"] == pytest.approx(2.0 * (expected[0] == values[1]) or -2.0, abs=1.2)


def test_a_holdout_column_is_read_as_the_untreated() -> None:
    frame = table(("0", "1"), "holdout")
    frame["holdout"] = frame["holdout"].astype(int)
    found = design(frame, "People were held out at random. What did the campaign's holdout do to orders?")
    assert found.recommended.tool == "measure_incrementality"
    assert any("read as untreated" in said for said in found.warnings)
    other = design(
        table(("campaign", "holdout"), "arm"), "We randomised the arm. What did the arm do to orders?"
    )
    assert any("'campaign' against 'holdout', as the words say" in said for said in other.warnings)
