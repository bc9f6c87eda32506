"""Tabulated response curves: every (retention, steepness) cell of a channel's series with its prior mass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammainc

from liftos_agents.domain.posterior import Saturation
from liftos_agents.domain.response_curve import (
    geometric_adstock,
    hill_saturation,
    lagged,
    logistic_saturation,
)

Array = NDArray[np.float64]

RETENTION_PRIOR = (1.0, 3.0)
"""Beta shape parameters of the carry-over, pymc-marketing's default."""
STEEPNESS_PRIOR = (3.0, 1.0)
"""Gamma shape and rate of the logistic λ, pymc-marketing's default."""
HALF_PRIOR = (2.0, 4.0)
"""Gamma shape and rate of the Hill half-saturation on spend / maximum: mean one half."""
SLOPES = (0.6, 0.8, 1.0, 1.25, 1.6, 2.0, 2.5)
SLOPE_MASS = (0.08, 0.16, 0.26, 0.22, 0.14, 0.09, 0.05)

_RETENTION_EDGES = np.concatenate([np.linspace(0.0, 0.8, 21), [0.86, 0.92, 1.0]])
_LOGISTIC_EDGES = np.concatenate([[0.0], np.geomspace(0.35, 12.0, 21), [np.inf]])
_HALF_EDGES = np.concatenate([[0.0], np.geomspace(0.04, 3.0, 19), [np.inf]])
_KEPT_SINGULAR = 1e-5


@dataclass(frozen=True)
class Cells:
    """The grid itself: parameter values per cell (G,) and prior mass, which sums to one.

    Hill cells come slope by slope: `blocks` equal runs, one a slope.
    """

    saturation: Saturation
    retention: Array
    steepness: Array
    slope: Array
    mass: Array
    blocks: int

    @property
    def block_size(self) -> int:
        """Cells that share a slope."""
        return len(self.mass) // self.blocks


@dataclass(frozen=True)
class CurveTable:
    """One channel's transformed series in every cell, compressed to the subspace that they span.

    `coefficients` (R, G) on `basis` (n, R), orthonormal columns in the whitened space; `norm` (G,) squared lengths there;
    `raw` (G, n) the curves themselves and `total` (G,) their sums, which turn an effect into a contribution.
    """

    cells: Cells
    raw: Array
    coefficients: Array
    basis: Array
    norm: Array
    total: Array


def logistic_cells(retention_prior: tuple[float, float] = RETENTION_PRIOR) -> Cells:
    """The default grid of geometric adstock × logistic saturation."""
    return _cells("logistic", retention_prior, _LOGISTIC_EDGES, STEEPNESS_PRIOR, (1.0,), (1.0,))


def hill_cells(retention_prior: tuple[float, float] = RETENTION_PRIOR) -> Cells:
    """The grid of geometric adstock × Hill saturation, one block a slope."""
    return _cells("hill", retention_prior, _HALF_EDGES, HALF_PRIOR, SLOPES, SLOPE_MASS)


def curves(cells: Cells, series: Array, *, adstock_length: int, lag: Array | None = None) -> Array:
    """The series (T,) transformed in every cell, and spread over the periods of purchase by `lag` (L,); shape (G, T)."""
    retentions, which = np.unique(cells.retention, return_inverse=True)
    carried = geometric_adstock(series, retentions, length=adstock_length)[which]
    if cells.saturation == "logistic":
        caused = logistic_saturation(carried, cells.steepness[:, None])
    else:
        caused = hill_saturation(carried, cells.steepness[:, None], cells.slope[:, None])
    return caused if lag is None else lagged(caused, lag)


def tabulate(cells: Cells, transformed: Array, whitened: Array) -> CurveTable:
    """The table of a channel from its curves (G, n) and the same in the whitened space.

    Curves of one channel span few dimensions; directions whose singular value is below 1e-5 of the largest are dropped, an
    error of 1e-10 in a squared length.
    """
    values, vectors = np.linalg.eigh(whitened.T @ whitened)
    keep = values > values[-1] * _KEPT_SINGULAR**2
    basis = np.ascontiguousarray(vectors[:, keep])
    return CurveTable(
        cells=cells,
        raw=transformed,
        coefficients=np.ascontiguousarray((whitened @ basis).T),
        basis=basis,
        norm=np.einsum("gt,gt->g", whitened, whitened),
        total=transformed.sum(axis=1),
    )


def _cells(
    saturation: Saturation,
    retention_prior: tuple[float, float],
    edges: Array,
    gamma_prior: tuple[float, float],
    slopes: tuple[float, ...],
    slope_mass: tuple[float, ...],
) -> Cells:
    retention_mass = np.diff(betainc(*retention_prior, _RETENTION_EDGES))
    retention = 0.5 * (_RETENTION_EDGES[1:] + _RETENTION_EDGES[:-1])
    shape, rate = gamma_prior
    steepness_mass = np.diff(gammainc(shape, edges * rate))
    steepness = np.sqrt(edges[1:-2] * edges[2:-1])
    steepness = np.concatenate([[edges[1] * 0.8], steepness, [edges[-2] * 1.25]])
    mass = np.einsum("s,a,b->sab", np.asarray(slope_mass), retention_mass, steepness_mass)
    slope, alpha, steep = np.meshgrid(slopes, retention, steepness, indexing="ij")
    return Cells(
        saturation=saturation,
        retention=alpha.ravel(),
        steepness=steep.ravel(),
        slope=slope.ravel(),
        mass=mass.ravel() / mass.sum(),
        blocks=len(slopes),
    )
