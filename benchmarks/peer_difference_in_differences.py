"""Staggered difference-in-differences, 10,000 units × 10 periods, against csdid on the same data: time and answer, in one run.

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
from liftos_agents import data, tools

PEER = "csdid==0.4.3"
UNITS, PERIODS = 10_000, 10
REPEATS = 3
AGGREGATES = ("simple", "group", "dynamic", "calendar")

_PEER_CALL = """
import contextlib, io, json, sys, time, warnings
warnings.simplefilter("ignore")
import pandas as pd
from csdid.att_gt import ATTgt
frame = pd.read_csv(sys.argv[1])
controls, repeats = sys.argv[2], int(sys.argv[3])
def call(rows):
    with contextlib.redirect_stdout(io.StringIO()):
        model = ATTgt(yname="sales", gname="adopted", idname="store", tname="period", data=rows, bstrap=False, cband=False,
                      xformla="sales ~ " + controls).fit(est_method="dr", bstrap=False)
        cells = time.perf_counter()
        overall = {}
        for kind in ("simple", "group", "dynamic", "calendar"):
            model.aggte(kind, bstrap=False, cband=False)
            overall[kind] = (float(model.atte["overall_att"]), float(model.atte["overall_se"]))
    return model, cells, overall
call(frame[frame.store < 500])
seconds, cells_alone = [], []
for _ in range(repeats):
    started = time.perf_counter()
    model, cells, overall = call(frame)
    seconds.append(time.perf_counter() - started)
    cells_alone.append(cells - started)
found = model.results
print(json.dumps({
    "seconds": seconds, "cells_seconds": cells_alone, "overall": overall,
    "cells": [[int(g), int(t), float(a), float(s)]
              for g, t, a, s in zip(found["group"], found["year"], found["att"], found["se"])],
}))
"""


def main(arguments: Sequence[str] = ()) -> None:
    """Run both, without and with a control, and write `results/peer_difference_in_differences.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path, help="Python interpreter that has the peer")
    parser.add_argument("--units", type=int, default=UNITS)
    options = parser.parse_args(arguments)
    peer = options.peer or interpreter("csdid", PEER)
    frame = _frame(options.units)
    _own(frame[frame["store"] < 500], [])
    rows: list[dict[str, Any]] = []
    gap = 0.0
    for name, controls in (("no controls", []), ("one control, doubly robust", ["size"])):
        own, theirs = _own(frame, controls), _peer(frame, controls, peer)
        gap = max(gap, _largest_gap(own, theirs))
        mine = statistics.median(own["seconds"])
        rows.append({"case": name, "tool": "liftos", "seconds": mine, "ratio": 1.0, **_shown(own)})
        for what, key in ((PEER, "seconds"), (f"{PEER}, group-time effects alone", "cells_seconds")):
            seconds = statistics.median(theirs[key])
            rows.append(
                {"case": name, "tool": what, "seconds": seconds, "ratio": seconds / mine, **_shown(theirs)}
            )
    write(
        "peer_difference_in_differences",
        f"Staggered difference-in-differences, {options.units:,} units × {PERIODS} periods, against csdid, same data",
        rows,
        settings={
            "units": options.units,
            "periods": PERIODS,
            "repeats": REPEATS,
            "largest_difference": float(f"{gap:.3g}"),
        },
        notes=[
            "Median of the repeats; ratio to our time in the same case. The difference is the largest over all group-time effects, their "
            "standard errors, and the four overall figures with theirs.",
            "Own time is the whole tool: reading the frame, effects, four aggregates, two-way fixed effects and its pieces, tests before "
            "adoption, bounds, a joint band of 999 draws, pictures. The peer's is effects and aggregates with analytic errors.",
        ],
    )


def _frame(units: int) -> pd.DataFrame:
    rng = np.random.default_rng(6100)
    time_ = np.arange(1, PERIODS + 1)
    size = rng.normal(size=units)
    later = rng.random(units) < 1.0 / (1.0 + np.exp(-0.4 * size))
    adopted = np.where(later, rng.integers(3, 9, units), 0)
    sales = rng.normal(size=(units, 1)) + 0.1 * size[:, None] * time_ + rng.normal(size=(units, PERIODS))
    since = time_ - adopted[:, None]
    sales += np.where((adopted[:, None] > 0) & (since >= 0), 1.0 + 0.1 * since, 0.0)
    return pd.DataFrame(
        {
            "store": np.repeat(np.arange(units), PERIODS),
            "period": np.tile(time_, units),
            "adopted": np.repeat(adopted, PERIODS),
            "size": np.repeat(size, PERIODS),
            "sales": sales.ravel(),
        }
    )


def _own(frame: pd.DataFrame, controls: list[str]) -> dict[str, Any]:
    seconds, found = [], {}
    for _ in range(REPEATS):
        started = time.perf_counter()
        found = tools.run(
            "difference_in_differences",
            frame,
            store=data.TransientStore(),
            outcome="sales",
            unit="store",
            time="period",
            cohort="adopted",
            controls=controls,
        ).result
        seconds.append(time.perf_counter() - started)
    terms = found["terms"]
    pair = ("estimate", "standard_error")
    cells = [
        [int(key.split("_")[1][1:]), int(key.split("_")[2][1:]), *(term[k] for k in pair)]
        for key, term in terms.items()
        if key.startswith("att_")
    ]
    names = {"simple": "simple"} | {kind: f"{kind}_overall" for kind in AGGREGATES[1:]}
    overall = {kind: [terms[key][k] for k in pair] for kind, key in names.items()}
    return {"seconds": seconds, "cells": cells, "overall": overall}


def _peer(frame: pd.DataFrame, controls: list[str], interpreter: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        frame.to_csv(path, index=False)
        formula = " + ".join(controls) or "1"
        command = [str(interpreter), "-c", _PEER_CALL, str(path), formula, str(REPEATS)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def _largest_gap(own: dict[str, Any], peer: dict[str, Any]) -> float:
    theirs = {(g, t): (a, s) for g, t, a, s in peer["cells"]}
    mine = {(g, t): (a, s) for g, t, a, s in own["cells"]}
    if set(theirs) != set(mine):
        raise RuntimeError(f"different cells: {sorted(set(theirs) ^ set(mine))[:5]}")
    pairs = [(mine[k], theirs[k]) for k in mine]
    pairs += [(own["overall"][kind], peer["overall"][kind]) for kind in AGGREGATES]
    return max(abs(a - b) for ours, other in pairs for a, b in zip(ours, other, strict=True))


def _shown(found: dict[str, Any]) -> dict[str, float]:
    return {"estimate": found["overall"]["simple"][0], "standard_error": found["overall"]["simple"][1]}


if __name__ == "__main__":
    main(sys.argv[1:])
