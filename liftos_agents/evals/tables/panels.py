"""Tables of units followed over time: adoption in waves, switches, one treated unit, surveys before and after."""

from __future__ import annotations

import numpy as np
import pandas as pd

from liftos_agents.evals.tables.collection import simulated


@simulated
def minimum_wages(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: counties by year, with the first year of a higher minimum wage, 0 for never."""
    years = np.arange(2010, 2019)
    rows = []
    for i in range(150):
        first = int(rng.choice([0, 2014, 2016], p=[0.5, 0.25, 0.25]))
        level, people = rng.normal(5.5, 0.6), rng.normal(3.2, 0.8)
        for year in years:
            on = first > 0 and year >= first
            rows.append(
                {
                    "countyfips": 8001 + 2 * i,
                    "yr": int(year),
                    "lemp_teen": round(level + 0.01 * (year - 2010) - 0.06 * on + rng.normal(0, 0.06), 4),
                    "lpop": round(people, 3),
                    "first_treat": first,
                }
            )
    return pd.DataFrame(rows)


@simulated
def clinic_records(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: clinics by month that switch to an electronic record, one after the other, some never."""
    months = pd.date_range("2021-01-01", periods=24, freq="MS")
    rows = []
    for i in range(60):
        start = int(rng.choice([10, 14, 18, 99], p=[0.2, 0.2, 0.2, 0.4]))
        level = rng.normal(21, 3)
        for t, month in enumerate(months):
            rows.append(
                {
                    "clinic": f"Clinic {i + 1:02d}",
                    "month": month,
                    "ehr_live": int(t >= start),
                    "wait_days": round(level + 0.05 * t - 3.0 * (t >= start) + rng.normal(0, 1.2), 2),
                    "visits": int(rng.poisson(340)),
                }
            )
    return pd.DataFrame(rows)


@simulated
def fuel_tax_survey(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: households asked once each, in states with and without a fuel tax, before and after it."""
    n = 1900
    reform = rng.random(n) < 0.45
    after = rng.random(n) < 0.5
    size = rng.integers(1, 6, n)
    km = 9000 + 1200 * size + 800 * reform + 300 * after - 1100 * (reform & after) + rng.normal(0, 2200, n)
    return pd.DataFrame(
        {
            "hh": np.arange(n) + 1,
            "reform_state": reform.astype(int),
            "post": after.astype(int),
            "hh_size": size,
            "urban": rng.integers(0, 2, n),
            "km_driven": km.round(0),
        }
    )


@simulated
def store_refits(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: stores by week, refitted in three waves, many not at all."""
    weeks = pd.date_range("2023-01-02", periods=30, freq="W-MON")
    rows = []
    for i in range(64):
        start = int(rng.choice([12, 17, 22, 99], p=[0.2, 0.15, 0.15, 0.5]))
        level = rng.normal(34, 4)
        for t, week in enumerate(weeks):
            rows.append(
                {
                    "storeID": 300 + i,
                    "weekStart": week,
                    "refitted": int(t >= start),
                    "basketEUR": round(level + 0.03 * t + 2.4 * (t >= start) + rng.normal(0, 1.5), 2),
                    "footfall": int(rng.poisson(2100)),
                }
            )
    return pd.DataFrame(rows)


@simulated
def rauchverbot(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: districts by year with the year of a smoking ban, empty for none; named in German."""
    rows = []
    for i in range(120):
        ab = rng.choice([np.nan, 2008.0, 2010.0], p=[0.5, 0.25, 0.25])
        niveau = rng.normal(240, 25)
        for jahr in range(2003, 2014):
            gilt = bool(ab == ab and jahr >= ab)
            rows.append(
                {
                    "kreis": f"K{i + 1:03d}",
                    "jahr": jahr,
                    "verbot_ab": ab,
                    "infarkte_100k": round(niveau - 2 * (jahr - 2003) - 18 * gilt + rng.normal(0, 9), 1),
                }
            )
    return pd.DataFrame(rows)


@simulated
def school_meals(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: pupils sampled in pilot districts and in others, before and after free meals."""
    n = 1700
    pilot = rng.random(n) < 0.5
    after = rng.random(n) < 0.5
    absent = np.maximum(9 + 1.0 * pilot + 0.4 * after - 1.6 * (pilot & after) + rng.normal(0, 3, n), 0)
    return pd.DataFrame(
        {
            "pilot_district": pilot.astype(int),
            "after_rollout": after.astype(int),
            "grade": rng.integers(1, 7, n),
            "absence_days": absent.round(1),
        }
    )


@simulated
def carbon_tax(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: emissions per head of sixteen countries by year; one has taxed carbon since 1991."""
    names = ["Sweden", "Norway", "Denmark", "Finland", "France", "Belgium", "Spain", "Portugal", "Italy"]
    names += ["Greece", "Poland", "Japan", "Canada", "Iceland", "Ireland", "Switzerland"]
    common = np.cumsum(rng.normal(0.03, 0.12, 46))
    second = np.cumsum(rng.normal(0.0, 0.1, 46))
    rows = []
    for name in names:
        level, a, b = rng.normal(7, 1), rng.uniform(0.5, 1.5), rng.uniform(-0.5, 0.5)
        for t, year in enumerate(range(1960, 2006)):
            cut = 1.1 if name == "Sweden" and year >= 1991 else 0.0
            value = (7.0 + common[t]) if name == "Sweden" else level + a * common[t] + b * second[t]
            rows.append(
                {
                    "country": name,
                    "year": year,
                    "co2_pc": round(value - cut + rng.normal(0, 0.08), 3),
                    "gdp_pc": round(18 + 0.5 * t + rng.normal(0, 0.6), 2),
                }
            )
    return pd.DataFrame(rows)


@simulated
def emission_zone(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: nitrogen dioxide by month in fourteen cities, one of which has a low-emission zone."""
    months = pd.date_range("2015-01-01", periods=84, freq="MS")
    cities = ["London", "Leeds", "Bristol", "Cardiff", "Glasgow", "Belfast", "York", "Hull", "Derby", "Bath"]
    cities += ["Exeter", "Oxford", "Luton", "Poole"]
    season = 5 * np.cos(2 * np.pi * np.arange(84) / 12)
    common = np.cumsum(rng.normal(-0.05, 0.5, 84))
    rows = []
    for city in cities:
        level, a = rng.normal(38, 3), rng.uniform(0.6, 1.4)
        for t, month in enumerate(months):
            on = city == "London" and t >= 51
            factor = 1.0 if city == "London" else a
            base = 38.0 if city == "London" else level
            rows.append(
                {
                    "city": city,
                    "month": month,
                    "lez": int(on),
                    "no2_ugm3": round(base + season[t] + factor * common[t] - 6 * on + rng.normal(0, 0.8), 2),
                }
            )
    return pd.DataFrame(rows)


@simulated
def earthquake_income(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: income per head of twenty prefectures by year; an earthquake strikes one in 1995."""
    names = ["Hyogo", "Kyoto", "Nara", "Mie", "Gifu", "Aichi", "Shiga", "Okayama", "Tottori", "Shimane"]
    names += ["Kagawa", "Ehime", "Kochi", "Oita", "Saga", "Akita", "Iwate", "Fukui", "Toyama", "Nagano"]
    common = np.cumsum(rng.normal(0.06, 0.05, 35))
    rows = []
    for name in names:
        level, a = rng.normal(2.4, 0.25), rng.uniform(0.7, 1.3)
        for t, year in enumerate(range(1975, 2010)):
            struck = name == "Hyogo" and year >= 1995
            factor, base = (1.0, 2.4) if name == "Hyogo" else (a, level)
            rows.append(
                {
                    "pref": name,
                    "FY": year,
                    "income_pc": round(base + factor * common[t] - 0.25 * struck + rng.normal(0, 0.02), 4),
                    "pop_k": int(rng.normal(2000, 30)),
                }
            )
    return pd.DataFrame(rows)


@simulated
def alquileres(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: rents by quarter in eighteen provinces, one of them with a cap; named in Spanish."""
    trimestres = pd.date_range("2014-01-01", periods=40, freq="QS")
    provincias = ["Girona", "Lleida", "Huesca", "Teruel", "Soria", "Burgos", "Palencia", "Zamora", "Toledo"]
    provincias += ["Cuenca", "Albacete", "Murcia", "Almeria", "Jaen", "Huelva", "Cadiz", "Cordoba", "Lugo"]
    comun = np.cumsum(rng.normal(0.08, 0.08, 40))
    rows = []
    for provincia in provincias:
        nivel, a = rng.normal(8, 0.8), rng.uniform(0.6, 1.4)
        for t, trimestre in enumerate(trimestres):
            activo = provincia == "Girona" and t >= 27
            factor, base = (1.0, 8.0) if provincia == "Girona" else (a, nivel)
            rows.append(
                {
                    "provincia": provincia,
                    "trimestre": trimestre,
                    "tope_alquiler": int(activo),
                    "alquiler_m2": round(base + factor * comun[t] - 0.7 * activo + rng.normal(0, 0.05), 3),
                }
            )
    return pd.DataFrame(rows)
