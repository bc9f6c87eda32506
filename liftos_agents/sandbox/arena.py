"""The arena: deciders on the same worlds, with the same luck, in parallel, resumable, the same bytes however it is run."""

from __future__ import annotations

import hashlib
import importlib
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import joblib

from liftos_agents.errors import ArgumentError, CancelledError, ConfigurationError
from liftos_agents.sandbox import policies, scenarios
from liftos_agents.sandbox.arena_processes import check_wanted, in_processes
from liftos_agents.sandbox.arena_rows import ArenaResult, Header, Key, Row, with_regret
from liftos_agents.sandbox.arena_state import StateFile
from liftos_agents.sandbox.arena_task import Entrant, Factory, Task
from liftos_agents.sandbox.scenarios import Scenario
from liftos_agents.version import __version__

SCHEMA = "1.2"
BATCH = 256
"""Worlds that a task plays when the policy does not say: enough for numpy to be busy and for a kill to cost little."""
MOST_SEEDS = 100_000

Backend = Literal["loky", "ray", "sequential"]


@dataclass(frozen=True)
class Progress:
    """How far a run is; worlds are counted once for each policy, `resumed` and `failed` ones among the done."""

    done: int
    total: int
    resumed: int
    policy: str
    scenario: str
    failed: int


def play(
    contestants: Sequence[str | Factory],
    on: Sequence[str | Scenario],
    seeds: Sequence[int],
    *,
    horizon: int | None = None,
    jobs: int = 1,
    backend: Backend = "loky",
    state: Path | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> ArenaResult:
    """Every contestant on every scenario and seed.

    A contestant whose own code fails, or decides what cannot be played, does not end the run: its rows say so (`Row.error`),
    and from that week on holding is played in its place in all worlds of the batch.

    Args:
        contestants: Names of `policies`, or picklable makers of policies. A policy may state `version` (it is part of what a
            run is) and `batch`, the worlds that it takes at once.
        on: Names or paths of scenarios, or scenarios.
        seeds: One world each, the same for all.
        horizon: Weeks to decide; each scenario's own when absent.
        jobs: Processes; −1 is one a core.
        backend: Where they run. Results do not depend on it.
        state: File to which results stream; a run that was stopped goes on from it.
        progress: Called at the start and after each batch.

    Raises:
        ArgumentError: Nothing to play, seeds that repeat or are too many, two contestants or scenarios of one name, or a
            state file of another run.
        NotFoundError: An unknown policy or scenario.
        ConfigurationError: Ray is asked for and missing, or a contestant lacks what the user has to set up.
        CancelledError: Stopped by Ctrl-C, or by a contestant that heard of it first; with `state`, what was done is kept.
    """
    entrants = _entrants(contestants)
    worlds = _scenarios(on)
    order = _seeds(seeds)
    if horizon is not None and horizon < 1:
        raise ArgumentError(f"horizon must be at least 1 week, got {horizon!r}", where="horizon")
    most = min(len(order), max(entrant.batch for entrant in entrants))
    for scenario in worlds:
        scenarios.check_size(scenario.market, most, horizon or scenario.horizon)
    header = _header(entrants, worlds, order, horizon)
    tasks = [
        Task(entrant, scenario, tuple(order[start : start + entrant.batch]), horizon or scenario.horizon)
        for entrant in entrants
        for scenario in worlds
        for start in range(0, len(order), entrant.batch)
    ]
    file = None if state is None else StateFile(state, header)
    rows: dict[Key, Row] = {} if file is None else dict(file.rows)
    played = [task.worlds for task in tasks if all(key in rows for key in task.worlds)]
    waiting = [task for task in tasks if not all(key in rows for key in task.worlds)]
    total = len(entrants) * len(worlds) * len(order)
    resumed = done = sum(map(len, played))
    failed = _failed(rows[key] for keys in played for key in keys)
    if progress is not None:
        progress(Progress(done, total, resumed, "", "", failed))
    try:
        with warnings.catch_warnings():
            # joblib's word on tasks that were cancelled with a run that was stopped on purpose.
            for word in ("which were still being processed", "have been successfully executed"):
                warnings.filterwarnings("ignore", message=rf"\d+ tasks {word}")
            for found in _run(waiting, jobs, backend):
                rows |= {row.key: row for row in found}
                if file is not None:
                    file.add(found)
                done, failed = done + len(found), failed + _failed(found)
                if progress is not None:
                    progress(Progress(done, total, resumed, found[0].policy, found[0].scenario, failed))
    except (KeyboardInterrupt, CancelledError):
        if file is not None:
            done = file.kept
        kept = f"{done:,} are kept in {state}" if state else "nothing is kept"
        raise CancelledError(f"stopped after {done:,} of {total:,} worlds; {kept}") from None
    finally:
        if file is not None:
            file.close()
    result = ArenaResult(header=header, rows=with_regret(rows.values()))
    if file is not None:
        file.finish(result)
    return result


def _failed(rows: Iterable[Row]) -> int:
    return sum(row.error is not None for row in rows)


def _run(tasks: list[Task], jobs: int, backend: Backend) -> Iterator[list[Row]]:
    """The tasks' rows, as they come."""
    if backend == "sequential" or (backend == "loky" and (jobs == 1 or len(tasks) < 2)):
        yield from (task.run() for task in tasks)
    elif backend == "loky":
        yield from in_processes(_run_wanted, tasks, jobs, "generator_unordered")
    else:
        _register_ray()
        # joblib's Ray backend returns no generator: a wave of tasks at a time keeps what a kill would lose small.
        workers = joblib.Parallel(n_jobs=jobs, backend="ray")
        wave = 4 * max(jobs, 8)
        for start in range(0, len(tasks), wave):
            found = workers(joblib.delayed(Task.run)(task) for task in tasks[start : start + wave])
            yield from cast("list[list[Row]]", found)


def _run_wanted(task: Task, by: int) -> list[Row]:
    check_wanted(by)
    return task.run()


def _register_ray() -> None:
    try:
        home = importlib.import_module("ray.util.joblib")
    except ImportError as error:
        raise ConfigurationError(
            "Ray is not installed", where="backend", fix="Install with: pip install 'liftos-agents[ray]'"
        ) from error
    home.register_ray()


def _entrants(contestants: Sequence[str | Factory]) -> list[Entrant]:
    found: list[Entrant] = []
    for make in contestants:
        policy = policies.named(make) if isinstance(make, str) else make()
        batch = int(getattr(policy, "batch", BATCH))
        if batch < 1:
            raise ArgumentError(
                f"policy {policy.name!r} asks for batches of {batch!r} worlds", fix="Give ≥ 1"
            )
        found.append(Entrant(policy.name, str(getattr(policy, "version", "1")), batch, make))
    _unlike("policy", [entrant.name for entrant in found])
    return found


def _scenarios(on: Sequence[str | Scenario]) -> list[Scenario]:
    found = [scenarios.find(one) if isinstance(one, str) else one for one in on]
    _unlike("scenario", [scenario.name for scenario in found])
    return found


def _unlike(what: str, names: list[str]) -> None:
    if not names:
        raise ArgumentError(f"give at least one {what}")
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ArgumentError(f"{what} {twice[0]!r} is given twice")


def _seeds(seeds: Sequence[int]) -> list[int]:
    if not 1 <= len(seeds) <= MOST_SEEDS:
        raise ArgumentError(
            f"a run plays 1 to {MOST_SEEDS:,} seeds, got {len(seeds):,}",
            where="seeds",
            fix="Play more in parts, each with its own first seed" if seeds else "Give at least one",
        )
    order = sorted(int(seed) for seed in seeds)
    if len(set(order)) < len(order):
        raise ArgumentError("seeds must differ", where="seeds")
    return order


def _header(entrants: list[Entrant], worlds: list[Scenario], seeds: list[int], horizon: int | None) -> Header:
    listed = hashlib.sha256(",".join(map(str, seeds)).encode()).hexdigest()[:12]
    return Header(
        schema_version=SCHEMA,
        software=__version__,
        scenarios={
            s.name: f"version {s.version} ({_hash(s)}), {horizon or s.horizon} weeks decided"
            for s in sorted(worlds, key=lambda s: s.name)
        },
        seeds=f"{len(seeds)} from {seeds[0]} to {seeds[-1]} ({listed})",
        policies={
            e.name: f"version {e.version}, {e.batch} worlds a batch"
            for e in sorted(entrants, key=lambda e: e.name)
        },
    )


def _hash(scenario: Scenario) -> str:
    return hashlib.sha256(scenario.market.model_dump_json().encode()).hexdigest()[:12]
