"""Tables of one series: a measure comes into force one day, for all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from liftos_agents.evals.tables.collection import simulated


@simulated
def bike_injuries(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: weekly injuries of cyclists in a city; a law of January 2023 lowers them."""
    weeks = pd.date_range("2020-01-06", periods=220, freq="W-MON")
    rain = rng.gamma(2, 6, len(weeks))
    season = 8 * np.sin(2 * np.pi * np.arange(len(weeks)) / 52.18)
    injuries = (
        62 + season - 0.3 * rain - 12 * (weeks >= pd.Timestamp("2023-01-02")) + rng.normal(0, 3, len(weeks))
    )
    return pd.DataFrame({"week": weeks, "injuries": injuries.round(0), "rain_mm": rain.round(1)})


@simulated
def support_desk(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: tickets a week at a help desk; a chatbot goes live in the 101st week."""
    weeks = pd.date_range("2022-01-03", periods=140, freq="W-MON")
    signups = 300 + np.arange(140) * 0.8 + rng.normal(0, 12, 140)
    on = np.arange(140) >= 100
    tickets = 200 + 0.8 * signups - 70 * on + rng.normal(0, 10, 140)
    return pd.DataFrame(
        {
            "wk": weeks,
            "tickets": tickets.round(0),
            "signups": signups.round(0),
            "chatbot_live": on.astype(int),
        }
    )


@simulated
def grid_load(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: daily load of a grid; from some day on a tariff by the hour holds."""
    days = pd.date_range("2023-01-01", periods=500, freq="D")
    temperature = 11 - 9 * np.cos(2 * np.pi * np.arange(500) / 365.25) + rng.normal(0, 2.5, 500)
    on = np.arange(500) >= 380
    load = 900 - 9 * temperature - 30 * (days.day_of_week >= 5) - 40 * on + rng.normal(0, 12, 500)
    return pd.DataFrame(
        {
            "obs.date": days,
            "load.mwh": load.round(1),
            "temp.c": temperature.round(1),
            "tou.tariff": on.astype(int),
        }
    )


@simulated
def ausleihen(rng: np.random.Generator) -> pd.DataFrame:
    """Simulated: monthly loans of a library, free of charge from April 2022; named in German."""
    monate = pd.date_range("2014-01-01", periods=120, freq="MS")
    saison = 400 * np.cos(2 * np.pi * np.arange(120) / 12)
    leihen = 9000 + saison + 1500 * (monate >= pd.Timestamp("2022-04-01")) + rng.normal(0, 250, 120)
    wetter = rng.normal(14, 4, 120)
    return pd.DataFrame({"monat": monate, "ausleihen": leihen.round(0), "regentage": wetter.round(0)})
