"""`liftos eval`: put a suite of questions to a model, and say how it did with intervals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

import liftos_agents
from liftos_agents import evals
from liftos_agents.cli import options
from liftos_agents.errors import ArgumentError

if TYPE_CHECKING:
    from liftos_agents.evals import Progress as RunProgress
    from liftos_agents.evals import Sample
    from liftos_agents.evals.sample import Split

app = typer.Typer(
    no_args_is_help=True,
    help="Evaluations: which model routes questions, or finds designs, best, with intervals.",
)


@app.command("list", epilog="Example: liftos eval list")
def list_(as_json: options.AsJson = False) -> None:
    """List the suites."""
    suites = [evals.load_suite(name) for name in evals.suite_names()]
    if as_json:
        typer.echo(
            json.dumps([{"name": s.name, "version": s.version, "samples": len(s.samples)} for s in suites])
        )
        return
    table = Table("Suite", "Version", "Samples", box=box.SIMPLE_HEAD)
    for suite in suites:
        table.add_row(suite.name, str(suite.version), str(len(suite.samples)))
    Console().print(table)


@app.command("run", epilog="Example: liftos eval run routing --split test --model offline")
def run(
    suite: Annotated[
        str, typer.Argument(metavar="SUITE", help="A suite's name, or the path of its YAML file.")
    ],
    model: options.Model = None,
    split: Annotated[str | None, typer.Option("--split", help="Only this half: dev or test.")] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, help="Only the first N samples.")
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option("--log", help="Stream results to this file; a run that was stopped goes on from it."),
    ] = None,
    max_usd: Annotated[
        float | None, typer.Option("--max-usd", min=0.0, help="Stop before the models cost more.")
    ] = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """Run a suite and print scores with their intervals."""
    settings = options.settings(home=home, model=model)
    chosen = evals.load_suite(suite).narrow(split=_split(split), limit=limit)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("right {task.fields[right]:.0%} · ${task.fields[usd]:.4f}"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=Console(stderr=True, quiet=as_json), transient=True)
    with liftos_agents.LiftOS(settings=settings) as lift, bar:
        task = bar.add_task(chosen.name, total=len(chosen.samples) * chosen.epochs, right=0.0, usd=0.0)

        def solve(sample: Sample) -> liftos_agents.Plan | evals.Solution:
            return lift.route(sample.task) if sample.table is None else _designed(lift, sample)

        def tell(progress: RunProgress) -> None:
            bar.update(task, completed=progress.done, right=progress.right, usd=progress.usd)

        outcome = evals.run(chosen, solve, name=settings.model, log=log, max_usd=max_usd, progress=tell)
    summary = evals.summarise(outcome)
    if as_json:
        typer.echo(summary.model_dump_json())
    else:
        Console().print(evals.render_summary(summary))


@app.command("compare", epilog="Example: liftos eval compare offline.json hosted.json")
def compare(
    logs: Annotated[
        list[Path], typer.Argument(metavar="LOG…", help="Logs of the same suite, as `--log` wrote them.")
    ],
    as_json: options.AsJson = False,
) -> None:
    """Compare runs of one suite, paired, with ties shown as ties."""
    board = evals.compare([evals.read_log(path) for path in logs])
    if as_json:
        typer.echo(board.model_dump_json())
    else:
        Console().print(evals.render_leaderboard(board))


def _designed(lift: liftos_agents.LiftOS, sample: Sample) -> evals.Solution:
    found, answer = evals.ask_for_design(lift, sample)
    if answer is None:
        return evals.Solution(found=found)
    cost = answer.cost
    return evals.Solution(
        found=found, usd=cost.usd, input_tokens=cost.input_tokens, output_tokens=cost.output_tokens
    )


def _split(name: str | None) -> Split | None:
    if name is None or name == "dev" or name == "test":
        return name
    raise ArgumentError(f"no split {name!r}", where="--split", fix="Use dev or test")
