"""The plays that a policy is judged by: itself and hold in every scenario, as it is and under each sweep."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from liftos_agents.domain.canonical import content_hash
from liftos_agents.errors import ArgumentError, CancelledError
from liftos_agents.sandbox import arena
from liftos_agents.sandbox.arena import Factory
from liftos_agents.sandbox.arena_processes import check_wanted, in_processes
from liftos_agents.sandbox.arena_rows import Row
from liftos_agents.sandbox.gates.judged_policy import (
    HOLD,
    JudgedPolicy,
    scenario_set_hash,
    shared_out,
    unseen_seeds,
)
from liftos_agents.sandbox.gates.sweeps import SWEEPS, MarketSweep
from liftos_agents.sandbox.scenarios import Scenario
from liftos_agents.version import __version__

AS_IT_IS = "as it is"
_SWEPT_SHARE = 3
_FEWEST_SWEPT = 2


@dataclass(frozen=True, eq=False)
class PolicyTrial:
    """What was played.

    Attributes:
        seeds: Scenario to its worlds.
        rows: Of the policy and of hold.
        swept: Sweep to rows, on the first third of the same worlds.
    """

    policy: JudgedPolicy
    scenarios: tuple[Scenario, ...]
    seeds: dict[str, tuple[int, ...]]
    rows: tuple[Row, ...]
    swept: dict[str, tuple[Row, ...]]

    @property
    def valid_for(self) -> dict[str, str]:
        """The content hashes for which alone a verdict on it holds."""
        return {
            "policy": self.policy.hash,
            "scenarios": scenario_set_hash(self.scenarios),
            "seeds": content_hash({name: list(seeds) for name, seeds in self.seeds.items()}),
        }


@dataclass(frozen=True)
class TrialProgress:
    """How far a trial is, in worlds, each counted once a side; `failed` ones are among the done, `what` is played now."""

    done: int
    total: int
    resumed: int
    what: str
    failed: int


def play_trial(
    contestant: str | Factory,
    scenarios: Sequence[Scenario],
    seeds: int,
    *,
    folder: Path,
    resume: bool = False,
    jobs: int = 1,
    progress: Callable[[TrialProgress], None] | None = None,
) -> PolicyTrial:
    """Play `contestant` and hold on at least `seeds` unseen worlds, shared out among families, and on a third under sweeps.

    Args:
        contestant: Name of a policy, or a picklable maker of one.
        folder: Results stream to a file for each scenario and sweep in a folder of this trial within it.
        resume: Go on with what is there of just this trial; else it begins anew.
        jobs: Processes; −1 is one a core.

    Raises:
        ArgumentError: No scenario or one named twice, no seeds, or a policy that cannot be judged.
        ConfigurationError: The policy lacks what the user has to set up.
        CancelledError: Stopped by Ctrl-C; what was done is kept.
    """
    names = [scenario.name for scenario in scenarios]
    if not names:
        raise ArgumentError("give at least one scenario", where="scenarios")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ArgumentError(f"scenario {twice!r} is given twice", where="scenarios")
    if not 1 <= seeds <= arena.MOST_SEEDS:
        raise ArgumentError(f"a trial plays 1 to {arena.MOST_SEEDS:,} seeds, got {seeds!r}", where="seeds")
    policy = JudgedPolicy.of(contestant)
    shares = shared_out(scenarios, seeds)
    drawn = {one.name: unseen_seeds(policy, one, shares[one.name]) for one in scenarios}
    own = folder / _key(policy, scenarios, seeds)
    if not resume and own.exists():
        shutil.rmtree(own)
    units = [
        _Unit(contestant, scenario, sweep, _some(drawn[scenario.name], sweep), own)
        for sweep in (None, *SWEEPS)
        for scenario in scenarios
    ]
    rows: dict[str, list[Row]] = {}
    for unit, found in _played(units, jobs, progress):
        rows.setdefault(AS_IT_IS if unit.sweep is None else unit.sweep.name, []).extend(found)
    return PolicyTrial(
        policy=policy,
        scenarios=tuple(scenarios),
        seeds=drawn,
        rows=_ordered(rows[AS_IT_IS]),
        swept={sweep.name: _ordered(rows[sweep.name]) for sweep in SWEEPS},
    )


@dataclass(frozen=True)
class _Unit:
    contestant: str | Factory
    scenario: Scenario
    sweep: MarketSweep | None
    seeds: tuple[int, ...]
    folder: Path

    @property
    def size(self) -> int:
        return 2 * len(self.seeds)

    @property
    def what(self) -> str:
        return self.scenario.name if self.sweep is None else f"{self.scenario.name}, {self.sweep.name}"

    def run(self, tell: Callable[[arena.Progress], None] | None = None) -> tuple[tuple[Row, ...], int]:
        """Its rows, and how many worlds a run before had done."""
        before: list[int] = []

        def heard(progress: arena.Progress) -> None:
            before.append(progress.resumed)
            if tell is not None:
                tell(progress)

        scenario = self.scenario if self.sweep is None else self.sweep.of(self.scenario)
        kind = AS_IT_IS.replace(" ", "_") if self.sweep is None else self.sweep.name
        result = arena.play(
            [self.contestant, HOLD],
            [scenario],
            self.seeds,
            state=self.folder / f"{kind}.{scenario.name}.jsonl",
            progress=heard,
        )
        return result.rows, before[0]


def _played(
    units: list[_Unit], jobs: int, progress: Callable[[TrialProgress], None] | None
) -> Iterator[tuple[_Unit, tuple[Row, ...]]]:
    total = sum(unit.size for unit in units)
    done = resumed = failed = 0

    def tell(more: int, before: int, what: str, fallen: int = 0) -> None:
        if progress is not None:
            progress(TrialProgress(done + more, total, resumed + before, what, failed + fallen))

    try:
        if jobs == 1:
            for unit in units:
                # Bound now: the arena calls it within this round of the loop alone.
                rows, before = unit.run(lambda p, what=unit.what: tell(p.done, p.resumed, what, p.failed))
                done, resumed, failed = done + unit.size, resumed + before, failed + _failed(rows)
                yield unit, rows
            return
        outcomes = in_processes(_run_wanted, units, jobs, "generator")
        tell(0, 0, units[0].what)
        with warnings.catch_warnings():
            # joblib's word on tasks that were cancelled with a trial that was stopped on purpose.
            warnings.filterwarnings("ignore", message=r"\d+ tasks which were still being processed")
            for unit, (rows, before) in zip(units, outcomes, strict=True):
                done, resumed, failed = done + unit.size, resumed + before, failed + _failed(rows)
                tell(0, 0, unit.what)
                yield unit, rows
    except (KeyboardInterrupt, CancelledError):
        # A process that hears of Ctrl-C first stops its own unit.
        raise CancelledError(f"stopped after {done:,} of {total:,} worlds; what is done is kept") from None


def _failed(rows: Sequence[Row]) -> int:
    return sum(row.error is not None for row in rows)


def _run_wanted(unit: _Unit, by: int) -> tuple[tuple[Row, ...], int]:
    """A unit in a process of its own, which asks after each batch whether anybody waits for it."""
    return unit.run(lambda progress: check_wanted(by))


def _key(policy: JudgedPolicy, scenarios: Sequence[Scenario], seeds: int) -> str:
    """A trial's name: the same for the same policy, worlds, assumptions and version."""
    swept = [content_hash(sweep.of(scenario)) for sweep in SWEEPS for scenario in scenarios]
    key = [policy.hash, scenario_set_hash(scenarios), seeds, sorted(swept), arena.SCHEMA, __version__]
    return content_hash(key)[:16]


def _some(seeds: tuple[int, ...], sweep: MarketSweep | None) -> tuple[int, ...]:
    if sweep is None:
        return seeds
    return seeds[: max(-(-len(seeds) // _SWEPT_SHARE), _FEWEST_SWEPT)]


def _ordered(rows: list[Row]) -> tuple[Row, ...]:
    """In one order, wall times left out: the same trial is the same, however it was played."""
    return tuple(row.model_copy(update={"seconds": None}) for row in sorted(rows, key=lambda row: row.key))
