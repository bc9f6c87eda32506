"""`liftos simulate show`: one scenario, all of it; the truth of one of its worlds, and a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Column, Table

from liftos_agents import reports
from liftos_agents.cli import options
from liftos_agents.cli.simulate import picture
from liftos_agents.domain.verdict import SIMULATED
from liftos_agents.errors import ArgumentError, DataError
from liftos_agents.sandbox import SimulatedMarket, scenarios, simulate
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.scenarios import Scenario
from liftos_agents.sandbox.spec import ChannelSpec

_BARS = "▁▂▃▄▅▆▇█"
_SPARK_WEEKS = 52


def show(
    scenario: Annotated[
        str, typer.Argument(metavar="NAME|FILE", help="A scenario's name, or a file of your own.")
    ],
    seed: Annotated[
        int | None,
        typer.Option("--seed", min=0, max=2**62, help="Which world (default: the scenario's own)."),
    ] = None,
    truth: Annotated[bool, typer.Option("--truth", help="With the true returns of that world.")] = False,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw that world as .svg or .png.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Show a scenario: what it is for, what is true in it, its mechanisms and channels."""
    chosen = scenarios.find(scenario)
    if plot is not None and (plot.suffix.lower() not in (".svg", ".png") or plot.is_dir()):
        raise ArgumentError("a picture is a .svg or .png file", where=str(plot), fix="Name one: market.svg")
    world = simulate(chosen.market, seed)
    if as_json:
        body = {"label": SIMULATED, **chosen.model_dump(mode="json")}
        if truth:
            body["world"] = {"seed": world.seed, **world.truth.model_dump(mode="json")}
        typer.echo(json.dumps(body, ensure_ascii=False))
    else:
        _print(Console(), chosen, world, truth=truth)
    if plot is not None:
        _draw(plot, chosen, world, truth=truth)
        Console(stderr=True, quiet=as_json).print(
            f"Drawn: {escape(str(plot))}", highlight=False, soft_wrap=True
        )


def _draw(path: Path, scenario: Scenario, world: SimulatedMarket, *, truth: bool) -> None:
    chart = picture.of(scenario, world, truth=truth)
    content = reports.svg(chart).encode() if path.suffix.lower() == ".svg" else reports.png(chart)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise DataError(
            f"the picture cannot be written: {error.strerror}", where=str(path), fix="Name another file"
        ) from error


def _print(console: Console, scenario: Scenario, world: SimulatedMarket, *, truth: bool) -> None:
    market = scenario.market
    about = [escape(scenario.purpose), f"[bold]True in it:[/bold] {escape(scenario.truth)}"]
    if scenario.why:
        about.append(f"[bold]Not answerable:[/bold] {escape(scenario.why)} Abstaining is right.")
    industry = f", {scenario.industry}" if scenario.industry else ""
    title = f"{escape(scenario.name)} · {scenario.family}{industry} · version {scenario.version}"
    console.print(Panel("\n".join(about), title=title, subtitle=SIMULATED, border_style="magenta"))
    for name, value in _facts(scenario):
        console.print(f"  [dim]{name:<12}[/dim] {escape(value)}", highlight=False)
    console.print(
        f"  [dim]{'revenue':<12}[/dim] {_spark(world.revenue)}  last {min(_SPARK_WEEKS, market.weeks)} weeks, seed {world.seed}",
        highlight=False,
    )
    console.print(_channels(world, truth=truth))
    if truth:
        console.print(
            "Last unit: profit of the last unit of spend, "
            f"margin ({market.margin:g}) × marginal return − 1. Above 0 more pays, below 0 less does.",
            style="dim",
        )
    for channel in market.channels:
        own = ", ".join(_besides(channel))
        if own:
            console.print(f"  [dim]{channel.name:<16}[/dim] {own}", highlight=False)
    for source in scenario.sources:
        console.print(f"  [dim]{escape(source.what)}: {escape(source.source)}[/dim]", highlight=False)


def _channels(world: SimulatedMarket, *, truth: bool) -> Table:
    right = {"justify": "right", "no_wrap": True}
    columns = [
        "Spend a week",
        "Claimed ROAS",
        *(["True ROAS", "Marginal", "Last unit"] if truth else []),
    ]
    table = Table(
        Column("Channel", no_wrap=True),
        *(Column(name, **right) for name in columns),
        Column("Spend", no_wrap=True),
        box=box.SIMPLE_HEAD,
    )
    spec = world.spec
    for c, channel in enumerate(spec.channels):
        spent = float(world.spend[:, c].sum())
        claimed = f"{world.claimed[:, c].sum() / spent:.2f}" if spent else "–"
        true: list[str] = []
        if truth:
            found = world.truth.channels[channel.name]
            gain = spec.margin * found.marginal_roas - 1.0
            colour = "green" if gain > 0 else "red"
            true = [f"{found.roas:.2f}", f"{found.marginal_roas:.2f}", f"[{colour}]{gain:+.2f}[/{colour}]"]
        spark = _spark(world.spend[:, c])
        table.add_row(channel.name, f"{spent / spec.weeks:,.0f}", claimed, *true, spark)
    return table


def _facts(scenario: Scenario) -> list[tuple[str, str]]:
    """What is switched on in the market, in words."""
    market = scenario.market
    budget, geos = market.budget, market.geos
    bounds = [f"cap {budget.cap:,.0f} a week"] if budget.cap else ["no cap"]
    bounds += [f"growth up to {budget.pacing:.0%} a week"] if budget.pacing else []
    bounds += [f"{name} at least {value:,.0f}" for name, value in budget.minimum.items()]
    bounds += [f"{name} at most {value:,.0f}" for name, value in budget.maximum.items()]
    bounds += [f"{name} {weeks} weeks ahead" for name, weeks in budget.lead_weeks.items()]
    found = [
        ("weeks", f"{market.weeks} shown from {market.start.isoformat()}, {scenario.horizon} to decide"),
        ("money", f"{market.currency}, margin {market.margin:g}"),
        ("budget", "; ".join(bounds)),
        (
            "regions",
            f"{geos.count}; a geo experiment costs {market.experiments.fee:,.0f}"
            if geos.count > 1
            else "national",
        ),
        ("tracking", f"{market.tracking_loss:.0%} of conversions are not seen"),
    ]
    if market.promotions.share:
        found.append(
            ("promotions", f"{market.promotions.discount:.0%} off in {market.promotions.share:.0%} of weeks")
        )
    for helped in market.interactions:
        found.append(("interaction", f"{helped.upper} helps {helped.lower} by up to {helped.strength:.0%}"))
    if market.rival:
        found.append(("rival", market.rival.kind))
    for change in market.breaks:
        first, last = change.week, change.week + change.spread - 1
        found.append(
            (
                "break",
                f"{change.what} {change.channel or ''} to {change.value:g}, weeks {first}–{last}".replace(
                    "  ", " "
                ),
            )
        )
    return found


def _besides(channel: ChannelSpec) -> list[str]:
    """Mechanisms of its own."""
    weeks = sum(lag * share for lag, share in enumerate(channel.delay))
    said = {
        f"carry-over {channel.retention:g}": channel.retention > 0,
        f"bought {weeks:.1f} weeks later": weeks > 0,
        "auction": channel.auction is not None,
        "bids": channel.search is not None,
        "fatigue": channel.fatigue.strength > 0,
        f"from week {channel.first_week}": channel.first_week is not None,
    }
    return [words for words, holds in said.items() if holds]


def _spark(series: Array) -> str:
    """The last year as bars, from zero, a bar for each two weeks."""
    values = series[-_SPARK_WEEKS:].tolist()
    pairs = [sum(values[i : i + 2]) / len(values[i : i + 2]) for i in range(0, len(values), 2)]
    top = max(pairs, default=0.0)
    if top <= 0:
        return _BARS[0] * len(pairs)
    return "".join(_BARS[min(int(v / top * len(_BARS)), len(_BARS) - 1)] for v in pairs)
