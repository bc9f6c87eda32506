"""Comparing policies on the worlds that they shared: paired, with intervals, and ties shown as ties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.significance import (
    half_width,
    holm,
    minimum_detectable_difference,
    student_p,
    tie_groups,
)
from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox.arena_rows import ArenaResult, Failure, Row, failures
from liftos_agents.sandbox.noise import Array, uniform

OVERALL = "all"
Measure = Literal["profit", "expected_profit"]

_TAIL = 0.1
_LEVEL = 0.95
_RESAMPLES = 2_000
_CHUNK = 100


class Difference(BaseModel):
    """Policy less reference, paired by world; money over the horizon, the mean of the scenarios' means.

    Seeds are what was sampled, and scenarios share them: the unit is a seed's mean over the scenarios. Bounds are None where
    one seed or one scenario alone tells nothing of them.

    Attributes:
        low, high: 95 % by Student's t over seeds.
        bootstrap_low, bootstrap_high: 95 % percentiles of means of resampled seeds.
        clustered_low, clustered_high: 95 % by Liang and Zeger (1986) with scenarios as clusters: for other scenarios like
            these, not for these.
        share: The mean as a share of the reference's spend, the mean over scenarios.
        detectable: The difference that so many seeds would find four times in five.
        p: Two-sided, of no difference.
    """

    model_config = ConfigDict(frozen=True)

    mean: float
    low: float | None
    high: float | None
    bootstrap_low: float | None
    bootstrap_high: float | None
    clustered_low: float | None
    clustered_high: float | None
    share: float
    detectable: float | None
    p: float


class Line(BaseModel):
    """One policy in one family, or in all together.

    Attributes:
        worlds: Scenarios × seeds.
        difference: To the reference; None for the reference itself.
        normalised_regret: By sums: (oracle − policy) / (oracle − hold), so that worlds with little to gain weigh little;
            None where either did not play or the oracle earned no more.
        cvar10: Mean profit of the worst tenth of worlds, the mean over scenarios.
        cvar10_difference: The same less the reference's.
        abstained: Worlds in which it abstained.
        failed: Worlds in which its own code failed, so that holding was played in its place from then on.
    """

    model_config = ConfigDict(frozen=True)

    family: str
    policy: str
    scenarios: int
    worlds: int
    profit: float
    spend: float
    difference: Difference | None
    normalised_regret: float | None
    cvar10: float
    cvar10_difference: float
    violations: int
    abstained: int
    failed: int


class Comparison(BaseModel):
    """Policies against a reference, by family.

    Attributes:
        measure: What is compared: profit with its luck, which is paired away for the most part, or without.
        failures: What the failed worlds failed of.
        ties: Family to groups of policies that cannot be told apart (Holm, 5 %), best first.
    """

    model_config = ConfigDict(frozen=True)

    reference: str
    measure: Measure
    seeds: int
    lines: tuple[Line, ...]
    failures: tuple[Failure, ...]
    ties: dict[str, tuple[tuple[str, ...], ...]]


def compare(result: ArenaResult, *, against: str = "hold", measure: Measure = "profit") -> Comparison:
    """The comparison of all who played with `against`; families in alphabetical order, then all together.

    Raises:
        ArgumentError: `against` did not play.
    """
    if against not in result.policies:
        raise ArgumentError(f"{against!r} did not play", fix=f"Who played: {', '.join(result.policies)}")
    families: dict[str, list[str]] = {}
    for row in result.rows:
        members = families.setdefault(row.family, [])
        if row.scenario not in members:
            members.append(row.scenario)
    ordered = {name: families[name] for name in sorted(families)}
    if len(ordered) > 1:
        ordered[OVERALL] = [scenario for members in ordered.values() for scenario in members]
    seeds = sorted({row.seed for row in result.rows})
    tables = {policy: _Table(result.of(policy), seeds, measure) for policy in result.policies}
    lines = [
        _line(family, members, policy, tables, against)
        for family, members in ordered.items()
        for policy in tables
    ]
    return Comparison(
        reference=against,
        measure=measure,
        seeds=len(seeds),
        lines=tuple(lines),
        failures=failures(result.rows),
        ties={family: _ties(tables, members) for family, members in ordered.items()},
    )


def cvar10(values: Array) -> float:
    """Mean of the worst tenth of values; a value on the edge counts in part."""
    ordered = np.sort(values)
    weights = np.clip(_TAIL * len(ordered) - np.arange(len(ordered)), 0.0, 1.0)
    return float(weights @ ordered / weights.sum())


def paired_difference(differences: Array, spend: Array) -> Difference:
    """The difference from (scenarios, seeds) differences, and the reference's mean spend (scenarios,)."""
    scenarios, seeds = differences.shape
    each = differences.mean(axis=0)
    mean = float(each.mean())
    share = float(np.mean(differences.mean(axis=1) / np.maximum(spend, 1e-300)))
    low = high = detectable = clustered = None
    p, resampled = 1.0, (None, None)
    if seeds > 1:
        error = _error(each)
        half = half_width(error, seeds - 1, level=_LEVEL)
        low, high = mean - half, mean + half
        detectable = minimum_detectable_difference(error, alpha=1.0 - _LEVEL)
        p = _p_value(each)
        resampled = _bootstrap(each)
    if scenarios > 1:
        clustered = half_width(_error(differences.mean(axis=1)), scenarios - 1, level=_LEVEL)
    return Difference(
        mean=mean,
        low=low,
        high=high,
        bootstrap_low=resampled[0],
        bootstrap_high=resampled[1],
        clustered_low=None if clustered is None else mean - clustered,
        clustered_high=None if clustered is None else mean + clustered,
        share=share,
        detectable=detectable,
        p=p,
    )


class _Table:
    """A policy's rows as arrays (scenarios, seeds)."""

    def __init__(self, rows: Mapping[tuple[str, int], Row], seeds: Sequence[int], measure: Measure) -> None:
        self._rows, self._seeds, self._measure = rows, seeds, measure

    def of(self, members: Sequence[str], field: str | None = None) -> Array:
        name = field or self._measure
        return np.array([[getattr(self._rows[s, seed], name) for seed in self._seeds] for s in members])

    def failed(self, members: Sequence[str]) -> int:
        return sum(self._rows[s, seed].error is not None for s in members for seed in self._seeds)


def _line(family: str, members: list[str], policy: str, tables: Mapping[str, _Table], against: str) -> Line:
    own, other = tables[policy], tables[against]
    values, reference = own.of(members), other.of(members)
    tail = float(np.mean([cvar10(row) for row in values]))
    return Line(
        family=family,
        policy=policy,
        scenarios=len(members),
        worlds=values.size,
        profit=float(values.mean()),
        spend=float(own.of(members, "spend").mean()),
        difference=None
        if policy == against
        else paired_difference(values - reference, other.of(members, "spend").mean(axis=1)),
        normalised_regret=_regret(own, members, tables),
        cvar10=tail,
        cvar10_difference=tail - float(np.mean([cvar10(row) for row in reference])),
        violations=int(own.of(members, "violations").sum()),
        abstained=int(own.of(members, "abstained").sum()),
        failed=own.failed(members),
    )


def _regret(own: _Table, members: list[str], tables: Mapping[str, _Table]) -> float | None:
    if "oracle" not in tables or "hold" not in tables:
        return None
    best, held, earned = (
        float(table.of(members, "expected_profit").sum()) for table in (tables["oracle"], tables["hold"], own)
    )
    return (best - earned) / (best - held) if best > held else None


def _bootstrap(each: Array) -> tuple[float, float]:
    """Percentiles of the resampled mean; which seeds are drawn depends on their number alone."""
    seeds = len(each)
    means = np.concatenate(
        [
            each[
                (uniform(np.arange(start, start + _CHUNK), np.arange(seeds), "bootstrap") * seeds).astype(int)
            ].mean(axis=1)
            for start in range(0, _RESAMPLES, _CHUNK)
        ]
    )
    low, high = np.quantile(means, [0.5 - _LEVEL / 2, 0.5 + _LEVEL / 2])
    return float(low), float(high)


def _error(each: Array) -> float:
    return float(each.std(ddof=1)) / len(each) ** 0.5


def _p_value(each: Array) -> float:
    return student_p(float(each.mean()), _error(each), len(each) - 1) if len(each) > 1 else 1.0


def _ties(tables: Mapping[str, _Table], members: list[str]) -> tuple[tuple[str, ...], ...]:
    values = {policy: table.of(members).mean(axis=0) for policy, table in tables.items()}
    means = {policy: float(each.mean()) for policy, each in values.items()}
    p_values = {(one, other): _p_value(values[one] - values[other]) for one, other in combinations(values, 2)}
    return tie_groups(means, holm(p_values), alpha=1.0 - _LEVEL)
