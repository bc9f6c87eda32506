"""Tables from which the effect that one would ask for cannot be had."""

from __future__ import annotations

import numpy as np
import pandas as pd

from liftos_agents.evals.tables.collection import simulated


@simulated
def vat_cut(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: restaurants by month; a tax is cut for all of them in the same month."""
    months = pd.date_range("2022-01-01", periods=30, freq="MS")
    rows = []
    for i in range(40):
        level = rng.normal(52, 6)
        for t, month in enumerate(months):
            sales = level + 0.2 * t + 2 * (t >= 18) + rng.normal(0, 2)
            rows.append(
                {
                    "restaurant": f"R{i:03d}",
                    "month": month,
                    "vat_cut": int(t >= 18),
                    "sales_k": round(sales, 2),
                }
            )
    return pd.DataFrame(rows)


@simulated
def rail_cap(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: rail routes by year; a price cap holds on all of them from 2016, says each route's own column."""
    rows = []
    for i in range(60):
        level = rng.normal(12, 2)
        for year in range(2010, 2021):
            trips = level + 0.1 * (year - 2010) + 0.8 * (year >= 2016) + rng.normal(0, 0.5)
            rows.append({"route": f"L{i + 1}", "year": year, "cap_since": 2016, "trips_mn": round(trips, 3)})
    return pd.DataFrame(rows)


@simulated
def vaccinated_ward(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: nurses of a ward, every one of them vaccinated."""
    n = 300
    age = rng.integers(22, 65, n)
    return pd.DataFrame(
        {
            "nurse": np.arange(1, n + 1),
            "vaccinated": 1,
            "age": age,
            "night_shifts": rng.integers(0, 12, n),
            "sick_days": rng.poisson(3 + 0.03 * (age - 22)),
        }
    )


@simulated
def member_gym(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: members of a gym, all on the same programme."""
    n = 260
    return pd.DataFrame(
        {
            "memberRef": [f"M{i}" for i in range(n)],
            "programme": "strength",
            "ageYrs": rng.integers(18, 70, n),
            "weightKgStart": rng.normal(80, 12, n).round(1),
            "weightKgEnd": rng.normal(78, 12, n).round(1),
        }
    )


@simulated
def coffee_sleep(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: cups of coffee and hours of sleep, and nothing else."""
    cups = rng.poisson(2, 400)
    return pd.DataFrame(
        {"cups_coffee": cups, "sleep_hours": (7.6 - 0.2 * cups + rng.normal(0, 0.8, 400)).round(2)}
    )


@simulated
def arztbesuche(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: sport and visits to a doctor of people of whom nothing else is known; named in German."""
    n = 500
    sport = rng.integers(0, 2, n)
    return pd.DataFrame(
        {"nr": np.arange(1, n + 1), "treibt_sport": sport, "arztbesuche": rng.poisson(3 - sport)}
    )


@simulated
def risk_flags(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: pupils with a flag that is set from the very result it is asked about."""
    n = 700
    home = rng.normal(0, 1, n)
    result = (55 + 8 * home + rng.normal(0, 9, n)).round(1)
    return pd.DataFrame(
        {
            "pupil_id": np.arange(n),
            "home_index": home.round(2),
            "final_result": result,
            "flagged_at_risk": (result < 50).astype(int),
        }
    )


@simulated
def deliveries(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: deliveries; those over 30 minutes are called late."""
    n = 800
    km = rng.gamma(3, 1.3, n)
    minutes = (14 + 3.2 * km + rng.normal(0, 5, n)).clip(5).round(1)
    return pd.DataFrame(
        {
            "order_no": np.arange(1, n + 1),
            "km": km.round(2),
            "late": (minutes > 30).astype(int),
            "minutes": minutes,
        }
    )


@simulated
def pilot_sites(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: eight sites, four of them with solar panels."""
    return pd.DataFrame(
        {
            "site": list("ABCDEFGH"),
            "solar": [1, 0, 1, 0, 1, 0, 1, 0],
            "floor_m2": rng.integers(400, 4000, 8),
            "bill_eur": rng.integers(900, 5000, 8),
        }
    )


@simulated
def seven_shops(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: seven shops, three of them with music."""
    return pd.DataFrame(
        {
            "shop": [f"s{i}" for i in range(7)],
            "plays_music": [1, 1, 1, 0, 0, 0, 0],
            "sqm": rng.integers(80, 300, 7),
            "daily_sales": rng.integers(700, 3000, 7),
        }
    )
