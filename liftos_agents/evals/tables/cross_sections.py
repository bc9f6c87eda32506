"""Tables of one row a person, plot or account, with what was measured of each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from liftos_agents.evals.tables.collection import simulated


@simulated
def birth_weights(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: births, with the mother's smoking, age and schooling."""
    n = 1500
    age = rng.integers(17, 44, n)
    schooling = rng.integers(8, 18, n)
    p = 1 / (1 + np.exp(-(1.6 - 0.05 * (age - 20) - 0.18 * (schooling - 8))))
    smoker = rng.random(n) < p
    weight = 3000 + 8 * (age - 17) + 22 * (schooling - 8) - 230 * smoker + rng.normal(0, 380, n)
    return pd.DataFrame(
        {
            "case_id": np.arange(n) + 1,
            "mage": age,
            "medu": schooling,
            "married": (rng.random(n) < 0.3 + 0.02 * (age - 17)).astype(int),
            "smoker": smoker.astype(int),
            "bweight_g": weight.round(0),
        }
    )


@simulated
def nitrogen_trials(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: plots of maize with farmers' doses of nitrogen; yield is there in two units."""
    n = 900
    carbon = rng.normal(2.2, 0.5, n)
    rain = rng.normal(520, 70, n)
    dose = 140 - 22 * (carbon - 2.2) + 0.06 * (rain - 520) + rng.normal(0, 28, n)
    tonnes = 3.0 + 0.025 * dose + 1.2 * carbon + 0.004 * rain + rng.normal(0, 0.7, n)
    return pd.DataFrame(
        {
            "plot": [f"plot-{i}" for i in range(n)],
            "n_kg_ha": dose.round(1),
            "soil_c_pct": carbon.round(2),
            "rain_mm": rain.round(0),
            "farm_size_ha": rng.gamma(4, 12, n).round(1),
            "yield_t_ha": tonnes.round(2),
            "yield_bu_acre": (tonnes.round(2) * 15.93).round(1),
        }
    )


@simulated
def discount_accounts(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: accounts of a software house, some given a discount by sales."""
    n = 1800
    seats = rng.gamma(2, 20, n).round(0) + 1
    tenure = rng.integers(1, 60, n)
    plan = rng.choice(["basic", "pro", "enterprise"], n, p=[0.5, 0.35, 0.15])
    p = 1 / (1 + np.exp(-(-0.6 + 0.012 * seats - 0.015 * tenure)))
    discount = rng.random(n) < p
    churn = rng.random(n) < np.clip(0.4 - 0.004 * tenure - 0.001 * seats - 0.1 * discount, 0.03, 0.95)
    return pd.DataFrame(
        {
            "acct_id": [f"A{i:06d}" for i in range(n)],
            "seats": seats,
            "plan": plan,
            "tenure_mo": tenure,
            "region": rng.choice(["EMEA", "AMER", "APAC"], n),
            "got_discount": discount.astype(int),
            "nps_q4": (30 + 12 * discount - 20 * churn + rng.normal(0, 18, n)).round(0),
            "churned_90d": churn.astype(int),
        }
    )


@simulated
def job_training(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: the unemployed, some of whom chose a training, with earnings of three years."""
    n = 1400
    age = rng.integers(18, 55, n)
    educ = rng.integers(6, 17, n)
    before = np.maximum(rng.normal(9000 + 250 * (educ - 10), 4000, n), 0)
    last = np.maximum(0.7 * before + rng.normal(1500, 2500, n), 0)
    p = 1 / (1 + np.exp(-(0.6 - 0.00012 * last - 0.02 * (age - 30))))
    trained = rng.random(n) < p
    after = np.maximum(2500 + 0.5 * before + 0.3 * last + 1500 * trained + rng.normal(0, 3000, n), 0)
    return pd.DataFrame(
        {
            "pers_nr": np.arange(1, n + 1),
            "trained": trained.astype(int),
            "age": age,
            "educ": educ,
            "earn_2016": before.round(0),
            "earn_2017": last.round(0),
            "earn_2019": after.round(0),
        }
    )


@simulated
def class_sizes(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: classes of many schools; the score is there raw and standardised."""
    n = 1000
    poor = rng.uniform(0, 80, n)
    experience = rng.gamma(3, 4, n)
    size = 21 + 0.07 * poor - 0.12 * experience + rng.normal(0, 3, n)
    score = (680 - 0.9 * poor + 0.8 * experience - 1.6 * size + rng.normal(0, 12, n)).round(1)
    return pd.DataFrame(
        {
            "classSize": size.round(0),
            "pctFreeLunch": poor.round(1),
            "teacherExpYrs": experience.round(1),
            "urban": rng.integers(0, 2, n),
            "testScore": score,
            "testScoreZ": ((score - score.mean()) / score.std()).round(4),
        }
    )


@simulated
def physiotherapie(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: patients with back pain, some with physiotherapy; named in German."""
    n = 1200
    alter = rng.integers(20, 80, n)
    vorher = rng.normal(6, 1.5, n).clip(0, 10)
    p = 1 / (1 + np.exp(-(-2.2 + 0.35 * vorher - 0.01 * (alter - 50))))
    physio = rng.random(n) < p
    nachher = 0.8 + 0.7 * vorher + 0.01 * (alter - 50) - 1.1 * physio + rng.normal(0, 0.9, n)
    return pd.DataFrame(
        {
            "patient_nr": np.arange(1, n + 1),
            "alter": alter,
            "geschlecht": rng.choice(["w", "m"], n),
            "schmerz_vorher": vorher.round(1),
            "physiotherapie": np.where(physio, "ja", "nein"),
            "schmerz_nachher": nachher.clip(0, 10).round(1),
        }
    )
