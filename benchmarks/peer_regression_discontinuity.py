"""A regression discontinuity on 100,000 rows against rdrobust on the same data: time and answer, in one run.

The peer runs in an environment of its own, made on first use (`--peer PATH` names another interpreter). It is called, never read: its
licence is the GPL.
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
from liftos_agents import data, tools

PEER = "rdrobust==2.1.1"
ROWS = 100_000
REPEATS = 3

_PEER_CALL = """
import contextlib, io, json, sys, time, warnings
warnings.simplefilter("ignore")
import pandas as pd
from rdrobust import rdrobust
frame = pd.read_csv(sys.argv[1])
quiet = contextlib.redirect_stdout(io.StringIO())
with quiet:
    rdrobust(frame.y[:2000], frame.x[:2000], level=90)
seconds = []
for _ in range(int(sys.argv[2])):
    started = time.perf_counter()
    with quiet:
        found = rdrobust(frame.y, frame.x, level=90)
    seconds.append(time.perf_counter() - started)
print(json.dumps({
    "seconds": seconds,
    "estimate": float(found.coef.iloc[0, 0]),
    "standard_error": float(found.se.iloc[0, 0]),
    "low": float(found.ci.iloc[2, 0]),
    "high": float(found.ci.iloc[2, 1]),
    "bandwidth": float(found.bws.iloc[0, 0]),
}))
"""


def main(arguments: Sequence[str] = ()) -> None:
    """Run both, and write `results/peer_regression_discontinuity.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path, help="Python interpreter that has the peer")
    parser.add_argument("--rows", type=int, default=ROWS)
    options = parser.parse_args(arguments)
    frame = _frame(options.rows)
    _own(frame.head(2000))
    rows = []
    for name, found in {
        "liftos": _own(frame),
        PEER: _peer(frame, options.peer or interpreter("rdrobust", PEER)),
    }.items():
        rows.append({"tool": name, **found, "seconds": statistics.median(found["seconds"])})
    for row in rows:
        row["ratio"] = row["seconds"] / rows[0]["seconds"]
    keys = ("estimate", "standard_error", "low", "high", "bandwidth")
    gap = max(abs(rows[0][key] - rows[1][key]) / abs(rows[1][key]) for key in keys)
    write(
        "peer_regression_discontinuity",
        f"Regression discontinuity on {options.rows:,} rows against rdrobust, same data",
        rows,
        settings={
            "rows": options.rows,
            "repeats": REPEATS,
            "largest_relative_difference": float(f"{gap:.3g}"),
        },
        notes=[
            "Median of the repeats; ratio to the first row. Both choose the same kind of bandwidth (mserd, nearest-neighbour variance).",
            "Own time is the whole tool: reading the frame, estimate, density test, placebo cutoffs, other bandwidths, pictures. The "
            "peer's is its call alone, which makes the estimate only.",
        ],
    )


def _frame(rows: int) -> pd.DataFrame:
    r = np.random.default_rng(4300)
    x = 2.0 * r.beta(2.0, 4.0, rows) - 1.0
    y = np.sin(2.0 * x) + 0.8 * x**2 + 0.5 * (x >= 0.0) + 0.5 * r.normal(size=rows)
    return pd.DataFrame({"y": y, "x": x})


def _own(frame: pd.DataFrame) -> dict[str, Any]:
    seconds, found = [], {}
    for _ in range(REPEATS):
        started = time.perf_counter()
        found = tools.run(
            "regression_discontinuity", frame, store=data.TransientStore(), outcome="y", running="x"
        ).result
        seconds.append(time.perf_counter() - started)
    return {
        "seconds": seconds,
        "estimate": found["estimate"],
        "standard_error": found["standard_error"],
        "low": found["interval"]["low"],
        "high": found["interval"]["high"],
        "bandwidth": found["bandwidth"],
    }


def _peer(frame: pd.DataFrame, interpreter: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        frame.to_csv(path, index=False)
        command = [str(interpreter), "-c", _PEER_CALL, str(path), str(REPEATS)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


if __name__ == "__main__":
    main(sys.argv[1:])
