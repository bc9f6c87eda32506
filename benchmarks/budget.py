"""The budget optimiser against brute force: random problems of two to four channels, and problems with no solution.

    python benchmarks/budget.py [--problems 240] [--infeasible 100] [--seed 20240501]

Writes `benchmarks/results/budget.json` and `.md`. A problem passes when the optimiser is at most 0.5 % of what media
bring in below the best point of the grid, keeps the total within 1e-6 and every limit, and finds the same value from
other starts.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.tools.budget import BudgetProblem, InfeasibleBudgetError, Limit, Ramp, solve
from liftos_agents.tools.budget.limits import feasible, polytope

Array = NDArray[np.float64]

RESULTS = Path(__file__).parent / "results"
STEPS = {2: 1000, 3: 200, 4: 100}
TOLERANCE = 0.005
HORIZON = 13


def random_posterior(
    generator: np.random.Generator, channels: int, *, hill: bool, draws: int = 120
) -> MediaPosterior:
    """Random joint draws; Hill slopes go from 0.7 to 3.5, so that many curves are S-shaped."""
    periods, shape = 60, (draws, channels)
    spend = generator.gamma(2.0, 1.0, (periods, channels)) * generator.uniform(1e4, 8e4, channels)
    effect = spend.mean(axis=0) * generator.uniform(1.5, 4.5, channels)
    effect = effect * np.exp(generator.normal(0.0, 0.3, shape))
    if hill:
        steepness = generator.uniform(0.05, 0.6, channels) * np.exp(generator.normal(0.0, 0.2, shape))
        slope = generator.uniform(0.7, 3.5, channels) * np.exp(generator.normal(0.0, 0.1, shape))
    else:
        steepness = generator.uniform(3.0, 15.0, channels) * np.exp(generator.normal(0.0, 0.3, shape))
        slope = None
    return MediaPosterior(
        channels=tuple(f"channel{c}" for c in range(channels)),
        saturation="hill" if hill else "logistic",
        retention=generator.uniform(0.0, 0.8, shape),
        steepness=steepness,
        slope=slope,
        effect=effect,
        decision_effect=effect * generator.uniform(0.7, 1.0, shape),
        noise=np.ones(draws),
        baseline=np.zeros((draws, periods)),
        scale=spend.max(axis=0),
        adstock_length=8,
        spend=spend,
        outcome=np.zeros(periods),
    )


def random_problem(generator: np.random.Generator) -> BudgetProblem:
    """A problem with a solution; limits are whole twentieths of the total, so that the grid can meet them."""
    channels = int(generator.integers(2, 5))
    posterior = random_posterior(generator, channels, hill=bool(generator.random() < 0.6))
    mean = posterior.spend.mean(axis=0) * HORIZON
    total = float(mean.sum() * generator.uniform(0.4, 2.5))
    problem = BudgetProblem(
        posterior=posterior,
        total=total,
        horizon=HORIZON,
        current=mean * total / mean.sum(),
        fix_total=bool(generator.random() < 0.7),
        worth=float(generator.uniform(0.3, 1.0)),
    )
    while True:
        limits = _random_limits(generator, channels, total)
        exact = Limit("total", tuple(range(channels)), total if problem.fix_total else 0.0, total)
        if feasible([*limits, exact], channels, total):
            return replace(problem, limits=limits)


def brute_force(problem: BudgetProblem) -> tuple[float, Array]:
    """The best value on a grid over all allocations that keep the limits, and where it is."""
    channels = len(problem.channels)
    steps = STEPS[channels]
    levels = np.arange(steps + 1) * (problem.total / steps)
    table = problem.worth * problem.outcome(np.repeat(levels[:, None], channels, axis=1)).mean(axis=0)
    table = table - problem.cost * levels[:, None]
    counts = np.stack(np.meshgrid(*[np.arange(steps + 1)] * (channels - 1), indexing="ij"), axis=-1).reshape(
        -1, channels - 1
    )
    counts = counts[counts.sum(axis=1) <= steps]
    if problem.fix_total:
        counts = np.column_stack([counts, steps - counts.sum(axis=1)])
    else:
        counts = np.concatenate(
            [
                np.column_stack([part, np.full(len(part), last)])
                for last in range(steps + 1)
                if len(part := counts[counts.sum(axis=1) <= steps - last])
            ]
        )
    kept = np.ones(len(counts), dtype=bool)
    room = 1e-9 * problem.total
    for limit in problem.limits:
        spent = levels[1] * counts[:, list(limit.channels)].sum(axis=1)
        kept &= (spent >= limit.lower - room) & (spent <= limit.upper + room)
    counts = counts[kept]
    values = table[counts, np.arange(channels)].sum(axis=1)
    best = int(values.argmax())
    return float(values[best]), counts[best] * levels[1]


@dataclass(frozen=True)
class Outcome:
    """One problem: what was found, and by how much it misses what it must keep (0 for nothing)."""

    channels: int
    saturation: str
    concave: bool
    fix_total: bool
    free_channels: int
    regret: float
    gain_over_grid: float
    total_error: float
    limit_breach: float
    start_spread: float
    kkt_residual: float
    solve_seconds: float
    grid_seconds: float

    @property
    def passed(self) -> bool:
        """Whether everything promised holds."""
        return (
            self.regret <= TOLERANCE
            and self.total_error <= 1e-6
            and self.limit_breach <= 1e-9
            and self.start_spread <= 1e-6
            and self.kkt_residual <= 1e-4
        )


def judge(problem: BudgetProblem, generator: np.random.Generator) -> Outcome:
    """The optimiser on one problem beside brute force."""
    began = time.perf_counter()
    found = solve(problem)
    solved = time.perf_counter() - began
    began = time.perf_counter()
    best, where = brute_force(problem)
    gridded = time.perf_counter() - began
    media = abs(problem.worth * float(problem.outcome(where).mean(axis=0).sum()))
    media = max(media, abs(problem.worth * float(problem.outcome(found.allocation).mean(axis=0).sum())), 1e-9)
    plan, channels = found.allocation, len(problem.channels)
    space = polytope(problem.limits, channels)
    others = [generator.dirichlet(np.ones(channels)) * problem.total for _ in range(3)]
    spread = 0.0
    if found.concave:
        spread = (
            max(abs(solve(problem, starts=[start]).objective - found.objective) for start in others) / media
        )
    edge = 1e-6 * problem.total
    off = float(plan.sum()) - problem.total
    return Outcome(
        channels=channels,
        saturation=problem.posterior.saturation,
        concave=found.concave,
        fix_total=problem.fix_total,
        free_channels=int(((plan - space.lower > edge) & (space.upper - plan > edge)).sum()),
        regret=max(best - found.objective, 0.0) / media,
        gain_over_grid=(found.objective - best) / media,
        total_error=abs(off) / problem.total if problem.fix_total else max(off, 0.0) / problem.total,
        limit_breach=space.slack(plan) / problem.total,
        start_spread=spread,
        kkt_residual=found.kkt_residual,
        solve_seconds=solved,
        grid_seconds=gridded,
    )


def infeasible_problem(generator: np.random.Generator) -> BudgetProblem:
    """A problem whose limits clash, some of them without any part in it."""
    while True:
        problem = replace(random_problem(generator), fix_total=True)
        channels = len(problem.channels)
        limits = [
            *problem.limits,
            *_random_limits(generator, channels, problem.total),
            *_random_limits(generator, channels, problem.total),
        ]
        named = tuple(replace(limit, name=f"{number}: {limit.name}") for number, limit in enumerate(limits))
        exact = Limit("total", tuple(range(channels)), problem.total, problem.total)
        if not feasible([*named, exact], channels, problem.total):
            return replace(problem, limits=named)


def names_the_conflict(problem: BudgetProblem) -> bool:
    """Whether the limits named cannot be kept together, and can be once any one of them goes."""
    channels = len(problem.channels)
    try:
        solve(problem)
    except InfeasibleBudgetError as error:
        exact = Limit("total", tuple(range(channels)), problem.total, problem.total)
        named = [limit for limit in problem.limits if limit.name in error.conflicts]
        named += [exact] if any(name.startswith("a total of") for name in error.conflicts) else []
        if len(named) != len(error.conflicts) or feasible(named, channels, problem.total):
            return False
        return all(
            feasible([limit for limit in named if limit is not left], channels, problem.total)
            for left in named
        )
    return False


def _random_limits(generator: np.random.Generator, channels: int, total: float) -> tuple[Limit, ...]:
    limits: list[Limit] = []
    for c in range(channels):
        if generator.random() < 0.3:
            share = int(generator.integers(1, 8)) / 20
            limits.append(Limit(f"channel{c} at least {share}", (c,), lower=share * total))
        if generator.random() < 0.4:
            share = int(generator.integers(4, 18)) / 20
            limits.append(Limit(f"channel{c} at most {share}", (c,), upper=share * total))
    pairs = list(itertools.combinations(range(channels), 2))
    for _ in range(int(generator.integers(0, 3)) if channels > 2 else 0):
        members = pairs[int(generator.integers(len(pairs)))]
        low, high = sorted(int(x) / 20 for x in generator.integers(2, 18, 2))
        limits.append(Limit(f"{members} within {low} and {high}", members, low * total, high * total))
    return tuple(limits)


def measured(problems: int, infeasible: int, seed: int) -> dict[str, Any]:
    """Everything that the report says."""
    generator = np.random.default_rng(seed)
    outcomes: list[Outcome] = []
    for number in range(problems):
        outcomes.append(judge(random_problem(generator), generator))
        if (number + 1) % 20 == 0:
            print(
                f"{number + 1} of {problems} problems, {sum(o.passed for o in outcomes)} passed", flush=True
            )
    named = sum(names_the_conflict(infeasible_problem(generator)) for _ in range(infeasible))
    regrets = [outcome.regret for outcome in outcomes]
    return {
        "seed": seed,
        "problems": problems,
        "passed": sum(outcome.passed for outcome in outcomes),
        "s_shaped_or_bent_up": sum(not outcome.concave for outcome in outcomes),
        "two_or_more_free": sum(o.free_channels > 1 for o in outcomes),
        "by_channels": {str(c): sum(o.channels == c for o in outcomes) for c in STEPS},
        "regret_max": max(regrets),
        "regret_over_tolerance": sum(regret > TOLERANCE for regret in regrets),
        "gain_over_grid_median": statistics.median(o.gain_over_grid for o in outcomes),
        "total_error_max": max(o.total_error for o in outcomes),
        "limit_breach_max": max(o.limit_breach for o in outcomes),
        "start_spread_max": max(o.start_spread for o in outcomes),
        "kkt_residual_max": max(o.kkt_residual for o in outcomes),
        "kkt_residual_p50": statistics.median(o.kkt_residual for o in outcomes),
        "solve_ms_p50": 1e3 * statistics.median(o.solve_seconds for o in outcomes),
        "solve_ms_max": 1e3 * max(o.solve_seconds for o in outcomes),
        "grid_over_solve_p50": statistics.median(o.grid_seconds / o.solve_seconds for o in outcomes),
        "infeasible": infeasible,
        "infeasible_named_irreducibly": named,
        "five_channels": _five_channels(generator),
    }


def _five_channels(generator: np.random.Generator) -> dict[str, float]:
    """Milliseconds of a five-channel problem with 500 draws, by objective and curve; a median of 15."""
    found: dict[str, float] = {}
    for hill in (False, True):
        posterior = random_posterior(generator, 5, hill=hill, draws=500)
        current = posterior.spend.mean(axis=0) * HORIZON
        plain = BudgetProblem(posterior, float(current.sum()), HORIZON, current)
        ramp = Ramp(current / HORIZON, np.full(5, 0.1))
        cases = {
            "expected profit": plain,
            "cvar": replace(plain, objective="cvar"),
            "probability": replace(plain, objective="probability_beats_current"),
            "expected profit, 10 % a week": replace(plain, ramp=ramp),
        }
        for name, problem in cases.items():
            times: list[float] = []
            for _ in range(15):
                began = time.perf_counter()
                solve(problem)
                times.append(time.perf_counter() - began)
            found[f"{'Hill' if hill else 'logistic'}, {name}"] = 1e3 * statistics.median(times)
    return found


def _report(found: dict[str, Any]) -> str:
    five = "\n".join(f"| {name} | {value:.0f} |" for name, value in found["five_channels"].items())
    return f"""# Budget optimiser against brute force

Seed {found["seed"]}, fixed beforehand. {found["problems"]} random problems of two to four channels, {found["s_shaped_or_bent_up"]} of
them with a curve that bends up somewhere (S-shaped Hill), {found["two_or_more_free"]} with two or more channels that no limit of their own holds at the optimum, seven in ten with a total to be spent exactly, limits by
channel and by pair (pairs may overlap). The grid has 1,000, 200 and 100 steps for two, three and four channels. Regret is in shares of what
media bring in, before their cost.

| what | value | goal |
|---|---|---|
| problems that meet every goal | {found["passed"]} of {found["problems"]} | all |
| largest regret against the grid | {found["regret_max"]:.2e} | ≤ 5e-3 |
| median gain over the grid | {found["gain_over_grid_median"]:.2e} | – |
| largest miss of the total, relative | {found["total_error_max"]:.1e} | ≤ 1e-6 |
| largest breach of a limit, relative to the total | {found["limit_breach_max"]:.1e} | ≤ 1e-9 |
| largest spread over other starts (concave) | {found["start_spread_max"]:.1e} | ≤ 1e-6 |
| largest KKT residual (median) | {found["kkt_residual_max"]:.1e} ({found["kkt_residual_p50"]:.1e}) | ≤ 1e-4 |
| problems without a solution whose conflict is named, and irreducible | {found["infeasible_named_irreducibly"]} of {found["infeasible"]} | all |
| time of the grid over time of the optimiser, median | {found["grid_over_solve_p50"]:.1f} × | – |
| milliseconds a problem, median (largest) | {found["solve_ms_p50"]:.0f} ({found["solve_ms_max"]:.0f}) | – |

Five channels, 500 draws, milliseconds (median of 15, one core, a machine shared with other work):

| curves and objective | ms |
|---|---|
{five}
"""


def main(arguments: Sequence[str] = ()) -> None:
    """Runs the benchmark and writes its results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--problems", type=int, default=240)
    parser.add_argument("--infeasible", type=int, default=100)
    parser.add_argument("--seed", type=int, default=20240501)
    given = parser.parse_args(arguments)
    found = measured(given.problems, given.infeasible, given.seed)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "budget.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    (RESULTS / "budget.md").write_text(_report(found), encoding="utf-8")
    print(_report(found))


if __name__ == "__main__":
    main(sys.argv[1:])
