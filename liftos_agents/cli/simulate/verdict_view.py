"""A gate's verdict in the terminal: every check with its value and bound, and what the record is good for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from liftos_agents.domain.promotion import GateCheck, PromotionRecord

PROMOTE = "promote"
SAID = {PROMOTE: "[bold green]promote[/bold green]", "hold_back": "[bold red]hold back[/bold red]"}
_WIDE = 110
"""Columns of a terminal in which every check's meaning has room; else those that matter stand below."""
_ALWAYS_SAID = ("violations",)
_SIGNS = {"at least": "≥", "above": ">", "at most": "≤"}


def show(console: Console, record: PromotionRecord, *, home: Path) -> None:
    """Print a record: the checks, the verdict, where it is kept and for what alone it is valid."""
    verdict = record.verdict
    wide = console.width >= _WIDE
    table = Table(
        Column("Check", overflow="fold"),
        Column("Value", justify="right", no_wrap=True),
        Column("Bound", justify="right", no_wrap=True),
        Column("Passed", no_wrap=True),
        *([Column("What is asked", ratio=1)] if wide else []),
        box=box.SIMPLE_HEAD,
        title=f"Gate for the {verdict.kind} {escape(verdict.subject)}",
        title_justify="left",
    )
    for check in verdict.checks:
        passed = "[green]✓ yes[/green]" if check.passed else "[red]✗ no[/red]"
        value = "none" if check.value is None else _number(check, check.value)
        bound = f"{_SIGNS[check.sense]} {_number(check, check.bound)}"
        meaning = [escape(check.meaning)] if wide else []
        table.add_row(escape(check.name), value, bound, passed, *meaning)
    console.print(table)
    if not wide:
        for check in verdict.checks:
            if not check.passed or check.name in _ALWAYS_SAID:
                console.print(f"{escape(check.name)}: {escape(check.meaning)}", style="dim", highlight=False)
    console.print(f"Verdict: {SAID[verdict.verdict]}. {escape(verdict.label)}", highlight=False)
    if verdict.failed:
        console.print(
            f"In the way: {escape(', '.join(check.name for check in verdict.failed))}",
            highlight=False,
            soft_wrap=True,
        )
    console.print(
        f"Record {record.id}, signed {when(record)}, kept in {escape(str(home))}; look again: liftos simulate records",
        highlight=False,
        soft_wrap=True,
    )
    valid = " · ".join(f"{what} {hash[:12]}" for what, hash in verdict.valid_for.items())
    console.print(
        f"Valid for this alone: {escape(valid)} · version {verdict.code}",
        highlight=False,
        soft_wrap=True,
        style="dim",
    )


def when(record: PromotionRecord) -> str:
    """The time of signing."""
    return datetime.fromtimestamp(record.signed_at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _number(check: GateCheck, value: float) -> str:
    if check.unit == "share":
        return f"{100.0 * value:.2f} %"
    if check.unit == "flag":
        return "yes" if value else "no"
    return f"{value:.3f}" if check.unit == "p" else f"{value:,.0f}"
