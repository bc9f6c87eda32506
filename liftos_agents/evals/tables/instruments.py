"""Tables with something outside that moves a cause people choose themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from liftos_agents.evals.tables.collection import simulated


@simulated
def schooling_wages(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: wages, schooling and whether a college was near at the age of 14."""
    n = 1900
    near = rng.random(n) < 0.55
    ability = rng.normal(0, 1, n)
    educ = np.round(11 + 1.8 * near + 1.4 * ability + rng.normal(0, 1.2, n))
    wage = 1.0 + 0.08 * educ + 0.15 * ability + rng.normal(0, 0.3, n)
    return pd.DataFrame(
        {
            "id": np.arange(1, n + 1),
            "lwage": wage.round(4),
            "educ": educ,
            "near_college": near.astype(int),
            "age": rng.integers(24, 35, n),
            "south": rng.integers(0, 2, n),
        }
    )


@simulated
def fitness_app(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: members of an insurer, some invited by lot to an app that they may use or not."""
    n = 1500
    invited = rng.random(n) < 0.5
    keen = rng.normal(0, 1, n)
    uses = 0.9 * keen + 1.6 * invited + rng.normal(0, 1, n) > 1.1
    steps = 42_000 + 4000 * keen + 6000 * uses + rng.normal(0, 6000, n)
    return pd.DataFrame(
        {
            "member": np.arange(n) + 1,
            "invited": invited.astype(int),
            "uses_app": uses.astype(int),
            "birth_year": rng.integers(1950, 2004, n),
            "steps_wk": steps.round(0),
        }
    )


@simulated
def fish_market(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: days at a fish market; storms at sea raise the price."""
    n = 600
    stormy = rng.random(n) < 0.35
    demand = rng.normal(0, 0.25, n)
    price = 0.2 + 0.5 * stormy + 0.5 * demand + rng.normal(0, 0.2, n)
    quantity = 8.5 - 0.9 * price + demand + rng.normal(0, 0.2, n)
    return pd.DataFrame(
        {
            "day_no": np.arange(1, n + 1),
            "log_price": price.round(4),
            "log_qty": quantity.round(4),
            "stormy": stormy.astype(int),
            "friday": (rng.random(n) < 0.2).astype(int),
        }
    )


@simulated
def wehrdienst(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: men of one cohort, called up by lot, and what they earn later; named in German."""
    n = 1800
    los = rng.random(n) < 0.45
    neigung = rng.normal(0, 1, n)
    dienst = 0.8 * neigung + 1.7 * los + rng.normal(0, 1, n) > 1.0
    lohn = 3200 - 240 * neigung - 300 * dienst + rng.normal(0, 500, n)
    return pd.DataFrame(
        {
            "lfd_nr": np.arange(1, n + 1),
            "los_gezogen": los.astype(int),
            "wehrdienst": dienst.astype(int),
            "schuljahre": rng.integers(9, 14, n),
            "bruttolohn": lohn.round(0),
        }
    )
