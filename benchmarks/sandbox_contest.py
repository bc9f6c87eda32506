"""Who decides best in the simulated market: every policy and contestant over the ten families, paired by world.

Run: python -m benchmarks sandbox_contest [--worlds N] [--jobs 2] [--policies NAME …] [--scenarios NAME …]. Every family gets as
many worlds, dealt to its scenarios in turn, and each world a seed of its own. A stopped run goes on from its state; `--so-far`
writes what is played in full. A look, with fewer worlds than `WORLDS` or with some policies or scenarios alone, is printed and
not written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.report import RESULTS, write
from liftos_agents.errors import CancelledError, UserError
from liftos_agents.lift.contestants import decider
from liftos_agents.sandbox import arena, scenarios
from liftos_agents.sandbox.arena_comparison import Comparison, Difference, compare
from liftos_agents.sandbox.arena_rows import ArenaResult, Row, failures, with_regret

PLAYERS = (
    "hold",
    "equal_split",
    "follow_platform_roas",
    "thompson",
    "oracle",
    "mmm_greedy",
    "optimiser",
)
AGENTS = ("mmm_greedy", "optimiser")
REFERENCES = ("hold", "equal_split", "follow_platform_roas")
WORLDS, FIRST_SEED, APART = 30, 7000, 100
"""Worlds of a family; families' seeds begin `APART`. None was looked at while contestants were made."""
PIECE = 10
"""Worlds of each family that are played in full, by everyone, before the next ones."""
LEAST_WORLDS = 10
UNANSWERABLE = "unanswerable"
STATES = ".sandbox_contest_*.jsonl"
STOPPED = 130


def main(arguments: Sequence[str] = ()) -> None:
    """Play, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=WORLDS, help="of each family")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--policies", nargs="+", default=PLAYERS)
    parser.add_argument("--scenarios", nargs="+", default=scenarios.names())
    parser.add_argument(
        "--so-far", action="store_true", help="write the pieces that a stopped run has played in full"
    )
    options = parser.parse_args(arguments)
    whole = (
        options.worlds >= WORLDS
        and tuple(options.policies) == PLAYERS
        and set(options.scenarios) == set(scenarios.names())
        and options.first_seed == FIRST_SEED
    )
    keep = whole or options.so_far
    try:
        pieces = _pieces(options)
        results = _played(pieces, options, keep=keep)
    except UserError as error:
        sys.exit(str(error))
    except (CancelledError, KeyboardInterrupt):
        print(_stopped(options, keep=keep), file=sys.stderr)
        sys.exit(STOPPED)
    if not results:
        sys.exit("No piece is played in full yet")
    result = _joined(results)
    rows = _rows(_dealt(result))
    if keep:
        write("sandbox_contest", "Deciders in the simulated market", rows, notes=_notes(result, pieces))
        return
    for row in rows:
        print(row)
    print(*_notes(result, []), sep="\n")


@dataclass(frozen=True)
class _Part:
    """What the arena plays at once: some worlds of one scenario."""

    scenario: str
    seeds: tuple[int, ...]

    @property
    def state(self) -> Path:
        return RESULTS / STATES.replace("*", f"{self.scenario}_{self.seeds[0]}")


def _pieces(options: argparse.Namespace) -> list[list[_Part]]:
    """World n of a family is its n-th scenario's in turn, on a seed that no other world has."""
    families: dict[str, list[str]] = {}
    for name in sorted(options.scenarios):
        families.setdefault(scenarios.scenario(name).family, []).append(name)
    pieces: list[list[_Part]] = []
    for first in range(0, options.worlds, PIECE):
        parts: list[_Part] = []
        for number, family in enumerate(sorted(families)):
            start, members = options.first_seed + APART * number, families[family]
            for place, name in enumerate(members):
                last = min(first + PIECE, options.worlds)
                seeds = [start + n for n in range(first, last) if n % len(members) == place]
                parts += [_Part(name, tuple(seeds))] if seeds else []
        pieces.append(parts)
    return pieces


def _played(pieces: list[list[_Part]], options: argparse.Namespace, *, keep: bool) -> list[ArenaResult]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]}", style="red"),
        TimeRemainingColumn(),
    )
    players = [decider(name) for name in options.policies]
    found: list[ArenaResult] = []
    with Progress(*columns) as bar:
        task = bar.add_task("worlds", total=_worlds(pieces, options), failed="")
        for piece in pieces:
            if options.so_far and not all(_complete(part, options) for part in piece):
                break
            for part in piece:
                before = bar.tasks[0].completed
                fallen = sum(row.error is not None for result in found for row in result.rows)

                def tell(progress: arena.Progress, before: float = before, fallen: int = fallen) -> None:
                    failed = fallen + progress.failed
                    words = f"{failed:,} failed" if failed else ""
                    bar.update(task, completed=before + progress.done, failed=words)

                state = part.state if keep else None
                found.append(
                    arena.play(
                        players, [part.scenario], part.seeds, jobs=options.jobs, state=state, progress=tell
                    )
                )
    return found


def _stopped(options: argparse.Namespace, *, keep: bool) -> str:
    """What is kept of a run that was stopped, and how to go on."""
    if not keep:
        return "stopped; nothing is kept of a look, which is played anew each time"
    pieces = _pieces(options)
    done = sum(_rows_kept(part.state) for piece in pieces for part in piece)
    whole = _worlds(pieces, options)
    return f"stopped; {done:,} of {whole:,} worlds are kept in {RESULTS}/{STATES}; go on by the same command"


def _worlds(pieces: list[list[_Part]], options: argparse.Namespace) -> int:
    """All that is played, every policy's worlds counted."""
    return len(options.policies) * sum(len(part.seeds) for piece in pieces for part in piece)


def _rows_kept(state: Path) -> int:
    return max(state.read_bytes().count(b"\n") - 1, 0) if state.is_file() else 0


def _complete(part: _Part, options: argparse.Namespace) -> bool:
    return _rows_kept(part.state) == len(options.policies) * len(part.seeds)


def _joined(results: list[ArenaResult]) -> ArenaResult:
    rows = [row for result in results for row in result.rows]
    seeds = sorted({row.seed for row in rows})
    played = {name: played for result in results for name, played in result.header.scenarios.items()}
    said = {"seeds": f"{len(seeds)} from {seeds[0]} to {seeds[-1]}", "scenarios": played}
    return ArenaResult(header=results[0].header.model_copy(update=said), rows=with_regret(rows))


def _dealt(result: ArenaResult) -> ArenaResult:
    """The rows as `compare` pairs them: the family as the scenario, and the n-th world of each family as one unit.

    Worlds of different families share no seed, so that a unit is a stratified draw: one world of each family.
    """
    families = {row.scenario: row.family for row in result.rows}
    place = {
        (family, seed): number
        for family in set(families.values())
        for number, seed in enumerate(sorted({row.seed for row in result.rows if row.family == family}))
    }
    rows = [
        row.model_copy(update={"scenario": row.family, "seed": place[row.family, row.seed]})
        for row in result.rows
    ]
    header = result.header.model_copy(update={"scenarios": {f: f for f in set(families.values())}})
    return ArenaResult(header=header, rows=tuple(rows))


def _rows(result: ArenaResult) -> list[dict[str, Any]]:
    """A line for each family and policy, those of all together last; differences in profit."""
    against = {
        name: compare(result, against=name, measure="profit")
        for name in REFERENCES
        if name in result.policies
    }
    first = next(iter(against.values()))
    rows: list[dict[str, Any]] = []
    for line in first.lines:
        row: dict[str, Any] = {
            "family": line.family,
            "policy": line.policy,
            "worlds": line.worlds,
            "regret": None if line.normalised_regret is None else round(line.normalised_regret, 3),
            "abstained": line.abstained,
            "violations": line.violations,
            "failed": line.failed,
        }
        for name, comparison in against.items():
            row |= _difference_cells(name, _difference(comparison, line.family, line.policy))
        rows.append(row)
    return rows


def _difference(comparison: Comparison, family: str, policy: str) -> Difference | None:
    return next(
        line.difference for line in comparison.lines if line.family == family and line.policy == policy
    )


def _difference_cells(name: str, found: Difference | None) -> dict[str, Any]:
    if found is None:
        return {f"− {name}": None, f"− {name}, of spend": None}
    bounds = "" if found.low is None else f" [{found.low:,.0f}, {found.high:,.0f}]"
    if found.clustered_low is not None:
        bounds += f" [{found.clustered_low:,.0f}, {found.clustered_high:,.0f}]"
    return {
        f"− {name}": f"{found.mean:,.0f}{bounds}",
        f"− {name}, of spend": f"{found.share:+.2%}",
    }


def _notes(result: ArenaResult, pieces: list[list[_Part]]) -> list[str]:
    known = {row.family for row in result.rows}
    right = [row for row in result.rows if row.family == UNANSWERABLE]
    notes = [
        f"Simulated data: {len(known)} families, {len(result.scenarios)} scenarios, seeds {result.header.seeds}.",
        "− NAME: profit less NAME's in the same world, its mean over the horizon with 95 % bounds by Student's t over worlds, then, "
        "for all together, by Liang and Zeger with families as clusters; of spend: as a share of NAME's spend.",
        "regret: (oracle − policy) / (oracle − hold) of expected profit; 0 is the oracle, 1 is hold.",
    ]
    notes += [_by_scenario(policy, result) for policy in AGENTS if policy in result.policies]
    notes += [_common_luck(policy, result) for policy in AGENTS if policy in result.policies]
    for policy in sorted({row.policy for row in right if row.abstained}):
        notes.append(_abstentions(policy, right))
    hard = {row.policy for row in result.rows if row.violations}
    notes.append(f"Hard violations: {', '.join(sorted(hard)) if hard else 'none by anybody'}.")
    failed = failures(result.rows)
    notes += [f"{failure}; holding was played from then on." for failure in failed]
    if not failed:
        notes.append("Failures of a policy's own code: none by anybody.")
    times = [_seconds(policy, result, pieces) for policy in result.policies]
    return [*notes, *(time for time in times if time)]


def _by_scenario(policy: str, result: ArenaResult) -> str:
    held = result.of("hold") if "hold" in result.policies else {}
    gains: dict[str, list[float]] = {}
    for world, row in result.of(policy).items():
        if world in held:
            gains.setdefault(row.scenario, []).append(row.profit - held[world].profit)
    each = [f"{name} {sum(own) / len(own):+,.0f} ({len(own)})" for name, own in sorted(gains.items())]
    return f"{policy} − hold by scenario (worlds): {', '.join(each)}."


def _common_luck(policy: str, result: ArenaResult) -> str:
    """How much meeting the same luck narrows the difference to holding, where a scenario has enough worlds to say."""
    held, own = result.of("hold") if "hold" in result.policies else {}, result.of(policy)
    said: list[str] = []
    for name in result.scenarios:
        worlds = [world for world in own if world[0] == name and world in held]
        if len(worlds) < LEAST_WORLDS:
            continue
        pair = np.array([[own[world].profit, held[world].profit] for world in worlds])
        left = float((pair[:, 0] - pair[:, 1]).var(ddof=1))
        if left > 0.0:
            said.append(f"{name} {float(pair.var(axis=0, ddof=1).sum()) / left:.1f} × ({len(worlds)})")
    return (
        f"{policy} − hold: the same luck cuts the variance of a world's difference, against worlds of other seeds, in "
        f"{', '.join(said) or 'no scenario with enough worlds'}."
    )


def _abstentions(policy: str, rows: list[Row]) -> str:
    own = [row for row in rows if row.policy == policy]
    return f"{policy} abstained in {sum(row.abstained for row in own)} of {len(own)} unanswerable worlds."


def _seconds(policy: str, result: ArenaResult, pieces: list[list[_Part]]) -> str | None:
    """Wall time a world; of a run that went on from its state, what stands beside the state counts as well."""
    taken = [(1, row.seconds) for row in result.rows if row.policy == policy and row.seconds is not None]
    beside = [part.state.with_name(f"{part.state.name}.seconds") for piece in pieces for part in piece]
    lines = [line.split("\t") for path in beside if path.is_file() for line in path.read_text().splitlines()]
    taken = [(int(line[3]), float(line[4])) for line in lines if line[0] == policy] or taken
    worlds = sum(count for count, _ in taken)
    return f"{policy}: {sum(n * each for n, each in taken) / worlds:.2f} s a world." if worlds else None


if __name__ == "__main__":
    main(sys.argv[1:])
