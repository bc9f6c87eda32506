"""An honest causal forest on cross-fitted residuals (Athey, Tibshirani and Wager 2019), through EconML's trees."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.adjustment.cross_fitting import CrossFit, bounded
from liftos_agents.tools.adjustment.inference import Moment
from liftos_agents.tools.adjustment.regression import Target
from liftos_agents.tools.adjustment.study import Study
from liftos_agents.tools.errors import ToolFailed

Array = NDArray[np.float64]

TREES = 200


def causal_forest(study: Study, fit: CrossFit, target: Target, seed: int) -> tuple[Moment, Array]:
    """The doubly robust score built on the forest's out-of-bag effects, and those (n,) effects.

    Raises:
        ToolFailed: EconML is not installed.
    """
    forest = _forest(seed)
    dose = fit.values["propensity" if study.binary else "dose"]
    surprise = study.treatment - dose
    residual = study.outcome - fit.values["outcome"]
    controls = study.controls if study.controls.shape[1] else np.zeros((len(study), 1))
    weights = None if np.ptp(study.weights) == 0.0 else study.weights
    scale = float(residual.std()) or 1.0
    forest.fit(controls, surprise[:, None], residual / scale, sample_weight=weights)
    effect = scale * np.asarray(forest.oob_predict(controls), dtype=np.float64).ravel()
    effect = np.where(np.isfinite(effect), effect, float(np.nanmean(effect)))
    left = residual - surprise * effect
    w = study.weights
    if not study.binary:
        return Moment(w * (effect + surprise * left / float((w * surprise**2).mean())), w, freedom=1), effect
    e = bounded(dose, target)
    d = study.treatment
    if target == "ate":
        one, zero = w * d / e, w * (1.0 - d) / (1.0 - e)
        one, zero = one * (w.sum() / one.sum()), zero * (w.sum() / zero.sum())
        return Moment(w * effect + (one - zero) * left, w, freedom=1), effect
    odds = w * (1.0 - d) * e / (1.0 - e)
    share = (w * d).sum() / odds.sum()
    return Moment(w * d * (effect + left) - share * odds * left, w * d, freedom=1), effect


def _forest(seed: int) -> Any:
    try:
        from econml.grf import CausalForest
    except ImportError as error:
        raise ToolFailed(
            "a causal forest needs the package econml, which is not installed",
            where="estimate_effect argument method",
            fix="Install with: pip install liftos-agents[forest], or give method='aipw'",
        ) from error
    return CausalForest(
        n_estimators=TREES,
        min_samples_leaf=5,
        max_samples=0.45,
        honest=True,
        inference=True,
        n_jobs=1,
        random_state=seed % 2**31,
    )
