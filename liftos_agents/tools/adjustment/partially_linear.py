"""Double machine learning of the partially linear model Y = θD + g(X) + ε (Robinson 1988; Chernozhukov et al. 2018)."""

from __future__ import annotations

from liftos_agents.tools.adjustment.cross_fitting import CrossFit, Part
from liftos_agents.tools.adjustment.inference import Moment
from liftos_agents.tools.adjustment.study import Study


def parts(study: Study) -> tuple[Part, ...]:
    """What has to be learnt."""
    return ("outcome", "propensity" if study.binary else "dose")


def partially_linear(study: Study, fit: CrossFit) -> Moment:
    """Residual of the outcome on residual of the treatment."""
    surprise = study.treatment - fit.values["propensity" if study.binary else "dose"]
    residual = study.outcome - fit.values["outcome"]
    return Moment(study.weights * surprise * residual, study.weights * surprise**2, freedom=1)
