"""`liftos simulate replay`: one simulated run again, to step through and to look at."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from liftos_agents import reports
from liftos_agents.cli import options
from liftos_agents.cli.simulate import replay_steps, replay_view
from liftos_agents.cli.simulate.simulation_bar import simulation_bar
from liftos_agents.domain.replay import Replay
from liftos_agents.errors import ArgumentError, CancelledError
from liftos_agents.lift.contestants import decider, decider_names
from liftos_agents.sandbox import replay as recorder
from liftos_agents.sandbox import replay_file, scenarios


def replay(
    policy: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            "-p",
            metavar="NAME,NAME…",
            help=f"Who decides, with commas between or one at a time: {', '.join(decider_names())}.",
        ),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario", "-s", metavar="NAME|FILE", help="A scenario's name, or a file of your own."
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Which world of the scenario.")] = 0,
    horizon: Annotated[
        int | None,
        typer.Option("--horizon", metavar="WEEKS", help="Weeks to decide (default: the scenario's)."),
    ] = None,
    again: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE.json", help="A replay written before, instead of playing."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Write it: a page (.html), a picture (.png, .svg), or all of it (.json).",
        ),
    ] = None,
    step: Annotated[
        bool, typer.Option("--step", help="Show its weeks here: Enter or → goes on, ← back, q ends.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Play one world again and show what each policy decided, what platforms claimed, and what was true."""
    if out is not None:
        _check_out(out)
    if again is not None and (policy or scenario):
        raise ArgumentError(
            "a replay that is read names its policies and scenario itself",
            where="--from",
            fix="Leave --policy and --scenario out",
        )
    found = replay_file.load(again) if again is not None else _played(policy or (), scenario, seed, horizon)
    if as_json:
        typer.echo(found.model_dump_json())
    elif step:
        replay_steps.show(found, Console(), keys=sys.stdin.isatty() and sys.stdout.isatty())
    else:
        replay_view.summary(Console(), found)
    if out is not None:
        console = Console(stderr=True, quiet=as_json)
        with console.status("drawing …"):
            written = replay_file.save(found, out) if _is_json(out) else reports.draw_replay(found, out)
        console.print(f"Written: {escape(str(written))}", highlight=False, soft_wrap=True)


def _played(policies: Sequence[str], scenario: str | None, seed: int, horizon: int | None) -> Replay:
    names = [name.strip() for each in policies for name in each.split(",") if name.strip()]
    if not names:
        raise ArgumentError(
            "nobody decides", where="--policy", fix=f"Name one or more of {', '.join(decider_names())}"
        )
    if scenario is None:
        raise ArgumentError(
            "no scenario", where="--scenario", fix=f"Name one of {', '.join(scenarios.names())}"
        )
    try:
        with simulation_bar("weeks") as tell:
            return recorder.record(
                [decider(name) for name in names],
                scenario,
                seed,
                horizon=horizon,
                progress=lambda p: tell(p.done, p.total, p.policy),
            )
    except KeyboardInterrupt:
        raise CancelledError("stopped; a replay is made whole or not at all") from None


def _is_json(path: Path) -> bool:
    return path.suffix.lower() == ".json"


def _check_out(path: Path) -> None:
    if not _is_json(path) and path.suffix.lower() not in (".html", ".png", ".svg"):
        raise ArgumentError(
            f"the ending {path.suffix!r} is of nothing that a replay is written as",
            where=f"--out {path}",
            fix="Use .html, .png, .svg or .json",
        )
    if _is_json(path):
        reports.check_page_path(path)
    else:
        reports.check_replay_path(path)
