"""What a policy earns beyond holding, world by world, and how sure that is.

A gain is profit less that of holding in the same world with the same luck, as a share of what holding spends there: so that
markets of any size and currency weigh the same. Every scenario has worlds of its own, drawn independently of each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox.arena_comparison import cvar10
from liftos_agents.sandbox.arena_rows import Row
from liftos_agents.sandbox.gates.judged_policy import HOLD
from liftos_agents.sandbox.noise import Array

LEVEL = 0.95
"""One-sided, of every lower bound."""


@dataclass(frozen=True, eq=False)
class Gain:
    """A mean with its error; money as a share of the budget.

    Attributes:
        error: Standard error; None where some scenario has one world alone, which tells nothing of it.
        freedom: Degrees of Student's t.
    """

    mean: float
    error: float | None
    freedom: float

    def low(self, level: float = LEVEL) -> float | None:
        """The lower bound, one-sided."""
        if self.error is None:
            return None
        return self.mean - (float(stdtrit(self.freedom, level)) * self.error if self.error > 0.0 else 0.0)

    def p_above(self, margin: float) -> float:
        """One-sided p of "not above `margin`"."""
        if self.error is None:
            return 1.0
        if self.error == 0.0:
            return 0.0 if self.mean > margin else 1.0
        return float(stdtr(self.freedom, -(self.mean - margin) / self.error))


class PairedGains:
    """The gains of one policy's rows over those of holding.

    Args:
        rows: Of the policy and of `hold`, in the same worlds.
        policy: Its name.

    Attributes:
        families: Family to its scenarios, both in alphabetical order.
        budgets: Scenario to mean spend of holding over the horizon.

    Raises:
        ArgumentError: Holding spends nothing in some scenario, so that no share of the budget is defined.
    """

    def __init__(self, rows: Iterable[Row], policy: str) -> None:
        profits: dict[str, dict[str, list[Row]]] = {}
        members: dict[str, set[str]] = {}
        for row in sorted(rows, key=lambda row: row.seed):
            profits.setdefault(row.scenario, {}).setdefault(row.policy, []).append(row)
            members.setdefault(row.family, set()).add(row.scenario)
        self.families = {family: sorted(members[family]) for family in sorted(members)}
        self.budgets: dict[str, float] = {}
        self._gains: dict[str, Array] = {}
        self._tails: dict[str, float] = {}
        for scenario, sides in profits.items():
            budget = float(np.mean([row.spend for row in sides[HOLD]]))
            if budget <= 0.0:
                raise ArgumentError(
                    "holding spends nothing in this scenario, so that no gain can be a share of the budget",
                    where=scenario,
                    fix="Leave the scenario out",
                )
            own, held = (np.array([row.profit for row in sides[side]]) / budget for side in (policy, HOLD))
            self.budgets[scenario] = budget
            self._gains[scenario] = own - held
            self._tails[scenario] = cvar10(own) - cvar10(held)

    @property
    def overall(self) -> Gain:
        """Of the scenarios as they are: each family weighs the same, and within it each scenario."""
        return self._of({f: 1.0 / len(self.families) for f in self.families})

    def family(self, name: str) -> Gain:
        """Of one family."""
        return self._of({name: 1.0})

    @property
    def among_families(self) -> Gain:
        """The same mean, its error clustered by family: for other families like these, not for these alone.

        Families' means are the units (Donald and Lang 2007), so that whatever worlds and scenarios of a family share is in
        the error. Student's t with one degree less than there are families.
        """
        means = np.array([self.family(name).mean for name in self.families])
        error = float(means.std(ddof=1)) / len(means) ** 0.5 if len(means) > 1 else None
        return Gain(float(means.mean()), error, max(len(means) - 1.0, 1.0))

    @property
    def tail(self) -> float:
        """Profit in the worst tenth of the worlds (CVaR) less that of holding, by scenario; averaged as `overall` is."""
        return float(
            np.mean([np.mean([self._tails[s] for s in members]) for members in self.families.values()])
        )

    def above(self, margin: float) -> dict[str, tuple[float | None, bool]]:
        """Family to its lower bound and whether it lies above `margin`, at levels after Holm (1979).

        The family with the smallest p is held to 5 % over the number of families, the next one to 5 % over one less, and
        so on; after the first that fails all that follow fail.
        """
        p = {name: self.family(name).p_above(margin) for name in self.families}
        found: dict[str, tuple[float | None, bool]] = {}
        failed = False
        for rank, name in enumerate(sorted(p, key=lambda name: (p[name], name))):
            low = self.family(name).low(1.0 - (1.0 - LEVEL) / (len(p) - rank))
            failed = failed or low is None or low <= margin
            found[name] = (low, not failed)
        return {name: found[name] for name in self.families}

    def _of(self, weights: Mapping[str, float]) -> Gain:
        """Stratified by scenario: errors over worlds; degrees of freedom after Satterthwaite (1946)."""
        parts = [
            (weight / len(self.families[family]), self._gains[scenario])
            for family, weight in weights.items()
            for scenario in self.families[family]
        ]
        mean = sum(weight * float(gains.mean()) for weight, gains in parts)
        if any(len(gains) < 2 for _, gains in parts):
            return Gain(mean, None, 1.0)
        variances = [weight**2 * float(gains.var(ddof=1)) / len(gains) for weight, gains in parts]
        total = sum(variances)
        if total == 0.0:
            return Gain(mean, 0.0, 1.0)
        return Gain(mean, total**0.5, total**2 / _spread(variances, [len(gains) for _, gains in parts]))


def _spread(variances: Sequence[float], worlds: Sequence[int]) -> float:
    return sum(v**2 / (n - 1) for v, n in zip(variances, worlds, strict=True))
