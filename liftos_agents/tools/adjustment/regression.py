"""Ordinary least squares of the outcome on treatment and controls, with the HC1 variance."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.adjustment.inference import Moment
from liftos_agents.tools.adjustment.study import Study

Array = NDArray[np.float64]
Target = Literal["ate", "att"]


def regression(study: Study, target: Target) -> Moment:
    """The treatment's coefficient as a moment.

    For a binary treatment, controls are centred at the mean of the target group and interacted with treatment (Lin
    2013), as long as each group has two rows a control; without controls it is the difference in means.
    """
    n = len(study)
    w, d = study.weights, study.treatment
    centred = study.controls
    slopes_from = None
    if study.controls.shape[1]:
        group = w * (d if study.binary and target == "att" else 1.0)
        centred = study.controls - group @ study.controls / group.sum()
        if study.binary and interacts(study):
            slopes_from = 2 + centred.shape[1]
    parts = [np.ones((n, 1)), d[:, None], centred]
    if slopes_from is not None:
        parts.append(d[:, None] * centred)
    x = np.hstack(parts)
    weighted = x if np.all(w == 1.0) else x * w[:, None]
    inverse = np.linalg.pinv(weighted.T @ x / n, hermitian=True)
    beta = inverse @ (study.outcome @ weighted) / n
    influence = w * (study.outcome - x @ beta) * (x @ inverse[:, 1])
    if slopes_from is not None:
        group = w * (d if target == "att" else 1.0)
        influence = influence + group / group.mean() * (centred @ beta[slopes_from:])
    return Moment(float(beta[1]) + influence, np.ones(n), freedom=x.shape[1])


def interacts(study: Study) -> bool:
    """Whether each treatment group has rows enough for slopes of its own."""
    smallest = min(int(study.treated.sum()), int((~study.treated).sum()))
    return smallest >= 2 * (study.controls.shape[1] + 1)


def classical_error(study: Study) -> float:
    """The textbook standard error of the treatment's coefficient, without interactions."""
    x = np.hstack([np.ones((len(study), 1)), study.treatment[:, None], study.controls])
    weighted = x * study.weights[:, None]
    inverse = np.linalg.pinv(weighted.T @ x, hermitian=True)
    residual = study.outcome - x @ (inverse @ (weighted.T @ study.outcome))
    variance = float(study.weights @ residual**2) / max(len(x) - x.shape[1], 1)
    return float(np.sqrt(variance * inverse[1, 1]))
