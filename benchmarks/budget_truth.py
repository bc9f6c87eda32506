"""Plans against the truth: what the optimiser promises in simulated markets, and what its plans would really do.

    python benchmarks/budget_truth.py [--seeds 10] [--first 9000]

Each market is read as a user's file would be, fitted, and its quarter's budget split; the plan is then played in the
market itself. Writes `benchmarks/results/budget_truth.json` and `.md`. Simulated data throughout.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from liftos_agents import tools
from liftos_agents.data.store import TransientStore
from liftos_agents.sandbox import SimulatedMarket, scenarios, simulate

RESULTS = Path(__file__).parent / "results"
HORIZON = 13
CASES: dict[str, dict[str, Any]] = {
    "no limit on moves": {"largest_step": None},
    "the default, half": {},
    "a fifth": {"max_change": 0.2},
}


def played(market: SimulatedMarket, case: dict[str, Any], store: TransientStore) -> dict[str, Any]:
    """One plan: promised and true gain over holding, the share of the best plan's gain, and the odds given."""
    margin = market.spec.margin
    frame = market.frame()
    plan = tools.run("optimise_budget", frame, store=store, margin=margin, **case).result
    if plan["status"] != "solved":
        return {"status": plan["status"]}
    spend = {name: part["proposed"] for name, part in plan["allocation"].items()}
    held = {name: part["current"] for name, part in plan["allocation"].items()}
    reach = case.get("max_change", plan["settings"]["largest_step"])
    bounds: dict[str, Any] = {}
    if reach is not None:
        bounds = {
            "minimum": {n: amount * (1 - reach) for n, amount in held.items()},
            "maximum": {n: amount * (1 + reach) for n, amount in held.items()},
        }
    best = market.optimal_allocation(sum(held.values()), HORIZON, **bounds)
    base = market.outcome(held, HORIZON).profit
    gain, most = market.outcome(spend, HORIZON).profit - base, market.outcome(best, HORIZON).profit - base
    promised = plan["expected_gain"]
    free = market.outcome(market.optimal_allocation(sum(held.values()), HORIZON), HORIZON).profit
    return {
        "status": "solved",
        "gain": gain,
        "promised": promised["mean"],
        "covered": promised["p05"] <= gain <= promised["p95"],
        "captured": gain / most if most > 0.0 else 1.0,
        "captured_of_free": gain / (free - base) if free > base else 1.0,
        "odds": plan["probability_beats_current"],
        "won": gain > 0.0,
        "recommended": plan["recommended"],
    }


def over_claims(market: SimulatedMarket, store: TransientStore) -> list[bool]:
    """Whether each channel's true over-claim lies in the interval given for it."""
    found = tools.run("attribute", market.frame(), store=store, margin=market.spec.margin).result
    covered: list[bool] = []
    for name, truth in market.truth.channels.items():
        said = found["channels"][name]["over_claim"]
        if said is not None and truth.contribution > 0.0:
            covered.append(said["p05"] <= truth.claimed / truth.contribution <= said["p95"])
    return covered


def summary(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What a table row says of these plans."""
    solved = [run for run in runs if run["status"] == "solved"]
    told = [run for run in solved if run["recommended"]]
    return {
        "worlds": len(runs),
        "solved": len(solved),
        "captured_median": statistics.median(run["captured"] for run in solved),
        "captured_worst": min(run["captured"] for run in solved),
        "captured_of_free_median": statistics.median(run["captured_of_free"] for run in solved),
        "captured_of_free_worst": min(run["captured_of_free"] for run in solved),
        "won": sum(run["won"] for run in solved) / len(solved),
        "mean_odds": statistics.mean(run["odds"] for run in solved),
        "recommended": len(told),
        "recommended_won": sum(run["won"] for run in told),
        "promise_covered": sum(run["covered"] for run in solved) / len(solved),
        "promised_over_true_median": statistics.median(
            run["promised"] / run["gain"] for run in solved if run["gain"] > 0.0
        ),
    }


def measured(seeds: Sequence[int]) -> dict[str, Any]:
    """All scenarios, cases and seeds."""
    rows: dict[str, Any] = {}
    claims: dict[str, list[bool]] = {}
    for scenario in scenarios.names():
        runs: dict[str, list[dict[str, Any]]] = {case: [] for case in CASES}
        claims[scenario] = []
        for seed in seeds:
            market, store = simulate(scenarios.load(scenario), seed), TransientStore()
            for case, limits in CASES.items():
                runs[case].append(played(market, limits, store))
            claims[scenario] += over_claims(market, store)
        rows |= {f"{scenario}, {case}": summary(found) for case, found in runs.items()}
        print(f"{scenario} done", flush=True)
    covered = {name: sum(found) / len(found) for name, found in claims.items() if found}
    return {"seeds": [seeds[0], seeds[-1]], "plans": rows, "over_claim_covered": covered}


def _report(found: dict[str, Any]) -> str:
    first, last = found["seeds"]
    lines = [
        "| market, limits | gain captured, median (worst) | of the best without limits | plans that gained | mean odds given | recommended: gained "
        "| promise's 90 % interval holds the truth | promised / true gain, median |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, row in found["plans"].items():
        lines.append(
            f"| {name} | {row['captured_median']:.2f} ({row['captured_worst']:.2f}) "
            f"| {row['captured_of_free_median']:.2f} ({row['captured_of_free_worst']:.2f}) | {row['won']:.2f} "
            f"| {row['mean_odds']:.2f} | {row['recommended_won']} of {row['recommended']} "
            f"| {row['promise_covered']:.2f} | {row['promised_over_true_median']:.2f} |"
        )
    claims = "\n".join(f"| {name} | {value:.2f} |" for name, value in found["over_claim_covered"].items())
    return f"""# Plans against the truth

Simulated markets, seeds {first} to {last}, fixed beforehand: every plan of a quarter is played in the market it was made
from. Gain captured is the plan's true gain over holding, as a share of the best possible plan's under the same limits;
below zero the plan lost money.

{chr(10).join(lines)}

True over-claim within the 90 % interval that `attribute` gives, all channels:

| market | share |
|---|---|
{claims}
"""


def main(arguments: Sequence[str] = ()) -> None:
    """Runs the benchmark and writes its results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=9000)
    given = parser.parse_args(arguments)
    found = measured(range(given.first, given.first + given.seeds))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "budget_truth.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    (RESULTS / "budget_truth.md").write_text(_report(found), encoding="utf-8")
    print(_report(found))


if __name__ == "__main__":
    main(sys.argv[1:])
