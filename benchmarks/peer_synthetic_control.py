"""Synthetic control with placebo inference over every donor against pysyncon on the same panel: time and answer, in one run.

The peer runs in an environment of its own, made on first use (`--peer PATH` names another interpreter).
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.peer_environment import interpreter
from benchmarks.report import write
from liftos_agents import tools
from liftos_agents.data import TransientStore

PEER = "pysyncon==1.7.0"
SCRIPT = Path(__file__).parent / "peers" / "synthetic_control.py"
SEEDS = (21, 22, 23)
DONORS, PERIODS, BEFORE = 50, 100, 80


def main(arguments: Sequence[str] = ()) -> None:
    """Fit each panel with both, and write `results/peer_synthetic_control.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path, help="Python interpreter that has the peer")
    parser.add_argument("--panels", type=int, default=len(SEEDS))
    options = parser.parse_args(arguments)
    peer = options.peer or interpreter("pysyncon", PEER)
    _own(_panel(1))
    rows: list[dict[str, Any]] = []
    for seed in SEEDS[: options.panels]:
        frame = _panel(seed)
        own, theirs = _own(frame), _peer(frame, peer)
        apart = max(abs(own["weights"].get(u, 0.0) - w) for u, w in theirs["weights"].items())
        for name, found in (("liftos synthetic_control", own), (PEER, theirs)):
            rows.append(
                {
                    "panel": seed,
                    "fit": name,
                    "seconds": found["seconds"],
                    "effect": found["effect"],
                    "pre_rmspe": found["pre_rmspe"],
                    "placebo_p": found["p_value"],
                    "ratio": found["seconds"] / own["seconds"],
                    "largest_weight_difference": apart if found is theirs else None,
                }
            )
            print(rows[-1], flush=True)
    ratios = [row["ratio"] for row in rows if row["fit"] == PEER]
    write(
        "peer_synthetic_control",
        f"Synthetic control with placebo inference, {DONORS} donors × {PERIODS} periods, against pysyncon",
        rows,
        settings={
            "donors": DONORS,
            "periods": PERIODS,
            "before": BEFORE,
            "seeds": list(SEEDS[: options.panels]),
        },
        notes=[
            f"Median ratio of times: {statistics.median(ratios):.1f}.",
            "Both minimise the squared gap of the outcome before the treatment over the simplex (method `classic`). The peer standardises each "
            "period over the units; importances equal to the periods' variances undo that, so both solve one problem. With its own search for "
            "importances the peer needs many times longer.",
            "Own time is the whole tool: the fit, a placebo for each donor, the treatment dated back with its placebos, each donor left out, two "
            "further methods, and the pictures. The peer's is its fit and one fit a donor, one after the other in one process.",
        ],
    )


def _panel(seed: int) -> pd.DataFrame:
    """A factor-model panel whose treated unit mixes donors."""
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(3, PERIODS)).cumsum(axis=1) * 0.4
    loadings = rng.uniform(size=(DONORS + 1, 3))
    own = rng.normal(size=DONORS + 1)
    mix = rng.dirichlet(np.full(DONORS, 0.2))
    loadings[0], own[0] = mix @ loadings[1:], mix @ own[1:]
    outcome = 20.0 + own[:, None] + loadings @ factors + rng.normal(0.0, 0.5, (DONORS + 1, PERIODS))
    outcome[0, BEFORE:] += 1.5
    return pd.DataFrame(
        {
            "unit": np.repeat([f"unit {i:02d}" for i in range(DONORS + 1)], PERIODS),
            "period": np.tile(np.arange(PERIODS), DONORS + 1),
            "sales": outcome.ravel(),
        }
    )


def _own(frame: pd.DataFrame) -> dict[str, Any]:
    started = time.perf_counter()
    found = tools.run(
        "synthetic_control",
        frame,
        store=TransientStore(),
        outcome="sales",
        unit="unit",
        time="period",
        treated_units=["unit 00"],
        treatment_time=BEFORE,
        method="classic",
        inference="placebo",
    ).result
    return {
        "seconds": time.perf_counter() - started,
        "effect": found["estimate"],
        "pre_rmspe": found["pre_rmspe"],
        "p_value": found["placebo_p_value"],
        "weights": {w["unit"]: w["weight"] for w in found["weights"]},
    }


def _peer(frame: pd.DataFrame, interpreter: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "panel.csv"
        frame.pivot(index="period", columns="unit", values="sales").to_csv(path)
        command = [str(interpreter), str(SCRIPT), str(path), str(BEFORE)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


if __name__ == "__main__":
    main(sys.argv[1:])
