"""`liftos memory`: what the organisation has learnt, to search, read, draw and forget."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from liftos_agents import data as data_room
from liftos_agents import memory as memory_room
from liftos_agents.cli import options
from liftos_agents.domain.amount import format_number
from liftos_agents.domain.memory_record import MemoryKind, MemoryRecord
from liftos_agents.errors import ArgumentError, NotFoundError

app = typer.Typer(
    no_args_is_help=True,
    help="What the organisation has learnt: findings, decisions and measured effects.",
    epilog="Examples: liftos memory search 'does TV pay back' · liftos memory graph --dot > effects.dot",
)

KINDS = get_args(MemoryKind)
FORMATS = {".graphml": "graphml", ".dot": "dot", ".gv": "dot"}

Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="How many to show at most.")]
All = Annotated[bool, typer.Option("--all", help="Show those, too, that something newer has superseded.")]


@app.command("search", epilog="Example: liftos memory search 'what did we learn about print?' --limit 3")
def search(
    query: Annotated[str, typer.Argument(help="What you look for, in plain words.")],
    limit: Limit = 5,
    superseded: All = False,
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Find what bears on a question, with what each signal gave to the score."""
    if not query.strip():
        raise ArgumentError("the query is empty", where="QUERY", fix="Say what you look for")
    with _memory(home, organisation) as (memory, owner):
        found = memory.recall(owner, query, limit=limit, superseded=superseded)
    if as_json:
        typer.echo(json.dumps([r.model_dump(mode="json") for r in found], ensure_ascii=False))
        return
    if not found:
        typer.echo("Nothing that was learnt bears on this.")
        return
    table = Table("Score", "Id", "Kind", "What was learnt", "Signals", box=box.SIMPLE_HEAD)
    for recall in found:
        signals = ", ".join(f"{name} {value:.2f}" for name, value in recall.signals.items())
        record = recall.record
        table.add_row(f"{recall.score:.3f}", record.id[:12], record.kind, escape(record.content), signals)
    console = Console()
    console.print(table)
    console.print(f"Embedding: {found[0].embedding}", style="dim", highlight=False)


@app.command("list", epilog="Example: liftos memory list --kind causal_edge --subject tv")
def list_(
    kind: Annotated[
        str | None, typer.Option("--kind", "-k", help=f"One kind alone: {', '.join(KINDS)}.")
    ] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", "-s", help="Only what is about this: a channel, a product …")
    ] = None,
    limit: Limit = 50,
    superseded: All = False,
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """List what was learnt, newest first."""
    if kind is not None and kind not in KINDS:
        raise ArgumentError(f"there is no kind {kind!r}", where="--kind", fix=f"Kinds: {', '.join(KINDS)}")
    with _memory(home, organisation) as (memory, owner):
        records = memory.records(owner)
    kept = [
        r
        for r in reversed(records)
        if (superseded or r.superseded_by is None)
        and kind in (None, r.kind)
        and (subject is None or _is_about(r, subject))
    ]
    if as_json:
        typer.echo(json.dumps([r.model_dump(mode="json") for r in kept[:limit]], ensure_ascii=False))
        return
    if not kept:
        typer.echo("Nothing of that kind has been learnt yet; answers to `liftos ask` are remembered.")
        return
    table = Table("Id", "Kind", "What was learnt", "Window", "Sure", box=box.SIMPLE_HEAD)
    for record in kept[:limit]:
        style = "dim" if record.superseded_by else ""
        table.add_row(
            record.id[:12],
            record.kind,
            escape(record.content),
            _window(record),
            f"{100 * record.confidence:.0f} %",
            style=style,
        )
    console = Console()
    console.print(table)
    if len(kept) > limit:
        console.print(f"{len(kept) - limit} more; raise --limit to see them", style="dim", highlight=False)


@app.command("show", epilog="Example: liftos memory show 3f9ac1")
def show(
    record: Annotated[str, typer.Argument(metavar="ID", help="A record's id, or how it begins.")],
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Show one record whole: content, evidence, source run, validity."""
    with _memory(home, organisation) as (memory, owner):
        found = _find(memory.records(owner), record)
    if as_json:
        typer.echo(found.model_dump_json())
        return
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim")
    table.add_column()
    for name, value in _rows(found):
        table.add_row(name, escape(value))
    Console().print(table)


@app.command("graph", epilog="Example: liftos memory graph --out effects.graphml   (opens in Gephi or yEd)")
def graph(
    target: Annotated[
        str | None, typer.Option("--on", metavar="KPI", help="Only what acts on this, strongest first.")
    ] = None,
    dot: Annotated[bool, typer.Option("--dot", help="Graphviz source instead of a picture of text.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write .graphml or .dot to a file.")
    ] = None,
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Show the causal graph: what acts on what, by how much, and what contradicts what."""
    if out is not None and out.suffix.lower() not in FORMATS:
        raise ArgumentError("the format is not known", where=str(out), fix="End the name in .graphml or .dot")
    with _memory(home, organisation) as (memory, owner):
        effects = memory.graph(owner)
    if out is not None:
        text = effects.to_graphml() if FORMATS[out.suffix.lower()] == "graphml" else effects.to_dot()
        out.write_text(text, encoding="utf-8")
        typer.echo(f"Written to {out}", err=as_json)
    elif dot:
        typer.echo(effects.to_dot())
    elif as_json:
        typer.echo(json.dumps(_graph_json(effects), ensure_ascii=False))
    else:
        _draw(Console(), effects, target)


@app.command("forget", epilog="Example: liftos memory forget --subject 'customer 4711' --yes")
def forget(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]…", help="Records to forget.")] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", "-s", help="Forget everything about this.")
    ] = None,
    everything: Annotated[bool, typer.Option("--everything", help="Forget all of it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether you are sure.")] = False,
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Delete records for good: by id, by subject, or all."""
    if sum((bool(ids), subject is not None, everything)) != 1:
        raise ArgumentError("say what to forget", fix="Give ids, or --subject NAME, or --everything")
    with _memory(home, organisation) as (memory, owner):
        records = memory.records(owner)
        chosen = [_find(records, i).id for i in ids] if ids else None
        what = f"{len(chosen)} records" if chosen else f"everything about {subject!r}" if subject else "all"
        if not yes:
            if as_json or not sys.stdin.isatty():
                raise ArgumentError("forgetting cannot be undone", fix="Say --yes if you mean it")
            typer.confirm(f"Forget {what}? It cannot be undone", abort=True)
        gone = memory.forget(owner, ids=chosen, subject=subject, everything=everything)
    typer.echo(json.dumps({"forgotten": gone}) if as_json else f"{gone} records forgotten")


@app.command("export", epilog="Example: liftos memory export > memory.jsonl")
def export(organisation: options.Organisation = None, home: options.Home = None) -> None:
    """Print every record as a JSON line."""
    with _memory(home, organisation) as (memory, owner):
        typer.echo(memory.export(owner), nl=False)


@app.command("import", epilog="Example: liftos memory import memory.jsonl")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `liftos memory export` printed.")],
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Take in exported records; what is there already stays as it is."""
    try:
        lines = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFoundError(
            f"the file cannot be read: {error}", where=str(file), fix="Give a file of `liftos memory export`"
        ) from error
    with _memory(home, organisation) as (memory, owner):
        new = memory.import_(owner, lines)
    typer.echo(json.dumps({"new": new}) if as_json else f"{new} new records")


@contextmanager
def _memory(home: Path | None, organisation: str | None) -> Iterator[tuple[memory_room.Memory, str]]:
    settings = options.settings(home=home, organisation=organisation)
    with (
        data_room.open_home(settings) as stores,
        memory_room.Memory(stores, embedding_path=settings.embedding_path, index_after=None) as memory,
    ):
        yield memory, settings.organisation


def _find(records: list[MemoryRecord], beginning: str) -> MemoryRecord:
    found = [r for r in records if beginning and r.id.startswith(beginning)]
    if not found:
        raise NotFoundError(
            f"there is no record {beginning!r}", where="ID", fix="Ids are listed by: liftos memory list --all"
        )
    if len(found) > 1:
        raise ArgumentError(
            f"{len(found)} records begin with {beginning!r}", where="ID", fix="Give more of the id"
        )
    return found[0]


def _is_about(record: MemoryRecord, subject: str) -> bool:
    wanted = subject.casefold()
    return any(wanted in text.casefold() for text in (record.subject, *record.entities))


def _window(record: MemoryRecord) -> str:
    return f"{record.valid_from or '…'} – {record.valid_to or '…'}" if record.valid_from else ""


def _rows(record: MemoryRecord) -> Iterator[tuple[str, str]]:
    yield "id", record.id
    yield "kind", record.kind
    yield "about", record.subject
    yield "learnt", record.content
    yield "entities", ", ".join(record.entities)
    yield "window", _window(record)
    yield "confidence", f"{100 * record.confidence:.0f} %"
    yield "source run", record.source_run
    yield "evidence", ", ".join(record.evidence)
    yield "datasets", ", ".join(d[:12] for d in record.datasets)
    if record.edge:
        edge = record.edge
        interval = f"{format_number(edge.low)} to {format_number(edge.high)}"
        yield (
            "effect",
            f"{edge.measure} {format_number(edge.effect)} ({100 * edge.level:.0f} % interval {interval})",
        )
        yield "method", edge.method
    if record.superseded_by:
        yield "superseded by", record.superseded_by


def _graph_json(effects: memory_room.CausalGraph) -> dict[str, Any]:
    return {
        "nodes": [{"name": n.name, "kind": n.kind} for n in effects.nodes],
        "edges": [
            {"record": e.record, **e.edge.model_dump(mode="json"), "stands": e.stands} for e in effects.edges
        ],
        "conflicts": [
            {"first": c.first.record, "second": c.second.record, "reason": c.reason}
            for c in effects.conflicts()
        ],
    }


def _draw(console: Console, effects: memory_room.CausalGraph, target: str | None) -> None:
    targets = sorted({e.edge.target for e in effects.edges if e.stands})
    if target is not None:
        if target not in targets:
            known = ", ".join(targets) or "nothing yet"
            raise NotFoundError(f"no effect on {target!r} is known", where="--on", fix=f"Known: {known}")
        targets = [target]
    if not targets:
        typer.echo("No effect has been measured yet.")
        return
    for name in targets:
        tree = Tree(f"[bold]{escape(name)}[/bold]")
        for e in effects.effects_on(name):
            edge = e.edge
            low, high = format_number(edge.low), format_number(edge.high)
            said = f"{escape(edge.source)}  {escape(edge.measure)} {format_number(edge.effect)}  [dim]{low} to {high} · {escape(edge.method)} · {e.record[:12]}[/dim]"
            tree.add(said, highlight=False)
        console.print(tree)
    for conflict in effects.conflicts():
        pair = f"{conflict.first.record[:12]} and {conflict.second.record[:12]}"
        console.print(f"[red]contradiction[/red] {pair}: {escape(conflict.reason)}", highlight=False)
