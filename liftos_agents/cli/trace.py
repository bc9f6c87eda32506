"""`liftos trace`: what was decided in a run, why a sentence says what it says, and whether the record is whole."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table
from rich.tree import Tree

from liftos_agents import tracing
from liftos_agents.cli import explanation_view, options, trace_proof
from liftos_agents.cli.trace_store import Run, find, opened, whose

if TYPE_CHECKING:
    from liftos_agents.tracing import records

app = typer.Typer(
    no_args_is_help=True,
    help="The decision trace of every run: show, explain, compare, replay, verify, export.",
)
app.command("diff", epilog="Example: liftos trace diff run_3f last")(trace_proof.diff)
app.command("replay", epilog="Example: liftos trace replay last")(trace_proof.replay)
app.command("verify", epilog="Example: liftos trace verify --export head.json")(trace_proof.verify)
app.command(
    "export", epilog="Example: liftos trace export --all --jsonl runs.jsonl --otlp http://localhost:4318"
)(trace_proof.export)

SLOW_SHARE = 0.3


@app.command("list", epilog="Example: liftos trace list -n 5")
def list_(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, newest first.")] = 20,
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """List the latest runs."""
    with opened(home) as store:
        runs = store.runs(limit, organisation=whose(home, organisation))
    if as_json:
        typer.echo(json.dumps([run.model_dump(mode="json") for run in runs]))
        return
    table = Table(Column("Run", no_wrap=True), "When", "Status", "Seconds", "Question", box=box.SIMPLE_HEAD)
    for run in runs:
        when = datetime.fromtimestamp(run.started, UTC).strftime("%Y-%m-%d %H:%M")
        table.add_row(run.id, when, run.status, f"{run.seconds:.2f}", escape(run.question))
    Console().print(table if runs else "No run yet. Ask a question first: liftos ask …")


@app.command("show", epilog="Example: liftos trace show last")
def show(
    run: Run,
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Show the steps of a run with their times, and its decisions."""
    with opened(home) as store:
        found = find(store, run, whose(home, organisation))
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


@app.command("why", epilog="Example: liftos trace why last c1   ·   liftos trace why last 12.7%")
def why(
    run: Run,
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT", help="A claim (c1, r2), a number as it is printed (12.7%), or ev_…:path."
        ),
    ],
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Explain a sentence or a number: the tool call behind it, its data, and who asked for it."""
    with opened(home) as store:
        found = find(store, run, whose(home, organisation))
        explanation = tracing.why(store, found.id, what)
    if as_json:
        typer.echo(explanation.model_dump_json())
        return
    Console().print(explanation_view.view(explanation))


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
