"""What a log says: each scorer's mean with its interval, by tag and split, reliability, time and money."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

from liftos_agents.errors import NotFoundError
from liftos_agents.evals.log import EvalLog, Result
from liftos_agents.evals.scorers import SCORERS
from liftos_agents.evals.statistics import Interval, clustered_mean, pass_hat_k, wilson

REDUCERS: dict[str, Callable[[Sequence[float]], float]] = {
    "mean": lambda scores: sum(scores) / len(scores),
    "all": lambda scores: float(min(scores) == 1.0),
    "any": lambda scores: float(max(scores) == 1.0),
}


class Metric(BaseModel):
    """A mean score with its 95 % interval.

    Attributes:
        samples: How many samples it is over.
        interval: `wilson` for scores of 0 and 1 once a sample, else `clustered` by sample; None where one sample
            alone leaves it open.
    """

    model_config = ConfigDict(frozen=True)

    scorer: str
    group: str
    samples: int
    mean: float
    low: float
    high: float
    interval: str


class Summary(BaseModel):
    """A run in numbers.

    Attributes:
        metrics: Over all samples, one for each scorer.
        splits, tags: The primary scorer's, by split and by tag.
        reliability: k to pass^k of the primary scorer, for runs of several epochs.
        failures: Sample id to why it was not right, for the primary scorer.
        seconds: p50 and p95 of a sample's wall time, and the total.
    """

    model_config = ConfigDict(frozen=True)

    suite: str
    suite_version: str
    suite_hash: str
    solver: str
    graders: dict[str, str]
    primary: str
    complete: bool
    stopped: str | None
    samples: int
    epochs: int
    errors: int
    metrics: tuple[Metric, ...]
    splits: tuple[Metric, ...]
    tags: tuple[Metric, ...]
    reliability: dict[str, float]
    failures: dict[str, str]
    seconds: dict[str, float]
    usd: float
    input_tokens: int
    output_tokens: int


def summarise(log: EvalLog) -> Summary:
    """The summary of a log, whole or partial.

    Raises:
        NotFoundError: The suite's reducer is unknown, or the log holds no result.
    """
    if log.header.reducer not in REDUCERS:
        raise NotFoundError(f"no reducer {log.header.reducer!r}", fix=f"There are: {', '.join(REDUCERS)}")
    if not log.results:
        raise NotFoundError("the log holds no result yet", fix="Resume the run")
    primary = log.header.primary
    splits = sorted({r.sample.split for r in log.results})
    tags = sorted({tag for r in log.results for tag in r.sample.tags})
    seconds = np.array([r.seconds for r in log.results])
    return Summary(
        suite=log.header.suite,
        suite_version=log.header.suite_version,
        suite_hash=log.header.suite_hash,
        solver=log.header.solver,
        graders=log.header.graders,
        primary=primary,
        complete=log.complete,
        stopped=log.stopped,
        samples=len({r.sample.id for r in log.results}),
        epochs=log.header.epochs,
        errors=sum(r.error is not None for r in log.results),
        metrics=_metrics(log, ((name, "all", log.results) for name in log.header.graders)),
        splits=_metrics(log, ((primary, s, [r for r in log.results if r.sample.split == s]) for s in splits)),
        tags=_metrics(log, ((primary, t, [r for r in log.results if t in r.sample.tags]) for t in tags)),
        reliability=_reliability(log),
        failures={
            r.sample.id: r.scores[primary].why
            for r in log.results
            if primary in r.scores and r.scores[primary].value < 1.0
        },
        seconds={
            "p50": float(np.quantile(seconds, 0.5)),
            "p95": float(np.quantile(seconds, 0.95)),
            "total": float(seconds.sum()),
        },
        usd=sum(r.usd for r in log.results),
        input_tokens=sum(r.input_tokens for r in log.results),
        output_tokens=sum(r.output_tokens for r in log.results),
    )


def meaning(scorer: str) -> str:
    """What a scorer measures, in words."""
    return SCORERS[scorer].meaning if scorer in SCORERS else scorer


def by_sample(results: Iterable[Result], scorer: str) -> dict[str, list[float]]:
    """Sample id to its scores, one an epoch, of the samples that the scorer is for."""
    found: dict[str, list[float]] = {}
    for result in results:
        if scorer in result.scores:
            found.setdefault(result.sample.id, []).append(result.scores[scorer].value)
    return found


def _metrics(log: EvalLog, groups: Iterable[tuple[str, str, Sequence[Result]]]) -> tuple[Metric, ...]:
    found: list[Metric] = []
    for scorer, group, results in groups:
        scores = by_sample(results, scorer)
        if scores:
            reduced = [REDUCERS[log.header.reducer](values) for values in scores.values()]
            interval, kind = _interval(reduced, list(scores))
            found.append(
                Metric(
                    scorer=scorer,
                    group=group,
                    samples=len(reduced),
                    mean=interval.mean,
                    low=interval.low,
                    high=interval.high,
                    interval=kind,
                )
            )
    return tuple(found)


def _interval(scores: list[float], samples: list[str]) -> tuple[Interval, str]:
    if set(scores) <= {0.0, 1.0}:
        return wilson(int(sum(scores)), len(scores)), "wilson"
    found = clustered_mean(scores, samples)
    low, high = max(found.low, 0.0), min(found.high, 1.0)
    if math.isinf(found.low):
        low, high = 0.0, 1.0
    return Interval(found.mean, low, high, found.error), "clustered"


def _reliability(log: EvalLog) -> dict[str, float]:
    scores = [s for s in by_sample(log.results, log.header.primary).values() if len(s) == log.header.epochs]
    if log.header.epochs < 2 or not scores:
        return {}
    return {
        str(k): sum(pass_hat_k(sum(v == 1.0 for v in s), len(s), k) for s in scores) / len(scores)
        for k in range(1, log.header.epochs + 1)
    }
