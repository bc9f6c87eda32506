"""Two-stage least squares, LIML and GMM on linearmodels, and least squares beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from linearmodels.iv import IV2SLS, IVGMM, IVLIML
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.instruments.first_stage import Partialled
from liftos_agents.tools.instruments.sample import InstrumentSample

Array = NDArray[np.float64]
Method = Literal["tsls", "liml", "gmm"]

METHOD_NAMES: dict[Method, str] = {
    "tsls": "two-stage least squares",
    "liml": "limited-information maximum likelihood",
    "gmm": "two-step GMM",
}


@dataclass(frozen=True)
class Estimate:
    """One coefficient with its standard errors.

    Attributes:
        classical, classical_uncorrected: Under equal variances, with and without the small-sample correction; None for clusters
            and for GMM.
        robust, robust_uncorrected: To unequal variances, or to clusters.
        degrees: Of freedom of the t distribution.
    """

    value: float
    classical: float | None
    classical_uncorrected: float | None
    robust: float
    robust_uncorrected: float
    degrees: float

    @property
    def standard_error(self) -> float:
        """The larger corrected one: robust errors are too small in small samples (Angrist and Pischke, 2009, section 8.1)."""
        return self.robust if self.classical is None else max(self.classical, self.robust)

    def quantile(self, level: float) -> float:
        """How many standard errors to each side."""
        return float(stats.t.ppf(0.5 + level / 2.0, self.degrees))

    def p_value(self, error: float) -> float:
        """Two-sided, of zero."""
        return float(2.0 * stats.t.sf(abs(self.value) / error, self.degrees))


def instrumented(sample: InstrumentSample, method: Method) -> Estimate:
    """The coefficient of the treatment.

    Raises:
        ToolRetry: GMM has more moments than clusters.
    """
    k, p = sample.instruments.shape[1], sample.controls.shape[1]
    if method == "gmm" and sample.clusters is not None and sample.clusters <= k + p:
        raise ToolRetry(
            f"{sample.clusters} clusters are too few to weight {k + p} moments by",
            where="instrumental_variables argument method",
            fix="Use tsls or liml, or fewer controls",
        )
    data: tuple[Any, ...] = (
        pd.Series(sample.outcome, name="outcome"),
        pd.DataFrame(sample.controls).add_prefix("control_"),
        pd.Series(sample.treatment, name="treatment"),
        pd.DataFrame(sample.instruments).add_prefix("instrument_"),
    )
    robust: dict[str, Any] = {"cov_type": "robust"}
    if sample.cluster is not None:
        robust = {"cov_type": "clustered", "clusters": sample.cluster}
    degrees = float(sample.n - p - 1) if sample.clusters is None else float(sample.clusters - 1)
    shrunk = float(np.sqrt((sample.n - p - 1) / sample.n))
    if method == "gmm":
        weighting = {"weight_type" if key == "cov_type" else key: v for key, v in robust.items()}
        value, spread = _fitted(IVGMM(*data, **weighting).fit(iter_limit=2, **robust, debiased=True))
        return Estimate(value, None, None, spread, spread * shrunk, degrees)
    model = IV2SLS(*data) if method == "tsls" else IVLIML(*data)
    value, spread = _fitted(model.fit(**robust, debiased=True))
    if sample.cluster is not None:
        return Estimate(value, None, None, spread, _fitted(model.fit(**robust, debiased=False))[1], degrees)
    classical = _fitted(model.fit(cov_type="unadjusted", debiased=True))[1]
    return Estimate(value, classical, classical * shrunk, spread, spread * shrunk, degrees)


def least_squares(sample: InstrumentSample, partialled: Partialled) -> Estimate:
    """The coefficient of the treatment without instruments."""
    treatment = partialled.treatment
    length = float(treatment @ treatment)
    value = float(treatment @ partialled.outcome) / length
    errors = partialled.outcome - value * treatment
    used = sample.controls.shape[1] + 1
    factor = sample.n / (sample.n - used)
    if partialled.cluster is not None:
        sums = np.bincount(partialled.cluster, treatment * errors)
        plain = float(np.sqrt(sums @ sums)) / length
        factor = len(sums) / (len(sums) - 1) * (sample.n - 1) / (sample.n - used)
        return Estimate(value, None, None, plain * np.sqrt(factor), plain, float(len(sums) - 1))
    plain = float(np.sqrt(np.sum((treatment * errors) ** 2))) / length
    classical = float(np.sqrt(errors @ errors / sample.n / length))
    return Estimate(
        value,
        classical * np.sqrt(factor),
        classical,
        plain * np.sqrt(factor),
        plain,
        float(sample.n - used),
    )


def _fitted(fit: Any) -> tuple[float, float]:
    return float(fit.params["treatment"]), float(fit.std_errors["treatment"])
