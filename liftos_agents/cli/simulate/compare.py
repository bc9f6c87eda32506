"""`liftos simulate compare`: policies on the same worlds, paired, by family."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from liftos_agents import reports
from liftos_agents.cli import options
from liftos_agents.cli.simulate import arena_options, comparison_picture
from liftos_agents.domain.amount import format_money
from liftos_agents.domain.verdict import SIMULATED
from liftos_agents.errors import ArgumentError, DataError
from liftos_agents.lift.contestants import decider_names
from liftos_agents.sandbox.arena_comparison import Comparison, Line, compare

_WIDE = 116
"""Columns of a terminal in which the detectable difference has room too."""


def compare_policies(
    contestants: Annotated[
        list[str], typer.Argument(metavar="POLICY…", help=f"Who decides: {', '.join(decider_names())}.")
    ],
    on: arena_options.Scenarios = None,
    seeds: arena_options.Seeds = 100,
    first_seed: arena_options.FirstSeed = 0,
    against: Annotated[
        str, typer.Option("--against", metavar="POLICY", help="What the others are compared with.")
    ] = "hold",
    measure: Annotated[
        Literal["profit", "expected_profit"],
        typer.Option("--measure", help="Profit with the luck of its weeks, or expected profit without."),
    ] = "profit",
    horizon: arena_options.Horizon = None,
    out: arena_options.Out = None,
    resume: arena_options.Resume = False,
    jobs: arena_options.Jobs = 1,
    backend: arena_options.Backend = "loky",
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw the differences as .svg or .png.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Compare policies on the same worlds with the same luck; hold and the oracle always play along."""
    _check_picture(plot)
    result = arena_options.played(
        list(dict.fromkeys([*contestants, against, "hold", "oracle"])),
        on,
        seeds=seeds,
        first_seed=first_seed,
        horizon=horizon,
        out=out,
        resume=resume,
        jobs=jobs,
        backend=backend,
    )
    found = compare(result, against=against, measure=measure)
    if as_json:
        body = {"label": SIMULATED, "run": result.header.model_dump(), **found.model_dump()}
        typer.echo(json.dumps(body, ensure_ascii=False))
    else:
        _print(Console(), found)
    if plot is not None:
        _draw(plot, found)
        Console(stderr=True, quiet=as_json).print(f"Drawn: {escape(str(plot))}", soft_wrap=True)


def _print(console: Console, found: Comparison) -> None:
    wide = console.width >= _WIDE
    head = [f"vs {found.reference}, 95 %", "Regret", "Worst tenth", "Viol.", "Abst.", "Fail."]
    if wide:
        head[1:1] = ["Of spend", "Detectable"]
    table = Table(
        Column("Policy", no_wrap=True),
        *(Column(name, justify="right", no_wrap=True) for name in head),
        box=box.SIMPLE_HEAD,
        collapse_padding=not wide,
        pad_edge=wide,
        show_edge=wide,
        title=f"{SIMULATED}: {found.measure.replace('_', ' ')}, {found.seeds} seeds",
        title_justify="left",
    )
    last = ""
    for line in found.lines:
        if line.family != last:
            table.add_section()
            table.add_row(f"[bold]{line.family}[/bold]")
        table.add_row(f"  {line.policy}", *_cells(line, wide))
        last = line.family
    console.print(table)
    for family, groups in found.ties.items():
        told = "  >  ".join(" = ".join(group) for group in groups)
        console.print(f"  [dim]{family:<17}[/dim]{told}", highlight=False)
    console.print(
        "Money is the mean a world over the weeks decided, paired by world; in = groups no pair can be told apart "
        "(Holm, 5 %). Regret: 0 is the oracle, 1 is hold. Worst tenth: CVaR of profit, against the same of "
        f"{found.reference}. Detectable: what so many seeds would find four times in five.",
        style="dim",
    )
    arena_options.show_failures(console, found.failures)


def _cells(line: Line, wide: bool) -> list[str]:
    difference = line.difference
    regret = "–" if line.normalised_regret is None else f"{line.normalised_regret:.2f}"
    counts = [regret, "–", str(line.violations), str(line.abstained), str(line.failed)]
    if difference is None:
        return ["–", *(["", ""] if wide else []), *counts]
    half, detectable = "", "–"
    if difference.high is not None and difference.detectable is not None:
        half = f" ± {format_money(difference.high - difference.mean)}"
        detectable = format_money(difference.detectable)
    counts[1] = _signed(line.cvar10_difference)
    told = f"{_signed(difference.mean)}{half}"
    return [told, *([f"{difference.share:+.1%}", detectable] if wide else []), *counts]


def _signed(amount: float) -> str:
    return format_money(amount) if amount < 0 else f"+{format_money(amount)}"


def _check_picture(path: Path | None) -> None:
    if path is not None and (path.suffix.lower() not in (".svg", ".png") or path.is_dir()):
        raise ArgumentError("a picture is a .svg or .png file", where=str(path), fix="Name one: board.svg")


def _draw(path: Path, found: Comparison) -> None:
    chart = comparison_picture.of(found)
    content = reports.svg(chart).encode() if path.suffix.lower() == ".svg" else reports.png(chart)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise DataError(
            f"the picture cannot be written: {error.strerror}", where=str(path), fix="Name another file"
        ) from error
