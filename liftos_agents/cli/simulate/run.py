"""`liftos simulate run`: one policy decides in simulated markets."""

from __future__ import annotations

import json
from typing import Annotated, Any

import numpy as np
import typer
from rich import box
from rich.console import Console
from rich.table import Column, Table

from liftos_agents.cli import options
from liftos_agents.cli.simulate import arena_options
from liftos_agents.domain.amount import format_money
from liftos_agents.domain.verdict import SIMULATED
from liftos_agents.lift.contestants import decider_names
from liftos_agents.sandbox.arena_comparison import cvar10
from liftos_agents.sandbox.arena_rows import ArenaResult, failures


def run(
    policy: Annotated[
        str, typer.Argument(metavar="POLICY", help=f"Who decides: {', '.join(decider_names())}.")
    ],
    on: arena_options.Scenarios = None,
    seeds: arena_options.Seeds = 100,
    first_seed: arena_options.FirstSeed = 0,
    horizon: arena_options.Horizon = None,
    out: arena_options.Out = None,
    resume: arena_options.Resume = False,
    jobs: arena_options.Jobs = 1,
    backend: arena_options.Backend = "loky",
    as_json: options.AsJson = False,
) -> None:
    """Let a policy decide week by week in simulated markets, and show what its decisions came to."""
    result = arena_options.played(
        [policy],
        on,
        seeds=seeds,
        first_seed=first_seed,
        horizon=horizon,
        out=out,
        resume=resume,
        jobs=jobs,
        backend=backend,
    )
    found = [_outcome(result, scenario) for scenario in result.scenarios]
    if as_json:
        body = {
            "label": SIMULATED,
            "run": result.header.model_dump(),
            "policy": policy,
            "scenarios": found,
            "failures": [one.model_dump() for one in failures(result.rows)],
        }
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    right = {"justify": "right", "no_wrap": True}
    table = Table(
        Column("Scenario", no_wrap=True),
        *(
            Column(name, **right)
            for name in ("Profit", "Worst tenth", "Spend", "Fees", "Viol.", "Abst.", "Fail.")
        ),
        box=box.SIMPLE_HEAD,
        collapse_padding=True,
        title=f"{SIMULATED}: {policy}, seeds {result.header.seeds}",
        title_justify="left",
    )
    for one in found:
        money = [format_money(one[name]) for name in ("profit", "cvar10", "spend", "fees")]
        counts = [str(one["violations"]), str(one["abstained"]), str(one["failed"])]
        table.add_row(one["scenario"], *money, *counts)
    console = Console()
    console.print(table)
    console.print(
        "Money is the mean a world over the weeks decided. Worst tenth: CVaR of profit.", style="dim"
    )
    arena_options.show_failures(console, failures(result.rows))


def _outcome(result: ArenaResult, scenario: str) -> dict[str, Any]:
    rows = [row for row in result.rows if row.scenario == scenario]
    profit = np.array([row.profit for row in rows])
    return {
        "scenario": scenario,
        "family": rows[0].family,
        "worlds": len(rows),
        "profit": float(profit.mean()),
        "expected_profit": float(np.mean([row.expected_profit for row in rows])),
        "cvar10": cvar10(profit),
        "spend": float(np.mean([row.spend for row in rows])),
        "fees": float(np.mean([row.fees for row in rows])),
        "violations": sum(row.violations for row in rows),
        "abstained": sum(row.abstained for row in rows),
        "failed": sum(row.error is not None for row in rows),
    }
