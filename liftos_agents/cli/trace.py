"""`liftos trace`: what was decided in a run, why a sentence says what it says, and whether the record is whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from liftos_agents import data as data_room
from liftos_agents import tracing
from liftos_agents.cli import explanation_view, options
from liftos_agents.errors import DataError, NotFoundError

if TYPE_CHECKING:
    from liftos_agents.tracing import records

app = typer.Typer(no_args_is_help=True, help="The decision trace of every run: list, show, explain, verify.")

Run = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, enough of its beginning, or `last`.")]
SLOW_SHARE = 0.3


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, newest first.")] = 20,
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """List the latest runs."""
    with _store(home) as store:
        runs = store.runs(limit, organisation=organisation)
    if as_json:
        typer.echo(json.dumps([run.model_dump(mode="json") for run in runs]))
        return
    table = Table("Run", "When", "Status", "Seconds", "Question", box=box.SIMPLE_HEAD)
    for run in runs:
        when = datetime.fromtimestamp(run.started, UTC).strftime("%Y-%m-%d %H:%M")
        table.add_row(run.id, when, run.status, f"{run.seconds:.2f}", escape(run.question))
    Console().print(table if runs else "No run yet. Ask a question first: liftos ask …")


@app.command("show")
def show(
    run: Run,
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Show the steps of a run with their times, and its decisions."""
    with _store(home) as store:
        found = _find(store, run, organisation)
        spans, decisions = store.spans(found.id), store.decisions(found.id)
    if as_json:
        body = {
            "run": found.model_dump(mode="json"),
            "spans": [span.model_dump(mode="json") for span in spans],
            "decisions": [record.model_dump(mode="json") for record in decisions],
        }
        typer.echo(json.dumps(body))
        return
    console = Console()
    console.print(f"[bold]{escape(found.question)}[/bold]", highlight=False)
    console.print(
        f"run {found.id} · {found.status} · {found.model} · thread {found.thread_id}",
        style="dim",
        highlight=False,
    )
    if found.error:
        console.print(escape(found.error), style="red")
    console.print(_span_tree(spans))
    table = Table("", "Who", "Chose", "Why", box=box.SIMPLE_HEAD, title="Decisions", title_justify="left")
    for record in decisions:
        decision = record.decision
        table.add_row(str(record.position), decision.actor, escape(decision.chosen), escape(decision.reason))
    console.print(table)


@app.command("why")
def why(
    run: Run,
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="A claim or recommendation: c1, r2.")],
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Explain a sentence: each number, the tool call behind it, its data, and who asked for it."""
    with _store(home) as store:
        found = _find(store, run, organisation)
        explanation = tracing.why(store, found.id, claim)
    if as_json:
        typer.echo(explanation.model_dump_json())
        return
    Console().print(explanation_view.view(explanation))


@app.command("verify")
def verify(
    organisation: options.Organisation = None,
    head: Annotated[
        Path | None, typer.Option("--head", help="A head exported earlier: also shows records cut off since.")
    ] = None,
    export: Annotated[
        Path | None, typer.Option("--export", help="Write the present signed head to a file.")
    ] = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Check that no record was edited, deleted, reordered or cut off; exit code 1 when one was."""
    settings = options.settings(home=home, organisation=organisation)
    with _store(home) as store:
        report = store.verify(settings.organisation, head=_head(head) if head else None)
        if export:
            export.write_text(store.export_head(settings.organisation).model_dump_json() + "\n")
    if as_json:
        typer.echo(json.dumps({"ok": report.ok, **report.model_dump(mode="json")}))
    else:
        console = Console()
        for fault in report.faults:
            console.print(
                f"[red]✗[/red] record {fault.position}: {escape(fault.message)} ({fault.kind})",
                highlight=False,
            )
        if report.ok:
            console.print(
                f"[green]✓[/green] {report.records} records of {report.runs} runs are as they were written",
                highlight=False,
            )
        if export:
            console.print(f"Head written to {export}", style="dim", highlight=False)
    if not report.ok:
        raise typer.Exit(1)


@contextmanager
def _store(home: Path | None) -> Iterator[tracing.TraceStore]:
    with data_room.open_home(options.settings(home=home)) as stores:
        yield tracing.TraceStore(stores.database, stores.folder("keys"))


def _find(store: tracing.TraceStore, run: str, organisation: str | None) -> records.RunRecord:
    if run != "last":
        return store.run(run, organisation=organisation)
    latest = store.runs(1, organisation=organisation)
    if not latest:
        raise NotFoundError("there is no run yet", fix="Ask a question first: liftos ask …")
    return store.run(latest[0].id, organisation=organisation)


def _head(path: Path) -> tracing.ChainHead:
    try:
        return tracing.ChainHead.model_validate_json(path.read_text())
    except (OSError, ValueError) as error:
        raise DataError(
            f"no exported head can be read: {error}",
            where=str(path),
            fix="Make one with: liftos trace verify --export FILE",
        ) from error


def _span_tree(spans: tuple[records.SpanRecord, ...]) -> Tree:
    total = max((span.milliseconds for span in spans), default=0.0)
    root = Tree("Steps", hide_root=True)
    nodes: dict[str, Tree] = {}
    for span in spans:
        style = (
            "red" if span.status == "error" else "yellow" if span.milliseconds > SLOW_SHARE * total else "dim"
        )
        label = f"{escape(span.name)} [{style}]{span.milliseconds:,.1f} ms[/{style}]"
        nodes[span.id] = nodes.get(span.parent, root).add(label, highlight=False)
    return root
