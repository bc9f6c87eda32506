"""A 156 × 5 fit against pymc-marketing on the same simulated data: time, error, coverage, in one run.

The peer runs in an environment of its own, made on first use (`--peer PATH` names another interpreter).
Its sampler is nutpie, 1,000 draws after 1,000 tuning steps in 4 chains: the draws it recommends.
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

from benchmarks.peer_environment import interpreter
from benchmarks.report import write
from liftos_agents import data, sandbox, tools
from liftos_agents.sandbox import MarketSpec, SimulatedMarket

PEER = "pymc-marketing==0.19.2"
SEEDS = (11, 12, 13, 14)
OUTCOME, DATE = "revenue", "date"


def main(arguments: Sequence[str] = ()) -> None:
    """Fit each world with both, and write `results/peer_fit.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path, help="Python interpreter that has the peer")
    parser.add_argument("--worlds", type=int, default=len(SEEDS))
    options = parser.parse_args(arguments)
    peer = options.peer or interpreter_of_peer()
    spec = _spec()
    _own(sandbox.simulate(spec, 1))
    rows: list[dict[str, Any]] = []
    for seed in SEEDS[: options.worlds]:
        market = sandbox.simulate(spec, seed)
        fits = {
            "liftos fit_mmm": _own(market),
            "liftos fit_mmm, the peer's model": _own(market, confounding="none", holdout_periods=0),
            f"{PEER} (nutpie)": _peer(market, peer),
        }
        for name, fit in fits.items():
            rows.append({"world": seed, "fit": name, **_scored(market, fit)})
            print(rows[-1], flush=True)
    rows += _totals(rows)
    write(
        "peer_fit",
        "A 156 × 5 fit against pymc-marketing, same simulated data",
        rows,
        settings={"weeks": spec.weeks, "channels": list(spec.names), "seeds": list(SEEDS[: options.worlds])},
        notes=[
            "Simulated data: spend independent of demand, logistic saturation, geometric adstock.",
            "Error is |ROAS − truth| / truth, averaged over channels; coverage is of 90 % intervals.",
            "Own time is the whole tool: fit, latent demand, hold-out refit, diagnostics, decision draws. The peer "
            "fits neither latent demand nor a hold-out; the second row of each world leaves both out, so that both "
            "fit the same model. Ratios are to the first row.",
        ],
    )


def _spec() -> MarketSpec:
    """Five channels over 156 weeks without confounding, from the textbook world."""
    spec = sandbox.scenarios.load("textbook")
    extra = [
        spec.channels[0].model_copy(update={"name": "video", "mean_spend": 18_000.0, "retention": 0.4}),
        spec.channels[1].model_copy(update={"name": "display", "mean_spend": 12_000.0, "effect": 40_000.0}),
    ]
    return spec.model_copy(update={"channels": (*spec.channels, *extra), "weeks": 156})


def _own(market: SimulatedMarket, **arguments: Any) -> dict[str, Any]:
    started = time.perf_counter()
    evidence = tools.run("fit_mmm", market.frame(), store=data.TransientStore(), **arguments)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "channels": {k: v["roas"] for k, v in evidence.result["channels"].items()}}


def _peer(market: SimulatedMarket, interpreter: Path) -> dict[str, Any]:
    frame = market.frame()
    columns = {f"{name}_spend": name for name in market.spec.names}
    kept = frame[[DATE, OUTCOME, *columns, "search_interest"]].rename(columns=columns)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "market.csv"
        kept.to_csv(path, index=False)
        script = Path(__file__).with_name("peer_pymc_marketing.py")
        command = [
            str(interpreter),
            "-P",
            str(script),
            str(path),
            DATE,
            OUTCOME,
            ",".join(columns.values()),
            "search_interest",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def _scored(market: SimulatedMarket, fit: dict[str, Any]) -> dict[str, Any]:
    truth = {name: channel.roas for name, channel in market.truth.channels.items()}
    errors = [abs(fit["channels"][name]["mean"] - true) / true for name, true in truth.items()]
    covered = [fit["channels"][n]["p05"] <= true <= fit["channels"][n]["p95"] for n, true in truth.items()]
    widths = [(fit["channels"][n]["p95"] - fit["channels"][n]["p05"]) / true for n, true in truth.items()]
    return {
        "seconds": fit["seconds"],
        "error": statistics.mean(errors),
        "coverage": statistics.mean(covered),
        "width": statistics.mean(widths),
        "ratio": None,
    }


def _totals(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(row["fit"] for row in rows))
    totals = []
    for name in names:
        mine = [row for row in rows if row["fit"] == name]
        totals.append(
            {"world": "all", "fit": name, "seconds": statistics.median(r["seconds"] for r in mine)}
            | {key: statistics.mean(r[key] for r in mine) for key in ("error", "coverage", "width")}
        )
    for total in totals:
        total["ratio"] = total["seconds"] / totals[0]["seconds"]
    return totals


def interpreter_of_peer() -> Path:
    """The interpreter that has the peer; its environment is made on first use."""
    return interpreter("pymc", PEER, "nutpie")


if __name__ == "__main__":
    main(sys.argv[1:])
