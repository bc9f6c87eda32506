"""Confounded demand: pymc-marketing beside the plain fit and the fit with latent demand, on the same worlds of `confounding`.

The peer and the plain fit see the demand proxy as a control, which is what a user has; the peer runs in an environment of its own, made on
first use (`--peer PATH` names another interpreter). Run: python -m benchmarks confounding_peer. A stopped run resumes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.confounding import BASE_SEED, NAMES, WEEKS, outcome, spec
from benchmarks.peer_fit import PEER, interpreter_of_peer
from benchmarks.report import RESULTS, write
from liftos_agents.sandbox.market import SimulatedMarket, simulate

OWN = {
    "none": "liftos, no control",
    "proxy": "liftos, proxy as control",
    "factor": "liftos, latent demand (the default)",
}
STATE = RESULTS / ".confounding_peer.jsonl"


def main(arguments: Sequence[str] = ()) -> None:
    """Fit every world with every method, and write `results/confounding_peer.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path, help="Python interpreter that has the peer")
    parser.add_argument("--confounded", type=int, default=10)
    parser.add_argument("--clean", type=int, default=0, help="worlds without confounding, as well")
    options = parser.parse_args(arguments)
    peer = options.peer or interpreter_of_peer()
    done = _resume()
    worlds = [(f, i) for f in ("confounded", "clean") for i in range(getattr(options, f))]
    with STATE.open("a", encoding="utf-8") as log:
        for family, index in worlds:
            for method in (PEER, *OWN):
                key = (family, index, method)
                if key not in done:
                    done[key] = (
                        peer_outcome(family, index, peer)
                        if method == PEER
                        else outcome(family, index, method)
                    )
                    log.write(json.dumps([*key, done[key]]) + "\n")
                    log.flush()
                    print(family, index, method, f"{done[key]['error']:+.2f}", flush=True)
    families = [f for f in ("confounded", "clean") if getattr(options, f)]
    rows = [
        row
        for family in families
        for method in (PEER, *OWN)
        for row in _rows(family, method, [done[family, i, method] for f, i in worlds if f == family])
    ]
    write(
        "confounding_peer",
        "Confounded demand: a peer beside the plain fit and latent demand",
        rows,
        settings={
            "base_seed": BASE_SEED,
            "weeks": WEEKS,
            "channels": len(NAMES),
            "peer": f"{PEER}, nutpie, 4 x 1000 draws",
        },
        notes=[
            "Worlds are the first ones of `confounding`. Error is that of total media: the posterior mean's, relative to the truth. "
            "Coverage is that of channels' contributions by 90 % intervals; its lower and upper ends are a 95 % interval clustered by world.",
            "The peer sees the demand proxy as a control, yearly seasonality, an adstock of 8 weeks and its default priors. The last row of each "
            "family reads the decision draws of the default fit.",
        ],
    )
    STATE.unlink()


def peer_outcome(family: str, index: int, interpreter: Path) -> dict[str, Any]:
    """How the peer's fit to one world compares with its truth."""
    market = simulate(spec(family, index), BASE_SEED + index)
    found = _peer(market, interpreter)["channels"]
    spent = dict(zip(NAMES, market.spend.sum(axis=0), strict=True))
    true = {name: market.truth.channels[name].contribution for name in NAMES}
    ends = {name: [found[name][end] * spent[name] for end in ("p05", "p95")] for name in NAMES}
    total = sum(found[name]["mean"] * spent[name] for name in NAMES)
    return {
        "error": float(total / sum(true.values()) - 1.0),
        "covered": [bool(ends[name][0] <= true[name] <= ends[name][1]) for name in NAMES],
        "width": [float((ends[name][1] - ends[name][0]) / true[name]) for name in NAMES],
    }


def _peer(market: SimulatedMarket, interpreter: Path) -> dict[str, Any]:
    frame = market.frame()
    columns = {f"{name}_spend": name for name in NAMES}
    kept = frame[["date", "revenue", *columns]].rename(columns=columns)
    kept["log_interest"] = np.log(frame["search_interest"].to_numpy(np.float64))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "market.csv"
        kept.to_csv(path, index=False)
        script = Path(__file__).with_name("peer_pymc_marketing.py")
        words = [str(path), "date", "revenue", ",".join(NAMES), "log_interest"]
        done = subprocess.run(
            [str(interpreter), "-P", str(script), *words], capture_output=True, text=True, check=True
        )
    return json.loads(done.stdout.strip().splitlines()[-1])


def _rows(family: str, method: str, worlds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    shown = [(OWN.get(method, method), "")]
    if method == "factor":
        shown.append(("liftos, latent demand, decision draws", "decision_"))
    return [
        {"family": family, "fit": name, "worlds": len(worlds), **_summary(worlds, kind)}
        for name, kind in shown
    ]


def _summary(worlds: list[dict[str, Any]], kind: str) -> dict[str, float]:
    errors = [world[f"{kind}error"] for world in worlds]
    rates = [statistics.mean(world[f"{kind}covered"]) for world in worlds]
    margin = 1.96 * statistics.stdev(rates) / len(rates) ** 0.5 if len(rates) > 1 else 0.0
    coverage = statistics.mean(rates)
    return {
        "median_error": round(statistics.median(errors), 4),
        "median_absolute_error": round(statistics.median(map(abs, errors)), 4),
        "largest_absolute_error": round(max(map(abs, errors)), 4),
        "coverage": round(coverage, 4),
        "coverage_low": round(max(coverage - margin, 0.0), 4),
        "coverage_high": round(min(coverage + margin, 1.0), 4),
        "coverage_of_search": round(statistics.mean(world[f"{kind}covered"][0] for world in worlds), 4),
        "median_width": round(statistics.median(w for world in worlds for w in world[f"{kind}width"]), 4),
    }


def _resume() -> dict[tuple[str, int, str], dict[str, Any]]:
    if not STATE.exists():
        return {}
    rows = [json.loads(line) for line in STATE.read_text(encoding="utf-8").splitlines()]
    return {(family, index, method): found for family, index, method, found in rows}


if __name__ == "__main__":
    main(sys.argv[1:])
