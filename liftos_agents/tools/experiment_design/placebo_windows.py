"""Tests without effect, and with a known one, played on a history: many windows, many assignments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.tools.experiment_design.assignment import Flags, Scheme

Array = NDArray[np.float64]

MOST_WINDOWS = 12
ASSIGNMENTS = 300


@dataclass(frozen=True)
class Window:
    """Positions of the periods before a test and in it."""

    start: int
    test: int
    end: int


@dataclass(frozen=True)
class Played:
    """What was seen without effect, in W windows and A assignments.

    Attributes:
        gap: (W, A, k) per pair or (W, A, G) per geo changes, or (W, A) gaps of totals for `tbr`.
        level: The same shape: by how much a lift of one moves them.
        error: (W, A) standard error of the gap, for `tbr`; None otherwise.
        treated, control: (A, G) for unpaired geos; None otherwise.
        freedom: Degrees of freedom where they do not depend on the data.
        base: (W, A) outcome of the treated in the test.
    """

    gap: Array
    level: Array
    error: Array | None
    treated: Flags | None
    control: Flags | None
    freedom: float
    base: Array
    sides: int

    def p_values(self, lift: float) -> Array:
        """(W, A) p-values with the treated geos' outcome in the test raised by the share `lift`."""
        values = self.gap + lift * self.level
        freedom: Array | float = self.freedom
        if self.error is not None:
            statistic = values / np.maximum(self.error, 1e-300)
        elif self.treated is None or self.control is None:
            spread = values.std(axis=2, ddof=1) / np.sqrt(values.shape[2])
            statistic = values.mean(axis=2) / np.maximum(spread, 1e-300)
        else:
            statistic, freedom = _welch(values, self.treated, self.control)
        if self.sides == 1:
            return stats.t.sf(statistic, freedom)
        return 2.0 * stats.t.sf(np.abs(statistic), freedom)


def windows(periods: int, test: int) -> tuple[Window, ...]:
    """Windows of `test` periods with their history before, spread over the whole; none when it is too short."""
    before = min(max(4 * test, 12), periods - test)
    if before < max(8, test):
        return ()
    starts = np.unique(np.linspace(0, periods - test - before, MOST_WINDOWS).round().astype(int))
    return tuple(Window(int(s), int(s) + before, int(s) + before + test) for s in starts)


def play(
    outcome: Array, plan: Scheme, analysis: str, places: tuple[Window, ...], seed: int, sides: int
) -> Played:
    """The placebo tests of `plan` over the (G, P) history."""
    treated, control = plan.draw(ASSIGNMENTS, seed, len(outcome))
    base = np.stack([treated @ outcome[:, w.test : w.end].sum(axis=1) for w in places])
    if analysis == "tbr":
        gap, error, freedom = _regressed(outcome, treated, control, places)
        return Played(gap, base, error, None, None, freedom, base, sides)
    change = np.stack(
        [outcome[:, w.test : w.end].mean(axis=1) - outcome[:, w.start : w.test].mean(axis=1) for w in places]
    )
    level = np.stack([outcome[:, w.test : w.end].mean(axis=1) for w in places])
    if plan.pairs is not None:
        one, other = plan.pairs[:, 0], plan.pairs[:, 1]
        heads = treated[:, one]
        gap = np.where(heads, 1.0, -1.0)[None] * (change[:, None, one] - change[:, None, other])
        raised = np.where(heads[None], level[:, None, one], level[:, None, other])
        return Played(gap, raised, None, None, None, float(len(one) - 1), base, sides)
    gap = np.broadcast_to(change[:, None, :], (len(places), len(treated), outcome.shape[0]))
    return Played(gap, level[:, None, :] * treated[None], None, treated, control, 0.0, base, sides)


def _welch(values: Array, treated: Flags, control: Flags) -> tuple[Array, Array]:
    means, parts = [], []
    for flags in (treated, control):
        many = flags.sum(axis=1)
        mean = (values * flags).sum(axis=2) / many
        square = ((values - mean[:, :, None]) ** 2 * flags).sum(axis=2) / np.maximum(many - 1, 1) / many
        means.append(mean)
        parts.append((square, many - 1))
    whole = parts[0][0] + parts[1][0]
    below = sum(square**2 / np.maximum(freedom, 1) for square, freedom in parts)
    return (means[0] - means[1]) / np.sqrt(np.maximum(whole, 1e-300)), whole**2 / np.maximum(below, 1e-300)


def _regressed(
    outcome: Array, treated: Flags, control: Flags, places: tuple[Window, ...]
) -> tuple[Array, Array, float]:
    y, x = treated @ outcome, control @ outcome
    gaps, errors = [], []
    for w in places:
        before, during = slice(w.start, w.test), slice(w.test, w.end)
        x_mean, y_mean = x[:, before].mean(axis=1, keepdims=True), y[:, before].mean(axis=1, keepdims=True)
        moved, answered = x[:, before] - x_mean, y[:, before] - y_mean
        below = np.maximum((moved**2).sum(axis=1), 1e-300)
        slope = (moved * answered).sum(axis=1) / below
        residual = answered - slope[:, None] * moved
        n, length = w.test - w.start, w.end - w.test
        reach = (x[:, during] - x_mean).sum(axis=1)
        variance = (residual**2).sum(axis=1) / (n - 2) * (length + length**2 / n + reach**2 / below)
        gaps.append((y[:, during] - y_mean).sum(axis=1) - slope * reach)
        errors.append(np.sqrt(variance))
    return np.stack(gaps), np.stack(errors), float(places[0].test - places[0].start - 2)
