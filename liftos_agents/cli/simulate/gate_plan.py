"""`liftos simulate gate-plan`: may the plan that a run worked out be spent?"""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

import liftos_agents
from liftos_agents.cli import options
from liftos_agents.cli.simulate import verdict_view
from liftos_agents.domain.verdict import SIMULATED


def gate_plan(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A run's id, enough of its beginning, or `last`.")
    ],
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Judge the plans that a run rehearsed; exit code 0 only if each is promoted, else 1."""
    with liftos_agents.LiftOS(settings=options.settings(home=home, organisation=organisation)) as lift:
        records = lift.gate_plan(run)
        status, identifier = lift.run(run)["status"], lift.run(run)["id"]
        waiting = lift.pending(run)
        root, unattended = lift.settings.home, lift.settings.guardrails.unattended
    promoted = all(record.verdict.verdict == verdict_view.PROMOTE for record in records)
    following = _following(identifier, status, promoted=promoted, waits=bool(waiting), unattended=unattended)
    if as_json:
        body = {
            "label": SIMULATED,
            "records": [record.model_dump(mode="json") for record in records],
            "next": following,
        }
        typer.echo(json.dumps(body, ensure_ascii=False))
    else:
        console = Console()
        console.print(f"[magenta]{SIMULATED}[/magenta]", highlight=False)
        for record in records:
            verdict_view.show(console, record, home=root)
        console.print(escape(following), highlight=False, soft_wrap=True)
    if not promoted:
        raise typer.Exit(1)


def _following(run: str, status: str, *, promoted: bool, waits: bool, unattended: str) -> str:
    """What to do next."""
    if waits:
        why = "Guardrails ask for a person beside the record" if promoted else "A person may still decide"
        return f"{why}: liftos runs approve {run}, or liftos runs deny {run}"
    if status == "needs_approval":
        return f"Next: liftos runs resume {run}"
    if not promoted:
        return (
            "Next: ask again with a smaller change or more data; the checks above say what stands in the way"
        )
    if unattended == "promotion":
        return "The same question on the same data now passes without a person"
    return 'The run is complete. To require such a record of every plan, set unattended = "promotion" in liftos.toml'
