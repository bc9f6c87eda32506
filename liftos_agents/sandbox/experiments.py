"""Geo experiments: regions in which one channel gets another budget for some weeks, and what they show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.spec import MarketSpec


@dataclass(frozen=True)
class ExperimentDesign:
    """A geo experiment.

    Attributes:
        channel: Whose budget changes.
        regions: Numbers of the regions taken, from 0, the largest.
        weeks: How long.
        factor: What the budget is multiplied by there: 0 is a holdout, 2 a doubling.
    """

    channel: str
    regions: tuple[int, ...]
    weeks: int
    factor: float = 0.0

    def fault(self, spec: MarketSpec) -> str | None:
        """Why it cannot be run in this market, or None."""
        rules, weights = spec.experiments, spec.geo_weights
        if self.channel not in spec.names:
            return f"no channel {self.channel!r}; channels are {', '.join(spec.names)}"
        if spec.geos.count < 2:
            return "a national market has no regions to compare"
        taken = set(self.regions)
        if not taken or len(taken) < len(self.regions) or not taken <= set(range(spec.geos.count)):
            return f"regions must be different numbers from 0 to {spec.geos.count - 1}, got {self.regions!r}"
        if len(taken) == spec.geos.count:
            return "some regions must stay as they are"
        share = float(weights[list(self.regions)].sum())
        if share > rules.largest_share + 1e-12:
            return (
                f"the regions hold {share:.1%} of the market; at most {rules.largest_share:.1%} may be taken"
            )
        if self.weeks != int(self.weeks) or not rules.least_weeks <= self.weeks <= rules.most_weeks:
            return f"an experiment lasts {rules.least_weeks} to {rules.most_weeks} weeks, got {self.weeks!r}"
        if not 0.0 <= self.factor <= 5.0 or self.factor == 1.0:
            return f"factor must lie between 0 and 5 and differ from 1, got {self.factor!r}"
        return None


@dataclass(frozen=True, eq=False)
class ExperimentReading:
    """What an experiment shows once it has ended: sampled sales by week and region, before it and in it.

    Attributes:
        first_week: Of the experiment.
        revenue: (P + W, G), the P weeks before it first.
        spend: Of the channel, (P + W, G).
        before: P.
    """

    design: ExperimentDesign
    first_week: int
    revenue: Array
    spend: Array
    before: int

    @property
    def treated(self) -> NDArray[np.bool_]:
        """(G,) regions taken."""
        mask = np.zeros(self.revenue.shape[1], dtype=bool)
        mask[list(self.design.regions)] = True
        return mask

    def incremental_return(self) -> tuple[float, float]:
        """Revenue a unit of the channel's spend, and its standard error.

        What the treated regions would have sold is their past, grown like the others'; the same for spend. The error is
        the jackknife's over regions.
        """
        found = self._ratio(np.ones(self.revenue.shape[1], dtype=bool))
        kept = []
        for left_out in range(self.revenue.shape[1]):
            mask = np.ones(self.revenue.shape[1], dtype=bool)
            mask[left_out] = False
            if (self.treated & mask).any() and (~self.treated & mask).any():
                kept.append(self._ratio(mask))
        spread = np.array(kept)
        if len(spread) < 2 or not np.isfinite(found):
            return float(found), float("nan")
        return float(found), float(
            np.sqrt((len(spread) - 1) / len(spread) * ((spread - spread.mean()) ** 2).sum())
        )

    def _ratio(self, mask: NDArray[np.bool_]) -> float:
        changes = []
        for series in (self.revenue, self.spend):
            before, during = series[: self.before], series[self.before :]
            treated, others = self.treated & mask, ~self.treated & mask
            grown = during[:, others].mean() / before[:, others].mean() if before[:, others].any() else 1.0
            changes.append(during[:, treated].mean() - grown * before[:, treated].mean())
        return changes[0] / changes[1] if changes[1] else float("nan")
