"""Who decides best in the simulated market: every policy and contestant over the ten families, paired by world.

Run: python -m benchmarks sandbox_contest [--seeds N] [--jobs 2] [--policies NAME …] [--scenarios NAME …]. A stopped run goes on
from its state; `--so-far` writes the seeds that are played in full. A look, with fewer seeds than `SEEDS` or with some
policies or scenarios alone, is printed and not written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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
REFERENCES = ("hold", "equal_split", "follow_platform_roas")
SEEDS, FIRST_SEED = 30, 5000
"""30 worlds in the family that has a single scenario, and some hundreds in all; none was looked at while contestants were made."""
PIECE = 5
"""Seeds that are played in full, by everyone everywhere, before the next ones."""
UNANSWERABLE = "unanswerable"
STATES = ".sandbox_contest_*.jsonl"
STOPPED = 130


def main(arguments: Sequence[str] = ()) -> None:
    """Play, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="worlds of each scenario")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--policies", nargs="+", default=PLAYERS)
    parser.add_argument("--scenarios", nargs="+", default=scenarios.names())
    parser.add_argument("--so-far", action="store_true", help="write the seeds that a stopped run has played")
    options = parser.parse_args(arguments)
    whole = (
        options.seeds >= SEEDS
        and tuple(options.policies) == PLAYERS
        and set(options.scenarios) == set(scenarios.names())
        and options.first_seed == FIRST_SEED
    )
    last = options.first_seed + options.seeds
    pieces = [range(first, min(first + PIECE, last)) for first in range(options.first_seed, last, PIECE)]
    keep = whole or options.so_far
    try:
        results = _played(pieces, options, keep=keep)
    except UserError as error:
        sys.exit(str(error))
    except (CancelledError, KeyboardInterrupt):
        print(_stopped(pieces, options, keep=keep), file=sys.stderr)
        sys.exit(STOPPED)
    if not results:
        sys.exit("No seed is played in full yet")
    result = _joined(results)
    rows = _rows(result)
    if whole or options.so_far:
        write("sandbox_contest", "Deciders in the simulated market", rows, notes=_notes(result))
        return
    for row in rows:
        print(row)
    print(*_notes(result), sep="\n")


def _played(pieces: list[range], options: argparse.Namespace, *, keep: bool) -> list[ArenaResult]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    found: list[ArenaResult] = []
    total = _worlds(options) * options.seeds
    with Progress(*columns) as bar:
        task = bar.add_task("worlds", total=total)
        for seeds in pieces:
            state = _state(seeds) if keep else None
            if options.so_far and (state is None or not _complete(state, seeds, options)):
                continue
            before = bar.tasks[0].completed

            def tell(progress: arena.Progress, before: float = before) -> None:
                bar.update(task, completed=before + progress.done)

            players = [decider(name) for name in options.policies]
            found.append(
                arena.play(players, options.scenarios, seeds, jobs=options.jobs, state=state, progress=tell)
            )
    return found


def _stopped(pieces: list[range], options: argparse.Namespace, *, keep: bool) -> str:
    """What is kept of a run that was stopped, and how to go on."""
    if not keep:
        return "stopped; nothing is kept of a look, which is played anew each time"
    whole = _worlds(options) * options.seeds
    done = sum(_rows_kept(_state(seeds)) for seeds in pieces)
    return f"stopped; {done:,} of {whole:,} worlds are kept in {RESULTS}/{STATES}; go on by the same command"


def _worlds(options: argparse.Namespace) -> int:
    """Of each seed."""
    return len(options.policies) * len(options.scenarios)


def _rows_kept(state: Path) -> int:
    return max(state.read_bytes().count(b"\n") - 1, 0) if state.is_file() else 0


def _state(seeds: range) -> Path:
    return RESULTS / STATES.replace("*", f"{seeds.start}_{seeds.stop}")


def _complete(state: Path, seeds: range, options: argparse.Namespace) -> bool:
    return _rows_kept(state) == _worlds(options) * len(seeds)


def _joined(results: list[ArenaResult]) -> ArenaResult:
    rows = [row for result in results for row in result.rows]
    seeds = sorted({row.seed for row in rows})
    header = results[0].header.model_copy(update={"seeds": f"{len(seeds)} from {seeds[0]} to {seeds[-1]}"})
    return ArenaResult(header=header, rows=with_regret(rows))


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


def _notes(result: ArenaResult) -> list[str]:
    known = {row.family for row in result.rows}
    right = [row for row in result.rows if row.family == UNANSWERABLE]
    notes = [
        f"Simulated data: {len(known)} families, {len(result.scenarios)} scenarios, seeds {result.header.seeds}.",
        "− NAME: profit less NAME's in the same world, its mean over the horizon with 95 % bounds by Student's t over seeds, then, "
        "where there are several scenarios, by Liang and Zeger with scenarios as clusters; of spend: as a share of NAME's spend.",
        "regret: (oracle − policy) / (oracle − hold) of expected profit; 0 is the oracle, 1 is hold.",
    ]
    for policy in sorted({row.policy for row in right if row.abstained}):
        notes.append(_abstentions(policy, right))
    hard = {row.policy for row in result.rows if row.violations}
    notes.append(f"Hard violations: {', '.join(sorted(hard)) if hard else 'none by anybody'}.")
    failed = failures(result.rows)
    notes += [f"{failure}; holding was played from then on." for failure in failed]
    if not failed:
        notes.append("Failures of a policy's own code: none by anybody.")
    times = [_seconds(policy, result) for policy in result.policies]
    return [*notes, *(time for time in times if time)]


def _abstentions(policy: str, rows: list[Row]) -> str:
    own = [row for row in rows if row.policy == policy]
    return f"{policy} abstained in {sum(row.abstained for row in own)} of {len(own)} unanswerable worlds."


def _seconds(policy: str, result: ArenaResult) -> str | None:
    taken = [row.seconds for row in result.rows if row.policy == policy and row.seconds is not None]
    return f"{policy}: {sum(taken) / len(taken):.2f} s a world." if taken else None


if __name__ == "__main__":
    main(sys.argv[1:])
