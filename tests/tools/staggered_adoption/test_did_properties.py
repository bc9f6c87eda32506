"""What must not change the answer, what must, and how."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents import tools
from liftos_agents.data import TransientStore
from tests.tools.staggered_adoption.conftest import ROLES, differ, panel

FEW = settings(max_examples=4, deadline=None)
VOLATILE = {"settings"}


def _result(frame: pd.DataFrame, **arguments: object) -> dict[str, object]:
    found = tools.run("difference_in_differences", frame, store=TransientStore(), **(ROLES | arguments))
    return {k: v for k, v in found.result.items() if k not in VOLATILE}


@FEW
@given(st.integers(0, 1000))
def test_the_order_of_rows_and_columns_changes_nothing(seed: int) -> None:
    frame = panel(1, units=30)
    mixed = frame.sample(frac=1.0, random_state=seed)[sorted(frame.columns, reverse=seed % 2 == 0)]
    assert _result(mixed) == _result(frame)


def test_names_of_units_change_nothing() -> None:
    frame = panel(2, units=60)
    names = {name: f"x{(k * 37) % 60}" for k, name in enumerate(frame["store"].unique())}
    assert _result(frame.assign(store=frame["store"].map(names))) == _result(frame)


def test_the_same_bytes_on_rerun() -> None:
    frame = panel(3, units=30)
    one, two = (
        tools.run("difference_in_differences", frame, store=TransientStore(), **ROLES) for _ in range(2)
    )
    assert one.model_dump_json(exclude={"seconds"}) == two.model_dump_json(exclude={"seconds"})


@FEW
@given(st.floats(0.01, 1000.0), st.floats(-1e4, 1e4))
def test_another_currency_scales_the_estimate(rate: float, shift: float) -> None:
    frame = panel(4)
    plain = differ(frame, **ROLES)
    other = differ(frame.assign(sales=rate * frame["sales"] + shift), **ROLES)
    assert other.estimate == pytest.approx(rate * plain.estimate, rel=1e-6)
    assert other.standard_error == pytest.approx(rate * plain.standard_error, rel=1e-6)
    assert other.status == plain.status


@FEW
@given(st.floats(0.1, 5.0))
def test_a_planted_effect_is_found_on_top(more: float) -> None:
    frame = panel(5)
    plain = differ(frame, **ROLES)
    raised = differ(frame.assign(sales=frame["sales"] + more * frame["on"]), **ROLES)
    assert raised.estimate == pytest.approx(plain.estimate + more, rel=1e-9)


@pytest.mark.parametrize("estimator", ["doubly_robust", "outcome_regression", "ipw"])
def test_controls_in_other_units_change_nothing(estimator: str) -> None:
    frame = panel(6)
    roles = ROLES | {"controls": ["size"], "estimator": estimator}
    plain = differ(frame, **roles)
    other = differ(frame.assign(size=1000.0 * frame["size"] - 7.0), **roles)
    assert other.estimate == pytest.approx(plain.estimate, rel=1e-7)
    assert other.standard_error == pytest.approx(plain.standard_error, rel=1e-7)


def test_weights_count_as_copies_for_the_estimate() -> None:
    frame = panel(7, units=24, starts=(0, 5))
    frame["weight"] = np.where(frame["store"] == "s001", 3.0, 1.0)
    again = [frame[frame["store"] == "s001"].assign(store=f"copy{k}") for k in range(2)]
    weighted = differ(frame, **ROLES, weights="weight")
    copied = differ(pd.concat([frame, *again]), **ROLES)
    assert weighted.estimate == pytest.approx(copied.estimate, rel=1e-9)


def test_dates_and_words_serve_as_periods() -> None:
    frame = panel(8)
    plain = differ(frame, **ROLES)
    months = {k: f"2024-{k:02d}-01" for k in range(1, 9)}
    dated = frame.assign(
        period=pd.to_datetime(frame["period"].map(months)),
        adopted=pd.to_datetime(frame["adopted"].map(months)),
    )
    assert differ(dated, **ROLES).estimate == pytest.approx(plain.estimate)
    assert "att_g2024-05-01_t2024-06-01" in differ(dated, **ROLES).terms
    quarters = {k: f"2024Q{k}" if k < 5 else f"2025Q{k - 4}" for k in range(1, 9)}
    worded = frame.assign(
        period=frame["period"].map(quarters), adopted=frame["adopted"].map(quarters).fillna("never")
    )
    assert differ(worded, **ROLES).estimate == pytest.approx(plain.estimate)


def test_words_and_truth_values_serve_as_treatment() -> None:
    frame = panel(9)
    roles = {k: v for k, v in ROLES.items() if k != "cohort"} | {"treatment": "on"}
    plain = differ(frame, **roles)
    assert differ(frame.assign(on=frame["on"] == 1), **roles).estimate == plain.estimate
    assert differ(frame.assign(on=frame["on"].map({0: "no", 1: "yes"})), **roles).estimate == plain.estimate


def test_two_groups_and_two_periods_are_four_means() -> None:
    frame = panel(10, periods=2, starts=(0, 2))
    frame["ever"] = (frame["adopted"] > 0).map({True: "treated", False: "control"})
    result = differ(frame, outcome="sales", unit="store", time="period", treatment="ever")
    mean = frame.groupby(["ever", "period"])["sales"].mean()
    by_hand = mean["treated", 2] - mean["treated", 1] - mean["control", 2] + mean["control", 1]
    assert result.estimate == pytest.approx(by_hand)
    assert result.two_way is not None
    assert result.two_way.estimate == pytest.approx(by_hand)


def test_a_post_column_beside_an_ever_treated_flag() -> None:
    frame = panel(11, starts=(0, 5))
    frame["ever"], frame["post"] = frame["adopted"] > 0, frame["period"] >= 5
    roles = {"outcome": "sales", "unit": "store", "time": "period", "treatment": "ever", "post": "post"}
    assert differ(frame, **roles).estimate == pytest.approx(differ(frame, **ROLES).estimate)


def test_two_by_two_of_one_cohort_is_the_two_way_coefficient() -> None:
    result = differ(panel(12, starts=(0, 5)), **ROLES, method="two_by_two")
    assert result.two_way is not None
    assert result.estimate == pytest.approx(result.two_way.estimate)


def test_clusters_of_alike_units_widen_the_error() -> None:
    frame = panel(13, units=60, starts=(0, 5))
    twins = pd.concat([frame.assign(store=frame["store"] + f"-{k}", firm=frame["store"]) for k in range(4)])
    clustered, naive = differ(twins, **ROLES, cluster="firm"), differ(twins, **ROLES)
    assert clustered.standard_error == pytest.approx(2.0 * naive.standard_error, rel=1e-6)
    assert clustered.clusters == 60


def test_cross_sections_are_the_four_means_and_follow_their_clusters() -> None:
    rng = np.random.default_rng(14)
    rows = 800
    frame = pd.DataFrame({"shop": rng.integers(0, 50, rows), "when": rng.choice(["before", "after"], rows)})
    frame["test"] = np.where(frame["shop"] % 2 == 1, "yes", "no")
    frame["sales"] = rng.normal(size=rows) + 1.0 * ((frame["test"] == "yes") & (frame["when"] == "after"))
    roles = {"outcome": "sales", "time": "when", "treatment": "test"}
    result, clustered = differ(frame, **roles), differ(frame, **roles, cluster="shop")
    mean = frame.groupby(["test", "when"])["sales"].mean()
    by_hand = mean["yes", "after"] - mean["yes", "before"] - mean["no", "after"] + mean["no", "before"]
    assert result.estimate == pytest.approx(by_hand)
    assert clustered.estimate == pytest.approx(by_hand)
    assert result.method == "two_by_two"
    assert (clustered.treated_clusters, clustered.comparison_clusters) == (25, 25)


def test_the_band_is_wider_than_the_interval_and_pictures_tell_their_figures() -> None:
    result = differ(panel(15), **ROLES)
    assert result.joint_critical_value is not None
    assert result.joint_critical_value > 1.65
    study, forest = result.plot("event_study"), result.plot("forest")
    assert [p.x for p in study.series[0].points] == [-4, -3, -2, -1, 0, 1, 2, 3]
    assert {p.x for p in forest.series[0].points} >= {"Adopted 5", "Adopted 6"}
    assert study.summary


def test_a_later_adopter_serves_as_comparison_until_it_adopts() -> None:
    frame = panel(16, starts=(4, 6, 8))
    result = differ(frame, **ROLES, comparison="not_yet_treated")
    assert result.estimate == pytest.approx(1.0, abs=0.3)
    assert max(int(key[-1]) for key in result.terms if key.startswith("att_")) == 7


def test_anticipation_moves_the_base_before_it() -> None:
    frame = panel(17, noise=0.01)
    early = frame["sales"] + 0.5 * (frame["period"] == frame["adopted"] - 1)
    frame = frame.assign(sales=early)
    assert differ(frame, **ROLES, anticipation=1).estimate == pytest.approx(1.0, abs=0.02)
    blind = differ(frame, **ROLES)
    assert blind.status == "downgraded"
    assert any(c.name == "no_anticipation" and c.passed is False for c in blind.checks)
