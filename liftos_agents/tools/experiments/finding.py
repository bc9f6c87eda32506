"""What a method finds before it is put into words and money."""

from __future__ import annotations

from dataclasses import dataclass, field

from liftos_agents.domain.effect import Assumption, Check
from liftos_agents.domain.figure import Figure


@dataclass(frozen=True)
class Moments:
    """Incremental outcome and cost as estimated together.

    Attributes:
        outcome: Incremental outcome, total over the treated units and the test.
        outcome_variance: Its sampling variance.
        cost: Incremental spend likewise; None without a spend column.
        cost_variance: Zero where the spend is known and has no counterfactual to estimate.
        covariance: Of the two.
        critical: Quantile by which half-widths are measured, at the level asked for.
        freedom: Degrees of freedom behind it; infinity for the Normal.
    """

    outcome: float
    outcome_variance: float
    critical: float
    freedom: float
    cost: float | None = None
    cost_variance: float = 0.0
    covariance: float = 0.0


@dataclass(frozen=True)
class Bounds:
    """A confidence set's ends; None is without end. `holed` when it is all but an interval."""

    low: float | None
    high: float | None
    holed: bool = False

    def times(self, factor: float) -> Bounds:
        """The set of multiples; a negative factor changes the ends over."""
        low = None if self.low is None else self.low * factor
        high = None if self.high is None else self.high * factor
        return Bounds(low, high, self.holed) if factor >= 0.0 else Bounds(high, low, self.holed)


@dataclass(frozen=True)
class Finding:
    """A method's findings.

    Attributes:
        moments: None when refused.
        interval: Of the incremental outcome, by the method's own inference; from `moments` when None.
        iroas: Likewise of outcome per spend; Fieller's from `moments` when None.
        observed: The treated units' outcome in the test; None where only differences are known.
        reasons: Why it must not be relied on alone, or why there is no estimate.
    """

    method: str
    estimand: str
    design: str
    n: int
    moments: Moments | None
    assumptions: tuple[Assumption, ...]
    p_value: float | None = None
    interval: Bounds | None = None
    iroas: Bounds | None = None
    iroas_estimate: float | None = None
    observed: float | None = None
    checks: tuple[Check, ...] = ()
    diagnostics: dict[str, float | int | str | bool | None] = field(default_factory=dict)
    figures: tuple[Figure, ...] = ()
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
