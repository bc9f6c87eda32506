"""Errors, refusals and answers of `estimate_effect` on made data."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.tools.adjustment.contract import EstimateEffectResult
from liftos_agents.tools.errors import ToolFailed, ToolRetry

QUICK: dict[str, Any] = {"splits": 1, "learners": "linear", "folds": 3}
CONTROLS = ("x1", "x2")


def made(n: int = 400, seed: int = 0, slope: float = 0.5, effect: float = 1.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 2))
    d = (rng.random(n) < 1.0 / (1.0 + np.exp(-slope * x[:, 0]))).astype(float)
    y = x[:, 0] + 0.5 * x[:, 1] + effect * d + rng.standard_normal(n)
    region = np.where(rng.random(n) < 0.5, "north", "south")
    return pd.DataFrame(
        {"x1": x[:, 0], "x2": x[:, 1], "d": d, "y": y, "region": region, "g": np.arange(n) % 50}
    )


def effect(frame: pd.DataFrame, **arguments: Any) -> EstimateEffectResult:
    given = {"outcome": "y", "treatment": "d", **arguments}
    found = tools.result(tools.run("estimate_effect", frame, store=TransientStore(), **given))
    assert isinstance(found, EstimateEffectResult)
    return found


@pytest.mark.parametrize(
    ("change", "arguments", "words"),
    [
        (None, {"outcome": "sales"}, "no column 'sales'"),
        (None, {"outcome": "Y"}, "Did you mean 'y'"),
        (None, {"treatment": "y"}, "as outcome and as treatment"),
        (None, {"controls": ("x1", "d")}, "as treatment and as controls"),
        (None, {"controls": ("y",)}, "as outcome and as controls"),
        ({"d": 1.0}, {}, "one value only"),
        ({"d": 0.0}, {}, "one value only"),
        ({"y": 3.0}, {}, "one value only"),
        ({"w": -1.0}, {"weights": "w"}, "positive weights"),
        ({"g": 1.0}, {"cluster": "g"}, "one cluster"),
        (None, {"treatment": "x1", "controls": ("x2",), "method": "ipw"}, "method='dml' or 'ols'"),
        (None, {"treatment": "x1", "controls": ("x2",), "method": "dml", "target": "att"}, "target='ate'"),
        (None, {"method": "aipw"}, "Name controls"),
        (None, {"controls": CONTROLS, "method": "matching", "cluster": "g"}, "leave cluster out"),
        (None, {"controls": CONTROLS, "method": "dml", "target": "att"}, "method='aipw'"),
        (None, {"treatment": "region", "outcome": "region"}, "as outcome and as treatment"),
    ],
)
def test_bad_specification_names_the_fix(
    change: dict[str, float] | None, arguments: dict[str, Any], words: str
) -> None:
    frame = made(100).assign(**(change or {}))
    with pytest.raises(ToolRetry, match=words.replace("(", r"\(")):
        effect(frame, **arguments)


def test_too_few_complete_rows() -> None:
    with pytest.raises(ToolFailed, match="at least 20"):
        effect(made(12), controls=CONTROLS)


def test_segment_with_too_many_values() -> None:
    frame = made(100).assign(name=[f"n{i}" for i in range(100)])
    with pytest.raises(ToolRetry, match="at most 12 segments"):
        effect(frame, controls=CONTROLS, segments=("name",), **QUICK)


def test_forest_without_econml(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:
        if name.startswith("econml"):
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ToolFailed, match=r"liftos-agents\[forest\]"):
        effect(made(), controls=CONTROLS, method="causal_forest", **QUICK)


@pytest.mark.parametrize("method", ["ols", "ipw", "matching", "aipw", "dml"])
def test_methods_find_a_planted_effect(method: str) -> None:
    found = effect(made(1500), controls=CONTROLS, method=method, **QUICK)
    assert found.status == "estimated"
    assert found.estimate == pytest.approx(1.0, abs=0.2)
    assert found.sensitivity is not None
    assert found.sensitivity.strongest_control == "x1"
    assert {a.verdict for a in found.assumptions} >= {"not checked"}


def test_causal_forest() -> None:
    pytest.importorskip("econml")
    found = effect(made(600), controls=CONTROLS, method="causal_forest", segments=("region",), **QUICK)
    assert found.estimate == pytest.approx(1.0, abs=0.3)
    assert found.terms["segment_region_north"].estimate == pytest.approx(1.0, abs=0.5)
    low, high = found.diagnostics["row_effect_low"], found.diagnostics["row_effect_high"]
    assert isinstance(low, float)
    assert isinstance(high, float)
    assert low < high


def test_auto_follows_the_data() -> None:
    frame = made(400)
    assert effect(frame, controls=CONTROLS, **QUICK).method == "aipw"
    assert effect(frame, treatment="x1", controls=("x2",), **QUICK).method == "dml"
    assert effect(made(400, slope=0.0), controls=CONTROLS, randomised=True).method == "ols"


def test_five_splits_and_their_median() -> None:
    found = effect(made(300), controls=CONTROLS, learners="linear")
    assert len(found.splits) == 5
    assert found.estimate == pytest.approx(float(np.median(found.splits)))
    assert "split_spread" in {c.name for c in found.checks}


def test_segments_of_words_and_thirds() -> None:
    rng = np.random.default_rng(1)
    frame = made(1200)
    frame["y"] += np.where(frame["region"] == "north", 2.0, 0.0) * frame["d"]
    frame.loc[rng.permutation(1200)[:20], "region"] = None
    found = effect(frame, controls=CONTROLS, segments=("region", "x2"), **QUICK)
    north, south = found.terms["segment_region_north"], found.terms["segment_region_south"]
    assert north.estimate == pytest.approx(3.0, abs=0.5)
    assert south.estimate == pytest.approx(1.0, abs=0.5)
    assert found.n == 1200
    assert {"segment_x2_low", "segment_x2_middle", "segment_x2_high"} <= set(found.terms)
    assert any(f.title == "Effect by segment" for f in found.figures)


def test_no_overlap_is_refused() -> None:
    found = effect(made(400, slope=12.0), controls=CONTROLS, **QUICK)
    assert found.status == "refused"
    assert found.estimate is None
    assert "too different to compare" in found.reasons[0]
    assert found.advice
    assert found.plot("bars").title.startswith("Overlap")


def test_few_rows_that_overlap_are_enough_for_the_treated() -> None:
    frame = made(60)
    found = effect(frame, controls=CONTROLS, method="ols", target="att")
    untreated = int((frame["d"] == 0).sum())
    bar = next(c for c in found.checks if c.name == "effective_untreated_rows")
    assert found.status == "estimated"
    assert bar.threshold == pytest.approx(max(10.0, untreated / 4))
    assert bar.value is not None
    assert bar.value < 30


@pytest.mark.parametrize(
    ("slope", "said"), [(2.0, "are worth 15.5 rows, fewer than 30"), (4.0, "have no counterpart")]
)
def test_the_bar_that_failed_is_the_one_that_is_said(slope: float, said: str) -> None:
    rng = np.random.default_rng(4)
    x = rng.standard_normal(300)
    frame = pd.DataFrame({"x": x, "d": (rng.random(300) < 1 / (1 + np.exp(-slope * x))).astype(int)})
    frame["y"] = x + frame["d"] + rng.standard_normal(300)
    found = effect(frame, controls=("x",), method="ols", target="att")
    assert found.status == "refused"
    assert said in found.reasons[0]


def test_treatment_that_controls_explain_whole_is_refused() -> None:
    frame = made(300)
    frame["dose"] = frame["x1"] + frame["x2"] + 0.1 * np.random.default_rng(2).standard_normal(300)
    found = effect(frame, treatment="dose", controls=CONTROLS, **QUICK)
    assert found.status == "refused"
    assert "explain the treatment nearly whole" in found.reasons[0]


def test_copy_of_the_outcome_among_the_controls_is_refused() -> None:
    frame = made(300)
    frame["sales_eur"] = frame["y"] * 1.1 + 3.0
    found = effect(frame, controls=(*CONTROLS, "sales_eur"), **QUICK)
    assert found.status == "refused"
    assert "nearly the same as y" in found.reasons[0]


def test_control_after_the_treatment_by_name_and_test() -> None:
    frame = made(400)
    frame["visits_after"] = 0.8 * frame["d"] + np.random.default_rng(3).standard_normal(400)
    found = effect(frame, controls=(*CONTROLS, "visits_after"), **QUICK)
    assert found.status == "refused"
    assert "measured afterwards" in found.reasons[0]
    assert "measured_before" in found.advice[0]
    cleared = effect(frame, controls=(*CONTROLS, "visits_after"), measured_before=("visits_after",), **QUICK)
    assert cleared.status == "estimated"


def test_name_alone_only_warns() -> None:
    frame = made(400)
    frame["visits_after"] = np.random.default_rng(4).standard_normal(400)
    found = effect(frame, controls=(*CONTROLS, "visits_after"), **QUICK)
    assert found.status == "estimated"
    assert any("visits_after" in text for text in found.warnings)


def test_control_that_alone_moves_with_a_random_treatment_is_refused() -> None:
    frame = made(400, slope=0.0)
    frame["attitude"] = 1.5 * frame["d"] + np.random.default_rng(5).standard_normal(400)
    found = effect(frame, controls=(*CONTROLS, "attitude"), randomised=True)
    assert found.status == "refused"
    assert "attitude" in found.reasons[0]


def test_broken_randomisation_is_downgraded() -> None:
    frame = made(600, slope=0.6)
    frame["x3"] = frame["x1"] + np.random.default_rng(6).standard_normal(600)
    found = effect(frame, controls=("x1", "x2", "x3"), randomised=True)
    assert found.status in ("downgraded", "refused")


def test_few_clusters() -> None:
    frame = made(400, slope=0.0)
    frame["g"] = np.arange(400) % 4
    assert effect(frame, cluster="g", randomised=True).status == "refused"
    frame["g"] = np.arange(400) % 12
    found = effect(frame, cluster="g", randomised=True)
    assert found.status == "estimated"
    assert any("wild cluster bootstrap" in text for text in found.warnings)
    assert found.diagnostics["clusters"] == 12
    assert effect(made(), controls=CONTROLS, cluster="g", **QUICK).status == "estimated"


def test_treatment_in_too_few_clusters_is_refused() -> None:
    frame = made(400, slope=0.0)
    frame["g"] = np.arange(400) % 10
    frame["d"] = (frame["g"] < 2).astype(float)
    found = effect(frame, cluster="g", randomised=True)
    assert found.status == "refused"
    assert "fewer than three" in found.reasons[0]


def test_few_treated_rows_are_refused() -> None:
    frame = made(200)
    frame["d"] = (np.arange(200) < 6).astype(float)
    assert "Only 6 rows are treated" in effect(frame, controls=CONTROLS, **QUICK).reasons[0]


@pytest.mark.parametrize(
    ("name", "warned"), [("saw_ad", True), ("emailExposed", True), ("campaign", True), ("trained", False)]
)
def test_advertising_exposure_carries_the_warning(name: str, warned: bool) -> None:
    frame = made(300).rename(columns={"d": name})
    found = effect(frame, treatment=name, controls=CONTROLS, **QUICK)
    assert any("663 Facebook experiments" in text for text in found.warnings) is warned


def test_words_as_treatment() -> None:
    frame = made(300)
    frame["arm"] = np.where(frame["d"] == 1.0, "test", "control")
    found = effect(frame, treatment="arm", controls=CONTROLS, **QUICK)
    assert "1 is 'test' and 0 is 'control'" in found.estimand
    assert found.estimate == pytest.approx(effect(frame, controls=CONTROLS, **QUICK).estimate)
