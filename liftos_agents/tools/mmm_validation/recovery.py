"""Does the fit find a truth that is known? Markets simulated from the user's own fit, fitted again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.estimate import significant
from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.tools.mmm.input import MmmInput
from liftos_agents.tools.mmm.lift_tests import lift_draws
from liftos_agents.tools.mmm_validation.short_fit import short_fit

Array = NDArray[np.float64]

STREAM = 100


class ChannelRecovery(BaseModel):
    """One channel over the replicas.

    Attributes:
        coverage: Share of the replicas whose 90 % interval of the contribution holds the truth.
        error: Median of the posterior mean's error, relative to the truth.
        truth: Mean true contribution over the replicas, as a share of the outcome.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    coverage: float
    error: float
    truth: float


class Recovery(BaseModel):
    """What came back of what was put in.

    Attributes:
        coverage: Over all channels and replicas, of 90 % intervals.
        total_coverage, total_error: Of all media together; the error is the median of the relative one.
        total_absolute_error: Median of its absolute value.
        rank_correlation: Mean Spearman correlation of true and found returns.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    replicas: int
    channels: dict[str, ChannelRecovery]
    coverage: float
    total_coverage: float
    total_error: float
    total_absolute_error: float
    rank_correlation: float | None


def recovery(
    data: MmmInput, posterior: MediaPosterior, replicas: int, report: Callable[[str, float], None]
) -> Recovery:
    """Refits of `replicas` simulated outcomes, each with one posterior draw as its truth: baseline, curves and noise as drawn.

    Spends stay as they were, so that what makes this market hard (spend that follows demand, channels that move together) stays too.
    """
    keep = (np.arange(replicas) * posterior.draws) // replicas
    contributions = posterior.contribution()
    true, found, covered = [], [], []
    for number, draw in enumerate(keep):
        report(f"replica {number + 1} of {replicas}", number / replicas)
        rng = np.random.default_rng([data.seed, 7, number])
        media = contributions[draw]
        noise = posterior.noise[draw] * rng.standard_normal(len(data.outcome))
        outcome = posterior.baseline[draw] + media.sum(axis=1) + noise
        single = posterior_of(posterior, int(draw))
        tests = tuple(
            test.model_copy(
                update={
                    "lift": float(lift_draws(data, single, test)[0])
                    + test.standard_error * float(rng.standard_normal())
                }
            )
            for test in data.lift_tests
        )
        trial = short_fit(replace(data, outcome=outcome, lift_tests=tests), STREAM + number)
        both = np.column_stack([trial.contribution, trial.total])
        truth = np.append(media.sum(axis=0), media.sum())
        low, high = np.quantile(both, [0.05, 0.95], axis=0)
        true.append(truth)
        found.append(both.mean(axis=0))
        covered.append((low <= truth) & (truth <= high))
    return _summary(data, np.array(true), np.array(found), np.array(covered))


def posterior_of(posterior: MediaPosterior, draw: int) -> MediaPosterior:
    """The posterior of one draw alone."""
    pick = slice(draw, draw + 1)
    return replace(
        posterior,
        retention=posterior.retention[pick],
        steepness=posterior.steepness[pick],
        slope=None if posterior.slope is None else posterior.slope[pick],
        effect=posterior.effect[pick],
        decision_effect=posterior.decision_effect[pick],
        noise=posterior.noise[pick],
        baseline=posterior.baseline[pick],
    )


def _summary(data: MmmInput, true: Array, found: Array, covered: Array) -> Recovery:
    error = found / np.maximum(true, 1e-12 * float(data.outcome.sum())) - 1.0
    spent = data.spend.sum(axis=0)
    ranks = [_spearman(t[:-1] / spent, f[:-1] / spent) for t, f in zip(true, found, strict=True)]
    return Recovery(
        replicas=len(true),
        channels={
            name: ChannelRecovery(
                coverage=significant(float(covered[:, c].mean())),
                error=significant(float(np.median(error[:, c]))),
                truth=significant(float(true[:, c].mean() / data.outcome.sum())),
            )
            for c, name in enumerate(data.channels)
        },
        coverage=significant(float(covered[:, :-1].mean())),
        total_coverage=significant(float(covered[:, -1].mean())),
        total_error=significant(float(np.median(error[:, -1]))),
        total_absolute_error=significant(float(np.median(np.abs(error[:, -1])))),
        rank_correlation=significant(float(np.mean(ranks))) if len(spent) > 2 else None,
    )


def _spearman(first: Array, second: Array) -> float:
    one, other = first.argsort().argsort(), second.argsort().argsort()
    return float(np.corrcoef(one.astype(np.float64), other.astype(np.float64))[0, 1])
