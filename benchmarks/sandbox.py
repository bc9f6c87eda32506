"""How fast the simulated market plays: worlds, their truth, the best plan, and a rehearsal in the twin."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

import numpy as np

from benchmarks.report import write
from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.sandbox import rehearse, scenarios, simulate, simulate_many

ROUNDS = 21
BATCH = 500
HORIZON = 13


def main() -> None:
    """Measure and write `results/sandbox.json`."""
    spec = scenarios.load("shop")
    posterior = _posterior(channels=5, draws=500)
    plan = np.tile([30_000.0, 20_000.0, 10_000.0, 5_000.0, 5_000.0], (HORIZON, 1))
    hold = np.full((HORIZON, 5), 14_000.0)
    weeks = spec.weeks + spec.weeks_before
    seconds = {
        "one world, 156 weeks × 5 channels": _median(lambda: simulate(spec, 1)),
        f"{BATCH} worlds together": _median(lambda: simulate_many(spec, range(BATCH))),
        "true effects and returns of five channels": _median(lambda: simulate(spec, 1).truth)
        - _median(lambda: simulate(spec, 1)),
        "the best allocation of a quarter": _median(
            lambda: simulate(spec, 1).optimal_allocation(1_500_000, HORIZON)
        ),
        "a rehearsal, 500 worlds × 13 weeks × 5 channels": _median(lambda: rehearse(posterior, plan, hold)),
    }
    goals = {"a rehearsal, 500 worlds × 13 weeks × 5 channels": 30.0}
    rows = [
        {"what": name, "p50_ms": round(1e3 * taken, 2), "goal_ms": goals.get(name)}
        for name, taken in seconds.items()
    ]
    rate = BATCH * weeks / seconds[f"{BATCH} worlds together"]
    notes = [f"Batched: {rate:,.0f} simulated weeks a second in one process (goal 1,500,000)."]
    notes.append(f"Load of the machine while measuring: {os.getloadavg()[0]:.1f}.")
    write("sandbox", "How fast the simulated market plays", rows, settings={"rounds": ROUNDS}, notes=notes)


def _median(work: Callable[[], object]) -> float:
    taken: list[float] = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _posterior(channels: int, draws: int) -> MediaPosterior:
    chance = np.random.default_rng(1)
    effect = chance.lognormal(11.0, 0.3, size=(draws, channels))
    return MediaPosterior(
        channels=tuple(f"c{n}" for n in range(channels)),
        saturation="logistic",
        retention=chance.uniform(0.1, 0.7, size=(draws, channels)),
        steepness=chance.uniform(1.0, 4.0, size=(draws, channels)),
        slope=None,
        effect=effect,
        decision_effect=effect,
        noise=np.full(draws, 20_000.0),
        baseline=np.full((draws, 156), 500_000.0),
        scale=np.full(channels, 60_000.0),
        adstock_length=8,
        spend=chance.uniform(5_000, 50_000, size=(156, channels)),
        outcome=np.full(156, 800_000.0),
    )


if __name__ == "__main__":
    main()
