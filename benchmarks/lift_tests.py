"""What lift tests do to a fit under confounded demand: coverage and width without, with the proposed test, with three, and with a wrong one.

Worlds are those of `confounding` from number 600 on, which no other benchmark uses. Every test pauses or changes spend for the weeks that the
fit proposes, in the middle of the data; its lift is the market's true one with normal noise of the standard error that was stated.
Run: python -m benchmarks lift_tests [--worlds 20].
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np

from benchmarks.confounding import BASE_SEED, NAMES, spec
from benchmarks.report import write
from liftos_agents.sandbox.market import SimulatedMarket, simulate
from liftos_agents.tools.mmm.input import LiftTest, MmmInput
from liftos_agents.tools.mmm.lift_result import LiftTestProposal
from liftos_agents.tools.mmm.marketing_mix import fit
from liftos_agents.tools.mmm.result import FitMmmResult

FIRST, WEEK = 600, 100
WRONG = 6.0
"""Standard errors by which the wrong test is off, beyond what the data without it leave open."""


def main(arguments: Sequence[str] = ()) -> None:
    """Fit every world without tests, with one, with three and with a wrong one; write `results/lift_tests.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=20)
    options = parser.parse_args(arguments)
    scored: dict[str, list[dict[str, Any]]] = {}
    for index in range(FIRST, FIRST + options.worlds):
        for name, row in _world(index).items():
            scored.setdefault(name, []).append(row)
        print(index, flush=True)
    write(
        "lift_tests",
        "Lift tests under confounded demand",
        [{"tests": name, "worlds": len(rows), **_summary(rows)} for name, rows in scored.items()],
        settings={"base_seed": BASE_SEED, "first_world": FIRST, "test_from_week": WEEK},
        notes=[
            "Coverage and width are of decision intervals (90 %) of channels' contributions, width relative to the fit without tests; "
            "`proposed` is the channel whose test the fit without tests names first.",
            "variance_reduction: share of the variance of the proposed channel's decision marginal return that the test took away, and what "
            "the proposal had said before (both means over worlds).",
            "conflict: share of worlds in which the check `lift_tests_agree` failed. The wrong test is off by six times the standard deviation "
            "of its difference from the fit without tests.",
        ],
    )


def _world(index: int) -> dict[str, dict[str, Any]]:
    market = simulate(spec("confounded", index), BASE_SEED + index)
    rng = np.random.default_rng([BASE_SEED, index, 9])
    data = _data(market)
    plain = fit(data).result
    proposals = plain.lift_test_proposals
    tests = tuple(_test(market, proposal, rng) for proposal in proposals[:3])
    first = proposals[0]
    open_width = float(np.hypot(_sd(first), first.standard_error))
    wrong = tests[0].model_copy(update={"lift": tests[0].lift + WRONG * open_width})
    fits = {
        "none": plain,
        "the proposed one": fit(replace(data, lift_tests=tests[:1])).result,
        "the first three proposed": fit(replace(data, lift_tests=tests)).result,
        "a wrong one": fit(replace(data, lift_tests=(wrong,))).result,
    }
    return {name: _scored(market, found, plain) for name, found in fits.items()}


def _data(market: SimulatedMarket) -> MmmInput:
    frame = market.frame()
    return MmmInput(
        dates=frame["date"].to_numpy().astype("datetime64[D]"),
        outcome=frame["revenue"].to_numpy(np.float64),
        spend=market.spend,
        channels=NAMES,
        controls={"search_interest": np.log(frame["search_interest"].to_numpy(np.float64))},
        demand_proxies=("search_interest",),
        holdout_weeks=0,
        seed=market.seed,
    )


def _test(market: SimulatedMarket, proposal: LiftTestProposal, rng: np.random.Generator) -> LiftTest:
    channel = NAMES.index(proposal.channel)
    changed = market.spend.copy()
    weeks = slice(WEEK, WEEK + proposal.periods)
    changed[weeks, channel] = np.maximum(changed[weeks, channel] + proposal.spend_change, 0.0)
    truth, other = (market.media_revenue(path) for path in (changed, market.spend))
    start = (market.frame()["date"].iloc[WEEK]).date()
    return LiftTest(
        channel=proposal.channel,
        start=start,
        end=start + timedelta(days=7 * proposal.periods - 1),
        spend_change=proposal.spend_change,
        lift=float(truth - other) + proposal.standard_error * float(rng.standard_normal()),
        standard_error=proposal.standard_error,
    )


def _sd(proposal: LiftTestProposal) -> float:
    return (proposal.expected_lift.p95 - proposal.expected_lift.p05) / 3.29


def _scored(market: SimulatedMarket, found: FitMmmResult, plain: FitMmmResult) -> dict[str, Any]:
    proposed = plain.lift_test_proposals[0]
    covered, widths = {}, {}
    for name in NAMES:
        interval = found.channels[name].decision_contribution
        before = plain.channels[name].decision_contribution
        covered[name] = interval.p05 <= market.truth.channels[name].contribution <= interval.p95
        widths[name] = (interval.p95 - interval.p05) / max(before.p95 - before.p05, 1e-9)
    spread = [
        result.channels[proposed.channel].decision_marginal_roas.p95
        - result.channels[proposed.channel].decision_marginal_roas.p05
        for result in (found, plain)
    ]
    return {
        "coverage": statistics.mean(covered.values()),
        "covered_proposed": covered[proposed.channel],
        "width_proposed": widths[proposed.channel],
        "reduction": 1.0 - (spread[0] / max(spread[1], 1e-9)) ** 2,
        "expected": proposed.variance_reduction,
        "conflict": any(c.name == "lift_tests_agree" and not c.passed for c in found.checks),
    }


def _summary(rows: list[dict[str, Any]]) -> dict[str, float]:
    def mean(key: str) -> float:
        return round(statistics.mean(float(row[key]) for row in rows), 4)

    return {
        "coverage": mean("coverage"),
        "coverage_of_proposed": mean("covered_proposed"),
        "median_width_of_proposed": round(statistics.median(row["width_proposed"] for row in rows), 4),
        "variance_reduction": mean("reduction"),
        "variance_reduction_expected": mean("expected"),
        "conflict": mean("conflict"),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
