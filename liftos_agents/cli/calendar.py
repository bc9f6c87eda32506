"""`liftos data calendar`: a country's calendar, to look at or to take along."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from liftos_agents import data as data_room
from liftos_agents import tools as tools_room
from liftos_agents.cli import options
from liftos_agents.domain.evidence import Evidence
from liftos_agents.errors import ArgumentError
from liftos_agents.tools import calendar_features as calendar_room

MOST_SHOWN = 40
ENDINGS = (".csv", ".parquet", ".xlsx")

Weekday = StrEnum("Weekday", ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
Payday = StrEnum("Payday", ["month_end", "mid_and_end", "fixed_day", "weekly", "fortnightly"])
Hemisphere = StrEnum("Hemisphere", ["north", "south"])


def calendar(
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE]", help="A data file whose dates count where --from or --to is left away."
        ),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day: 2024-01-01.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day, included.")] = None,
    country: Annotated[
        str | None, typer.Option("--country", "-c", help="ISO code or name: DE, Germany, Deutschland.")
    ] = None,
    subdivision: Annotated[
        str | None, typer.Option("--subdivision", help="State or province: BY, Bayern, CA, Zürich …")
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option("--category", help="Days that count as holidays: public, bank … Repeat."),
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", help="Language of holiday names; the country's own if absent.")
    ] = None,
    fiscal_start_month: Annotated[
        int | None,
        typer.Option("--fiscal-start-month", min=1, max=12, help="First month of the fiscal year."),
    ] = None,
    week_start: Annotated[Weekday | None, typer.Option("--week-start", help="First day of a week.")] = None,
    payday: Annotated[Payday | None, typer.Option("--payday", help="When wages are paid.")] = None,
    payday_day: Annotated[
        int | None,
        typer.Option("--payday-day", min=1, max=31, help="Day of the month or week of the payday."),
    ] = None,
    hemisphere: Annotated[Hemisphere | None, typer.Option("--hemisphere", help="Whose seasons.")] = None,
    retail_restated: Annotated[
        bool, typer.Option("--retail-restated", help="Restate 53-week years of the retail 4-5-4 calendar.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the 61 columns to a .csv, .parquet or .xlsx file.")
    ] = None,
    role: options.Role = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Make a calendar: 61 features of every day, with a country's holidays and events of trade."""
    if out is not None and out.suffix.lower() not in ENDINGS:
        raise ArgumentError(
            f"the ending {out.suffix!r} is not known", where="--out", fix=f"Use {', '.join(ENDINGS)}"
        )
    conventions = {
        "subdivision": subdivision,
        "categories": category or None,
        "language": language,
        "fiscal_start_month": fiscal_start_month,
        "week_start": week_start.value if week_start else None,
        "payday": payday.value if payday else None,
        "payday_day": payday_day,
        "hemisphere": hemisphere.value if hemisphere else None,
        "retail_restated": retail_restated or None,
    }
    chosen = {name: value for name, value in conventions.items() if value is not None}
    asked = {"start": start, "end": end, "country": country}
    given = {**chosen, **{name: value for name, value in asked.items() if value is not None}}
    roles = options.roles(role)
    if file is None:
        roles = {name: value for name, value in roles.items() if name == "country"}
    with data_room.open_home(options.settings(home=home)) as stores:
        evidence = tools_room.run("calendar", file, home=stores, **{**roles, **given})
    if out is not None:
        result = evidence.result
        made = calendar_room.calendar_frame(
            result["start"],
            result["end"],
            result["country"],
            calendar_room.CalendarConventions.model_validate(chosen),
        )
        data_room.write(data_room.Dataset.of_frame(made.frame, "calendar"), out)
    if as_json:
        typer.echo(evidence.model_dump_json())
        return
    _show(evidence, out)


def _show(evidence: Evidence, out: Path | None) -> None:
    result = evidence.result
    console = Console()
    summary = cast("dict[str, Any]", result["summary"])
    place = ", ".join(str(part) for part in (result["country_name"], result["subdivision"]) if part)
    console.print(
        f"[bold]{result['start']} to {result['end']}[/bold]{' · ' + escape(place) if place else ''}",
        highlight=False,
    )
    counts = [f"{value} {name.replace('_', ' ')}" for name, value in summary.items() if value is not None]
    console.print(escape(" · ".join(counts)), highlight=False, style="dim")
    holidays = [
        (day["date"], day["name"], ", ".join(word for word in ("estimated", "moved") if day[word]))
        for day in result["holidays"]
    ]
    _table(console, "Holidays", ("Date", "Name", ""), holidays)
    _table(
        console, "Events of trade", ("Date", "Name"), [(day["date"], day["name"]) for day in result["events"]]
    )
    for note in result["notes"]:
        console.print(f"· {escape(note)}", highlight=False)
    if out is not None:
        console.print(f"Written to {escape(str(out))}", style="green", highlight=False)
    else:
        console.print("All 61 columns of every day: add --out calendar.csv", style="dim", highlight=False)


def _table(console: Console, title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    if not rows:
        return
    table = Table(*columns, box=box.SIMPLE_HEAD, title=title, title_justify="left")
    for row in rows[:MOST_SHOWN]:
        table.add_row(*(escape(cell) for cell in row))
    console.print(table)
    if len(rows) > MOST_SHOWN:
        console.print(f"… and {len(rows) - MOST_SHOWN} more", style="dim", highlight=False)
