"""Sample sizes and power of two-arm comparisons, in closed form or by Student's noncentral t."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import optimize, stats

SMALLEST, LARGEST = 2.0, 1e12


@dataclass(frozen=True)
class Comparison:
    """Two arms and the test between them.

    Attributes:
        test: `z_pooled`, `arcsine` or `t`.
        baseline: Of the control arm; a proportion except for `t`.
        standard_deviation: Between people; `t` alone.
        alpha: For this one comparison.
        ratio: Size of the treated arm over the control's.
    """

    test: str
    baseline: float
    standard_deviation: float
    alpha: float
    sides: int
    ratio: float

    def size(self, effect: float, power: float) -> float:
        """People in the control arm that find `effect` with `power`, before rounding up."""
        if self.test == "t":
            return self._t_size(effect, power)
        reach = stats.norm.isf(self.alpha / self.sides), stats.norm.ppf(power)
        if self.test == "arcsine":
            return float((reach[0] + reach[1]) ** 2 * (1.0 + 1.0 / self.ratio) / self._angle(effect) ** 2)
        without, with_effect = self._spreads(effect)
        return float(((reach[0] * without + reach[1] * with_effect) / effect) ** 2)

    def power(self, effect: float, size: float) -> float:
        """Chance to find `effect` with `size` people in the control arm."""
        reach = float(stats.norm.isf(self.alpha / self.sides))
        if self.test == "t":
            return self._t_power(effect, size)
        if self.test == "arcsine":
            return float(
                stats.norm.cdf(abs(self._angle(effect)) * math.sqrt(size / (1.0 + 1.0 / self.ratio)) - reach)
            )
        without, with_effect = self._spreads(effect)
        if with_effect == 0.0:
            return 1.0
        return float(stats.norm.cdf((abs(effect) * math.sqrt(size) - reach * without) / with_effect))

    def detectable(self, size: float, power: float) -> float | None:
        """The smallest rise that `size` people in the control arm find with `power`; None where there is none."""
        end = (1.0 - self.baseline) * (1.0 - 1e-9)
        most = end if self.test != "t" else 1e-3 * self.standard_deviation
        while self.power(most, size) < power:
            if self.test != "t" or most > 1e6 * self.standard_deviation:
                return None
            most *= 2.0
        found = optimize.root_scalar(
            lambda effect: self.power(effect, size) - power, bracket=(most * 1e-9, most), xtol=1e-15
        )
        return float(found.root)

    def _angle(self, effect: float) -> float:
        return 2.0 * (math.asin(math.sqrt(self.baseline + effect)) - math.asin(math.sqrt(self.baseline)))

    def _spreads(self, effect: float) -> tuple[float, float]:
        """√n × standard error of the difference: pooled without effect, unpooled with it."""
        one, other = self.baseline, self.baseline + effect
        pooled = (one + self.ratio * other) / (1.0 + self.ratio)
        return (
            math.sqrt(pooled * (1.0 - pooled) * (1.0 + 1.0 / self.ratio)),
            math.sqrt(one * (1.0 - one) + other * (1.0 - other) / self.ratio),
        )

    def _t_power(self, effect: float, size: float) -> float:
        freedom = size * (1.0 + self.ratio) - 2.0
        if freedom <= 0.0:
            return 0.0
        away = abs(effect) / self.standard_deviation * math.sqrt(size * self.ratio / (1.0 + self.ratio))
        critical = float(stats.t.isf(self.alpha / self.sides, freedom))
        # Far out the noncentral t underflows, and the power is 1 to five digits.
        if away - critical > 12.0:
            return 1.0
        found = float(stats.nct.sf(critical, freedom, away))
        return found + (float(stats.nct.cdf(-critical, freedom, away)) if self.sides == 2 else 0.0)

    def _t_size(self, effect: float, power: float) -> float:
        reach = float(stats.norm.isf(self.alpha / self.sides) + stats.norm.ppf(power))
        normal = (1.0 + 1.0 / self.ratio) * (reach * self.standard_deviation / effect) ** 2
        low = max(SMALLEST / (1.0 + self.ratio) * 1.01, normal * 0.5)
        if self._t_power(effect, low) >= power:
            return low
        found = optimize.root_scalar(
            lambda size: self._t_power(effect, size) - power, bracket=(low, normal * 2.0 + 50.0), xtol=1e-9
        )
        return float(found.root)
