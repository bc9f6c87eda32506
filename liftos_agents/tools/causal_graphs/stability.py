"""How often an edge comes back when the search sees only part of the rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from liftos_agents.tools.causal_graphs.dependence import Array
from liftos_agents.tools.causal_graphs.search import Found, FoundEdge, Search

SHARE_OF_ROWS = 1.0 - np.exp(-1.0)
"""As many distinct rows as a bootstrap sample has; drawn without replacement, for repeated rows feign dependence."""


@dataclass(frozen=True)
class Stability:
    """Of one edge: the share of resamples that have it, and of those, the share that point it the same way."""

    share: float
    low: float
    high: float
    orientation: float | None


def resampled(
    search: Search, rows: Array, resamples: int, seed: int, block: int, progress: Callable[[float], None]
) -> list[Found]:
    """The search on random parts of the rows.

    Args:
        block: Rows that stay together: 1 for independent rows, more for a time series.
        progress: Told the share that is done.
    """
    rng = np.random.default_rng(seed)
    blocks = [np.arange(start, min(start + block, len(rows))) for start in range(0, len(rows), block)]
    wanted = max(2, round(SHARE_OF_ROWS * len(blocks)))
    found: list[Found] = []
    for number in range(resamples):
        progress(number / resamples)
        chosen = np.sort(rng.permutation(len(blocks))[:wanted])
        part = rows[np.concatenate([blocks[k] for k in chosen])]
        if np.all(np.ptp(part, axis=0) > 0.0):
            found.append(search(part))
    return found


def stability(edge: FoundEdge, found: Sequence[Found], level: float) -> Stability | None:
    """How stable an edge is; None without resamples. The interval (Wilson) is for the number of resamples alone."""
    if not found:
        return None
    same = [e for f in found for e in f.edges if e.pair == edge.pair]
    share, count = len(same) / len(found), len(found)
    z = float(stats.norm.ppf(0.5 + level / 2.0))
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    alike = [e for e in same if (e.source, e.kind) == (edge.source, edge.kind)]
    orientation = len(alike) / len(same) if same and edge.kind == "directed" else None
    return Stability(share, max(0.0, float(middle - half)), min(1.0, float(middle + half)), orientation)
