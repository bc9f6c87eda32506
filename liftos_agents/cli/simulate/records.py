"""`liftos simulate records`: the gates' signed verdicts, and whether their signatures hold."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

import liftos_agents
from liftos_agents.cli import options
from liftos_agents.cli.simulate import verdict_view
from liftos_agents.domain.promotion import KeptRecord
from liftos_agents.version import __version__

_WIDE = 110


def records(
    verify: Annotated[
        bool, typer.Option("--verify", help="Leave with exit code 1 if any record does not hold.")
    ] = False,
    organisation: options.Organisation = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """List the promotion records of plans and policies, the latest first, and check each signature."""
    with liftos_agents.LiftOS(settings=options.settings(home=home, organisation=organisation)) as lift:
        found = lift.kept_records()
    broken = [kept.id for kept in found if not kept.holds]
    if as_json:
        rows = [kept.model_dump(mode="json") for kept in found]
        typer.echo(json.dumps({"records": rows, "broken": broken}, ensure_ascii=False))
    else:
        _show(Console(), found, broken)
    if verify and broken:
        raise typer.Exit(1)


def _show(console: Console, found: tuple[KeptRecord, ...], broken: list[str]) -> None:
    if not found:
        console.print("No promotion record yet. Earn one: liftos simulate gate POLICY, or gate-plan RUN")
        return
    wide = console.width >= _WIDE
    table = Table(
        Column("Record", no_wrap=True),
        Column("Of", overflow="fold"),
        Column("Verdict", no_wrap=True),
        Column("Signature", no_wrap=True),
        *([Column("Signed", no_wrap=True), "Version", Column("Scenarios", ratio=1)] if wide else []),
        box=box.SIMPLE_HEAD,
    )
    for kept in found:
        holds = "[green]✓ holds[/green]" if kept.holds else "[red]✗ broken[/red]"
        record = kept.record
        if record is None:
            table.add_row(escape(kept.id), "", "unreadable", holds)
            continue
        verdict = record.verdict
        other = "" if verdict.code == __version__ else " [yellow](not this one)[/yellow]"
        more = (
            verdict_view.when(record),
            escape(verdict.code) + other,
            escape(", ".join(sorted(verdict.seeds))),
        )
        table.add_row(
            escape(kept.id),
            f"{verdict.kind} {escape(verdict.subject)}",
            verdict_view.SAID[verdict.verdict],
            holds,
            *(more if wide else ()),
        )
    console.print(table)
    told = f"{len(broken)} of {len(found)} do not hold and count for nothing" if broken else "All hold"
    console.print(f"{told}. The key lies beside the database, in the home's folder `keys`.", style="dim")
