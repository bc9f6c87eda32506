"""Two-way fixed effects: the familiar coefficient, and what it is made of when adoption is staggered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.staggered_adoption.panel import Panel

Array = NDArray[np.float64]


@dataclass(frozen=True)
class TwoWayFit:
    """The coefficient of a 0/1 treatment beside effects of units and periods.

    Attributes:
        scores: (units,).
        negative_share: Of the treated unit-periods' absolute weight in the coefficient, what is negative.
        forbidden_share: Weight of comparisons with units that are treated already; None for an unbalanced panel.
        pieces: Kind of comparison to its weight and its average estimate; empty for an unbalanced panel.
        growth: By how much the effect grows a period, in the same regression with the time since adoption added; None where no
            effect is seen in two periods.
        growth_scores: (units,).
    """

    estimate: float
    scores: Array
    negative_share: float
    forbidden_share: float | None
    pieces: dict[str, tuple[float, float]]
    growth: float | None
    growth_scores: Array


def two_way_fixed_effects(panel: Panel) -> TwoWayFit:
    """The coefficient with its scores by unit, its negative weights and its two-by-two pieces.

    De Chaisemartin and D'Haultfœuille (2020) for the weights; Goodman-Bacon (2021) for the pieces; Wooldridge (2021), Two-way fixed
    effects, the two-way Mundlak regression, for the test of effects that grow: treatment times time since adoption beside treatment.
    It uses every comparison that the coefficient does, all of them clean when effects are alike, so it sees growth sooner than
    the effects by period, which use untreated units alone.
    """
    periods = np.arange(panel.never)
    treated = (periods[None, :] >= panel.cohort[:, None]).astype(np.float64)
    part = _without_effects(treated, panel)
    outcome = _without_effects(np.where(panel.seen, panel.outcome, 0.0), panel)
    weights = panel.weights[:, None] * panel.seen
    size = float((weights * part**2).sum())
    estimate = float((weights * part * outcome).sum() / size)
    scores = (weights * part * (outcome - estimate * part)).sum(axis=1) / size
    pulls = (weights * part)[(treated > 0.0) & panel.seen]
    pieces = _pieces(panel) if panel.is_balanced else {}
    since = _without_effects(np.maximum(periods[None, :] - panel.cohort[:, None], 0.0), panel)
    since -= part * (float((weights * part * since).sum()) / size)
    spread = float((weights * since**2).sum())
    grows = spread > 1e-9 * size
    growth = float((weights * since * outcome).sum() / spread) if grows else 0.0
    left = outcome - estimate * part - growth * since
    return TwoWayFit(
        estimate,
        scores,
        float(-pulls[pulls < 0.0].sum() / np.abs(pulls).sum()),
        pieces.get("later_vs_earlier", (0.0, 0.0))[0] if pieces else None,
        pieces,
        growth if grows else None,
        (weights * since * left).sum(axis=1) / spread if grows else np.zeros(len(panel.cohort)),
    )


def _without_effects(values: Array, panel: Panel) -> Array:
    """(units, periods) residuals on unit and period effects, weighted; zero where not seen."""
    seen = panel.seen.astype(np.float64)
    count = np.maximum(seen.sum(axis=1), 1.0)
    inside = (values - ((values * seen).sum(axis=1) / count)[:, None]) * seen
    weighted = seen * panel.weights[:, None]
    gram = np.diag(weighted.sum(axis=0)) - (weighted / count[:, None]).T @ seen
    effects = np.linalg.pinv(gram, rcond=1e-12, hermitian=True) @ (panel.weights @ inside)
    return (inside - effects[None, :] + ((seen @ effects) / count)[:, None]) * seen


def _pieces(panel: Panel) -> dict[str, tuple[float, float]]:
    """Every two-by-two comparison of two cohorts, summed by kind: weight and weighted mean estimate."""
    groups = [int(g) for g in np.unique(panel.cohort)]
    size = panel.size
    time = {g: 1.0 - g / panel.never for g in groups}
    means = {
        g: np.average(panel.outcome[panel.cohort == g], axis=0, weights=panel.weights[panel.cohort == g])
        for g in groups
        if size[g] > 0.0
    }
    found: dict[str, list[tuple[float, float]]] = {}
    for early in means:
        for late in (g for g in means if g > early):
            pair = size[early] + size[late]
            mix = size[early] * size[late] / pair**2
            a, b = time[early], time[late]
            gap = means[early] - means[late]
            if late == panel.never:
                estimate = gap[early:].mean() - gap[:early].mean()
                found.setdefault("treated_vs_never_treated", []).append(
                    (pair**2 * mix * a * (1.0 - a), estimate)
                )
                continue
            clean = gap[early:late].mean() - gap[:early].mean()
            found.setdefault("earlier_vs_later", []).append((pair**2 * mix * (a - b) * (1.0 - a), clean))
            forbidden = gap[early:late].mean() - gap[late:].mean()
            found.setdefault("later_vs_earlier", []).append((pair**2 * mix * b * (a - b), forbidden))
    total = sum(weight for parts in found.values() for weight, _ in parts)
    return {
        kind: (
            sum(w for w, _ in parts) / total,
            float(sum(w * e for w, e in parts) / sum(w for w, _ in parts)),
        )
        for kind, parts in found.items()
    }
