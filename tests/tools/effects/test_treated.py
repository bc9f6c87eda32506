"""Which values of a treatment mean treated: as given, by usual words, by the column's name, and else by the alphabet."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.domain.effect import EffectResult
from liftos_agents.tools.effects.treated import names_the_untreated, zero_and_one
from liftos_agents.tools.errors import ToolRetry

TRUE = 2.0


def people(treated: Any, untreated: Any, column: str = "arm", n: int = 400) -> pd.DataFrame:
    """A randomised table in which the treated buy TRUE more."""
    rng = np.random.default_rng(0)
    drawn = rng.random(n) < 0.5
    buys = 10.0 + TRUE * drawn + rng.standard_normal(n)
    # As objects, so that booleans and numbers stay what they are.
    arm = pd.Series([treated if d else untreated for d in drawn])
    return pd.DataFrame({column: arm, "buys": buys})


def effect(frame: pd.DataFrame, treatment: str = "arm", **more: Any) -> EffectResult:
    return _run("estimate_effect", frame, treatment, randomised=True, **more)


def lift(frame: pd.DataFrame, treatment: str = "arm", **more: Any) -> float:
    found = _run("measure_incrementality", frame, treatment, method="holdout", **more)
    per_person = found.diagnostics["effect_per_treated"]
    assert isinstance(per_person, float)
    return per_person


def _run(tool: str, frame: pd.DataFrame, treatment: str, **more: Any) -> EffectResult:
    given = {"outcome": "buys", "treatment": treatment, **more}
    found = tools.result(tools.run(tool, frame, store=TransientStore(), **given))
    assert isinstance(found, EffectResult)
    return found


@pytest.mark.parametrize(
    ("treated", "untreated"),
    [
        ("campaign", "holdout"),
        ("ad", "control"),
        ("Test group", "reference"),
        ("email", "Hold-out"),
        ("a", "untreated"),
        ("treated", "zero"),
        ("exposed", "unexposed"),
        ("yes", "no"),
        ("banner", "off"),
        (True, False),
        (1, 0),
    ],
)
def test_usual_words_say_who_is_treated(treated: Any, untreated: Any) -> None:
    frame = people(treated, untreated)
    found = effect(frame)
    assert found.estimate == pytest.approx(TRUE, abs=0.3)
    assert not any("alphabet" in said for said in found.warnings)
    assert lift(frame) == pytest.approx(TRUE, abs=0.3)


def test_words_that_nobody_knows_are_sorted_and_it_is_said() -> None:
    frame = people("blue", "green")
    found = effect(frame)
    assert found.estimate == pytest.approx(-TRUE, abs=0.3)
    assert "'green' is taken, the later in the alphabet" in found.warnings[0]
    assert "1 is 'green' and 0 is 'blue'" in found.estimand
    assert any(
        "alphabet" in w for w in _run("measure_incrementality", frame, "arm", method="holdout").warnings
    )


def test_what_is_given_goes_before_words_and_alphabet() -> None:
    for treated, untreated in (("blue", "green"), ("control", "test"), (1, 2), ("no", "yes")):
        frame = people(treated, untreated)
        for said in (treated, str(treated).upper(), [treated]):
            found = effect(frame, treated=said)
            assert found.estimate == pytest.approx(TRUE, abs=0.3)
            assert f"1 is {str(treated)!r} and 0 is {str(untreated)!r}" in found.estimand
            assert not any("alphabet" in w for w in found.warnings)
        assert lift(frame, treated=treated) == pytest.approx(TRUE, abs=0.3)
    one, several = (effect(people("blue", "green"), treated=said) for said in ("blue", ("blue",)))
    assert one.settings == several.settings


def test_one_arm_of_several_against_the_others() -> None:
    frame = people("email B", "email A")
    frame.loc[frame.index[frame["arm"] == "email A"][::2], "arm"] = "nothing"
    found = effect(frame, treated="email B")
    assert found.estimate == pytest.approx(TRUE, abs=0.3)
    assert "1 is 'email B' and 0 is 'email A or nothing'" in found.estimand
    with pytest.raises(ToolRetry, match="3 values"):
        effect(frame)


@pytest.mark.parametrize(
    "column", ["holdout", "control", "held_out", "is_holdout", "heldOut", "control_group"]
)
@pytest.mark.parametrize(("yes", "no"), [(1, 0), ("yes", "no"), (True, False)])
def test_a_column_named_after_the_held_out_counts_the_other_way(column: str, yes: Any, no: Any) -> None:
    frame = people(no, yes, column)
    found = effect(frame, column)
    assert found.estimate == pytest.approx(TRUE, abs=0.3)
    assert found.treatment == f"treatment (not {column})"
    assert "is read as untreated" in found.warnings[0]
    measured = _run("measure_incrementality", frame, column, method="holdout")
    assert measured.estimate is not None
    assert measured.estimate > 0.0
    assert any("is read as untreated" in said for said in measured.warnings)
    assert lift(frame, column, treated=no) == pytest.approx(TRUE, abs=0.3)


def test_pairs_and_geos_take_the_given_value_too() -> None:
    rng = np.random.default_rng(1)
    rows = [
        {"pair": p, "arm": arm, "spend": 10.0 * (arm == "blue") + 1.0, "buys": 50.0 + p + 20.0 * (arm == "blue") + rng.normal()}
        for p in range(20)
        for arm in ("blue", "green")
    ]  # fmt: skip
    found = _run(
        "measure_incrementality", pd.DataFrame(rows), "arm", treated="blue", spend="spend", pair="pair"
    )
    assert found.estimate == pytest.approx(20 * 20.0, rel=0.1)
    days = [
        {"geo": g, "day": d, "arm": "blue" if g < 6 else "green", "buys": 30.0 + g + 5.0 * (g < 6 and d >= 20) + rng.normal()}
        for g in range(12)
        for d in range(30)
    ]  # fmt: skip
    panel = {"unit": "geo", "time": "day", "treatment_time": 20, "treated": "blue"}
    assert _run("measure_incrementality", pd.DataFrame(days), "arm", **panel).estimate == pytest.approx(
        5.0 * 6 * 10, rel=0.2
    )


@pytest.mark.parametrize("tool", ["estimate_effect", "measure_incrementality"])
@pytest.mark.parametrize(
    ("treated", "words"),
    [
        ("blau", "has no value 'blau'.*Did you mean 'blue'.*blue, green"),
        (7, "has no value '7'.*Its values are blue, green"),
        (["blue", "green"], "names every value"),
        ({"a": 1}, "treated"),
    ],
)
def test_a_value_that_does_not_do_names_those_there(tool: str, treated: Any, words: str) -> None:
    with pytest.raises(ToolRetry) as raised:
        _run(tool, people("blue", "green"), "arm", treated=treated)
    assert re.search(words, str(raised.value), re.DOTALL)


def test_names_and_pairs_of_words() -> None:
    assert all(map(names_the_untreated, ("holdout", "HoldOut", "in_control", "hold-out", "unexposed_users")))
    assert not any(
        map(names_the_untreated, ("controlled", "test_control", "control_for_age", "treated", "d"))
    )
    assert zero_and_one(["test", "control"]) == (("control", "test"), True)
    assert zero_and_one(["treatment", "test"]) == (("test", "treatment"), False)
