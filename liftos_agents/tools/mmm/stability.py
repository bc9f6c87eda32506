"""Whether effects and baseline stay what they are over the window: tests for one change at a date that nobody knows.

For every date and every direction (the baseline's level, all media, each channel) the outcome is regressed on the fit's own columns
and on the direction from that date on; the largest t statistic counts (Andrews 1993, Econometrica 61). Chance is measured with the
regressors held fixed and the residuals' signs drawn anew (Hansen 2000, Journal of Econometrics 97), around persistent noise.

The fit's latent path is not among the columns: drawn from sales as well, it would follow a break. Proxies stand for demand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.mmm.column_space import orthonormal
from liftos_agents.tools.mmm.gibbs import Draws
from liftos_agents.tools.mmm.input import MmmInput
from liftos_agents.tools.mmm.persistent_noise import PersistentNoise, persistent_noise
from liftos_agents.tools.mmm.standard_form import StandardForm

Array = NDArray[np.float64]

EFFECTS_LIMIT, BASELINE_LIMIT = 0.02, 0.001
"""Probability by chance below which a change is reported. Effects are judged beside noise that may have taken part of a break for
persistence, which makes them cautious; the baseline beside noise from which the likeliest break was taken, which makes it bold."""
BASELINE, ALL_MEDIA = "the baseline", "all channels"
TRIM = 0.15
"""Share of the window at each end in which no change is looked for."""
MOST_DATES = 60
SIGNS = 1999
DOUBTS = 2
"""Directions per channel in which the posterior itself doubts the contribution, beside its mean."""
FEWEST_FREE = 20
SHAPE_DRAWS = 200
_TOO_CLOSE = 0.02


@dataclass(frozen=True)
class Change:
    """The change that fits best.

    `p_value` is the probability of one as clear by chance; `period` the index of the first period after it; `what` a channel,
    `ALL_MEDIA` or `BASELINE`; `statistic` its t, positive where effect or level rose.
    """

    p_value: float
    period: int
    what: str
    statistic: float

    @property
    def found(self) -> bool:
        """Whether chance is ruled out."""
        return self.p_value < self.limit

    @property
    def limit(self) -> float:
        """The probability below which it is."""
        return BASELINE_LIMIT if self.what == BASELINE else EFFECTS_LIMIT


@dataclass(frozen=True)
class Stability:
    """The clearest change of effects and of the baseline; the weaker of two is judged beside the stronger.

    `either` says that each alone would explain the break.
    """

    effects: Change
    baseline: Change
    either: bool


def stability(data: MmmInput, form: StandardForm, draws: Draws, contributions: Array) -> Stability | None:
    """The tests on a fit; `contributions` (T, C) are its means. None where too few periods are left beside the columns."""
    columns = _columns(data, form, draws, contributions)
    if columns is None:
        return None
    signs = np.random.default_rng([data.seed, 5]).choice(np.array([-1.0, 1.0]), (SIGNS, len(data.outcome)))
    search = _Search(data, contributions, signs)
    several = range(1, len(search.names))
    cautious = search.run(columns, persistent_noise(columns, search.outcome)[0])
    plain = search.run(columns, PersistentNoise(0.0, 0.0))
    # A break passes for persistence: for the level, the noise is judged again beside the likeliest one.
    beside = [plain.best(range(1)), plain.best(several), cautious.best()]
    noise, _ = max(
        (
            persistent_noise(orthonormal(np.column_stack([columns, search.step(*place)])), search.outcome)
            for place in dict.fromkeys(beside)
        ),
        key=lambda judged: judged[1],
    )
    keen = search.run(columns, noise)
    effect, level = cautious.best(several), keen.best(range(1))
    effects, baseline = search.change(cautious, *effect), search.change(keen, *level)
    if not (effects.found and baseline.found):
        return Stability(effects, baseline, False)
    by_effect = keen.largest(several) >= keen.largest(range(1))
    explained = search.step(*(effect if by_effect else level))
    rest = search.run(orthonormal(np.column_stack([columns, explained])), noise)
    if by_effect:
        return Stability(effects, search.change(rest, *rest.best(range(1))), True)
    return Stability(search.change(rest, *rest.best(several)), baseline, True)


@dataclass(frozen=True)
class _Found:
    """t statistics (directions, dates), and what they are made of: the residual (T,) and scaled steps (T, directions · dates)."""

    statistic: Array
    residual: Array
    steps: Array

    def by_chance(self, among: range, signs: Array) -> Array:
        """The largest absolute statistic among some directions under each row of drawn signs."""
        dates = self.statistic.shape[1]
        steps = self.steps[:, among.start * dates : among.stop * dates]
        return np.abs((signs * self.residual) @ steps).max(axis=1)

    def best(self, among: range | None = None) -> tuple[int, int]:
        """Direction and date of the largest, among some directions."""
        rows = range(len(self.statistic)) if among is None else among
        place = int(np.abs(self.statistic[rows.start : rows.stop]).argmax())
        return rows.start + place // self.statistic.shape[1], place % self.statistic.shape[1]

    def largest(self, among: range) -> float:
        """The largest absolute statistic among some directions."""
        return float(np.abs(self.statistic[among.start : among.stop]).max())


class _Search:
    """The directions and dates that are tried on one fit."""

    def __init__(self, data: MmmInput, contributions: Array, signs: Array) -> None:
        periods = len(data.outcome)
        self._signs = signs
        self.outcome = data.outcome / np.abs(data.outcome).max()
        first, last = int(np.ceil(TRIM * periods)), int((1.0 - TRIM) * periods)
        self._dates = np.arange(first, last, -(-(last - first) // MOST_DATES))
        self.names = (BASELINE, ALL_MEDIA, *data.channels)
        total = contributions.sum(axis=1)
        directions = np.column_stack([np.ones(periods), total, contributions])
        length = np.linalg.norm(directions, axis=0)
        self._directions = directions / np.where(length > 0.0, length, 1.0)
        self._after = (np.arange(periods)[:, None] >= self._dates).astype(np.float64)

    def step(self, direction: int, date: int) -> Array:
        """A direction from a date on, (T,)."""
        return self._directions[:, direction] * self._after[:, date]

    def change(self, found: _Found, direction: int, date: int) -> Change:
        """The change that a direction and a date stand for, against chance in its own kind: the level, or all effects."""
        statistic = float(found.statistic[direction, date])
        kind = range(1, len(self.names)) if direction else range(1)
        chance = found.by_chance(kind, self._signs)
        p_value = (1 + int((chance >= abs(statistic)).sum())) / (1 + len(chance))
        return Change(p_value, int(self._dates[date]), self.names[direction], statistic)

    def run(self, columns: Array, noise: PersistentNoise) -> _Found:
        """Every direction at every date, beside independent columns."""
        steps = (self._directions[:, :, None] * self._after[:, None, :]).reshape(len(self.outcome), -1)
        white = noise.whiten(np.column_stack([columns, self.outcome, steps]))
        basis = np.linalg.qr(white[:, : columns.shape[1]])[0]
        rest = white[:, columns.shape[1] :]
        length = np.linalg.norm(rest[:, 1:], axis=0)
        rest = rest - basis @ (basis.T @ rest)
        # Residuals shrink where the columns reach far: scaled back, as HC2 does.
        residual = rest[:, 0] / np.sqrt(np.maximum(1.0 - (basis**2).sum(axis=1), 0.1))
        steps = rest[:, 1:]
        apart = np.linalg.norm(steps, axis=0) > _TOO_CLOSE * length
        spread = np.sqrt(residual**2 @ steps**2)
        steps = np.where(apart & (spread > 0.0), steps / np.where(spread > 0.0, spread, 1.0), 0.0)
        shape = (len(self.names), len(self._dates))
        return _Found((residual @ steps).reshape(shape), residual, steps)


def _columns(data: MmmInput, form: StandardForm, draws: Draws, contributions: Array) -> Array | None:
    """The fit's columns, orthonormal; fewer of the curves' doubts, or None, where they would take too many periods."""
    proxies = [data.controls[name] for name in data.demand_proxies if name not in form.design.names]
    known = [form.design.columns, *(proxy[:, None] - proxy.mean() for proxy in proxies), contributions]
    whole = orthonormal(np.column_stack([*known, _doubts(form, draws)]))
    periods = len(data.outcome)
    if whole.shape[1] <= periods // 2:
        return whole
    plain = orthonormal(np.column_stack(known))
    return plain if periods - plain.shape[1] >= FEWEST_FREE else None


def _doubts(form: StandardForm, draws: Draws) -> Array:
    """(T, DOUBTS · C) principal directions of each channel's contribution over draws."""
    count = min(SHAPE_DRAWS, draws.noise.size)
    keep = (np.arange(count) * draws.noise.size) // count
    found: list[Array] = []
    for index, table in enumerate(form.problem.tables):
        cell, effect = draws.cell[..., index].ravel()[keep], draws.effect[..., index].ravel()[keep]
        drawn = effect[:, None] * table.raw[cell]
        found.append(np.linalg.svd(drawn - drawn.mean(axis=0), full_matrices=False)[2][:DOUBTS].T)
    return np.column_stack(found)
