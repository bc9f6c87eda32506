"""`liftos simulate gate`: may a policy decide unattended?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

import liftos_agents
from liftos_agents.cli import options
from liftos_agents.cli.simulate import arena_options, verdict_view
from liftos_agents.cli.simulate.simulation_bar import simulation_bar
from liftos_agents.domain.answer import Grounding
from liftos_agents.domain.verdict import SIMULATED
from liftos_agents.errors import ArgumentError, CancelledError
from liftos_agents.lift.contestants import decider, decider_names
from liftos_agents.sandbox.gates.judged_policy import HOLD

_JUDGED = [name for name in decider_names() if name not in (HOLD, "oracle")]


def gate(
    policy: Annotated[str, typer.Argument(metavar="POLICY", help=f"Who is judged: {', '.join(_JUDGED)}.")],
    on: arena_options.Scenarios = None,
    seeds: Annotated[
        int,
        typer.Option(
            "--seeds", help="Worlds in all, unseen ones, shared out among families; the gate asks for 300."
        ),
    ] = 300,
    grounding: Annotated[
        Path | None,
        typer.Option(
            "--grounding",
            metavar="FILE.json",
            help='How the numbers stand in what it wrote: {"numbers": 40, "bound": 40}, or an answer as --json prints it.',
        ),
    ] = None,
    jobs: arena_options.Jobs = 1,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the same trial where it was stopped.")
    ] = False,
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Judge whether a policy may decide unattended, in unseen worlds; exit code 0 only if it is promoted, else 1."""
    if jobs == 0:
        raise ArgumentError("0 processes play nothing", where="--jobs", fix="Give 1 or more, or -1")
    chosen, figures = arena_options.named(on), None if grounding is None else _grounding(grounding)
    with liftos_agents.LiftOS(settings=options.settings(home=home, organisation=organisation)) as lift:
        try:
            with simulation_bar("worlds") as tell:
                record = lift.gate_policy(
                    decider(policy),
                    chosen,
                    seeds=seeds,
                    jobs=jobs,
                    resume=resume,
                    grounding=figures,
                    progress=lambda p: tell(p.done, p.total, p.what, resumed=p.resumed, failed=p.failed),
                )
        except CancelledError as stopped:
            arena_options.say_stopped(f"{stopped}; go on by the same command with --resume")
            raise
        root = lift.settings.home
    if as_json:
        body = {"label": SIMULATED, "record": record.model_dump(mode="json")}
        typer.echo(json.dumps(body, ensure_ascii=False))
    else:
        out = Console()
        out.print(f"[magenta]{SIMULATED}[/magenta]", highlight=False)
        verdict_view.show(out, record, home=root)
    if record.verdict.verdict != verdict_view.PROMOTE:
        raise typer.Exit(1)


def _grounding(file: Path) -> Grounding:
    where = f"--grounding {file.name}"
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
        found = Grounding.model_validate(given.get("grounding", given) if isinstance(given, dict) else given)
    except (OSError, ValueError, ValidationError) as error:
        raise ArgumentError(
            "the file holds no grounding figures", where=where, fix='Write {"numbers": 40, "bound": 40}'
        ) from error
    if not 0 <= found.bound <= found.numbers or found.numbers == 0:
        raise ArgumentError(
            f"{found.bound!r} of {found.numbers!r} numbers cannot be bound",
            where=where,
            fix="Give how many numbers were written, at least one, and how many of them are bound to evidence",
        )
    return found
