"""`liftos data`: look at a file, check it, clean it, make a calendar for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from liftos_agents import data as data_room
from liftos_agents import tools as tools_room
from liftos_agents.cli import calendar, options
from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.roles import ColumnRoles
from liftos_agents.errors import printable

app = typer.Typer(
    no_args_is_help=True,
    help="Look at data: the roles of its columns, its quality, its faults put right, a calendar for it.",
)

File = Annotated[
    str, typer.Argument(metavar="FILE", help="A data file, or a glob of files with the same columns.")
]
_MOST_ROWS = 6
SEVERITY_STYLE = {"error": "bold red", "warning": "yellow", "note": "cyan", "info": "cyan"}


@app.command("roles", epilog="Example: liftos data roles sales.csv --role outcome=revenue")
def roles(file: File, role: options.Role = None, as_json: options.AsJson = False) -> None:
    """Show what each column was taken for."""
    dataset, found = _read(file, role)
    if as_json:
        typer.echo(found.model_dump_json())
        return
    table = Table(
        "Role",
        "Columns",
        box=box.SIMPLE_HEAD,
        title=f"{answer_text(dataset.name)}: roles",
        title_justify="left",
    )
    for name, value in found.model_dump(exclude_defaults=True).items():
        if name != "notes":
            table.add_row(name.replace("_", " "), answer_text(_words(value)))
    console = Console()
    console.print(table)
    for note in (*dataset.notes, *found.notes):
        console.print(f"· {answer_text(note)}", highlight=False)


@app.command("check", epilog="Example: liftos data check 'exports/*.csv'")
def check(
    file: File, role: options.Role = None, as_json: options.AsJson = False, home: options.Home = None
) -> None:
    """Check quality: gaps, duplicates, outliers, collinearity, spend that follows sales, length …"""
    evidence = _run("check_quality", file, role, home)
    if as_json:
        typer.echo(evidence.model_dump_json())
        return
    findings: list[dict[str, Any]] = evidence.result["findings"]
    table = Table(
        "",
        "Check",
        "What was found",
        "Where",
        Column("Fix", overflow="fold"),
        box=box.SIMPLE_HEAD,
        title="Quality",
        title_justify="left",
        caption="Rows count from the first below the header."
        if any(f.get("rows") for f in findings)
        else None,
        caption_justify="left",
    )
    for finding in findings:
        severity = str(finding["severity"])
        table.add_row(
            f"[{SEVERITY_STYLE.get(severity, '')}]{severity}[/]",
            str(finding["name"]).replace("_", " "),
            answer_text(finding["message"]),
            answer_text(_place(finding)),
            answer_text(finding.get("fix_name") or finding.get("fix") or ""),
        )
    console = Console()
    console.print(table if findings else "[green]No fault was found.[/green]")
    fixes = [str(f["fix_name"]) for f in findings if f.get("fix_name")]
    if fixes:
        chosen = " ".join(f"--fix {name}" for name in dict.fromkeys(fixes))
        console.print(
            f"Put right with: liftos data clean {answer_text(printable(file))} {chosen} --out clean.csv",
            style="dim",
            highlight=False,
        )


@app.command("clean", epilog="Example: liftos data clean sales.csv --fix sum_duplicates --out clean.csv")
def clean(
    file: File,
    fix: Annotated[
        list[str], typer.Option("--fix", help="A fix that `data check` names. Repeat for several.")
    ],
    out: Annotated[
        Path,
        typer.Option("--out", help="Where to write (.csv, .parquet or .xlsx); the input is left as it is."),
    ],
    role: options.Role = None,
    as_json: options.AsJson = False,
) -> None:
    """Write a copy of FILE with the named faults put right."""
    dataset, roles = _read(file, role) if role else (data_room.load(file), None)
    cleaned = data_room.clean(dataset, fix, roles=roles)
    data_room.write(cleaned, out)
    if as_json:
        typer.echo(
            json.dumps({"out": str(out), "fixes": fix, "notes": list(cleaned.notes), "id": cleaned.id})
        )
        return
    console = Console()
    for note in cleaned.notes:
        console.print(f"· {answer_text(note)}", highlight=False)
    console.print(f"Written to {answer_text(printable(str(out)))}", style="green", highlight=False)


def _place(finding: dict[str, Any]) -> str:
    """Column and rows of a finding; rows count from 1 for the first below the header."""
    columns = ", ".join(map(str, finding.get("columns") or ()))
    rows = [str(row) for row in finding.get("rows") or ()]
    if not rows:
        return columns
    more = " …" if int(finding.get("count") or 0) > len(rows[:_MOST_ROWS]) else ""
    listed = f"{'row' if len(rows) == 1 else 'rows'} {', '.join(rows[:_MOST_ROWS])}{more}"
    return f"{columns}: {listed}" if columns else listed


app.command(
    "calendar",
    epilog="Example: liftos data calendar --from 2024-01-01 --to 2024-12-31 --country DE --out 2024.csv",
)(calendar.calendar)


def _read(file: str, role: list[str] | None) -> tuple[data_room.Dataset, ColumnRoles]:
    """A dataset with its roles, those given by hand among them."""
    given = options.roles(role)
    dataset = data_room.load(file, date_order=given.pop("date_order", None))
    return dataset, data_room.work_out_roles(dataset, given)


def _run(name: str, file: str, role: list[str] | None, home: Path | None) -> Evidence:
    with data_room.open_home(options.settings(home=home)) as stores:
        return tools_room.run(name, file, home=stores, **options.roles(role))


def answer_text(text: object) -> str:
    """Text from a result, safe to print."""
    return escape(str(text))


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k}: {_words(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(str(v) for v in value)
    return str(value)
