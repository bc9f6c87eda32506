"""Tables in which a rule at a threshold decides who is treated, wholly or in part."""

from __future__ import annotations

import numpy as np
import pandas as pd

from liftos_agents.evals.tables.collection import simulated


@simulated
def scholarship_exam(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: students and an entrance exam; 70 points and more bring a scholarship."""
    n = 1800
    score = rng.normal(68, 12, n).clip(20, 100).round(2)
    gets = score >= 70
    gpa = 1.2 + 0.018 * score + 0.35 * gets + rng.normal(0, 0.35, n)
    return pd.DataFrame(
        {
            "student_no": np.arange(1, n + 1),
            "entrance_score": score,
            "scholarship": gets.astype(int),
            "hh_income_k": rng.gamma(5, 9, n).round(1),
            "female": rng.integers(0, 2, n),
            "gpa_year1": gpa.round(3),
        }
    )


@simulated
def pension_hours(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: people between 55 and 75; from 65 a state pension may be drawn, no column says by whom."""
    n = 1900
    age = rng.uniform(55, 75, n).round(3)
    hours = 44 - 0.7 * (age - 55) - 9.0 * (age >= 65) + rng.normal(0, 5, n)
    return pd.DataFrame(
        {
            "pid": np.arange(n) + 10_000,
            "age_at_interview": age,
            "educ_years": rng.integers(8, 19, n),
            "married": rng.integers(0, 2, n),
            "hours_worked": np.maximum(hours, 0).round(1),
        }
    )


@simulated
def growth_loans(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: small firms and a bank whose staff mostly follow a credit score of 620."""
    n = 1900
    score = rng.normal(622, 45, n).round(1)
    loan = rng.random(n) < np.where(score >= 620, 0.85, 0.15)
    growth = 0.02 * (score - 600) + 5.0 * loan + rng.normal(0, 3, n)
    return pd.DataFrame(
        {
            "firmId": [f"F{i:05d}" for i in range(n)],
            "creditScore": score,
            "gotLoan": loan.astype(int),
            "firmAge": rng.integers(1, 40, n),
            "sector": rng.choice(["retail", "services", "manufacturing"], n),
            "revenueGrowth": growth.round(2),
        }
    )


@simulated
def close_races(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: constituencies, a party's margin in one election and its share in the next."""
    n = 1700
    margin = rng.normal(0, 22, n).clip(-80, 80).round(3)
    following = 45 + 0.3 * margin + 7.0 * (margin >= 0) + rng.normal(0, 7, n)
    return pd.DataFrame(
        {
            "constituency": [f"C{i:04d}" for i in range(n)],
            "yr": rng.choice([1998, 2002, 2006, 2010], n),
            "dem_margin": margin,
            "turnout_pct": rng.normal(61, 6, n).round(1),
            "dem_share_next": following.clip(0, 100).round(2),
        }
    )


@simulated
def plant_inspections(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: plants with an emission index; all at 120 or more are inspected."""
    n = 1600
    index = rng.normal(115, 20, n).round(2)
    inspected = index >= 120
    violations = 2 + 0.06 * (index - 60) - 2.2 * inspected + rng.normal(0, 1.2, n)
    return pd.DataFrame(
        {
            "plantId": np.arange(1, n + 1),
            "emissionIndex": index,
            "inspected": inspected.astype(int),
            "employees": rng.gamma(3, 60, n).round(0),
            "violationsNextYr": violations.round(2),
        }
    )


@simulated
def medicaid_income(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: adults near the income limit of a health cover; below 138 most enrol, above it few."""
    n = 2000
    income = rng.uniform(60, 220, n).round(2)
    enrolled = rng.random(n) < np.where(income < 138, 0.8, 0.1)
    visits = 3.0 - 0.006 * income - 1.1 * enrolled + rng.normal(0, 0.8, n)
    return pd.DataFrame(
        {
            "rec_id": np.arange(n),
            "inc_pct_fpl": income,
            "enrolled": enrolled.astype(int),
            "age": rng.integers(19, 64, n),
            "er_visits": visits.round(2),
        }
    )
