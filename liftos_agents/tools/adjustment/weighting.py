"""Inverse propensity weighting with stabilised weights that sum to one in each group (Hájek)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.adjustment.cross_fitting import bounded
from liftos_agents.tools.adjustment.inference import Moment
from liftos_agents.tools.adjustment.learners import Features, classify
from liftos_agents.tools.adjustment.regression import Target
from liftos_agents.tools.adjustment.study import Study

Array = NDArray[np.float64]


def logistic_propensity(study: Study, features: Features) -> Array:
    """(n,) probability of treatment from a logistic regression on the controls."""
    weights = None if np.ptp(study.weights) == 0.0 else study.weights
    return classify("linear", features.linear, study.treatment, weights, features.linear)


def weighting(study: Study, features: Features, propensity: Array, target: Target) -> Moment:
    """The weighted difference in means; its error counts that the logistic propensity was estimated.

    The variance stacks the logistic score equations with the two weighted means (Lunceford and Davidian 2004).
    """
    y, d, w = study.outcome, study.treatment, study.weights
    e = bounded(propensity, target)
    x = np.hstack([np.ones((len(y), 1)), features.linear])
    if target == "ate":
        one, zero = w * d / e, w * (1.0 - d) / (1.0 - e)
    else:
        one, zero = w * d, w * (1.0 - d) * e / (1.0 - e)
    high, low = float(one @ y / one.sum()), float(zero @ y / zero.sum())
    up, down = one / one.mean() * (y - high), zero / zero.mean() * (y - low)
    if target == "ate":
        slope = -(((1.0 - e) * up + e * down)[:, None] * x).mean(axis=0)
    else:
        slope = -(down[:, None] * x).mean(axis=0)
    information = (x * (w * propensity * (1.0 - propensity))[:, None]).T @ x / len(y)
    score = x * (w * (d - propensity))[:, None]
    adjustment = score @ np.linalg.pinv(information, hermitian=True) @ slope
    return Moment(high - low + up - down, np.ones(len(y)), adjustment, freedom=2)


def weights_of(study: Study, propensity: Array, target: Target) -> Array:
    """(n,) balancing weights, of mean one within each treatment group."""
    d = study.treated
    e = bounded(propensity, target)
    raw = np.where(d, 1.0 / e, 1.0 / (1.0 - e)) if target == "ate" else np.where(d, 1.0, e / (1.0 - e))
    raw = raw * study.weights
    return np.where(d, raw / raw[d].mean(), raw / raw[~d].mean())
