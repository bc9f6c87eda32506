"""The command tree."""

from __future__ import annotations

from typing import Annotated

import typer

from liftos_agents.cli import (
    ask,
    chat,
    completion,
    data,
    doctor,
    evaluate,
    house,
    memory,
    options,
    project,
    report,
    runs,
    simulate,
    tools,
    trace,
)
from liftos_agents.version import __version__

app = typer.Typer(
    name="liftos",
    help="Causal marketing analytics by specialists whose every number is bound to evidence.",
    epilog="Start with: liftos demo   ·   liftos ask 'Which channels waste money?' --data sales.csv",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(shown: bool) -> None:
    if shown:
        typer.echo(f"liftos {__version__}")
        raise typer.Exit


@app.callback()
def liftos(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose", "-v", help="Log what runs do on standard error (LIFTOS_LOG sets the level)."
        ),
    ] = False,
) -> None:
    """Options before the command."""
    options.verbose.set(verbose)


app.command("ask", epilog="Example: liftos ask 'What if I cut TV by 20 %?' -d sales.csv -r margin=0.35")(
    ask.ask
)
app.command("chat", epilog="Example: liftos chat --data sales.csv")(chat.chat)
app.command("demo", epilog="Example: liftos demo --out shop.csv")(ask.demo)
app.add_typer(data.app, name="data")
app.add_typer(tools.app, name="tools")
app.add_typer(runs.app, name="runs")
app.command("report", epilog="Example: liftos report last --out report.html --charts pictures --format svg")(
    report.report
)
app.add_typer(trace.app, name="trace")
app.add_typer(memory.app, name="memory")
app.add_typer(simulate.app, name="simulate")
app.add_typer(evaluate.app, name="eval")
app.add_typer(house.graph, name="graph")
app.command("init", epilog="Example: liftos init shop --industry ecommerce --margin 0.35")(project.init)
app.command("schema", epilog="Example: liftos schema answer > answer.schema.json")(house.schema)
app.command("doctor", epilog="Example: liftos doctor --json")(doctor.doctor)
app.command("serve", epilog="Example: liftos serve --port 9000 --data-root exports")(house.serve)
app.command("completion", epilog="Example: liftos completion zsh --install")(completion.completion)
