"""Synthetic control and a placebo for every donor by pysyncon, run by its own interpreter: reads a CSV, prints JSON.

Usage: python synthetic_control.py WIDE.csv PERIODS_BEFORE. The first column is the period, the second the treated unit.
"""

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")

from pysyncon import Synth  # noqa: E402


def fitted(wide: pd.DataFrame, before: int, treated: str, donors: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Weights and gaps, on the outcome before the treatment alone."""
    early = wide.iloc[:before]
    importance = early[[*donors, treated]].var(axis=1).to_numpy()
    model = Synth()
    model.fit(X0=early[donors], X1=early[treated], Z0=early[donors], Z1=early[treated], custom_V=importance)
    return model.W, (wide[treated] - wide[donors] @ model.W).to_numpy()


def main() -> None:
    path, count = sys.argv[1:3]
    wide, before = pd.read_csv(path, index_col=0), int(count)
    treated, *donors = wide.columns
    started = time.perf_counter()
    weights, gaps = fitted(wide, before, treated, donors)
    ratios = []
    for unit in donors:
        _, placebo = fitted(wide, before, unit, [d for d in donors if d != unit])
        ratios.append(abs(placebo[before:].mean()) / np.sqrt((placebo[:before] ** 2).mean()))
    seconds = time.perf_counter() - started
    rmspe = float(np.sqrt((gaps[:before] ** 2).mean()))
    own = abs(gaps[before:].mean()) / rmspe
    print(
        json.dumps(
            {
                "seconds": seconds,
                "effect": float(gaps[before:].mean()),
                "pre_rmspe": rmspe,
                "p_value": (1 + sum(r >= own for r in ratios)) / (len(ratios) + 1),
                "weights": dict(zip(donors, map(float, weights), strict=True)),
            }
        )
    )


main()
