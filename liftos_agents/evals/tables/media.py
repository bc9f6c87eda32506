"""Tables of marketing: weekly spends beside revenue, and journeys of customers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from liftos_agents.evals.tables.collection import simulated


@simulated
def weekly_media(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: three years of weekly revenue and the spends of four channels."""
    weeks = pd.date_range("2021-01-04", periods=156, freq="W-MON")
    spends = {
        "tv_spend": rng.gamma(3, 6000, 156),
        "search_spend": rng.gamma(5, 1500, 156),
        "social_spend": rng.gamma(4, 1200, 156),
        "radio_spend": rng.gamma(2, 900, 156),
    }
    revenue = 180_000 + 20_000 * np.sin(2 * np.pi * np.arange(156) / 52.18) + rng.normal(0, 6000, 156)
    for factor, spend in zip((55, 80, 40, 30), spends.values(), strict=True):
        revenue = revenue + factor * 8 * np.sqrt(spend)
    return pd.DataFrame(
        {"week": weeks, "revenue": revenue.round(2), **{k: v.round(2) for k, v in spends.items()}}
    )


@simulated
def medias_hebdo(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: two and a half years of weekly sales and media spends, named in French."""
    semaines = pd.date_range("2022-01-03", periods=130, freq="W-MON")
    depenses = {
        "depense_tv": rng.gamma(3, 5000, 130),
        "depense_radio": rng.gamma(2, 1500, 130),
        "depense_affichage": rng.gamma(2, 1000, 130),
    }
    ventes = 120_000 + 9000 * np.cos(2 * np.pi * np.arange(130) / 52.18) + rng.normal(0, 4000, 130)
    for facteur, depense in zip((400, 250, 200), depenses.values(), strict=True):
        ventes = ventes + facteur * np.sqrt(depense)
    columns = {k: v.round(2) for k, v in depenses.items()}
    return pd.DataFrame({"semaine": semaines, "chiffre_affaires": ventes.round(2), **columns})


@simulated
def journey_touches(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: touches of customers on their way, one row a touch."""
    channels = np.array(["search", "email", "display", "social", "affiliate"])
    pull = {"search": 0.14, "email": 0.12, "display": 0.03, "social": 0.06, "affiliate": 0.08}
    rows = []
    for journey in range(500):
        touches = rng.choice(channels, rng.integers(1, 6), p=[0.3, 0.2, 0.25, 0.15, 0.1])
        bought = rng.random() < 1 - np.prod([1 - pull[str(c)] for c in touches])
        start = pd.Timestamp("2024-05-01") + pd.Timedelta(hours=int(rng.integers(0, 700)))
        for i, channel in enumerate(touches):
            rows.append(
                {
                    "journey_id": f"J{journey:05d}",
                    "touch_time": start + pd.Timedelta(hours=9 * i),
                    "channel": str(channel),
                    "converted": int(bought),
                }
            )
    return pd.DataFrame(rows)


@simulated
def path_counts(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: paths to a booking, one row a path, with how many ended well."""
    channels = ["seo", "paid_search", "newsletter", "instagram", "retargeting"]
    seen: dict[str, tuple[int, int]] = {}
    while len(seen) < 150:
        path = " > ".join(rng.choice(channels, rng.integers(1, 5)))
        people = int(rng.integers(20, 300))
        share = 0.03 + 0.02 * path.count("newsletter") + 0.03 * path.count("paid_search")
        seen[path] = (int(rng.binomial(people, min(share, 0.5))), people)
    return pd.DataFrame(
        [{"path": path, "bookings": won, "no_booking": people - won} for path, (won, people) in seen.items()]
    )
