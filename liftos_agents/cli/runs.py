"""`liftos runs`: how every run stands, and what can be done about one that was stopped or waits for a person."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, get_args

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import liftos_agents
from liftos_agents.cli import answer_view, approvals, options
from liftos_agents.cli.steps import Steps
from liftos_agents.domain.answer import Answer
from liftos_agents.domain.event import Event
from liftos_agents.domain.run import Approval, RunEntry, RunStatus
from liftos_agents.errors import ArgumentError

app = typer.Typer(
    no_args_is_help=True,
    help="Runs: list them, resume what was stopped, approve or deny what waits for you, cancel.",
    epilog="Example: liftos runs list --status needs_approval   ·   liftos runs approve last --by Ada",
)

Run = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, enough of its beginning, or `last`.")]
WhichApproval = Annotated[
    str | None,
    typer.Option("--approval", metavar="ID", help="One approval of the run; all that are pending otherwise."),
]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who decides (default: you).")]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="Why, for the record.")]

STYLES = {
    "complete": "green",
    "running": "cyan",
    "needs_approval": "magenta",
    "needs_clarification": "cyan",
    "interrupted": "yellow",
    "cancelled": "yellow",
    "timed_out": "yellow",
    "failed": "red",
}


@app.command("list", epilog="Example: liftos runs list --status interrupted --json")
def list_(
    status: Annotated[
        str | None, typer.Option("--status", help=f"One of: {', '.join(get_args(RunStatus))}.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, newest first.")] = 20,
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """List the latest runs and how they stand."""
    if status is not None and status not in get_args(RunStatus):
        raise ArgumentError(
            f"there is no status {status!r}",
            where="--status",
            fix=f"There are: {', '.join(get_args(RunStatus))}",
        )
    with _lift(home, organisation) as lift:
        found = lift.runs(limit, status=status)  # pyright: ignore[reportArgumentType]
    if as_json:
        typer.echo(json.dumps([run.model_dump(mode="json") for run in found]))
        return
    if not found:
        Console().print("No such run." if status else "No run yet. Ask a question first: liftos ask …")
        return
    table = Table(box=box.SIMPLE_HEAD)
    for title, whole in (
        ("Run", True),
        ("When", True),
        ("Status", True),
        ("Seconds", True),
        ("Question", False),
    ):
        table.add_column(title, no_wrap=whole)
    for run in found:
        when = datetime.fromtimestamp(run.started, UTC).strftime("%m-%d %H:%M")
        table.add_row(run.id, when, _status(run), f"{run.seconds:.1f}", escape(run.question))
    console = Console()
    console.print(table)
    for line in dict.fromkeys(_advice(run) for run in found[:3]):
        console.print(line, style="dim", highlight=False) if line else None


@app.command("show", epilog="Example: liftos runs show last")
def show(
    run: Run,
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Show how a run stands, what was asked of persons, and its answer once it has one."""
    with _lift(home, organisation) as lift:
        found = lift.run(run)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    entry = RunEntry.model_validate({k: v for k, v in found.items() if k in RunEntry.model_fields})
    console = Console()
    console.print(f"[bold]{escape(entry.question)}[/bold]", highlight=False)
    attempts = f" · attempt {entry.attempt}" if entry.attempt > 1 else ""
    console.print(
        f"run {entry.id} · {_status(entry)} · {entry.model} · thread {entry.thread_id}{attempts}",
        highlight=False,
    )
    if entry.problem:
        console.print(escape(entry.problem), style="red", highlight=False)
    for given in found["approvals"]:
        console.print(approvals.view(Approval.model_validate(given)))
    if found["answer"]:
        answer_view.show(console, Answer.model_validate(found["answer"]))
    if advice := _advice(entry):
        console.print(advice, style="dim", highlight=False)


@app.command("resume", epilog="Example: liftos runs resume last --timeout 600")
def resume(
    run: Run,
    timeout: options.Timeout = None,
    max_usd: Annotated[
        float | None, typer.Option("--max-usd", min=0.0, help="Stop before the models cost more.")
    ] = None,
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Go on with a run that was killed, cancelled or out of time; what is finished is not done again."""
    _go_on(
        lambda lift, feed: lift.resume(run, max_usd=max_usd, max_seconds=timeout, on_event=feed),
        home,
        organisation,
        as_json,
    )


@app.command("approve", epilog="Example: liftos runs approve last --by 'Ada' --note 'tested in May'")
def approve(
    run: Run,
    approval: WhichApproval = None,
    by: By = None,
    note: Note = "",
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Approve a plan that waits for a person; with the last decision the run goes on to its answer."""
    name = approvals.whoever_is_here() if by is None else by
    _go_on(
        lambda lift, feed: lift.approve(run, approval, by=name, note=note, on_event=feed),
        home,
        organisation,
        as_json,
    )


@app.command("deny", epilog="Example: liftos runs deny last --note 'not before the launch'")
def deny(
    run: Run,
    approval: WhichApproval = None,
    by: By = None,
    note: Note = "",
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Deny a plan that waits for a person: its recommendations are left out of the answer, which says so."""
    name = approvals.whoever_is_here() if by is None else by
    _go_on(
        lambda lift, feed: lift.deny(run, approval, by=name, note=note, on_event=feed),
        home,
        organisation,
        as_json,
    )


@app.command("cancel", epilog="Example: liftos runs cancel last")
def cancel(
    run: Run,
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Stop a run, in whichever process it is at work; what it found is kept, and it can be resumed."""
    with _lift(home, organisation) as lift:
        entry = lift.cancel(run)
    if as_json:
        typer.echo(entry.model_dump_json())
        return
    stopped = "was asked to stop" if entry.status == "running" else "is stopped"
    Console().print(f"Run {entry.id} {stopped}. Go on with: liftos runs resume {entry.id}", highlight=False)


def _go_on(
    work: Callable[[liftos_agents.LiftOS, Callable[[Event], None]], Answer],
    home: Any,
    organisation: str | None,
    as_json: bool,
) -> None:
    with _lift(home, organisation) as lift, Steps(Console(stderr=True, quiet=as_json)) as steps:
        answer = work(lift, steps.feed)
    if as_json:
        typer.echo(answer.model_dump_json())
        return
    console = Console()
    answer_view.show(console, answer)
    for waiting in approvals.pending(answer):
        console.print(approvals.view(waiting))
    if answer.status == "needs_approval":
        console.print(approvals.how_to_decide(answer), style="dim", highlight=False)


def _lift(home: Any, organisation: str | None) -> liftos_agents.LiftOS:
    return liftos_agents.LiftOS(settings=options.settings(home=home, organisation=organisation))


def _status(run: RunEntry) -> str:
    waits = f" ({run.pending})" if run.pending else ""
    style = STYLES.get(run.status, "dim")
    return f"[{style}]{run.status}{waits}[/{style}]"


def _advice(run: RunEntry) -> str:
    if run.resumable:
        return f"Go on with it: liftos runs resume {run.id}"
    if run.status == "needs_approval":
        return f"Decide: liftos runs approve {run.id}   or: liftos runs deny {run.id}"
    return f"Stop it: liftos runs cancel {run.id}" if run.status == "running" else ""
