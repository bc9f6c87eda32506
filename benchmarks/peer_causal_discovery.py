"""The PC algorithm on 20 variables against causal-learn: same skeleton, time, in one run.

Both get the same array and test with Fisher's z at .05, without resamples. causal-learn is a development dependency.
"""

from __future__ import annotations

import importlib.metadata
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from causallearn.search.ConstraintBased.PC import pc
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks.report import write
from liftos_agents import tools
from liftos_agents.data import TransientStore

VARIABLES, ALPHA = 20, 0.05
WORLDS: tuple[tuple[str, int, float], ...] = (
    ("sparse", 1_000, 0.1),
    ("medium", 1_000, 0.2),
    ("medium, many rows", 20_000, 0.2),
)
SEEDS = (21, 22, 23, 24, 25)
REPEATS = 3

Array = NDArray[np.float64]


def main(arguments: Sequence[str] = ()) -> None:
    """Search each world with both, and write `results/peer_causal_discovery.json`."""
    rows: list[dict[str, Any]] = []
    with threadpool_limits(1):
        for world, count, density in WORLDS:
            for seed in SEEDS:
                values = simulated(seed, count, density)
                own, edges = timed(lambda values=values: own_edges(values))
                peer, same = timed(lambda values=values: peer_edges(values))
                rows.append(
                    {
                        "world": world,
                        "rows": count,
                        "seed": seed,
                        "edges": len(edges),
                        "same_skeleton": edges == same,
                        "liftos_seconds": own,
                        "peer_seconds": peer,
                        "ratio": peer / own,
                    }
                )
    rows.append(
        {
            "world": "all",
            "same_skeleton": all(row["same_skeleton"] for row in rows),
            "liftos_seconds": statistics.median(row["liftos_seconds"] for row in rows),
            "peer_seconds": statistics.median(row["peer_seconds"] for row in rows),
            "ratio": min(row["ratio"] for row in rows),
        }
    )
    write(
        "peer_causal_discovery",
        f"PC on {VARIABLES} variables against causal-learn, same data",
        rows,
        settings={
            "peer": f"causal-learn {importlib.metadata.version('causal-learn')}",
            "alpha": ALPHA,
            "repeats": REPEATS,
        },
        notes=(
            "Seconds are the best of the repeats; a ratio above 1 says that causal-learn takes longer. The last row has medians, and the "
            "smallest ratio.",
            "Own time is the whole tool (columns, checks, search, words, picture) without resamples; the peer's is its search alone.",
        ),
    )


def simulated(seed: int, rows: int, density: float) -> Array:
    """Normal data from a random linear graph."""
    rng = np.random.default_rng(seed)
    present = np.tril(rng.random((VARIABLES, VARIABLES)) < density, -1)
    weights = present * rng.uniform(0.3, 1.0, present.shape) * rng.choice([-1.0, 1.0], present.shape)
    return rng.standard_normal((rows, VARIABLES)) @ np.linalg.inv(np.eye(VARIABLES) - weights).T


def own_edges(values: Array) -> set[tuple[int, int]]:
    """The pairs that `discover_causes` joins."""
    names = [f"v{k:02d}" for k in range(VARIABLES)]
    found = tools.run(
        "discover_causes",
        pd.DataFrame(values, columns=names),
        store=TransientStore(),
        alpha=ALPHA,
        resamples=0,
    )
    pairs = [(names.index(e["source"]), names.index(e["target"])) for e in found.result["edges"]]
    return {(min(pair), max(pair)) for pair in pairs}


def peer_edges(values: Array) -> set[tuple[int, int]]:
    """The pairs that causal-learn's PC joins."""
    marks = pc(values, ALPHA, "fisherz", stable=True, show_progress=False).G.graph
    return {(int(a), int(b)) for a, b in np.argwhere(marks != 0) if a < b}


def timed(search: Callable[[], set[tuple[int, int]]]) -> tuple[float, set[tuple[int, int]]]:
    """Best time of the repeats, and what was found."""
    times: list[float] = []
    found: set[tuple[int, int]] = set()
    for _ in range(REPEATS):
        started = time.perf_counter()
        found = search()
        times.append(time.perf_counter() - started)
    return min(times), found


if __name__ == "__main__":
    main()
