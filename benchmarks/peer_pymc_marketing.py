"""One fit by pymc-marketing, run by its own interpreter: reads a CSV, prints JSON.

Usage: python peer_pymc_marketing.py DATA.csv DATE OUTCOME CHANNEL,… CONTROL,…
Prints seconds of `fit` and, per channel, ROAS as mean and 5/95 % quantiles over the posterior.
"""

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")

from pymc_marketing.mmm import MMM, GeometricAdstock, LogisticSaturation  # noqa: E402


def main() -> None:
    path, date, outcome, channels, controls = sys.argv[1:6]
    names = channels.split(",")
    frame = pd.read_csv(path, parse_dates=[date])
    model = MMM(
        date_column=date,
        channel_columns=names,
        control_columns=[c for c in controls.split(",") if c] or None,
        adstock=GeometricAdstock(l_max=8),
        saturation=LogisticSaturation(),
        yearly_seasonality=2,
    )
    features = frame.drop(columns=[outcome])
    started = time.perf_counter()
    model.fit(
        features,
        frame[outcome],
        draws=1000,
        tune=1000,
        chains=4,
        cores=2,
        random_seed=1,
        nuts_sampler="nutpie",
        progressbar=False,
    )
    seconds = time.perf_counter() - started
    contributions = model.compute_channel_contribution_original_scale()
    total = (
        contributions.sum("date").stack(sample=("chain", "draw")).transpose("sample", "channel").to_numpy()
    )
    roas = total / frame[names].sum().to_numpy()
    low, high = np.quantile(roas, [0.05, 0.95], axis=0)
    channels_out = {
        name: {"mean": float(roas[:, i].mean()), "p05": float(low[i]), "p95": float(high[i])}
        for i, name in enumerate(names)
    }
    print(json.dumps({"seconds": seconds, "channels": channels_out}))


main()
