"""How much the market wants: demand, prices, and what it would buy without any media."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from liftos_agents.sandbox.noise import Array, normal, normals, uniform
from liftos_agents.sandbox.spec import MarketSpec

Weeks = NDArray[np.int64]

DAYS_PER_YEAR = 365.2425
WEEKS_PER_YEAR = DAYS_PER_YEAR / 7.0


def demand_path(spec: MarketSpec, seeds: NDArray[np.int64], weeks: Weeks) -> Array:
    """Demand D, shape (S, T), mean about 1; weeks count from the first one shown and are consecutive."""
    national = _autoregressions(spec, seeds, weeks, ("demand",), spec.demand.volatility)[0]
    return np.exp(national) * season(spec, weeks) * holiday(spec, weeks)


def region_demand(spec: MarketSpec, seeds: NDArray[np.int64], weeks: Weeks) -> Array:
    """Each region's own demand beside the national one, mean 1, shape (S, T, G)."""
    if spec.geos.volatility == 0.0:
        return np.ones((len(seeds), len(weeks), spec.geos.count))
    streams = tuple(f"demand in region {g + 1}" for g in range(spec.geos.count))
    paths = _autoregressions(spec, seeds, weeks, streams, spec.geos.volatility)
    return np.exp(np.ascontiguousarray(paths.transpose(1, 2, 0)))


def price_path(spec: MarketSpec, seeds: NDArray[np.int64], weeks: Weeks) -> Array:
    """Price relative to the list price, shape (S, T)."""
    promotions = spec.promotions
    on = uniform(seeds, weeks, "promotion") < promotions.share
    return np.where(on, 1.0 - promotions.discount, 1.0)


def baseline_path(spec: MarketSpec, weeks: Weeks, demand: Array, price: Array) -> Array:
    """Expected revenue without media by region, shape (S, T, G), from demand of that shape and prices (S, T)."""
    growth = spec.base_revenue * (1.0 + spec.trend) ** (weeks / WEEKS_PER_YEAR)
    return growth[:, None] * demand**spec.demand.effect * (price ** (-spec.promotions.elasticity))[..., None]


def proxy_path(spec: MarketSpec, seeds: NDArray[np.int64], weeks: Weeks, demand: Array) -> Array:
    """Search interest, about 100 at demand 1: demand seen with error, shape (S, T)."""
    return 100.0 * demand * np.exp(spec.demand.proxy_noise * normal(seeds, weeks, "search interest"))


def season(spec: MarketSpec, weeks: Weeks) -> Array:
    """The yearly season's factor, shape (T,)."""
    days, _ = _calendar(spec.start, int(weeks[0]), len(weeks))
    angle = 2.0 * np.pi * (days - spec.demand.season_peak) / DAYS_PER_YEAR
    log = spec.demand.season * np.cos(angle)
    for peak in spec.demand.peaks:
        away = np.abs(days - peak.day)
        away = np.minimum(away, DAYS_PER_YEAR - away)
        log = log + peak.lift * np.exp(-0.5 * (away / peak.width) ** 2)
    return np.exp(log)


def holiday(spec: MarketSpec, weeks: Weeks) -> Array:
    """The holidays' factor, shape (T,)."""
    _, marked = _calendar(spec.start, int(weeks[0]), len(weeks))
    return np.where(marked, np.exp(spec.demand.holiday), 1.0)


@lru_cache(maxsize=64)
def _calendar(start: dt.date, first: int, count: int) -> tuple[Array, NDArray[np.bool_]]:
    """Days of the year, and whether a holiday falls in the week, of `count` weeks from `first`, (T,)."""
    mondays = [start + dt.timedelta(days=7 * week) for week in range(first, first + count)]
    days = np.array([monday.timetuple().tm_yday for monday in mondays], dtype=np.float64)
    return days, np.array([bool(holiday_label(monday)) for monday in mondays])


def holiday_label(monday: dt.date) -> str:
    """`black_friday`, `christmas` or nothing, for the week that begins on `monday`."""
    november = dt.date((monday + dt.timedelta(days=4)).year, 11, 1)
    thursday = november + dt.timedelta(days=(3 - november.weekday()) % 7 + 21)
    if 0 <= (thursday - monday).days + 1 <= 6:
        return "black_friday"
    sunday = monday + dt.timedelta(days=6)
    return "christmas" if sunday.month == 12 and 10 <= sunday.day <= 26 else ""


def week_dates(spec: MarketSpec, weeks: Weeks) -> list[dt.date]:
    """The Mondays of the weeks."""
    return [spec.start + dt.timedelta(days=7 * int(week)) for week in weeks]


def _autoregressions(
    spec: MarketSpec, seeds: NDArray[np.int64], weeks: Weeks, streams: tuple[str, ...], volatility: float
) -> Array:
    """AR(1) paths in their stationary law, (N, S, T), their exponentials 1 in the mean; their past is that of `weeks_before`."""
    persistence = spec.demand.persistence
    first = -spec.weeks_before
    innovations = normals(seeds, np.arange(first, int(weeks[-1]) + 1), streams)
    innovations[..., 1:] *= np.sqrt(1.0 - persistence**2)
    path = np.asarray(lfilter([1.0], [1.0, -persistence], innovations, axis=-1))
    return (volatility * path - 0.5 * volatility**2)[..., int(weeks[0]) - first :]
