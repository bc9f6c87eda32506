"""What the data cannot carry is refused or downgraded, with the reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from liftos_agents.data.store import TransientStore
from liftos_agents.tools.mmm import MmmFit, MmmInput, fit
from liftos_agents.tools.registry import run
from tests.tools.mmm.conftest import simulated


def refusal(data: MmmInput) -> str:
    found = fit(data)
    assert found.posterior is None
    assert found.result.status == "refused"
    assert found.result.channels == {}
    assert found.result.n == len(data.outcome)
    assert len(found.result.refusals) == 1
    return found.result.refusals[0]


def accepted_with_warning(data: MmmInput) -> tuple[MmmFit, str]:
    found = fit(replace(data, draws=100))
    assert found.posterior is not None
    assert found.result.status == "downgraded"
    return found, " ".join(found.result.warnings)


def test_fewer_than_thirty_periods() -> None:
    assert "29 periods" in refusal(simulated(weeks=29))


def test_less_than_a_year_is_downgraded() -> None:
    _, warning = accepted_with_warning(simulated(weeks=45, channels=2))
    assert "less than a year" in warning


def test_an_outcome_that_never_changes() -> None:
    data = simulated()
    assert "never changes" in refusal(replace(data, outcome=np.full(len(data.outcome), 5.0)))


def test_no_channel_varies() -> None:
    data = simulated()
    assert "No channel's spend varies" in refusal(replace(data, spend=np.full_like(data.spend, 100.0)))


@pytest.mark.parametrize("level", [0.0, 250.0])
def test_one_still_channel_is_left_out_and_named(level: float) -> None:
    data = simulated()
    spend = data.spend.copy()
    spend[:, 1] = level
    found, warning = accepted_with_warning(replace(data, spend=spend))
    assert "'channel_1' hardly varies" in warning
    assert tuple(found.result.channels) == ("channel_0", "channel_2")
    assert found.posterior is not None
    assert found.posterior.channels == ("channel_0", "channel_2")


def test_two_channels_that_move_as_one() -> None:
    data = simulated()
    spend = data.spend.copy()
    spend[:, 1] = 2.0 * spend[:, 0] + 1.0
    assert "'channel_0' and 'channel_1' move as one" in refusal(replace(data, spend=spend))


def test_two_channels_that_move_nearly_as_one_are_downgraded() -> None:
    data = simulated()
    spend = data.spend.copy()
    spend[:, 1] = 0.92 * spend[:, 0] + 0.35 * spend[:, 1]
    found, warning = accepted_with_warning(replace(data, spend=spend))
    assert "nearly as one" in warning
    assert any(check.name == "collinearity" and not check.passed for check in found.result.checks)


def test_spend_that_is_a_function_of_sales() -> None:
    data = simulated()
    spend = data.spend.copy()
    spend[:, 0] = 0.1 * data.outcome
    assert "'channel_0' is a function of sales" in refusal(replace(data, spend=spend))


def test_spend_that_is_a_function_of_last_week_s_sales() -> None:
    data = simulated()
    spend = data.spend.copy()
    spend[1:, 0] = 0.1 * data.outcome[:-1]
    assert "'channel_0' is a function of sales" in refusal(replace(data, spend=spend))


def test_more_parameters_than_periods() -> None:
    rng = np.random.default_rng(0)
    data = simulated(weeks=60)
    controls = {f"control_{index}": rng.standard_normal(60) for index in range(60)}
    assert "more than the data can carry" in refusal(replace(data, controls=controls))
    some = {name: controls[name] for name in list(controls)[:18]}
    _, warning = accepted_with_warning(replace(data, controls=some))
    assert "parameters for 60 periods" in warning


def test_a_missing_driver_shows_in_the_checks() -> None:
    data = simulated()
    step = np.where(np.arange(len(data.outcome)) // 17 % 2 == 0, 0.0, 500.0)
    found = fit(replace(data, outcome=data.outcome + step, draws=100))
    failed = {check.name for check in found.result.checks if not check.passed}
    assert "residual_autocorrelation" in failed
    assert found.result.status == "downgraded"


@pytest.mark.parametrize(("noise", "status"), [(0.03, "refused"), (0.08, "downgraded")])
def test_a_budget_set_from_sales_is_refused_or_named(noise: float, status: str) -> None:
    rng = np.random.default_rng(0)
    weeks = np.arange(104)
    sales = 1e5 * np.exp(0.15 * np.sin(2 * np.pi * weeks / 52) + 0.06 * rng.normal(size=104))
    frame = pd.DataFrame(
        {
            "date": pd.date_range("2023-01-02", periods=104, freq="7D"),
            "revenue": sales,
            "tv_spend": 0.1 * sales * np.exp(noise * rng.normal(size=104)),
            "radio_spend": 3000.0 * np.exp(0.4 * rng.normal(size=104)),
        }
    )
    store = TransientStore()
    found = run("fit_mmm", frame, store=store).result
    assert found["status"] == status
    plan = run("optimise_budget", frame, store=store).result
    assert not plan["recommended"]
    if status == "downgraded":
        assert [check["name"] for check in found["checks"] if not check["passed"]] == ["spend_set_by_sales"]
        assert "set from sales" in plan["verdict"]
