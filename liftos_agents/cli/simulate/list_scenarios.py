"""`liftos simulate list`: the scenarios that come with the program."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Column, Table

from liftos_agents.cli import options
from liftos_agents.errors import NotFoundError
from liftos_agents.sandbox import scenarios

_WIDE = 130
"""Columns of a terminal in which a purpose can be read beside the figures."""


def list_scenarios(
    family: Annotated[
        str | None,
        typer.Option("--family", "-f", help="Only this family, such as confounded or unanswerable."),
    ] = None,
    industry: Annotated[
        str | None, typer.Option("--industry", "-i", help="Only this industry, such as ecommerce.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """List the scenarios: what each is there to show, how long, in how many regions, with which channels."""
    _known(family, scenarios.FAMILIES, "--family")
    _known(industry, scenarios.INDUSTRIES, "--industry")
    found = [
        scenario
        for scenario in map(scenarios.scenario, scenarios.names())
        if family in (None, scenario.family) and industry in (None, scenario.industry)
    ]
    if as_json:
        typer.echo(json.dumps([_row(scenario) for scenario in found], ensure_ascii=False))
        return
    console = Console()
    wide = console.width >= _WIDE
    table = Table(
        Column("Name", no_wrap=True),
        Column("Family", no_wrap=True),
        Column("Industry", no_wrap=True),
        *([Column("v", justify="right")] if wide else []),
        Column("Weeks", justify="right"),
        Column("Regions" if wide else "Geos", justify="right"),
        Column("Channels" if wide else "Media", justify="right"),
        *([Column("Purpose", ratio=1)] if wide else []),
        box=box.SIMPLE_HEAD,
        title="Simulated markets",
        title_justify="left",
    )
    for scenario in found:
        market = scenario.market
        table.add_row(
            scenario.name,
            scenario.family,
            scenario.industry or "",
            *([str(scenario.version)] if wide else []),
            str(market.weeks),
            str(market.geos.count),
            str(len(market.channels)),
            *([scenario.purpose] if wide else []),
        )
    console.print(table)
    console.print(
        "[dim]What one is for, and what is true in it: liftos simulate show NAME[/dim]", highlight=False
    )


def _row(scenario: scenarios.Scenario) -> dict[str, object]:
    market = scenario.market
    return {
        "name": scenario.name,
        "family": scenario.family,
        "industry": scenario.industry,
        "version": scenario.version,
        "weeks": market.weeks,
        "horizon": scenario.horizon,
        "regions": market.geos.count,
        "channels": list(market.names),
        "answerable": scenario.answerable,
        "purpose": scenario.purpose,
    }


def _known(given: str | None, known: tuple[str, ...], option: str) -> None:
    if given is not None and given not in known:
        raise NotFoundError(f"there is no {given!r}", where=option, fix=f"There are {', '.join(known)}")
