"""What `liftos simulate run` and `compare` share: their options, and a run with its progress bar."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape

from liftos_agents.cli.simulate.simulation_bar import simulation_bar
from liftos_agents.errors import ArgumentError, CancelledError, NotFoundError
from liftos_agents.lift.contestants import decider
from liftos_agents.sandbox import arena, scenarios
from liftos_agents.sandbox.arena_rows import ArenaResult, Failure

Scenarios = Annotated[
    list[str] | None,
    typer.Option(
        "--scenarios",
        "-s",
        metavar="NAME,NAME…|all",
        help="Which scenarios, by name or file, with commas between or one at a time; all when absent.",
    ),
]
Seeds = Annotated[int, typer.Option("--seeds", help="Worlds of each scenario.")]
FirstSeed = Annotated[
    int, typer.Option("--first-seed", min=0, max=2**62, help="Seed of the first world; the others follow it.")
]
Horizon = Annotated[
    int | None, typer.Option("--horizon", metavar="WEEKS", help="Weeks to decide (default: the scenario's).")
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE.jsonl", help="Stream results to this file, a line a world."),
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the run that --out holds.")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=-1, help="Processes; -1 is one a core.")]
Backend = Annotated[
    Literal["loky", "ray"], typer.Option("--backend", help="Where processes run; results are the same.")
]


_MOST_FAILURES = 10
"""Lines of a terminal; every row of --out says what it failed of."""


def played(
    policies: Sequence[str],
    on: Sequence[str] | None,
    *,
    seeds: int,
    first_seed: int,
    horizon: int | None,
    out: Path | None,
    resume: bool,
    jobs: int,
    backend: Literal["loky", "ray"],
) -> ArenaResult:
    """Play, with a progress bar on standard error where that is a terminal.

    Raises:
        NotFoundError: An unknown policy or scenario.
        ArgumentError: `--out` and `--resume` do not fit what is there, or no processes are asked for.
        CancelledError: Stopped; it has then been said how to go on.
    """
    _check_file(out, resume=resume)
    if jobs == 0:
        raise ArgumentError("0 processes play nothing", where="--jobs", fix="Give 1 or more, or -1")
    chosen = named(on)
    deciders = [decider(name) for name in policies]
    try:
        with simulation_bar("worlds") as tell:
            return arena.play(
                deciders,
                chosen,
                range(first_seed, first_seed + max(seeds, 0)),
                horizon=horizon,
                jobs=jobs,
                backend=backend,
                state=out,
                progress=lambda p: tell(
                    p.done,
                    p.total,
                    f"{p.policy} on {p.scenario}" if p.policy else "",
                    resumed=p.resumed,
                    failed=p.failed,
                ),
            )
    except CancelledError as stopped:
        again = "go on by the same command with --resume" if out else "--out FILE.jsonl keeps what is done"
        say_stopped(f"{stopped}; {again}")
        raise


def say_stopped(what: str) -> None:
    """One line on standard error: what is kept of a run that was stopped, and how to go on."""
    Console(stderr=True).print(escape(what), highlight=False, soft_wrap=True)


def show_failures(console: Console, found: Sequence[Failure]) -> None:
    """Say who failed of what, and what stands in the figures for it."""
    if not found:
        return
    for failure in found[:_MOST_FAILURES]:
        console.print(escape(str(failure)), style="red", highlight=False, soft_wrap=True)
    more = len(found) - _MOST_FAILURES
    rest = f"{more} more kinds of failure stand in the rows. " if more > 0 else ""
    console.print(
        f"{rest}From the week of a failure on holding was played in the policy's place, in all worlds of its batch.",
        style="dim",
    )


def named(given: Sequence[str] | None) -> list[str]:
    """The scenarios named; all of those that come with the program for none and for `all`.

    Raises:
        NotFoundError: An unknown one, with what may have been meant.
    """
    found = [name.strip() for each in given or () for name in each.split(",") if name.strip()]
    if given is None or found == ["all"]:
        return list(scenarios.names())
    for name in found:
        close = difflib.get_close_matches(name, scenarios.names(), n=1)
        if close and close[0] != name and not name.endswith((".yaml", ".yml")):
            raise NotFoundError(
                f"no scenario {name!r}",
                where="--scenarios",
                fix=f"Did you mean {close[0]!r}? Scenarios are {', '.join(scenarios.names())}",
            )
    return found


def _check_file(out: Path | None, *, resume: bool) -> None:
    if out is None and resume:
        raise ArgumentError("nothing to go on with", where="--resume", fix="Name the run's file with --out")
    if out is None:
        return
    if out.is_dir():
        raise ArgumentError("this is a folder", where=f"--out {out}", fix="Name a file: run.jsonl")
    if resume and not out.is_file():
        raise NotFoundError("no such run", where=f"--out {out}", fix="Leave --resume out to begin it")
    if not resume and out.exists():
        raise ArgumentError(
            "the file exists", where=f"--out {out}", fix="Go on with it by --resume, or name another"
        )
