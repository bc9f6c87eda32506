"""`liftos trace verify`, `export`, `replay`, `diff`: what the record proves, and taking it elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import liftos_agents
from liftos_agents import tracing
from liftos_agents.cli import options
from liftos_agents.cli.trace_store import Run, find, opened, whose
from liftos_agents.errors import ArgumentError, DataError

if TYPE_CHECKING:
    from liftos_agents.graphs.reproduction import Difference, Replay
    from liftos_agents.tracing import RunDiff

_MANY = 1_000_000
_SIDES = {"same": "=", "changed": "≠", "left": "−", "right": "+"}
_STYLES = {"same": "dim", "changed": "yellow", "left": "red", "right": "green"}


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
    with opened(home) as store:
        report = store.verify(settings.organisation, head=_head(head) if head else None)
        if export:
            written = store.export_head(settings.organisation).model_dump_json() + "\n"
            export.write_text(written, encoding="utf-8")
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
            console.print(f"Head written to {escape(str(export))}", style="dim", highlight=False)
    if not report.ok:
        raise typer.Exit(1)


def replay(
    run: Run,
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Do a run again, its tools anew and its models' replies from the record; exit code 1 when anything differs."""
    settings = options.settings(home=home, organisation=organisation)
    with liftos_agents.LiftOS(settings=settings) as lift:
        found = lift.replay(find(lift.trace, run, settings.organisation).id)
    if as_json:
        typer.echo(json.dumps({"ok": found.ok, **found.model_dump(mode="json")}))
    else:
        _show_replay(Console(), found)
    if not found.ok:
        raise typer.Exit(1)


def diff(
    left: Run,
    right: Run,
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Compare two runs: question, plan, tool calls, evidence and why it differs, claims and their numbers."""
    with opened(home) as store:
        ids = [find(store, run, whose(home, organisation)).id for run in (left, right)]
        found = tracing.diff(store, ids[0], ids[1])
    if as_json:
        typer.echo(json.dumps({"same": found.same, **found.model_dump(mode="json")}))
    else:
        _show_diff(Console(), found)


def export(
    runs: Annotated[
        list[str] | None, typer.Argument(metavar="[RUN]…", help="Runs; `last` for the latest.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every run of the organisation.")] = False,
    jsonl: Annotated[
        Path | None,
        typer.Option("--jsonl", metavar="FILE", help="One record a line: runs, steps, decisions, replies."),
    ] = None,
    parquet: Annotated[
        Path | None, typer.Option("--parquet", metavar="FILE", help="The same as a table.")
    ] = None,
    otlp: Annotated[
        str | None,
        typer.Option(
            "--otlp",
            metavar="FILE|URL",
            help="Spans to a file of OTLP's JSON, or to a collector's HTTP endpoint.",
        ),
    ] = None,
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Take runs elsewhere, with secrets taken out; exit code 1 when a collector did not get all of them."""
    settings = options.settings(home=home, organisation=organisation)
    if bool(runs) == every:
        raise ArgumentError(
            "no run is named" if not runs else "runs are named, and --all", fix="Give RUN or --all"
        )
    if not (jsonl or parquet or otlp):
        raise ArgumentError(
            "nothing says where to", fix="Give --jsonl FILE, --parquet FILE or --otlp FILE|URL"
        )
    told: dict[str, Any] = {}
    with opened(home) as store:
        if every:
            ids = [run.id for run in store.runs(_MANY, organisation=settings.organisation)]
        else:
            ids = [find(store, run, settings.organisation).id for run in runs or ()]
        if jsonl:
            told["jsonl"] = {"file": str(jsonl), "records": tracing.write_jsonl(store, ids, jsonl)}
        if parquet:
            told["parquet"] = {"file": str(parquet), "records": tracing.write_parquet(store, ids, parquet)}
        if otlp and "://" in otlp:
            told["otlp"] = _send(store, ids, otlp, settings.otlp_headers or "", settings.otlp_protocol or "")
        elif otlp:
            told["otlp"] = {"file": otlp, "spans": tracing.write_otlp(store, ids, Path(otlp))}
    if as_json:
        typer.echo(json.dumps({"runs": len(ids), **told}))
    else:
        for form, counts in told.items():
            line = " · ".join(f"{name} {value}" for name, value in counts.items() if value not in ("", 0))
            Console().print(f"{form}: {escape(line)}", highlight=False, soft_wrap=True)
    if told.get("otlp", {}).get("dropped"):
        raise typer.Exit(1)


def _send(
    store: tracing.TraceStore, ids: list[str], endpoint: str, headers: str, protocol: str
) -> dict[str, Any]:
    sender = tracing.OtlpSender(endpoint, headers=headers, protocol=protocol)
    for run_id in ids:
        sender.send(store.run(run_id), store.spans(run_id), store.decisions(run_id))
    return {"to": sender.url, "sent": sender.sent, "dropped": sender.dropped, "problem": sender.problem}


def _show_replay(console: Console, found: Replay) -> None:
    console.print(f"[bold]{escape(found.question)}[/bold]", highlight=False)
    if found.ok:
        console.print(
            f"[green]✓[/green] {found.calls} tool calls done again; {len(found.reproduced)} evidence ids, their "
            "results and the answer are as recorded",
            highlight=False,
        )
        return
    first = found.differences[0]
    console.print(f"[red]✗[/red] {escape(first.message)}", highlight=False)
    _show_difference(console, first)
    others = found.differences[1:]
    if others:
        console.print(f"Then {len(others)} more:", style="dim")
    for difference in others:
        console.print(f"  {difference.kind}: {escape(difference.message)}", style="dim", highlight=False)


def _show_difference(console: Console, difference: Difference) -> None:
    told = {
        "agent": difference.agent,
        "tool": difference.tool,
        "arguments": json.dumps(difference.arguments) if difference.arguments else "",
        "expected": difference.expected,
        "got": difference.got,
    }
    for name, value in told.items():
        if value:
            console.print(f"  {name:<10}{escape(value)}", highlight=False, soft_wrap=True)


def _show_diff(console: Console, found: RunDiff) -> None:
    console.print(f"− {found.left}\n+ {found.right}", style="dim", highlight=False)
    if found.same:
        console.print("[green]✓[/green] The runs do not differ")
        return
    if found.fields:
        table = Table("", found.left, found.right, box=box.SIMPLE_HEAD)
        for field in found.fields:
            table.add_row(field.name, escape(field.left), escape(field.right))
        console.print(table)
    if found.calls:
        table = Table("", "Call", "Evidence", "Why it differs", box=box.SIMPLE_HEAD, title_justify="left")
        for call in found.calls:
            ids = (
                call.evidence[0]
                if call.evidence[0] == call.evidence[1]
                else " → ".join(filter(None, call.evidence))
            )
            why = "\n".join(f"{w.name}: {w.left or '–'} → {w.right or '–'}" for w in call.why)
            table.add_row(
                _SIDES[call.side], f"{call.agent} {call.tool}", ids, escape(why), style=_STYLES[call.side]
            )
        console.print(table)
    for claim in found.claims:
        if claim.side == "same":
            continue
        mark = _SIDES[claim.side]
        console.print(
            f"{mark} {escape(claim.left or claim.right)}", style=_STYLES[claim.side], highlight=False
        )
        for number in claim.numbers:
            console.print(
                f"    {escape(number.name)}: {escape(number.left)} → {escape(number.right)}", highlight=False
            )


def _head(path: Path) -> tracing.ChainHead:
    try:
        return tracing.ChainHead.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            f"no exported head can be read: {error}",
            where=str(path),
            fix="Make one with: liftos trace verify --export FILE",
        ) from error
