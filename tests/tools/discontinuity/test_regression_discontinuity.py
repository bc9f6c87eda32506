"""`regression_discontinuity`: published and peer values, refusals, errors, and what must not change the answer."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.errors import UserError
from liftos_agents.tools.discontinuity.falsification import covariate_tests
from liftos_agents.tools.discontinuity.result import RegressionDiscontinuityResult
from liftos_agents.tools.discontinuity.sides import split
from liftos_agents.tools.errors import ToolFailed, ToolRetry

REFERENCE = Path(os.environ.get("LIFTOS_REFERENCE_DATA", Path(__file__).parents[3] / "../shared/data"))


def _run(frame: pd.DataFrame | Path, **arguments: Any) -> RegressionDiscontinuityResult:
    evidence = tools.run("regression_discontinuity", frame, store=TransientStore(), **arguments)
    found = tools.result(evidence)
    assert isinstance(found, RegressionDiscontinuityResult)
    return found


def _covers(found: RegressionDiscontinuityResult, value: float) -> bool:
    low, high = found.confint()
    return low is not None and high is not None and low < value < high


def _curved(seed: int, *, n: int = 1500, kind: str = "beta") -> pd.DataFrame:
    r = np.random.default_rng(seed)
    x = 2 * r.beta(2, 4, n) - 1
    if kind == "norm":
        x = r.normal(0.2, 1, n)
    z = r.normal(size=n) + x
    t = (r.random(n) < np.where(x >= 0, 0.8, 0.3)).astype(float)
    below = 0.48 + 1.27 * x + 7.18 * x**2 + 20.21 * x**3 + 21.54 * x**4 + 7.33 * x**5
    above = 0.52 + 0.84 * x - 3 * x**2 + 7.99 * x**3 - 9.01 * x**4 + 3.56 * x**5
    mean = np.where(x < 0, below, above) if kind == "beta" else np.sin(2 * x) + 0.5 * (x >= 0)
    y = mean + 0.3 * z + t + 0.5 * r.normal(size=n)
    return pd.DataFrame({"y": y, "x": x, "t": t, "z": z})


def _jump(effect: float = 1.0, *, seed: int = 5, n: int = 800) -> pd.DataFrame:
    r = np.random.default_rng(seed)
    x = r.normal(0.1, 1.0, n)
    y = 0.5 * x + 0.3 * x**2 + effect * (x >= 0) + 0.4 * r.normal(size=n)
    return pd.DataFrame({"x": x, "y": y, "age": r.normal(40, 10, n), "place": r.choice(["a", "b", "c"], n)})


def test_senate() -> None:
    path = REFERENCE / "causal" / "rdrobust_senate.csv"
    if not path.exists():
        pytest.skip(f"no reference data at {REFERENCE}: set LIFTOS_REFERENCE_DATA")
    found = _run(path, outcome="vote", running="margin", cutoff=0.0, level=0.95)
    assert found.status == "estimated"
    assert found.estimate == pytest.approx(7.4141, abs=1e-3)
    assert found.standard_error == pytest.approx(1.4587, abs=1e-3)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((4.0937, 10.9193), abs=1e-3)
    assert found.bandwidth == pytest.approx(17.754, abs=1e-3)
    assert found.bias_bandwidth == pytest.approx(28.028, abs=1e-3)
    assert (found.effective_below, found.effective_above, found.n) == (360, 323, 1297)
    assert found.density is not None
    assert found.density.p_value > 0.2


# Estimate, its error, bias-corrected estimate, robust error, both bandwidths: what rdrobust 2.1.1 gave on the same rows.
PEER: list[tuple[int, str, dict[str, Any], tuple[float, ...]]] = [
    (0, "beta", {}, (0.6528441, 0.151601, 0.6338604, 0.1782191, 0.2031457, 0.2986774)),
    (1, "norm", {}, (0.8393398, 0.1514882, 0.7702067, 0.1633577, 0.4162513, 0.9567081)),
    (
        3,
        "beta",
        {"kernel": "epanechnikov"},
        (0.529725, 0.2016411, 0.5413733, 0.2378484, 0.1458696, 0.2403649),
    ),
    (4, "beta", {"kernel": "uniform"}, (0.3565724, 0.1326138, 0.3267038, 0.1540452, 0.2361024, 0.4042598)),
    (5, "norm", {"order": 2}, (0.8943647, 0.160088, 0.8902899, 0.182611, 0.8488387, 1.185556)),
    (6, "beta", {"bandwidth": 0.3}, (0.596303, 0.1420791, 0.499147, 0.2173314, 0.3, 0.3)),
    (8, "beta", {"fuzzy": "t", "bandwidth": 0.4}, (1.116804, 0.2405104, 0.7854968, 0.3535569, 0.4, 0.4)),
    (
        10,
        "beta",
        {"covariates": ["z"], "bandwidth": 0.4},
        (0.6013748, 0.09183539, 0.5507594, 0.1342008, 0.4, 0.4),
    ),
]


@pytest.mark.parametrize(("seed", "kind", "arguments", "expected"), PEER)
def test_agrees_with_the_peer(
    seed: int, kind: str, arguments: dict[str, Any], expected: tuple[float, ...]
) -> None:
    found = _run(_curved(seed, kind=kind), outcome="y", running="x", **arguments)
    robust = found.terms["robust"]
    measured = (
        found.estimate,
        found.standard_error,
        robust.estimate,
        robust.standard_error,
        found.bandwidth,
        found.bias_bandwidth,
    )
    assert measured == pytest.approx(expected, rel=2e-3)


def test_interval_is_the_robust_one() -> None:
    found = _run(_jump(), outcome="y", running="x")
    robust = found.terms["robust"]
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == (robust.low, robust.high)
    assert _covers(found, 1.0)
    assert set(found.terms) >= {
        "conventional",
        "bias_corrected",
        "robust",
        "half_bandwidth",
        "double_bandwidth",
    }
    assert {figure.kind for figure in found.figures} == {"scatter_fit", "forest"}
    assert "not checked" in {a.verdict for a in found.assumptions}


def test_bandwidth_for_coverage_is_narrower() -> None:
    plain = _run(_jump(), outcome="y", running="x")
    narrow = _run(_jump(), outcome="y", running="x", bandwidth_for="coverage")
    assert narrow.bandwidth == pytest.approx((plain.bandwidth or 0.0) * 800**-0.05)
    assert narrow.bias_bandwidth == plain.bias_bandwidth
    assert (plain.bandwidth_rule, narrow.bandwidth_rule) == ("error", "coverage")


def test_treated_below_turns_the_sign() -> None:
    above = _run(_jump(), outcome="y", running="x")
    below = _run(_jump(), outcome="y", running="x", treated_side="below")
    assert above.interval is not None
    assert below.interval is not None
    assert below.estimate == pytest.approx(-(above.estimate or 0.0))
    assert below.interval.low == pytest.approx(-(above.interval.high or 0.0))
    assert "below" in below.treatment


def test_fuzzy_divides_by_the_jump_of_treatment() -> None:
    found = _run(_curved(7), outcome="y", running="x", fuzzy="t", bandwidth=0.4)
    jump, first = (found.terms[key].estimate or 0.0 for key in ("reduced_form", "first_stage"))
    assert found.terms["robust"].estimate == pytest.approx(jump / first, rel=0.1)
    assert len(found.robust_set) == 1
    names = [a.name for a in found.assumptions if a.verdict == "not checked"]
    assert any("only through t" in name for name in names)
    assert any("monotonicity" in name for name in names)


def test_fuzzy_that_is_sharp_gives_the_sharp_answer() -> None:
    frame = _jump().assign(t=lambda f: (f.x >= 0).astype(float))
    sharp = _run(frame, outcome="y", running="x", bandwidth=0.8)
    fuzzy = _run(frame, outcome="y", running="x", bandwidth=0.8, fuzzy="t", treated_side="auto")
    assert fuzzy.estimate == pytest.approx(sharp.estimate)
    assert fuzzy.confint() == pytest.approx(sharp.confint())


def test_weak_first_stage_leaves_the_set_alone() -> None:
    frame = _curved(3)
    r = np.random.default_rng(1)
    frame["t"] = (r.random(len(frame)) < np.where(frame.x >= 0, 0.53, 0.47)).astype(float)
    found = _run(frame, outcome="y", running="x", fuzzy="t")
    assert found.status == "downgraded"
    assert found.estimate is None
    assert found.standard_error is None
    assert "first_stage_f" in {c.name for c in found.checks if c.passed is False}
    assert "robust" not in found.terms
    assert "reduced_form" in found.terms


def test_manipulation_is_refused_and_a_donut_downgrades() -> None:
    r = np.random.default_rng(2)
    x = r.normal(size=4000)
    x = np.where((x > -0.3) & (x < 0) & (r.random(4000) < 0.8), -x, x)
    frame = pd.DataFrame({"x": x, "y": x + r.normal(size=4000)})
    found = _run(frame, outcome="y", running="x")
    assert found.status == "refused"
    assert found.estimate is None
    assert found.interval is None
    assert any("manipulated" in reason for reason in found.reasons)
    assert found.advice
    assert _run(frame, outcome="y", running="x", donut=0.3).status == "downgraded"


def test_jumping_covariate_downgrades() -> None:
    frame = _jump().assign(age=lambda f: f.age + 10 * (f.x >= 0))
    found = _run(frame, outcome="y", running="x", covariates=["age", "place"])
    assert found.status == "downgraded"
    assert "age" in found.reasons[0]
    assert abs(found.covariates["age"].estimate or 0.0) > 4
    clean = _run(_jump(), outcome="y", running="x", covariates=["age", "place"])
    assert clean.status == "estimated"
    assert set(clean.covariates) == {"age", "place_b", "place_c"}


def test_a_few_rows_that_cross_are_warned_of_by_their_count() -> None:
    r = np.random.default_rng(4)
    x = r.normal(size=4000)
    x = np.where((x > -0.1) & (x < 0.0) & (r.random(4000) < 0.3), -x, x)
    found = _run(pd.DataFrame({"x": x, "y": x + r.normal(size=4000)}), outcome="y", running="x")
    checks = {check.name: check for check in found.checks}
    assert checks["side_counts"].passed is False
    assert checks["side_counts"].threshold == 0.025
    assert found.status in ("refused", "downgraded")
    assert "rows lie below" in found.reasons[0]


def test_smooth_covariates_seldom_look_as_if_they_jumped() -> None:
    failed = 0
    for seed in range(200):
        r = np.random.default_rng(seed)
        x = r.normal(0.2, 1.0, 600)
        sides = split(x, (np.sin(1.5 * x) + r.normal(size=600))[:, None], 0.0)
        failed += covariate_tests(sides, 0, ("w",), 1, "triangular")["w"].p_value < 0.05
    assert failed <= 20


def test_equal_values_of_the_running_variable_are_said() -> None:
    frame = _jump(n=2000).assign(x=lambda f: np.floor(f.x * 10) / 10 + 0.05)
    found = _run(frame, outcome="y", running="x")
    assert any("different values" in text for text in found.warnings)
    assert _covers(found, 1.0)


def test_clusters_widen_what_they_share_and_few_are_refused() -> None:
    frame = _jump(n=1500)
    r = np.random.default_rng(3)
    group = r.integers(0, 40, len(frame))
    frame["y"] += (1.5 * r.normal(size=40))[group] * (frame.x >= 0)
    frame["group"] = [f"g{i}" for i in group]
    clustered = _run(frame, outcome="y", running="x", cluster="group")
    alone = _run(frame, outcome="y", running="x")
    assert (clustered.terms["robust"].standard_error or 0) > 1.3 * (alone.terms["robust"].standard_error or 0)
    frame["region"] = group % 6
    few = _run(frame, outcome="y", running="x", cluster="region")
    assert few.status == "refused"
    assert any("clusters" in reason for reason in few.reasons)
    frame["zone"] = group % 20
    assert _run(frame, outcome="y", running="x", cluster="zone").status == "downgraded"


BAD: list[tuple[dict[str, Any], str]] = [
    ({"outcome": "yy"}, "no column 'yy'"),
    ({"outcome": "x"}, "given as"),
    ({"cutoff": 99.0}, "no row lies at or above"),
    ({"cutoff": -99.0}, "no row lies below"),
    ({"outcome": "constant"}, "one value only"),
    ({"running": "place"}, "not numbers"),
    ({"bandwidth": 1e-4}, "too few"),
    ({"cluster": "constant"}, "one value only"),
    ({"order": 9}, "less than or equal to 3"),
    ({"covariates": ["y"]}, "given as"),
]


@pytest.mark.parametrize(("change", "said"), BAD)
def test_bad_specifications_name_the_fix(change: dict[str, Any], said: str) -> None:
    frame = _jump().assign(constant=1.0)
    with pytest.raises(ToolRetry, match=said) as error:
        _run(frame, **({"outcome": "y", "running": "x"} | change))
    assert error.value.fix or "order" in change


def test_too_few_rows_on_a_side() -> None:
    frame = _jump()
    with pytest.raises(ToolFailed, match="complete rows lie above"):
        _run(frame[(frame.x < 0) | (frame.x > frame.x.nlargest(5).min())], outcome="y", running="x")


def test_two_values_of_the_running_variable_are_too_few() -> None:
    frame = _jump().assign(x=lambda f: np.sign(f.x))
    with pytest.raises(UserError, match="too few"):
        _run(frame, outcome="y", running="x")


def test_treatment_that_does_not_jump() -> None:
    frame = _jump().assign(t=lambda f: (np.arange(len(f)) == 0).astype(float) * (f.x.abs() > 99))
    frame.loc[frame.x.idxmax(), "t"] = 1.0
    with pytest.raises(ToolFailed, match="does not change at the cutoff"):
        _run(frame, outcome="y", running="x", fuzzy="t", bandwidth=0.5)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 999), scale=st.sampled_from([1e-4, 60.0, 1e6]), shift=st.sampled_from([0.0, 50.0]))
def test_rows_units_and_origin_make_no_difference(seed: int, scale: float, shift: float) -> None:
    frame = _jump(n=400)
    plain = _run(frame, outcome="y", running="x")
    moved = frame.sample(frac=1.0, random_state=seed).assign(
        y=lambda f: f.y * scale, x=lambda f: (f.x + shift) * 8.0
    )
    other = _run(moved, outcome="y", running="x", cutoff=8.0 * shift)
    assert other.estimate == pytest.approx((plain.estimate or 0) * scale, rel=1e-6)
    assert other.confint() == pytest.approx([(e or 0) * scale for e in plain.confint()], rel=1e-6)
    assert other.bandwidth == pytest.approx((plain.bandwidth or 0) * 8.0, rel=1e-6)


def test_a_larger_effect_gives_a_larger_estimate() -> None:
    found = [_run(_jump(effect), outcome="y", running="x").estimate or 0.0 for effect in (0.0, 1.0, 3.0)]
    assert found[0] < found[1] < found[2]
    assert found[2] - found[1] == pytest.approx(2.0, abs=0.2)


def test_same_bytes_on_rerun_and_in_any_order() -> None:
    frame = _jump().round({"x": 2}).assign(x=lambda f: f.x + 0.005)
    arguments = {"outcome": "y", "running": "x", "covariates": ["age"]}

    def told(rows: pd.DataFrame) -> str:
        evidence = tools.run("regression_discontinuity", rows, store=TransientStore(), **arguments)
        return json.dumps(evidence.result)

    assert told(frame) == told(frame)
    assert told(frame) == told(frame.iloc[::-1].reset_index(drop=True))


def test_every_figure_has_a_unit() -> None:
    from liftos_agents.domain.reference import unit_of

    found = _run(_curved(7), outcome="y", running="x", fuzzy="t", covariates=["z"]).model_dump(mode="json")
    for path in (
        "bandwidth",
        "effective_below",
        "density.p_value",
        "covariates.z.estimate",
        "robust_set.0.low",
    ):
        assert unit_of(found, path) is not None, path
