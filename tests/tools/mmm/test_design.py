"""The baseline: whitening, season, holidays, and priors cell by cell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from liftos_agents.tools.mmm.cut_normal import draw_cut_normal, relative_mass
from liftos_agents.tools.mmm.design import baseline, default_season_order, season
from liftos_agents.tools.mmm.grid import curves, hill_cells, logistic_cells, tabulate
from liftos_agents.tools.mmm.input import RoiPrior
from liftos_agents.tools.mmm.priors import half_normal, on_return, prior_return, scale_prior

WEEKS = np.datetime64("2022-01-03", "D") + 7 * np.arange(104)


def test_whitening_is_the_root_of_the_dense_covariance() -> None:
    design = baseline(WEEKS[:40], season_order=2)
    whitener = design.whitener(40)
    scaled = design.columns * design.prior_scale
    covariance = np.eye(40) + scaled @ scaled.T
    rows = np.random.default_rng(0).standard_normal((3, 40))
    white = whitener.whiten(rows)
    assert white @ white.T == pytest.approx(rows @ np.linalg.solve(covariance, rows.T), rel=1e-6)
    assert whitener.unwhiten(white) == pytest.approx(rows)


def test_baseline_draws_have_the_posterior_mean_and_spread() -> None:
    design = baseline(WEEKS[:40], season_order=1)
    whitener = design.whitener(40)
    rng = np.random.default_rng(1)
    residual = rng.standard_normal(40) + 3.0
    scaled = design.columns * design.prior_scale
    covariance = np.linalg.inv(scaled.T @ scaled + np.eye(scaled.shape[1]))
    standard = rng.standard_normal((20_000, len(whitener.values)))
    drawn = whitener.draw_baseline(np.tile(residual, (20_000, 1)), np.full(20_000, 0.5), standard)
    assert drawn.mean(axis=0) == pytest.approx(scaled @ covariance @ scaled.T @ residual, abs=0.02)
    spread = 0.5 * np.sqrt(np.diag(scaled @ covariance @ scaled.T))
    assert drawn.std(axis=0) == pytest.approx(spread, rel=0.05)


def test_season_repeats_every_year_and_its_order_follows_the_length() -> None:
    days = np.array(["2022-03-01", "2023-03-01"], dtype="datetime64[D]")
    for column in season(days, 2).values():
        assert column[0] == pytest.approx(column[1], abs=0.02)
    assert [default_season_order(WEEKS[:count]) for count in (20, 30, 60, 104)] == [0, 1, 2, 3]


def test_columns_that_do_not_vary_are_left_out() -> None:
    design = baseline(
        WEEKS, season_order=0, controls={"flat": np.full(104, 3.0), "price": np.arange(104.0) ** 2}
    )
    assert design.names == ("intercept", "trend", "price")


def test_weekdays_of_daily_data() -> None:
    days = np.datetime64("2024-01-01", "D") + np.arange(28)
    design = baseline(days, season_order=0, trend=False, weekday=True)
    assert design.names == ("intercept", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    assert np.argmax(design.columns[:7, 1]) == 1


def test_grid_masses_are_a_prior() -> None:
    for cells in (logistic_cells(), hill_cells()):
        assert cells.mass.sum() == pytest.approx(1.0)
        assert np.all(cells.mass > 0.0)
    cells = logistic_cells()
    assert float(cells.mass @ cells.retention) == pytest.approx(0.25, abs=0.01)
    assert float(cells.mass @ cells.steepness) == pytest.approx(3.0, abs=0.1)


def test_tables_reproduce_every_curve() -> None:
    rng = np.random.default_rng(2)
    whitener = baseline(WEEKS, season_order=2).whitener(104)
    transformed = curves(logistic_cells(), rng.random(104), adstock_length=8)
    white = whitener.whiten(transformed)
    table = tabulate(logistic_cells(), transformed, white)
    assert table.basis.shape[1] < 80
    assert pytest.approx(white, abs=1e-3) == table.coefficients.T @ table.basis.T
    assert table.norm == pytest.approx((table.coefficients**2).sum(axis=0), rel=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.0, 5.0), st.floats(0.1, 5.0))
def test_a_return_prior_is_the_same_density_in_every_cell(mean: float, sd: float) -> None:
    cells = logistic_cells()
    transformed = curves(cells, np.random.default_rng(3).random(52), adstock_length=8)
    table = tabulate(cells, transformed, transformed)
    prior = on_return(table, RoiPrior(mean=mean, sd=sd), 0.07)
    slope = table.total * 0.07
    for cell in (0, 100, len(cells.mass) - 1):
        centre, scale = prior.linear[cell] / prior.precision[cell], prior.precision[cell] ** -0.5
        assert centre * slope[cell] == pytest.approx(mean, abs=1e-9)
        assert scale * slope[cell] == pytest.approx(sd)
        normaliser = norm.cdf(centre / scale) * scale * np.sqrt(2.0 * np.pi)
        assert prior.weight[cell] * normaliser / cells.mass[cell] == pytest.approx(
            norm.cdf(mean / sd) * np.sqrt(2.0 * np.pi), rel=1e-6
        )


def test_prior_returns_match_simulation() -> None:
    rng = np.random.default_rng(4)
    cells, scale = logistic_cells(), scale_prior(3)
    transformed = curves(cells, rng.random(52), adstock_length=8)
    table = tabulate(cells, transformed, transformed)
    cell = rng.choice(len(cells.mass), size=200_000, p=cells.mass)
    effect = np.abs(rng.standard_normal(200_000)) * rng.choice(scale.values, size=200_000, p=scale.mass) * 1.3
    drawn = effect * table.total[cell] * 0.05
    found = prior_return(table, scale, 1.3, 0.05, None)
    assert found.mean == pytest.approx(drawn.mean(), rel=0.02)
    assert found.sd == pytest.approx(drawn.std(), rel=0.03)
    assert half_normal(cells, 1.3).shared == pytest.approx(1.3**-2)
    own = prior_return(table, scale, 1.0, 0.05, RoiPrior(mean=1.0, sd=0.8))
    cut = rng.normal(1.0, 0.8, 400_000)
    cut = cut[cut > 0.0]
    assert own.mean == pytest.approx(cut.mean(), rel=0.01)
    assert own.sd == pytest.approx(cut.std(), rel=0.01)


@given(st.lists(st.floats(-60.0, 30.0), min_size=2, max_size=6))
def test_relative_mass_is_the_integral_over_positive_effects(ratios: list[float]) -> None:
    mass = relative_mass(np.array([ratios]))[0]
    expected = [
        quad(
            lambda x, r=r: np.exp(-0.5 * x**2 + r * x - 0.5 * max(r, 0.0) ** 2),
            0.0,
            max(r, 0.0) + 12.0,
            points=[max(r, 0.0)],
        )[0]
        for r in ratios
    ]
    logs = np.log(expected) + 0.5 * np.maximum(ratios, 0.0) ** 2
    assert np.log(mass) - np.log(mass[0]) == pytest.approx(logs - logs[0], abs=1e-5)


def test_relative_mass_of_very_strong_channels_stays_finite() -> None:
    mass = relative_mass(np.array([[80.0, 79.0, -50.0], [1.0, -1.0, 0.0]]))
    assert np.all(np.isfinite(mass))
    assert mass[0, 1] / mass[0, 0] == pytest.approx(np.exp(0.5 * (79.0**2 - 80.0**2)))
    assert mass[1, 0] > mass[1, 2] > mass[1, 1]


@pytest.mark.parametrize("ratio", [-40.0, -3.0, 0.0, 2.0, 50.0])
def test_cut_normal_draws_follow_their_law(ratio: float) -> None:
    uniform = (np.arange(2000) + 0.5) / 2000
    drawn = draw_cut_normal(np.full(2000, ratio), np.full(2000, 2.0), uniform)
    assert np.all(drawn >= 0.0)
    expected = 2.0 * (ratio + np.exp(norm.logpdf(ratio) - norm.logcdf(ratio)))
    assert drawn.mean() == pytest.approx(expected, rel=0.02)
