"""A fit with fewer draws, for the many that a validation needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.mmm.gibbs import Draws, sample
from liftos_agents.tools.mmm.input import MmmInput
from liftos_agents.tools.mmm.posterior_draws import pooled
from liftos_agents.tools.mmm.standard_form import StandardForm, standard_form

Array = NDArray[np.float64]

DRAWS, WARMUP, CHAINS = 120, 80, 4


@dataclass(frozen=True)
class ShortFit:
    """Draws (D) of a fit to the first `form.rows` periods; `contribution` (D, C) over them, outcome units."""

    data: MmmInput
    form: StandardForm
    draws: Draws
    contribution: Array

    @property
    def total(self) -> Array:
        """(D,) contribution of all channels."""
        return self.contribution.sum(axis=1)

    def share(self, channel: int) -> Array:
        """(D,) a channel's contribution as a share of the outcome."""
        return self.contribution[:, channel] / float(self.data.outcome[: self.form.rows].sum())


def short_fit(data: MmmInput, stream: int, rows: int | None = None) -> ShortFit:
    """The fit of the first `rows` periods (all by default); `stream` keeps the randomness of one trial from another's."""
    form = standard_form(data, rows)
    rng = np.random.default_rng([data.seed, 5, stream])
    draws = sample(form.problem, draws=DRAWS, chains=CHAINS, warmup=WARMUP, rng=rng)
    cells, effects = pooled(draws.cell), pooled(draws.effect)
    parts = [
        effects[:, c] * table.total[cells[:, c]] * form.outcome_scale
        for c, table in enumerate(form.problem.tables)
    ]
    return ShortFit(data, form, draws, np.stack(parts, axis=1))
