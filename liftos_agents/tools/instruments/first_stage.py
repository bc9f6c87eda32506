"""How strongly instruments move a treatment: F statistics and the partial R²."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.tools.instruments.sample import InstrumentSample

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Partialled:
    """Outcome, treatment and instruments less what the controls explain.

    Attributes:
        outcome, treatment: (n,).
        basis: (n, k) orthonormal columns with the span of the instruments.
        rotation: (k, k) upper triangle: the instruments are `basis @ rotation`.
        cluster: (n,) codes, or None.
        degrees: Rows less instruments and controls.
    """

    outcome: Array
    treatment: Array
    basis: Array
    rotation: Array
    cluster: NDArray[np.intp] | None
    degrees: int

    @property
    def reference_degrees(self) -> float:
        """Of freedom of t and F: clusters less one where there are any."""
        return float(self.degrees if self.cluster is None else self.cluster.max())

    def residual(self, values: Array) -> Array:
        """What of `values` the instruments do not explain."""
        return values - self.basis @ (self.basis.T @ values)

    def covariance(self, first: Array, second: Array) -> Array:
        """(k, k) covariance of `basis.T @` two errors that vary freely from row to row, or within clusters."""
        scores = [self.basis * errors[:, None] for errors in (first, second)]
        n, used = self.basis.shape[0], self.basis.shape[0] - self.degrees
        factor = n / self.degrees
        if self.cluster is not None:
            groups = int(self.cluster.max()) + 1
            scores = [_sums(score, self.cluster, groups) for score in scores]
            factor = groups / (groups - 1) * (n - 1) / (n - used)
        return factor * scores[0].T @ scores[1]


def partial_out(sample: InstrumentSample) -> Partialled:
    """The sample without its controls."""
    left = sample.without_controls(np.column_stack([sample.outcome, sample.treatment, sample.instruments]))
    basis, rotation = np.linalg.qr(left[:, 2:])
    return Partialled(
        outcome=left[:, 0],
        treatment=left[:, 1],
        basis=basis,
        rotation=rotation,
        cluster=sample.cluster,
        degrees=sample.n - sample.instruments.shape[1] - sample.controls.shape[1],
    )


@dataclass(frozen=True)
class Projection:
    """Coefficients of the instruments in a regression on them, with robust errors; each (k,)."""

    coefficients: Array
    standard_errors: Array
    degrees: float

    def quantile(self, level: float) -> float:
        """How many standard errors to each side."""
        return float(stats.t.ppf(0.5 + level / 2.0, self.degrees))

    def p_values(self) -> Array:
        """Two-sided, of zero."""
        return 2.0 * stats.t.sf(np.abs(self.coefficients / self.standard_errors), self.degrees)


def project(partialled: Partialled, values: Array) -> Projection:
    """The regression of `values` (treatment: first stage; outcome: reduced form) on the instruments."""
    inverse = np.linalg.inv(partialled.rotation)
    left = partialled.residual(values)
    covariance = inverse @ partialled.covariance(left, left) @ inverse.T
    return Projection(
        inverse @ (partialled.basis.T @ values),
        np.sqrt(np.diag(covariance)),
        partialled.reference_degrees,
    )


@dataclass(frozen=True)
class Relevance:
    """Strength of a first stage.

    Attributes:
        classical_f, robust_f: Of all instruments; robust to unequal variances, or to clusters where there are any.
        effective_f: Of Montiel Olea and Pflueger (2013); with one instrument the robust F.
        partial_r2: Share of the treatment's variation, the controls taken out, that the instruments explain.
    """

    classical_f: float
    classical_p: float
    robust_f: float
    effective_f: float
    partial_r2: float


def relevance(partialled: Partialled) -> Relevance:
    """The strength of the instruments for the treatment."""
    k = partialled.basis.shape[1]
    moved = partialled.basis.T @ partialled.treatment
    left = partialled.residual(partialled.treatment)
    explained, unexplained = float(moved @ moved), float(left @ left)
    robust = partialled.covariance(left, left)
    classical = explained / k / (unexplained / partialled.degrees)
    return Relevance(
        classical_f=classical,
        classical_p=float(stats.f.sf(classical, k, partialled.degrees)),
        robust_f=float(moved @ np.linalg.lstsq(robust, moved, rcond=None)[0]) / k,
        effective_f=explained / float(np.trace(robust)),
        partial_r2=explained / (explained + unexplained),
    )


def _sums(scores: Array, cluster: NDArray[np.intp], groups: int) -> Array:
    sums = np.zeros((groups, scores.shape[1]))
    np.add.at(sums, cluster, scores)
    return sums
