"""Synthetic control through the tool: the reference, planted effects, invariances, inference, doubts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liftos_agents import tools
from liftos_agents.data import TransientStore

BASQUE = "Basque Country (Pais Vasco)"
SPAIN = "Spain (Espana)"
FEW = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

Make = Callable[..., pd.DataFrame]
Ask = Callable[..., Any]


@pytest.mark.parametrize("method", ["unit_demeaned", "classic", "sdid"])
def test_basque_country_is_within_thirty_percent_and_spain_is_no_donor(
    basque: Path, ask: Ask, method: str
) -> None:
    found = ask(
        basque,
        outcome="gdpcap",
        unit="regionname",
        time="year",
        treated_units=[BASQUE],
        treatment_time=1975,
        method=method,
    )
    assert -0.70 * 1.3 <= found.estimate <= -0.70 * 0.7
    assert any(SPAIN in text and "mean" in text for text in found.warnings)
    assert SPAIN not in {w.unit for w in found.weights}
    assert sum(w.weight for w in found.weights) == pytest.approx(1.0, abs=1e-4)
    after = [p.gap for p in found.path if float(p.period) >= 1975]
    assert float(np.mean(after)) == pytest.approx(found.estimate, abs=1e-9)
    assert found.leave_one_out_low <= found.leave_one_out_high


def test_basque_country_says_that_it_is_unstable(basque: Path, ask: Ask) -> None:
    found = ask(
        basque,
        outcome="gdpcap",
        unit="regionname",
        time="year",
        treated_units=[BASQUE],
        treatment_time=1970,
        method="classic",
    )
    assert found.instability > 0.2
    assert any("unstable" in text for text in found.warnings)
    assert {"method_classic", "method_unit_demeaned", "method_sdid"} <= set(found.terms)


def test_basque_country_with_predictors_matches_them_too(basque: Path, ask: Ask) -> None:
    found = ask(
        basque,
        outcome="gdpcap",
        unit="regionname",
        time="year",
        treated_units=[BASQUE],
        treatment_time=1975,
        method="classic",
        predictors=["invest", "school.high", "sec.industry"],
    )
    assert -0.70 * 1.4 <= found.estimate <= -0.70 * 0.6
    assert "invest" in found.diagnostics["predictor_importance"]


@pytest.mark.parametrize("method", ["unit_demeaned", "classic", "sdid"])
def test_a_planted_effect_moves_the_estimate_by_itself(make_panel: Make, ask: Ask, method: str) -> None:
    without, with_one = (ask(make_panel(effect), method=method) for effect in (0.0, 2.0))
    assert with_one.estimate - without.estimate == pytest.approx(2.0, abs=1e-9)
    assert abs(without.estimate) < 0.6
    assert with_one.status == "estimated"


@given(order=st.randoms(use_true_random=False), scale=st.sampled_from([1e-3, 7.0, 1e6]))
@FEW
def test_row_order_and_units_of_money_do_not_matter(
    make_panel: Make, ask: Ask, order: Any, scale: float
) -> None:
    frame = make_panel(1.0)
    plain = ask(frame)
    rows = list(range(len(frame)))
    order.shuffle(rows)
    moved = ask(frame.iloc[rows].reset_index(drop=True))
    assert moved.model_dump() == plain.model_dump()
    scaled = ask(frame.assign(sales=frame["sales"] * scale))
    assert scaled.estimate == pytest.approx(plain.estimate * scale, rel=1e-6)
    assert scaled.interval.low == pytest.approx(plain.interval.low * scale, rel=1e-5)
    assert scaled.p_value == plain.p_value


def test_other_names_of_the_units_give_the_same_figures(make_panel: Make, ask: Ask) -> None:
    frame = make_panel(1.0)
    plain = ask(frame)
    names = {name: f"z{100 - int(name[-2:])}" for name in frame["shop"].unique()}
    renamed = ask(frame.assign(shop=frame["shop"].map(names)), treated_units=[names["shop 00"]])
    assert renamed.estimate == pytest.approx(plain.estimate, abs=1e-7)
    assert renamed.interval.low == pytest.approx(plain.interval.low, abs=1e-6)
    assert {names[w.unit] for w in plain.weights if w.weight > 1e-4} == {
        w.unit for w in renamed.weights if w.weight > 1e-4
    }


def test_the_same_call_gives_the_same_bytes(make_panel: Make) -> None:
    arguments = {
        "outcome": "sales",
        "unit": "shop",
        "time": "week",
        "treated_units": ["shop 00", "shop 01"],
        "treatment_time": 30,
        "placebo_groups": 50,
    }
    frame = make_panel(1.0, treated=2)
    first, second = (
        tools.run("synthetic_control", frame, store=TransientStore(), **arguments) for _ in range(2)
    )
    assert first.result == second.result


@pytest.mark.parametrize(
    ("method", "inference"),
    [
        ("unit_demeaned", "placebo"),
        ("unit_demeaned", "conformal"),
        ("classic", "conformal"),
        ("sdid", "placebo"),
    ],
)
@pytest.mark.parametrize("effect", [0.0, 0.15, 0.3, 2.0])
def test_zero_lies_outside_the_interval_exactly_when_p_is_below_one_less_the_level(
    make_panel: Make, ask: Ask, method: str, inference: str, effect: float
) -> None:
    found = ask(make_panel(effect, seed=2), method=method, inference=inference)
    outside = found.interval.low > 0.0 or found.interval.high < 0.0
    assert outside == (found.p_value < 0.1)
    assert found.diagnostics["inference"] == inference
    assert found.interval.low <= found.estimate <= found.interval.high


def test_several_treated_units_are_averaged_and_the_jackknife_serves_sdid(make_panel: Make, ask: Ask) -> None:
    frame = make_panel(1.5, treated=4, donors=16)
    treated = [f"shop {i:02d}" for i in range(4)]
    found = ask(frame, treated_units=treated, method="sdid", inference="jackknife")
    assert found.diagnostics["inference"] == "jackknife"
    assert found.interval.low < 1.5 < found.interval.high
    assert sum(w.weight for w in found.time_weights) == pytest.approx(1.0, abs=1e-4)


def test_a_treated_unit_above_all_donors_is_downgraded_or_refused(make_panel: Make, ask: Ask) -> None:
    found = ask(make_panel(1.0, level=12.0), method="classic")
    assert found.status in ("downgraded", "refused")
    assert {"pre_treatment_fit", "treated_inside_donor_range"} & {
        c.name for c in found.checks if c.passed is False
    }
    assert ask(make_panel(1.0, level=12.0)).status == "estimated"


def test_a_unit_unlike_every_mix_is_refused_with_reasons_and_advice(make_panel: Make, ask: Ask) -> None:
    frame = make_panel(1.0)
    treated = frame["shop"] == "shop 00"
    frame.loc[treated, "sales"] += 8.0 * np.sin(frame.loc[treated, "week"] * 1.3)
    found = ask(frame)
    assert found.status == "refused"
    assert found.estimate is None
    assert found.interval is None
    assert "times what is usual" in found.reasons[0]
    assert found.advice


def test_a_treated_unit_with_a_trend_of_its_own_is_downgraded(make_panel: Make, ask: Ask) -> None:
    found = ask(make_panel(0.0, drift=0.1))
    assert found.status == "downgraded"
    assert "pre_treatment_drift" in {c.name for c in found.checks if c.passed is False}


def test_few_donors_and_few_periods_give_no_interval_and_say_why(make_panel: Make, ask: Ask) -> None:
    frame = make_panel(1.0, donors=4, before=6, after=2)
    found = ask(frame, treatment_time=6)
    assert found.status == "downgraded"
    assert found.interval is None
    assert found.p_value is None
    assert any("donors" in reason for reason in found.reasons)


def test_few_donors_with_many_periods_get_a_conformal_interval(make_panel: Make, ask: Ask) -> None:
    found = ask(make_panel(1.0, donors=7))
    assert found.diagnostics["inference"] == "conformal"
    assert found.interval.low < 1.0 < found.interval.high


def test_incomplete_donors_and_totals_are_left_out_by_name(make_panel: Make, ask: Ask) -> None:
    frame = make_panel(1.0)
    total = frame.groupby("week", as_index=False)[["sales", "size"]].sum().assign(shop="everything")
    frame = pd.concat([frame, total], ignore_index=True)
    found = ask(frame.drop(index=frame[(frame["shop"] == "shop 05") & (frame["week"] == 3)].index))
    said = " ".join(found.warnings)
    assert "'shop 05'" in said
    assert "'everything' is nearly the total" in said
    assert found.diagnostics["donors"] == 13


def test_spillovers_and_other_causes_are_named_as_not_checked(make_panel: Make, ask: Ask) -> None:
    found = ask(make_panel(1.0))
    unchecked = [a.name for a in found.assumptions if a.verdict == "not checked"]
    assert any("spillovers" in name for name in unchecked)
    assert "spillovers" in found.explanations.marketer


def test_pictures_show_paths_gaps_weights_and_estimates_without_each_donor(
    make_panel: Make, ask: Ask
) -> None:
    found = ask(make_panel(1.0))
    titles = {f.title for f in found.figures}
    assert {"Weights of the donors", "The estimate without each donor"} <= titles
    gaps = next(f for f in found.figures if f.title.startswith("Gap"))
    assert sum(s.role == "faint" for s in gaps.series) == 14
    assert found.plot("paths").vertical[0][0] == 30.0


def test_dates_order_the_panel(make_panel: Make, ask: Ask) -> None:
    frame = make_panel(1.0)
    dated = frame.assign(week=pd.Timestamp("2023-01-02") + pd.to_timedelta(frame["week"] * 7, unit="D"))
    found = ask(dated, treatment_time="2023-07-31")
    assert found.estimate == pytest.approx(ask(frame).estimate, abs=1e-9)
    assert found.path[30].period == "2023-07-31"
