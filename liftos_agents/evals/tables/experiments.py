"""Tables of experiments: on people, on voters, on regions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from liftos_agents.evals.tables.collection import simulated


@simulated
def checkout_test(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: visitors of a shop, half of them shown a new checkout."""
    n = 1600
    prior = rng.poisson(1.5, n)
    variant = rng.choice(["control", "new_checkout"], n)
    bought = rng.random(n) < 0.18 + 0.02 * np.minimum(prior, 4) + 0.08 * (variant == "new_checkout")
    return pd.DataFrame(
        {
            "user_id": np.arange(100_001, 100_001 + n),
            "variant": variant,
            "country": rng.choice(["DE", "FR", "NL"], n, p=[0.5, 0.3, 0.2]),
            "device": rng.choice(["mobile", "desktop"], n, p=[0.6, 0.4]),
            "prior_orders": prior,
            "converted": bought.astype(int),
            "revenue": np.where(bought, rng.gamma(4.0, 14.0, n), 0.0).round(2),
        }
    )


@simulated
def tutoring_lottery(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: pupils who applied for tutoring, places drawn by lot."""
    n = 640
    baseline = rng.normal(50, 10, n)
    won = rng.random(n) < 0.5
    endline = 8 + 0.9 * baseline + 4.0 * won + rng.normal(0, 6, n)
    return pd.DataFrame(
        {
            "pupil": [f"P{i:04d}" for i in range(n)],
            "school": rng.choice(["North", "Hill", "Lake", "Park"], n),
            "girl": rng.integers(0, 2, n),
            "baseline_score": baseline.round(1),
            "won_lottery": won.astype(int),
            "endline_score": endline.round(1),
        }
    )


@simulated
def antiviral_trial(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: a trial of an antiviral with two arms at five sites."""
    n = 1200
    age = rng.integers(30, 86, n)
    arm = rng.choice(["placebo", "active"], n)
    risk = 0.05 + 0.004 * (age - 30) - 0.09 * (arm == "active")
    return pd.DataFrame(
        {
            "patientID": [f"S-{i:05d}" for i in range(n)],
            "siteNo": rng.integers(1, 6, n),
            "arm": arm,
            "ageYears": age,
            "bmi": rng.normal(27, 4, n).round(1),
            "hospitalised28d": (rng.random(n) < np.clip(risk, 0.02, 0.9)).astype(int),
            "symptomDays": np.maximum(rng.normal(9 - 1.5 * (arm == "active"), 3, n), 1).round(0),
        }
    )


@simulated
def turnout_mailing(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: registered voters, some of them sent a letter before an election."""
    n = 1800
    before = rng.random(n) < 0.55
    age = rng.integers(18, 90, n)
    letter = rng.choice(["none", "civic_duty"], n, p=[0.6, 0.4])
    p = 0.25 + 0.3 * before + 0.002 * (age - 18) + 0.08 * (letter == "civic_duty")
    return pd.DataFrame(
        {
            "voter.id": np.arange(1, n + 1),
            "hh.size": rng.integers(1, 6, n),
            "age": age,
            "voted.2020": before.astype(int),
            "letter": letter,
            "voted.2022": (rng.random(n) < p).astype(int),
        }
    )


@simulated
def email_holdout(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: customers of a shop, a tenth of them kept out of the newsletter."""
    n = 2000
    before = rng.gamma(2.0, 60.0, n)
    held = rng.random(n) < 0.2
    spend = np.maximum(20 + 0.25 * before + 9.0 * ~held + rng.normal(0, 25, n), 0)
    return pd.DataFrame(
        {
            "cust_key": np.arange(n) + 7_000_000,
            "seg": rng.choice(["new", "loyal", "lapsed"], n),
            "spend_prev_12m": before.round(2),
            "holdout": held.astype(int),
            "spend_30d": spend.round(2),
        }
    )


@simulated
def radio_geo_test(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: weekly sales of 24 market areas, half of them with radio from 4 March 2024."""
    weeks = pd.date_range("2023-10-02", periods=36, freq="W-MON")
    areas = [f"DMA {501 + i}" for i in range(24)]
    drawn = set(rng.permutation(areas)[:12])
    level = dict(zip(areas, rng.normal(400, 60, len(areas)), strict=True))
    common = 15 * np.sin(np.arange(len(weeks)) / 4)
    rows = []
    for area in areas:
        for i, week in enumerate(weeks):
            on = area in drawn and week >= pd.Timestamp("2024-03-04")
            rows.append(
                {
                    "dma": area,
                    "week_start": week,
                    "test_group": "test" if area in drawn else "control",
                    "radio_cost": round(float(rng.uniform(18, 22)), 2) if on else 0.0,
                    "sales": round(level[area] + common[i] + 45 * on + rng.normal(0, 12), 2),
                }
            )
    return pd.DataFrame(rows)


@simulated
def affichage_cantons(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: a geo test of posters in twenty Swiss cantons, named in French."""
    semaines = pd.date_range("2024-01-01", periods=30, freq="W-MON")
    cantons = ["VD", "GE", "NE", "FR", "VS", "JU", "BE", "ZH", "LU", "UR", "SZ", "OW", "NW", "GL", "ZG", "SO"]
    cantons += ["BS", "BL", "SH", "TG"]
    choisis = set(rng.permutation(cantons)[:10])
    niveau = dict(zip(cantons, rng.normal(900, 120, len(cantons)), strict=True))
    rows = []
    for canton in cantons:
        for i, semaine in enumerate(semaines):
            actif = canton in choisis and i >= 20
            rows.append(
                {
                    "canton": canton,
                    "semaine": semaine,
                    "groupe": "test" if canton in choisis else "temoin",
                    "depense_affichage": 120.0 if actif else 0.0,
                    "ventes": round(niveau[canton] + 4 * i + 90 * actif + rng.normal(0, 25), 1),
                }
            )
    return pd.DataFrame(rows)
