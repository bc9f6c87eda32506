"""The collapsed grid-Gibbs sampler: every channel's curve cell and effect drawn jointly, all chains in one array.

Baseline coefficients are integrated out (the data arrive whitened); per channel the effect, which is not negative, is
integrated out of each cell's weight through the normal distribution function, so that retention, steepness and effect are
drawn together. A latent demand path, where there is one, has its coefficient integrated out as well.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.mmm.cut_normal import draw_cut_normal, relative_mass
from liftos_agents.tools.mmm.demand_block import BlockState, update_block
from liftos_agents.tools.mmm.demand_factor import DemandFactor, Observables
from liftos_agents.tools.mmm.design import Whitener
from liftos_agents.tools.mmm.grid import CurveTable

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

NOISE_SHAPE, NOISE_RATE = 2.0, 0.005
"""Inverse gamma prior of the noise variance, outcome scaled to a maximum of one: mode of the deviation near 0.045."""
DEMAND_SCALE = 5.0
"""Prior standard deviation of demand's coefficient, in units of the noise's."""


@dataclass(frozen=True)
class EffectPrior:
    """Per cell (G,), the effect's prior: normal with this precision and linear term, cut at zero, plus what lift tests add.

    `weight` is the cell's prior mass divided by the prior's normaliser, which makes cells comparable. `shared` is what the
    common scale τ of all effects adds to the precision, times τ²; zero where the channel has a prior of its own.
    """

    precision: Array
    linear: Array
    weight: Array
    shared: float = 0.0


@dataclass(frozen=True)
class ScalePrior:
    """The common scale τ of the effects on a grid: values and prior mass, which sums to one."""

    values: Array
    mass: Array


@dataclass(frozen=True)
class Problem:
    """A fit in standard form: outcome and spends scaled, baseline whitened away over the first n periods.

    `outcome` (n,) is whitened; the observables, where demand is modelled, have T ≥ n periods.
    """

    outcome: Array
    whitener: Whitener
    tables: tuple[CurveTable, ...]
    priors: tuple[EffectPrior, ...]
    scale: ScalePrior
    observables: Observables | None = None


@dataclass(frozen=True)
class Draws:
    """Kept draws, shape (chains, draws, …), in the standard form's units.

    `cell` indexes each channel's grid; `baseline` covers the n fitted periods and holds demand's part; `demand` is the latent path.
    """

    cell: Indices
    effect: Array
    noise: Array
    baseline: Array
    demand_effect: Array | None = None
    demand: Array | None = None

    def halved_with(self, later: Draws) -> Draws:
        """Both runs' draws in order, every second one of them."""
        joined = {
            f.name: np.concatenate([getattr(self, f.name), getattr(later, f.name)], axis=1)[:, 1::2]
            for f in fields(self)
            if getattr(self, f.name) is not None
        }
        return Draws(**joined)


def sample(
    problem: Problem, *, draws: int, chains: int, warmup: int, rng: np.random.Generator, thin: int = 1
) -> Draws:
    """Posterior draws of `problem`."""
    sampler = Sampler(problem, chains, rng)
    sampler.sweep(warmup)
    return sampler.run(draws, thin)


class Sampler:
    """The chains' state, which `run` carries forward."""

    def __init__(self, problem: Problem, chains: int, rng: np.random.Generator) -> None:
        self._problem = problem
        self._rng = rng
        self._chains = chains
        self._blocks = _stack(problem.tables)
        basis = np.concatenate([table.basis for table in problem.tables], axis=1)
        self._basis = basis
        self._gram = basis.T @ basis
        self._target = problem.outcome @ basis
        channels = len(problem.tables)
        self._cell: Indices = np.stack(
            [rng.choice(len(t.cells.mass), size=chains, p=t.cells.mass) for t in problem.tables], axis=1
        )
        self._effect: Array = np.zeros((chains, channels))
        self._weights: Array = np.zeros((chains, basis.shape[1]))
        self._precision: Array = np.full(chains, 1.0 / max(float(problem.outcome.var()), 1e-6))
        self._shared = np.array([prior.shared for prior in problem.priors])
        self._scale_precision: Array = np.full(chains, float(problem.scale.mass @ problem.scale.values**-2.0))
        self._demand = None if problem.observables is None else DemandFactor(problem.observables, chains)
        self._demand_effect: Array = np.zeros(chains)
        self._baseline: Array = np.zeros((chains, len(problem.outcome)))
        self._raw_outcome: Array = problem.whitener.unwhiten(problem.outcome)
        self._baseline_columns: Array = np.ascontiguousarray(
            (problem.whitener.vectors * problem.whitener.values).T
        )
        self._project_demand()
        if self._demand is not None:
            self._demand.update_parameters(rng)

    def run(self, draws: int, thin: int = 1) -> Draws:
        """`draws` further draws, one every `thin` sweeps."""
        kept: list[tuple[Array, ...]] = []
        cells: list[Indices] = []
        for _ in range(draws):
            self.sweep(thin)
            if self._demand is None:
                self._draw_baseline()
                extra: tuple[Array, ...] = ()
            else:
                extra = (self._demand_effect, self._demand.path)
            cells.append(self._cell.copy())
            kept.append((self._effect.copy(), self._precision**-0.5, self._baseline, *extra))
        columns = [np.stack(column, axis=1) for column in zip(*kept, strict=True)]
        return Draws(np.stack(cells, axis=1), *columns)

    def sweep(self, times: int) -> None:
        """Update every unknown `times` times."""
        for _ in range(times):
            for channel in range(len(self._problem.tables)):
                self._update_curve(channel)
            self._update_scale()
            if self._demand is None:
                self._update_effects()
                self._update_noise()
            else:
                self._update_noise()
                self._update_demand(self._demand)

    def _update_curve(self, channel: int) -> None:
        """Draw a channel's cell and effect given the other channels; for Hill, its slope first."""
        table, block = self._problem.tables[channel], self._blocks[channel]
        self._weights[:, block] = 0.0
        fit = self._target[block] - self._weights @ self._gram[:, block]
        pull = self._demand_pull()
        if table.cells.blocks == 1:
            self._choose(channel, fit, pull, None)
            return
        size = table.cells.block_size
        within = self._cell[:, channel] % size
        slopes = np.arange(table.cells.blocks) * size
        self._choose(channel, fit, pull, within[:, None] + slopes)
        first = (self._cell[:, channel] // size) * size
        self._choose(channel, fit, pull, first[:, None] + np.arange(size))

    def _choose(self, channel: int, fit: Array, pull: Array | None, among: Indices | None) -> None:
        """Draw cell and effect among all cells, or those listed per chain (chains, m)."""
        table, prior, block = (
            self._problem.tables[channel],
            self._problem.priors[channel],
            self._blocks[channel],
        )
        if among is None:
            coefficients, norm = table.coefficients, table.norm
            precision, linear, mass = prior.precision, prior.linear, prior.weight
            match = fit @ coefficients
        else:
            coefficients = table.coefficients[:, among]
            norm, precision, linear = table.norm[among], prior.precision[among], prior.linear[among]
            mass = prior.weight[among]
            match = np.einsum("cr,rcm->cm", fit, coefficients)
        if pull is not None:
            path = self._path_fit[:, block]
            shared = path @ coefficients if among is None else np.einsum("cr,rcm->cm", path, coefficients)
            match = match - shared * (pull / self._path_norm)[:, None]
            norm = norm - shared * shared / self._path_norm[:, None]
        tau = self._precision[:, None]
        common = (prior.shared * self._scale_precision)[:, None]
        deviation = 1.0 / np.sqrt(norm * tau + (precision + common))
        ratio = (match * tau + linear) * deviation
        cumulative = np.cumsum(mass * deviation * relative_mass(ratio), axis=1)
        level = self._rng.random(self._chains) * cumulative[:, -1]
        chosen = (cumulative < level[:, None]).sum(axis=1)
        rows = np.arange(self._chains)
        effect = draw_cut_normal(ratio[rows, chosen], deviation[rows, chosen], self._rng.random(self._chains))
        cell = chosen if among is None else among[rows, chosen]
        self._cell[:, channel] = cell
        self._effect[:, channel] = effect
        self._weights[:, block] = effect[:, None] * table.coefficients[:, cell].T

    def _update_scale(self) -> None:
        """Draw the common scale of the effects from its grid."""
        count = int((self._shared > 0.0).sum())
        squares = (self._effect**2) @ self._shared
        values, mass = self._problem.scale.values, self._problem.scale.mass
        log_weight = np.log(mass) - count * np.log(values) - 0.5 * squares[:, None] / values**2
        cumulative = np.cumsum(np.exp(log_weight - log_weight.max(axis=1, keepdims=True)), axis=1)
        level = self._rng.random(self._chains) * cumulative[:, -1]
        self._scale_precision = values[(cumulative < level[:, None]).sum(axis=1)] ** -2.0

    def _update_effects(self, scans: int = 2) -> None:
        """Coordinate scans over the effects given the curves, which loosens collinear channels."""
        channels = len(self._problem.tables)
        shapes = np.zeros((self._chains, channels, self._basis.shape[1]))
        precision = np.empty((self._chains, channels))
        linear = np.empty((self._chains, channels))
        for channel, (table, prior) in enumerate(
            zip(self._problem.tables, self._problem.priors, strict=True)
        ):
            cell = self._cell[:, channel]
            shapes[:, channel, self._blocks[channel]] = table.coefficients[:, cell].T
            precision[:, channel] = prior.precision[cell] + prior.shared * self._scale_precision
            linear[:, channel] = prior.linear[cell]
        gram = (shapes @ self._gram) @ shapes.transpose(0, 2, 1)
        match = shapes @ self._target
        if self._demand is not None:
            shared = np.einsum("ckr,cr->ck", shapes, self._path_fit)
            gram -= shared[:, :, None] * shared[:, None, :] / self._path_norm[:, None, None]
            match -= shared * (self._path_outcome / self._path_norm)[:, None]
        tau = self._precision[:, None]
        own = np.einsum("ckk->ck", gram).copy()
        deviation = 1.0 / np.sqrt(own * tau + precision)
        linear += match * tau
        uniform = self._rng.random((scans * channels, self._chains))
        for step in range(scans * channels):
            channel = step % channels
            rest = (gram[:, channel] * self._effect).sum(axis=1) - own[:, channel] * self._effect[:, channel]
            ratio = (linear[:, channel] - self._precision * rest) * deviation[:, channel]
            self._effect[:, channel] = draw_cut_normal(ratio, deviation[:, channel], uniform[step])
        self._weights = np.einsum("ck,ckr->cr", self._effect, shapes)

    def _update_noise(self) -> None:
        """Draw the noise precision with baseline and demand coefficients integrated out."""
        self._residual = self._problem.outcome - self._weights @ self._basis.T
        rest = (self._residual**2).sum(axis=1)
        pull = self._demand_pull()
        if pull is not None:
            rest = rest - pull**2 / self._path_norm
        shape = NOISE_SHAPE + 0.5 * len(self._problem.outcome)
        self._precision = self._rng.standard_gamma(shape, self._chains) / (NOISE_RATE + 0.5 * rest)

    def _update_demand(self, demand: DemandFactor) -> None:
        """Draw demand's coefficient given its path, then the block, then what governs the path."""
        noise = self._precision**-0.5
        pull = (self._residual * self._path_white).sum(axis=1)
        self._demand_effect = pull / self._path_norm + noise / np.sqrt(
            self._path_norm
        ) * self._rng.standard_normal(self._chains)
        scale = demand.rescale(self._rng, self._demand_effect**2 * self._precision / DEMAND_SCALE**2)
        tables = self._problem.tables
        cells = [self._cell[:, channel] for channel in range(len(tables))]
        priors = self._problem.priors
        state = BlockState(self._effect, self._demand_effect / scale, self._precision, self._baseline)
        update_block(
            self._rng,
            demand,
            state,
            outcome=self._raw_outcome,
            curves=np.stack([table.raw[cell] for table, cell in zip(tables, cells, strict=True)]),
            columns=self._baseline_columns,
            prior=(
                np.stack([prior.precision[cell] for prior, cell in zip(priors, cells, strict=True)], axis=1)
                + self._scale_precision[:, None] * self._shared,
                np.stack([prior.linear[cell] for prior, cell in zip(priors, cells, strict=True)], axis=1),
            ),
            noise_prior=(NOISE_SHAPE, NOISE_RATE),
            demand_scale=DEMAND_SCALE,
        )
        self._effect, self._demand_effect = state.effect, state.demand_effect
        self._precision, self._baseline = state.precision, state.baseline
        for channel, table in enumerate(tables):
            self._weights[:, self._blocks[channel]] = (
                self._effect[:, channel, None] * table.coefficients[:, self._cell[:, channel]].T
            )
        demand.update_parameters(self._rng)
        self._project_demand()

    def _draw_baseline(self) -> None:
        whitener = self._problem.whitener
        standard = self._rng.standard_normal((self._chains, len(whitener.values)))
        raw = whitener.unwhiten(self._residual)
        self._baseline = whitener.draw_baseline(raw, self._precision**-0.5, standard)

    def _project_demand(self) -> None:
        """Keep the demand path's inner products with the outcome and every curve basis."""
        if self._demand is None:
            return
        fitted = len(self._problem.outcome)
        self._path_white = self._problem.whitener.whiten(self._demand.path[:, :fitted])
        self._path_norm = (self._path_white**2).sum(axis=1) + 1.0 / DEMAND_SCALE**2
        self._path_fit = self._path_white @ self._basis
        self._path_outcome = self._path_white @ self._problem.outcome

    def _demand_pull(self) -> Array | None:
        """Inner product of the demand path with what media leave over, (chains,)."""
        if self._demand is None:
            return None
        return self._path_outcome - (self._weights * self._path_fit).sum(axis=1)


def _stack(tables: tuple[CurveTable, ...]) -> list[slice]:
    ends = np.cumsum([table.basis.shape[1] for table in tables])
    return [slice(int(end) - table.basis.shape[1], int(end)) for end, table in zip(ends, tables, strict=True)]
