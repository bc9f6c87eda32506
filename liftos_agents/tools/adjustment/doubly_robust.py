"""Augmented inverse propensity weighting with cross-fitted nuisances (Robins et al. 1994; Chernozhukov et al. 2018)."""

from __future__ import annotations

from liftos_agents.tools.adjustment.cross_fitting import CrossFit, Part, bounded
from liftos_agents.tools.adjustment.inference import Moment
from liftos_agents.tools.adjustment.regression import Target
from liftos_agents.tools.adjustment.study import Study

PARTS: dict[Target, tuple[Part, ...]] = {
    "ate": ("propensity", "outcome_untreated", "outcome_treated"),
    "att": ("propensity", "outcome_untreated"),
}


def doubly_robust(study: Study, fit: CrossFit, target: Target) -> Moment:
    """The doubly robust score of each row, with weights that sum to one in each group."""
    y, d, w = study.outcome, study.treatment, study.weights
    e = bounded(fit.values["propensity"], target)
    untreated = fit.values["outcome_untreated"]
    if target == "att":
        odds = w * (1.0 - d) * e / (1.0 - e)
        share = (w * d).sum() / odds.sum()
        return Moment(w * d * (y - untreated) - share * odds * (y - untreated), w * d, freedom=1)
    treated = fit.values["outcome_treated"]
    one, zero = w * d / e, w * (1.0 - d) / (1.0 - e)
    one, zero = one * (w.sum() / one.sum()), zero * (w.sum() / zero.sum())
    score = w * (treated - untreated) + one * (y - treated) - zero * (y - untreated)
    return Moment(score, w, freedom=1)
