"""The baseline's columns: intercept, trend, Fourier season, holidays, controls and events, with their prior scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Dates = NDArray[np.datetime64]

YEAR_DAYS = 365.2425
INTERCEPT_SCALE = 100.0
COEFFICIENT_SCALE = 20.0
SEASON_SCALE = 10.0
HOLIDAY_SCALE = 5.0
EARLIER_SPEND = "what earlier spend still sold"
"""The column of a start: media before the data, bought within them."""


@dataclass(frozen=True)
class Baseline:
    """Baseline columns (T, K) with the prior standard deviation of each coefficient, in units of the noise's."""

    names: tuple[str, ...]
    columns: Array
    prior_scale: Array

    def whitener(self, rows: int) -> Whitener:
        """The whitening of the first `rows` periods, baseline coefficients integrated out."""
        scaled = self.columns[:rows] * self.prior_scale
        left, singular, _ = np.linalg.svd(scaled, full_matrices=False)
        return Whitener(left, singular)


@dataclass(frozen=True)
class Whitener:
    """The marginal covariance σ²(I + Z V Zᵀ) in its eigenbasis: `vectors` (n, K), `values` (K,) the singular ones."""

    vectors: Array
    values: Array

    def whiten(self, rows: Array) -> Array:
        """Rows (…, n) mapped so that their covariance is σ²I."""
        return rows - ((rows @ self.vectors) * (1.0 - 1.0 / np.sqrt(1.0 + self.values**2))) @ self.vectors.T

    def unwhiten(self, rows: Array) -> Array:
        """The inverse of `whiten`."""
        return rows + ((rows @ self.vectors) * (np.sqrt(1.0 + self.values**2) - 1.0)) @ self.vectors.T

    def draw_baseline(self, residual: Array, noise: Array, standard: Array) -> Array:
        """The fitted baseline drawn given what is left of the outcome, (…, n).

        Args:
            residual: outcome less media, (…, n), not whitened.
            noise: (…,) standard deviation.
            standard: (…, K) standard normal draws.
        """
        shrink = self.values**2 / (1.0 + self.values**2)
        spread = self.values / np.sqrt(1.0 + self.values**2)
        return ((residual @ self.vectors) * shrink + noise[..., None] * spread * standard) @ self.vectors.T


def baseline(
    dates: Dates,
    *,
    season_order: int,
    trend: bool = True,
    controls: dict[str, Array] | None = None,
    events: dict[str, Array] | None = None,
    holidays: dict[str, Array] | None = None,
    weekday: bool = False,
    earlier_spend: Array | None = None,
) -> Baseline:
    """The baseline design of T periods. A column that does not vary is left out."""
    periods = len(dates)
    names, columns, scales = ["intercept"], [np.ones(periods)], [INTERCEPT_SCALE]

    def add(name: str, column: Array, scale: float) -> None:
        deviation = float(np.std(column))
        if deviation > 1e-12 * max(1.0, float(np.max(np.abs(column)))):
            names.append(name)
            columns.append((column - column.mean()) / deviation)
            scales.append(scale)

    if trend:
        add("trend", np.arange(periods, dtype=np.float64), COEFFICIENT_SCALE)
    for name, column in season(dates, season_order).items():
        add(name, column, SEASON_SCALE)
    if weekday:
        for name, column in day_of_week(dates).items():
            add(name, column, SEASON_SCALE)
    if earlier_spend is not None:
        add(EARLIER_SPEND, earlier_spend, COEFFICIENT_SCALE)
    for name, column in (holidays or {}).items():
        add(f"calendar: {name}", column, HOLIDAY_SCALE)
    for group in (controls or {}, events or {}):
        for name, column in group.items():
            add(name, np.asarray(column, dtype=np.float64), COEFFICIENT_SCALE)
    return Baseline(tuple(names), np.stack(columns, axis=1), np.asarray(scales))


def season(dates: Dates, order: int) -> dict[str, Array]:
    """Yearly sine and cosine pairs up to `order`."""
    days = (dates - np.datetime64("2000-01-01", "D")).astype(np.float64)
    pairs: dict[str, Array] = {}
    for harmonic in range(1, order + 1):
        angle = 2.0 * np.pi * harmonic * days / YEAR_DAYS
        pairs[f"season sin {harmonic}"] = np.sin(angle)
        pairs[f"season cos {harmonic}"] = np.cos(angle)
    return pairs


def day_of_week(dates: Dates) -> dict[str, Array]:
    """Indicators of Tuesday to Sunday, for daily data."""
    weekday = (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7
    labels = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return {labels[day]: (weekday == day).astype(np.float64) for day in range(1, 7)}


def default_season_order(dates: Dates) -> int:
    """Three pairs from two years of data on, two from one year, one from a half, none below."""
    years = float((dates[-1] - dates[0]).astype("timedelta64[D]").astype(np.float64)) / YEAR_DAYS
    return 3 if years >= 1.9 else 2 if years >= 0.95 else 1 if years >= 0.5 else 0
