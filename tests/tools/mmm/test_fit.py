"""Whole fits: recovery, determinism, convergence, priors, lift tests, saturation, and what the result says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.domain.reference import UNIT_FORMATS, unit_of
from liftos_agents.tools.mmm import LiftTest, MmmFit, MmmInput, RoiPrior, fit
from tests.tools.mmm.conftest import simulated, truth


def example_input(example: pd.DataFrame) -> MmmInput:
    return MmmInput(
        dates=pd.to_datetime(example["date_week"]).to_numpy().astype("datetime64[D]"),
        outcome=example["y"].to_numpy(float),
        spend=example[["x1", "x2"]].to_numpy(float),
        channels=("x1", "x2"),
        events={name: example[name].to_numpy(float) for name in ("event_1", "event_2")},
        outcome_is_money=False,
    )


def test_the_public_example_is_recovered(example: pd.DataFrame) -> None:
    found = fit(example_input(example))
    assert found.posterior is not None
    for name, roas, retention in (("x1", 4967.8, 0.4), ("x2", 2274.9, 0.2)):
        estimate = found.result.channels[name].roas
        assert estimate.p05 < roas < estimate.p95
        draws = found.posterior.retention[:, found.posterior.channels.index(name)]
        assert np.quantile(draws, 0.05) - 0.02 <= retention <= np.quantile(draws, 0.95) + 0.02
    assert found.result.status == "accepted"
    assert found.result.channels["x1"].probability_wasteful is None
    assert found.result.units["channels.*.roas"] == "outcome_per_spend"
    assert found.result.fit is not None
    assert found.result.fit.r2 > 0.9


def test_truth_is_covered_and_chains_converge(market: MmmInput, fitted: MmmFit) -> None:
    diagnostics = fitted.result.diagnostics
    assert diagnostics is not None
    assert diagnostics.rhat_max <= 1.01
    assert min(diagnostics.ess_bulk_min, diagnostics.ess_tail_min) >= 400
    true = truth(market.spend).sum(axis=0)
    for index, name in enumerate(market.channels):
        assert_near(fitted, name, float(true[index]))


def assert_near(found: MmmFit, name: str, true: float) -> None:
    """The truth lies within the 90 % interval stretched by three tenths of its width to either side."""
    estimate = found.result.channels[name].contribution
    wide = estimate.p95 - estimate.p05
    assert estimate.p05 - 0.3 * wide < true < estimate.p95 + 0.3 * wide


def test_three_years_of_five_channels_converge_with_latent_demand() -> None:
    data = replace(simulated(seed=5, weeks=156, channels=5), confounding="factor", holdout_weeks=8)
    result = fit(data).result
    assert result.diagnostics is not None
    assert result.diagnostics.rhat_max <= 1.01
    assert result.diagnostics.ess_bulk_min >= 400
    assert result.diagnostics.ess_tail_min >= 400
    assert result.diagnostics.holdout_mape is not None
    assert result.diagnostics.holdout_mape < 0.1


def test_the_same_input_gives_the_same_bytes(vary: Callable[..., MmmFit]) -> None:
    first, second = vary(confounding="factor"), vary(confounding="factor")
    assert first.result.model_dump_json() == second.result.model_dump_json()
    assert first.posterior is not None
    assert second.posterior is not None
    assert first.posterior.to_npz() == second.posterior.to_npz()
    assert vary(confounding="factor", seed=99).result.model_dump_json() != first.result.model_dump_json()


def test_the_number_of_threads_does_not_show() -> None:
    script = (
        "from tests.tools.mmm.conftest import simulated; from liftos_agents.tools.mmm import fit; from dataclasses import replace;"
        "import hashlib; found = fit(replace(simulated(), confounding='factor', draws=100));"
        "print(found.result.model_dump_json(), hashlib.sha256(found.posterior.to_npz()).hexdigest())"
    )
    texts = []
    for threads in ("1", "2"):
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        texts.append(done.stdout)
    assert texts[0] == texts[1]
    assert "channel_0" in texts[0]


def test_figures_agree_with_the_posterior_they_summarise(fitted: MmmFit, market: MmmInput) -> None:
    posterior = fitted.posterior
    assert posterior is not None
    contribution = posterior.contribution().sum(axis=1)
    growth = posterior.contribution_slope().sum(axis=1)
    spend = market.spend.sum(axis=0)
    for index, name in enumerate(market.channels):
        channel = fitted.result.channels[name]
        assert channel.contribution.mean == pytest.approx(contribution[:, index].mean(), rel=1e-6)
        assert channel.roas.p95 == pytest.approx(
            np.quantile(contribution[:, index] / spend[index], 0.95), rel=1e-6
        )
        assert channel.marginal_roas.mean == pytest.approx((growth[:, index] / spend[index]).mean(), rel=1e-6)
        assert channel.wasteful == (
            channel.probability_wasteful is not None and channel.probability_wasteful >= 0.8
        )
        curve = channel.response_curve
        assert curve[0].mean == 0.0
        assert all(a.mean <= b.mean for a, b in pairwise(curve))
    assert fitted.result.total_media is not None
    assert fitted.result.total_media.mean == pytest.approx(contribution.sum(axis=1).mean(), rel=1e-6)
    assert MediaPosterior.from_npz(posterior.to_npz()).draws == 2000


def test_margin_decides_what_is_wasteful(vary: Callable[..., MmmFit], market: MmmInput) -> None:
    rich, poor = vary(), vary(margin=0.01)
    for name in market.channels:
        assert poor.result.channels[name].wasteful
        assert (poor.result.channels[name].probability_wasteful or 0) >= (
            rich.result.channels[name].probability_wasteful or 0
        )
    assert poor.result.margin_stated
    assert not rich.result.margin_stated
    assert any("No margin was given" in warning for warning in rich.result.warnings)
    assert not any("No margin was given" in warning for warning in poor.result.warnings)


def test_value_turns_outcomes_into_money(vary: Callable[..., MmmFit], market: MmmInput) -> None:
    plain, valued = vary(), vary(value_per_outcome=20.0)
    name = market.channels[0]
    assert valued.result.channels[name].roas.mean == pytest.approx(
        20.0 * plain.result.channels[name].roas.mean
    )
    assert valued.result.channels[name].contribution == plain.result.channels[name].contribution


def test_a_return_prior_replaces_the_effects_and_wins_when_it_is_sharp(
    vary: Callable[..., MmmFit], market: MmmInput
) -> None:
    name = market.channels[0]
    sharp = vary(roi_priors={name: RoiPrior(mean=0.02, sd=0.001)}).result.channels[name]
    assert sharp.roas.mean == pytest.approx(0.02, abs=0.003)
    assert sharp.prior_driven
    vague = vary(roi_priors={name: RoiPrior(mean=0.1, sd=50.0)}).result.channels[name]
    assert not vague.prior_driven
    assert vague.roas.mean == pytest.approx(vary().result.channels[name].roas.mean, rel=0.2)


def lift_test(market: MmmInput, lift_share: float, error: float) -> tuple[LiftTest, float]:
    """A doubling of channel 0 for eight weeks, and what it truly adds."""
    weeks = slice(60, 68)
    changed = market.spend.copy()
    changed[weeks, 0] += 800.0
    peak = market.spend.max(axis=0)
    added = float((_truth_on(changed, peak) - _truth_on(market.spend, peak))[:, 0].sum())
    start = market.dates[60].astype(object)
    return (
        LiftTest(
            channel=market.channels[0],
            start=start,
            end=date.fromordinal(start.toordinal() + 55),
            spend_change=800.0,
            lift=added * lift_share,
            standard_error=error,
        ),
        added,
    )


def _truth_on(spend: np.ndarray, peak: np.ndarray) -> np.ndarray:
    return truth(np.concatenate([spend, peak[None]]))[:-1]


def test_a_lift_test_moves_and_sharpens_the_posterior(vary: Callable[..., MmmFit], market: MmmInput) -> None:
    name = market.channels[0]
    plain = vary().result.channels[name].contribution
    test, added = lift_test(market, 1.0, 10.0)
    right = vary(lift_tests=(test,)).result.channels[name].contribution
    assert right.p95 - right.p05 < plain.p95 - plain.p05
    half, _ = lift_test(market, 0.3, 0.02 * added)
    low = vary(lift_tests=(half,)).result.channels[name].contribution
    assert low.mean < 0.8 * plain.mean
    weak, _ = lift_test(market, 0.3, 100.0 * added)
    assert vary(lift_tests=(weak,)).result.channels[name].contribution.mean == pytest.approx(
        plain.mean, rel=0.1
    )


def test_hill_curves_fit_as_well(vary: Callable[..., MmmFit], market: MmmInput) -> None:
    found = vary(saturation="hill")
    assert found.posterior is not None
    assert found.posterior.slope is not None
    assert len(np.unique(found.posterior.slope)) > 3
    true = truth(market.spend).sum(axis=0)
    for index, name in enumerate(market.channels):
        assert_near(found, name, float(true[index]))


def test_decision_draws_allow_for_what_the_strongest_covariate_hints_at(
    vary: Callable[..., MmmFit], market: MmmInput
) -> None:
    rng = np.random.default_rng(9)
    follows = np.log(market.spend[:, 0]) + 0.3 * rng.standard_normal(len(market.outcome))
    found = vary(controls={"follows": follows}, outcome=market.outcome + 60.0 * follows)
    assert found.result.confounding is not None
    assert found.result.confounding.benchmark == "follows"
    first, second = (found.result.channels[name] for name in market.channels[:2])
    assert first.decision_roas.mean < 0.97 * first.roas.mean
    assert first.decision_roas.p05 >= 0.0
    assert second.decision_roas.mean == pytest.approx(second.roas.mean, rel=0.03)


def test_every_figure_has_a_unit_and_nothing_is_not_a_number(fitted: MmmFit) -> None:
    def leaves(value: object, path: str = "") -> list[tuple[str, float]]:
        if isinstance(value, dict):
            return [
                leaf
                for key, inner in value.items()
                for leaf in leaves(inner, f"{path}.{key}" if path else str(key))
            ]
        if isinstance(value, list | tuple):
            return [leaf for inner in value for leaf in leaves(inner, f"{path}.*")]
        return (
            [(path, float(value))] if isinstance(value, int | float) and not isinstance(value, bool) else []
        )

    content = fitted.result.model_dump(mode="json")
    figures = leaves(
        {
            key: content[key]
            for key in (
                "channels",
                "total_media",
                "total_roas",
                "baseline_share",
                "fit",
                "diagnostics",
                "confounding",
            )
        }
    )
    assert len(figures) > 100
    assert all(np.isfinite(number) for _, number in figures)
    assert {path for path, _ in figures if unit_of(content, path) not in UNIT_FORMATS} == set()


def test_the_last_unit_of_spend_earns_less_than_the_average_one(market: MmmInput, fitted: MmmFit) -> None:
    for name in market.channels:
        channel = fitted.result.channels[name]
        assert channel.marginal_roas.mean < channel.roas.mean


def test_the_fit_over_time_adds_up_and_its_band_holds_it(market: MmmInput, fitted: MmmFit) -> None:
    result = fitted.result
    drawn = result.fit_over_time
    assert drawn is not None
    assert fitted.posterior is not None
    assert drawn.date == tuple(str(day) for day in market.dates)
    np.testing.assert_allclose(drawn.actual, market.outcome, rtol=1e-5)
    media = np.sum([result.contribution_over_time[name] for name in market.channels], axis=0)
    np.testing.assert_allclose(np.add(drawn.baseline, media), drawn.mean, rtol=1e-4)
    for name in market.channels:
        total = result.channels[name].contribution.mean
        assert sum(result.contribution_over_time[name]) == pytest.approx(total, rel=1e-4)
    assert np.all(np.less(drawn.p05, drawn.mean) & np.less(drawn.mean, drawn.p95))
    whole = fitted.posterior.baseline + fitted.posterior.contribution().sum(axis=-1)
    low, high = np.quantile(whole, [0.05, 0.95], axis=0)
    width = float((high - low).mean())
    np.testing.assert_allclose(drawn.p05, low, atol=0.25 * width)
    np.testing.assert_allclose(drawn.p95, high, atol=0.25 * width)
    assert result.units["fit_over_time"] == "money"


def test_a_fit_that_has_not_converged_says_so(fitted: MmmFit) -> None:
    assert fitted.result.converged is True
    short = fit(replace(simulated(seed=1, weeks=40, channels=10), draws=100, chains=2, confounding="factor"))
    assert short.result.converged is False
    assert short.result.status == "downgraded"
    assert not next(check for check in short.result.checks if check.name == "rhat_max").passed
