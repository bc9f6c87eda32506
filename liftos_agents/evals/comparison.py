"""Comparing runs on the samples that they share: paired, adjusted for many, with ties shown as ties."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.significance import holm, minimum_detectable_difference, student_p, tie_groups
from liftos_agents.errors import ArgumentError
from liftos_agents.evals.log import EvalLog
from liftos_agents.evals.statistics import clustered_mean, mcnemar
from liftos_agents.evals.summary import REDUCERS, by_sample


class Difference(BaseModel):
    """First less second, on common samples.

    Attributes:
        p: McNemar's exact test where every score is 0 or 1, else a paired t-test; `adjusted_p` after Holm.
        detectable: The difference that this many samples would find four times in five.
    """

    model_config = ConfigDict(frozen=True)

    first: str
    second: str
    samples: int
    difference: float
    low: float
    high: float
    test: str
    p: float
    adjusted_p: float
    detectable: float


class Leaderboard(BaseModel):
    """Solvers by mean, in groups that cannot be told apart, with every paired difference."""

    model_config = ConfigDict(frozen=True)

    suite: str
    scorer: str
    means: dict[str, float]
    ties: tuple[tuple[str, ...], ...]
    differences: tuple[Difference, ...]


def compare(logs: Sequence[EvalLog], *, alpha: float = 0.05) -> Leaderboard:
    """The leaderboard of runs of one suite, over the samples that all of them have.

    Raises:
        ArgumentError: Fewer than two runs; two of one name; other suites, samples or grader versions; no common
            sample.
    """
    _comparable(logs)
    scorer = logs[0].header.primary
    reduce = REDUCERS[logs[0].header.reducer]
    scores = {
        log.header.solver: {s: reduce(v) for s, v in by_sample(log.results, scorer).items()} for log in logs
    }
    common = sorted(set.intersection(*(set(found) for found in scores.values())))
    if not common:
        raise ArgumentError("the runs share no sample", fix="Resume them to the end")
    values = {name: [found[s] for s in common] for name, found in scores.items()}
    pairs = {(a, b): _difference(a, b, values[a], values[b], common) for a, b in combinations(values, 2)}
    adjusted = holm({pair: d.p for pair, d in pairs.items()})
    finished = {pair: d.model_copy(update={"adjusted_p": adjusted[pair]}) for pair, d in pairs.items()}
    means = {name: sum(found) / len(found) for name, found in values.items()}
    order = sorted(means, key=lambda name: (-means[name], name))
    return Leaderboard(
        suite=logs[0].header.suite,
        scorer=scorer,
        means={name: means[name] for name in order},
        ties=tie_groups(means, {pair: d.adjusted_p for pair, d in finished.items()}, alpha=alpha),
        differences=tuple(finished.values()),
    )


def _comparable(logs: Sequence[EvalLog]) -> None:
    if len(logs) < 2:
        raise ArgumentError("a comparison needs two runs or more")
    first = logs[0].header
    if len({log.header.solver for log in logs}) < len(logs):
        raise ArgumentError("two runs have the same solver name", fix="Name each solver with its model")
    for log in logs[1:]:
        if log.header.graders != first.graders:
            raise ArgumentError(
                f"graders differ: {first.graders!r} and {log.header.graders!r}",
                where=log.header.solver,
                fix="Score both runs with one version of the graders",
            )
        if log.header.suite_hash != first.suite_hash:
            raise ArgumentError(
                f"suites differ: {first.suite!r} {first.suite_version} and {log.header.suite!r} "
                f"{log.header.suite_version}, or other samples of them",
                where=log.header.solver,
            )


def _difference(first: str, second: str, a: list[float], b: list[float], samples: list[str]) -> Difference:
    gaps = [x - y for x, y in zip(a, b, strict=True)]
    interval = clustered_mean(gaps, samples)
    error = interval.error or 0.0
    if set(a) | set(b) <= {0.0, 1.0}:
        test, p = "McNemar, exact", mcnemar(gaps.count(1.0), gaps.count(-1.0))
    else:
        test, p = "paired t", student_p(interval.mean, error, len(samples) - 1)
    return Difference(
        first=first,
        second=second,
        samples=len(samples),
        difference=interval.mean,
        low=max(interval.low, -1.0),
        high=min(interval.high, 1.0),
        test=test,
        p=p,
        adjusted_p=p,
        detectable=min(minimum_detectable_difference(error or _widest(len(samples))), 1.0),
    )


def _widest(samples: int) -> float:
    # Without one discordant pair the error is estimated as 0; their share is then at most about 3 / n (95 %).
    return (min(3.0 / samples, 1.0) / samples) ** 0.5
