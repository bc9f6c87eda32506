"""`instrumental_variables`: Card's and Mroz's published values, weak instruments, errors, and what must not change the answer."""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linearmodels.datasets import card, mroz
from linearmodels.iv import IV2SLS, IVLIML

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.domain.reference import unit_of
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.instruments.result import InstrumentalVariablesResult

CARD_CONTROLS = ["exper", "expersq", "black", "south", "smsa", "smsa66", *(f"reg66{i}" for i in range(1, 9))]


def _run(frame: pd.DataFrame, **arguments: Any) -> InstrumentalVariablesResult:
    found = tools.result(tools.run("instrumental_variables", frame, store=TransientStore(), **arguments))
    assert isinstance(found, InstrumentalVariablesResult)
    return found


def _made(
    effect: float = 1.0, *, strength: float = 0.5, direct: float = 0.0, n: int = 600, seed: int = 1
) -> pd.DataFrame:
    r = np.random.default_rng(seed)
    z = r.normal(size=(n, 2))
    w, u = r.normal(size=n), r.normal(size=n)
    t = strength * z.sum(axis=1) + 0.4 * w + u + r.normal(size=n)
    y = effect * t + 0.5 * w + direct * z[:, 1] + u + r.normal(size=n)
    frame = pd.DataFrame({"z1": z[:, 0], "z2": z[:, 1], "w": w, "t": t, "y": y})
    return frame.assign(group=[f"g{i}" for i in r.integers(0, 50, n)], weight=r.uniform(0.5, 2.0, n), one=1.0)


ROLES: dict[str, Any] = {"outcome": "y", "treatment": "t", "instruments": ["z1", "z2"], "controls": ["w"]}


def _check(found: InstrumentalVariablesResult, name: str) -> bool | None:
    return next(c.passed for c in found.checks if c.name == name)


def test_card() -> None:
    found = _run(
        card.load(), outcome="lwage", treatment="educ", instruments=["nearc4"], controls=CARD_CONTROLS
    )
    assert found.n == 3010
    assert found.estimate == pytest.approx(0.1315, abs=1e-4)
    assert found.standard_error == pytest.approx(0.0550, abs=1e-4)
    terms = found.terms
    assert terms["ols"].estimate == pytest.approx(0.0747, abs=1e-4)
    assert terms["ols"].standard_error == pytest.approx(0.0035, abs=1e-4)
    assert terms["tsls"].standard_error == pytest.approx(0.0550, abs=1e-4)
    assert terms["tsls_uncorrected"].standard_error == pytest.approx(0.0548, abs=1e-4)
    first = found.first_stage
    assert first is not None
    assert first.classical_f == pytest.approx(13.2558, abs=1e-4)
    assert first.robust_f == pytest.approx(14.1387, abs=1e-4)
    assert first.effective_f == pytest.approx(first.robust_f)
    assert first.strength == "weak"
    assert _check(found, "effective_f") is False
    assert found.anderson_rubin is not None
    assert found.interval is not None
    assert found.wald_interval is not None
    assert (found.interval.low, found.interval.high) == (
        found.anderson_rubin.parts[0].low,
        found.anderson_rubin.parts[0].high,
    )
    assert any("weak" in text for text in found.warnings)
    assert not found.overidentification


def test_mroz() -> None:
    found = _run(
        mroz.load(),
        outcome="lwage",
        treatment="educ",
        instruments=["fatheduc", "motheduc"],
        controls=["exper", "expersq"],
    )
    assert found.n == 428
    assert found.estimate == pytest.approx(0.0614, abs=1e-4)
    assert found.terms["tsls"].standard_error == pytest.approx(0.0314, abs=1e-4)
    assert found.first_stage is not None
    assert found.first_stage.classical_f == pytest.approx(55.40, abs=1e-2)
    assert found.overidentification["sargan"].statistic == pytest.approx(0.3781, abs=1e-4)
    assert found.endogeneity["wu_hausman"].statistic == pytest.approx(2.7926, abs=1e-4)
    assert found.interval == found.wald_interval


@pytest.mark.parametrize("method", ["tsls", "liml"])
def test_agrees_with_linearmodels(method: str) -> None:
    frame = _made()
    model = (IV2SLS if method == "tsls" else IVLIML)(
        frame.y, frame[["one", "w"]], frame.t, frame[["z1", "z2"]], weights=frame.weight
    )
    found = _run(frame, **ROLES, method=method, weights="weight")
    fit = model.fit(cov_type="robust", debiased=True)
    assert found.estimate == pytest.approx(fit.params["t"], rel=1e-9)
    assert found.terms[f"{method}_robust"].standard_error == pytest.approx(fit.std_errors["t"], rel=1e-9)
    plain = _run(frame, **ROLES)
    two_stage: Any = IV2SLS(frame.y, frame[["one", "w"]], frame.t, frame[["z1", "z2"]]).fit()
    assert plain.overidentification["sargan"].statistic == pytest.approx(two_stage.sargan.stat, rel=1e-6)
    assert plain.endogeneity["wu_hausman"].statistic == pytest.approx(two_stage.wu_hausman().stat, rel=1e-6)


def test_least_squares_agrees_with_linearmodels_in_clusters() -> None:
    frame = _made()
    codes = frame.group.astype("category").cat.codes
    fit = IV2SLS(frame.y, frame[["one", "w", "t"]], None, None).fit(
        cov_type="clustered", clusters=codes, debiased=True
    )
    found = _run(frame, **ROLES, cluster="group")
    assert found.terms["ols_robust"].standard_error == pytest.approx(fit.std_errors["t"], rel=1e-9)
    assert "tsls" not in found.terms
    assert found.diagnostics["clusters"] == 50


def test_gmm_reports_one_error() -> None:
    found = _run(_made(), **ROLES, method="gmm")
    assert found.estimate == pytest.approx(1.0, abs=0.2)
    assert set(found.terms) >= {"gmm_robust", "ols"}
    assert "gmm" not in found.terms


def test_very_weak_instruments_leave_the_set_alone() -> None:
    found = _run(_made(strength=0.06), **ROLES)
    assert found.status == "downgraded"
    assert found.estimate is None
    assert found.standard_error is None
    assert found.wald_interval is None
    assert found.anderson_rubin is not None
    assert found.terms["tsls"].low is None
    assert found.terms["ols"].low is not None
    assert any("very weak" in reason for reason in found.reasons)


def test_a_useless_instrument_leaves_no_ends_and_says_so() -> None:
    frame = _made(strength=0.0, seed=4)
    found = _run(frame, outcome="y", treatment="t", instruments=["z1"], controls=["w"])
    assert found.anderson_rubin is not None
    assert found.anderson_rubin.shape in ("whole line", "in parts")
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == (None, None)
    assert found.anderson_rubin.words in found.reasons[0]


def test_instruments_that_contradict_each_other_downgrade() -> None:
    found = _run(_made(direct=0.6), **ROLES)
    assert found.status == "downgraded"
    assert _check(found, "overidentification") is False
    assert any("contradict" in reason for reason in found.reasons)
    assert _run(_made(), **ROLES).status == "estimated"


def test_weak_instruments_that_contradict_each_other_are_refused() -> None:
    frame = _made(strength=0.2, n=800)
    frame["y"] += 1.5 * frame.z1 - 1.5 * frame.z2
    found = _run(frame, **ROLES)
    assert found.status == "refused"
    assert found.interval is None
    assert any("empty" in reason for reason in found.reasons)


def test_exclusion_and_independence_are_never_called_checked() -> None:
    verdicts = {a.name: a.verdict for a in _run(_made(), **ROLES).assumptions}
    for word in ("exclusion", "independence", "monotonicity"):
        assert [v for name, v in verdicts.items() if word in name] == ["not checked"]


def test_few_clusters() -> None:
    frame = _made()
    frame["region"] = np.arange(len(frame)) % 6
    refused = _run(frame, **ROLES, cluster="region")
    assert refused.status == "refused"
    assert "clusters" in refused.reasons[0]
    frame["zone"] = np.arange(len(frame)) % 20
    assert _run(frame, **ROLES, cluster="zone").status == "downgraded"
    with pytest.raises(ToolRetry, match="too few to weight"):
        _run(
            frame.assign(a=frame.w**2, b=frame.w**3, c=np.sin(frame.w)),
            **ROLES | {"controls": ["w", "a", "b", "c"]},
            cluster="region",
            method="gmm",
        )


def test_words_become_indicators() -> None:
    frame = _made()
    r = np.random.default_rng(8)
    quarter = r.integers(0, 4, len(frame))
    frame["quarter"] = np.array(["q1", "q2", "q3", "q4"])[quarter]
    frame["t"] += 1.5 * (quarter == 2)
    frame["y"] += 1.5 * (quarter == 2)
    found = _run(frame, outcome="y", treatment="t", instruments=["quarter"], controls=["w"])
    assert found.first_stage is not None
    assert set(found.first_stage.coefficients) == {"quarter_q2", "quarter_q3", "quarter_q4"}
    assert found.estimate == pytest.approx(1.0, abs=0.3)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"instruments": []}, "at least 1"),
    ({"instruments": ["zz"]}, "no column 'zz'"),
    ({"outcome": "t"}, "given as"),
    ({"instruments": ["t"]}, "given as"),
    ({"controls": ["z1"]}, "given as"),
    ({"treatment": "one"}, "one value only"),
    ({"instruments": ["one"]}, "one value only"),
    ({"instruments": ["copy"]}, "determine 't' entirely"),
    ({"controls": ["copy"]}, "controls explain 't' entirely"),
    ({"instruments": ["double_w"]}, "explain the instrument 'double_w'"),
    ({"instruments": ["z1", "double_z1"]}, "combination of the others"),
    ({"weights": "negative"}, "negative values"),
    ({"cluster": "one"}, "one value only"),
    ({"method": "ols"}, "tsls"),
]


@pytest.mark.parametrize(("change", "said"), BAD)
def test_bad_specifications_name_the_fix(change: dict[str, Any], said: str) -> None:
    frame = _made()
    frame = frame.assign(
        copy=2 * frame.t + 1, double_w=2 * frame.w, double_z1=2 * frame.z1, negative=-frame.weight
    )
    with pytest.raises(ToolRetry, match=said) as error:
        _run(frame, **(ROLES | change))
    assert error.value.fix or change in ({"instruments": []}, {"method": "ols"})


def test_too_few_rows() -> None:
    with pytest.raises(ToolFailed, match="rows"):
        _run(_made().head(21), **ROLES | {"controls": ["w", "group"]})


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 999), scale=st.sampled_from([1e-3, 100.0]), unit=st.sampled_from([0.01, 1000.0]))
def test_rows_and_units_make_no_difference(seed: int, scale: float, unit: float) -> None:
    frame = _made(n=300, strength=0.2)
    plain = _run(frame, **ROLES)
    moved = frame.sample(frac=1.0, random_state=seed).assign(
        y=lambda f: f.y * scale, t=lambda f: f.t * unit, z1=lambda f: 5 * f.z1 + 3
    )
    other = _run(moved, **ROLES)
    assert other.anderson_rubin is not None
    assert plain.anderson_rubin is not None
    assert other.anderson_rubin.shape == plain.anderson_rubin.shape
    assert other.terms["tsls"].estimate == pytest.approx(
        (plain.terms["tsls"].estimate or 0) * scale / unit, rel=1e-6
    )
    expected = [None if end is None else end * scale / unit for end in plain.confint()]
    assert other.confint() == pytest.approx(expected, rel=1e-4)


def test_order_of_names_makes_no_difference() -> None:
    first = _run(_made(), **ROLES | {"controls": ["w", "weight"]})
    second = _run(_made(), **ROLES | {"instruments": ["z2", "z1"], "controls": ["weight", "w"]})
    assert first.estimate == second.estimate
    assert first.interval == second.interval


def test_a_larger_effect_gives_a_larger_estimate() -> None:
    found = [_run(_made(effect), **ROLES).estimate or 0.0 for effect in (0.0, 1.0, 2.5)]
    assert found[1] - found[0] == pytest.approx(1.0)
    assert found[2] - found[1] == pytest.approx(1.5)


def test_same_bytes_on_rerun_and_in_any_order() -> None:
    def told(rows: pd.DataFrame) -> str:
        return json.dumps(tools.run("instrumental_variables", rows, store=TransientStore(), **ROLES).result)

    assert told(_made()) == told(_made()) == told(_made().iloc[::-1].reset_index(drop=True))


def test_a_missing_value_elsewhere_drops_no_row() -> None:
    frame = _made().assign(other=np.nan)
    frame.loc[3, "t"] = np.nan
    found = _run(frame, **ROLES)
    assert found.n == 599
    assert found.diagnostics["rows_dropped"] == 1


def test_every_figure_has_a_unit_and_no_warning_escapes() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = _run(_made(), **ROLES).model_dump(mode="json")
    for path in (
        "first_stage.effective_f",
        "first_stage.coefficients.z1.estimate",
        "reduced_form.z2.p_value",
        "anderson_rubin.parts.0.low",
        "overidentification.hansen.p_value",
        "endogeneity.wu_hausman.statistic",
        "wald_interval.high",
    ):
        assert unit_of(found, path) is not None, path


def test_a_set_that_is_empty_by_chance_is_given_at_a_surer_level() -> None:
    for seed in range(40):
        found = _run(_made(strength=0.12, direct=0.13, n=500, seed=seed), **ROLES)
        if any("is empty, so the one at 99%" in reason for reason in found.reasons):
            break
    else:
        pytest.fail("no dataset of forty has an empty set")
    assert found.status == "downgraded"
    assert found.interval is not None
    assert found.interval.level == 0.99
