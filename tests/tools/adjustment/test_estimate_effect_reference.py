"""LaLonde and ACIC through the public tool."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.tools.adjustment.contract import EstimateEffectResult

CONTROLS = ("age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75")


@pytest.fixture(scope="module")
def causal() -> Path:
    root = Path(__file__).parents[3]
    folder = Path(os.environ.get("LIFTOS_REFERENCE_DATA", root / "../shared/data")).resolve() / "causal"
    if not folder.is_dir():
        pytest.skip(f"no reference data at {folder}: set LIFTOS_REFERENCE_DATA")
    return folder


@pytest.fixture(scope="module")
def against_cps(causal: Path) -> pd.DataFrame:
    """The treated of the experiment beside the survey's men, n = 16,177."""
    nsw, cps = (pd.read_stata(causal / f"{name}_mixtape.dta") for name in ("nsw", "cps"))
    return pd.concat([nsw[nsw["treat"] == 1], cps]).drop(columns="data_id").reset_index(drop=True)


def effect(data: object, **arguments: object) -> EstimateEffectResult:
    found = tools.result(tools.run("estimate_effect", data, store=TransientStore(), **arguments))  # type: ignore[arg-type]
    assert isinstance(found, EstimateEffectResult)
    return found


def test_experiment(causal: Path) -> None:
    found = effect(causal / "nsw_mixtape.dta", outcome="re78", treatment="treat", randomised=True)
    assert found.n == 445
    assert found.estimate == pytest.approx(1794.34, abs=1e-2)
    assert found.standard_error == pytest.approx(670.82, abs=1e-2)
    assert found.diagnostics["classical_standard_error"] == pytest.approx(632.85, abs=1e-2)
    assert found.status == "estimated"


def test_naive_comparison_is_reproduced_and_downgraded(against_cps: pd.DataFrame) -> None:
    found = effect(against_cps, outcome="re78", treatment="treat")
    assert found.n == 16_177
    assert found.estimate == pytest.approx(-8497.5, abs=0.1)
    assert found.diagnostics["classical_standard_error"] == pytest.approx(712.0, abs=0.1)
    assert found.status == "downgraded"
    assert "nothing is held equal" in found.reasons[0]


@pytest.mark.parametrize(
    ("method", "within"), [("matching", 400.0), ("ipw", 900.0), ("aipw", 600.0), ("ols", 1200.0)]
)
def test_adjustment_moves_from_minus_8500_towards_1800_and_says_for_whom(
    against_cps: pd.DataFrame, method: str, within: float
) -> None:
    """No overlap for all rows, so the effect on the treated is given instead, downgraded."""
    found = effect(
        against_cps,
        outcome="re78",
        treatment="treat",
        controls=CONTROLS,
        method=method,
        splits=1,
        learners="quadratic",
    )
    assert found.status == "downgraded"
    assert found.target == "att"
    assert "cannot be told" in found.reasons[0]
    assert found.estimate == pytest.approx(1794.34, abs=within)
    low, high = found.confint()
    assert low is not None
    assert high is not None
    if method != "ols":
        assert low < 1794.34 < high


def test_recommended_method_on_acic(causal: Path) -> None:
    """AIPW (the method of `auto`) is within 0.15 of the truth for the treated, 2.72, and its interval holds it."""
    frame = pd.read_csv(causal / "acic2016_x.csv")
    controls = tuple(frame.columns)
    outcomes = pd.read_csv(causal / "acic2016_zymu_1.csv")
    frame["z"] = outcomes["z"]
    frame["y"] = np.where(outcomes["z"] == 1, outcomes["y1"], outcomes["y0"])
    found = effect(
        frame, outcome="y", treatment="z", controls=controls, target="att", splits=1, learners="linear"
    )
    assert found.method == "aipw"
    assert found.estimate == pytest.approx(2.7219, abs=0.15)
    low, high = found.confint()
    assert low is not None
    assert high is not None
    assert low < 2.7219 < high
    whole = effect(frame, outcome="y", treatment="z", controls=controls, splits=1, learners="linear", folds=3)
    assert whole.estimate == pytest.approx(2.1281, abs=0.2)
    low, high = whole.confint()
    assert low is not None
    assert high is not None
    assert low < 2.1281 < high
