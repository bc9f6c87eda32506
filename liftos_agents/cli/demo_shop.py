"""The demonstration: a simulated shop, the question asked of it, and the truth beside the answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from liftos_agents import sandbox
from liftos_agents.domain.amount import format_money, format_number
from liftos_agents.domain.answer import Answer

if TYPE_CHECKING:
    import pandas as pd

    from liftos_agents.sandbox import SimulatedMarket

SCENARIO = "shop"
NAME = "simulated_shop"
QUESTION = "Which channels waste money, and how should I split 1.5m over them next quarter?"


def market() -> SimulatedMarket:
    """The simulated shop, always the same."""
    return sandbox.simulate(sandbox.scenarios.load(SCENARIO))


def frame(shop: SimulatedMarket) -> pd.DataFrame:
    """Its table as a user would have it."""
    return shop.frame()


def introduce(console: Console, shop: SimulatedMarket) -> None:
    """Say what the data is before anything is said about it."""
    spec = shop.spec
    console.print(
        Panel(
            f"{sandbox.scenarios.scenario(SCENARIO).purpose}\n{spec.weeks} weeks, {len(spec.channels)} channels, "
            f"seed {shop.seed}. The truth is known, because we made it.",
            title="Simulated data",
            border_style="magenta",
        )
    )
    console.print(f"[bold cyan]?[/bold cyan] {QUESTION}\n")


def compare(console: Console, shop: SimulatedMarket, answer: Answer) -> None:
    """Print the answer's figures beside the truth's."""
    comparison = beside_truth(shop, answer)
    table = Table(
        "Channel",
        box=box.SIMPLE_HEAD,
        title="Beside the truth of the simulation",
        title_justify="left",
        title_style="bold",
    )
    for column in ("ROAS found (90 %)", "True", "", "Claimed", "Proposed", "Best"):
        table.add_column(column, justify="right" if column else "left", no_wrap=True)
    for name, row in comparison["channels"].items():
        estimate = row["roas"]
        table.add_row(
            name,
            f"{_two(estimate['mean'])} [{_two(estimate['p05'])}, {_two(estimate['p95'])}]",
            _two(row["true_roas"]),
            "[green]covered[/green]" if row["covered"] else "[red]missed[/red]",
            _two(row["claimed_roas"]),
            format_money(row["proposed"]) if row["proposed"] is not None else "–",
            format_money(row["best_in_truth"]) if row["best_in_truth"] is not None else "–",
        )
    console.print()
    console.print(table)
    if comparison["plan"]:
        plan = comparison["plan"]
        console.print(
            f"True profit of the quarter's media: current mix {format_money(plan['current'])}, proposed "
            f"{format_money(plan['proposed'])}, best possible {format_money(plan['best'])} "
            f"(regret {_two(plan['regret'])}: 0 is the best plan, 1 is no better than holding).",
            highlight=False,
        )


def rehearse(console: Console, shop: SimulatedMarket, answer: Answer) -> None:
    """Print how the recommendation fared in the twin, under each assumption, and what it would really earn."""
    played = next((e.result for e in answer.evidence if e.tool == "simulate_plan"), None)
    if played is None or played["status"] != "rehearsed":
        return
    truth = beside_truth(shop, answer)["plan"]
    table = Table(
        "Its recommendation, rehearsed",
        box=box.SIMPLE_HEAD,
        title=f"Rehearsal in {played['worlds']:,} simulated worlds, one draw of the fit each",
        title_justify="left",
        title_style="bold",
    )
    for column in ("Gain over holding", "Worst tenth", "P(loss)"):
        table.add_column(column, justify="right", no_wrap=True)
    rows = [("As the fit says", played)]
    rows += [(sweep["assumption"], sweep) for sweep in played["sweeps"].values()]
    for words, found in rows:
        table.add_row(
            words,
            format_money(found["difference"]["mean"]),
            format_money(found["cvar10"]),
            f"{100.0 * (1.0 - found['probability_beats_hold']):.1f} %",
        )
    console.print()
    console.print(table)
    if truth:
        console.print(
            f"In truth it earns {format_money(truth['proposed'] - truth['current'])} more than holding. {played['label']}",
            highlight=False,
        )


def as_json(shop: SimulatedMarket, answer: Answer) -> str:
    """Answer and comparison as one JSON object."""
    body = {
        "simulated": True,
        "seed": shop.seed,
        "answer": answer.model_dump(mode="json"),
        "truth": beside_truth(shop, answer),
    }
    return json.dumps(body, ensure_ascii=False)


def beside_truth(shop: SimulatedMarket, answer: Answer) -> dict[str, Any]:
    """Per channel what was found and what is true, and what the plan would really earn."""
    found = {item.tool: item.result for item in answer.evidence}
    fitted = found.get("fit_mmm", {}).get("channels", {})
    optimised = found.get("optimise_budget", {})
    allocation = optimised.get("allocation") or {}
    horizon = int(optimised.get("horizon_periods") or 0)
    plan, best = _plan(shop, allocation, horizon)
    channels: dict[str, Any] = {}
    for name, truth in shop.truth.channels.items():
        if name not in fitted:
            continue
        roas = fitted[name]["roas"]
        channels[name] = {
            "roas": roas,
            "true_roas": truth.roas,
            "covered": roas["p05"] <= truth.roas <= roas["p95"],
            "claimed_roas": truth.claimed / truth.spend,
            "proposed": allocation[name]["proposed"] if name in allocation else None,
            "best_in_truth": best.get(name),
        }
    return {"channels": channels, "plan": plan}


def _plan(
    shop: SimulatedMarket, allocation: dict[str, Any], horizon: int
) -> tuple[dict[str, float] | None, dict[str, float]]:
    if not allocation:
        return None, {}
    proposed = {name: row["proposed"] for name, row in allocation.items()}
    current = {name: row["current"] for name, row in allocation.items()}
    best = shop.optimal_allocation(sum(proposed.values()), horizon)
    profits = {
        "current": shop.outcome(current, horizon).profit,
        "proposed": shop.outcome(proposed, horizon).profit,
        "best": shop.outcome(best, horizon).profit,
    }
    gap = profits["best"] - profits["current"]
    regret = (profits["best"] - profits["proposed"]) / gap if gap > 0 else 0.0
    return {**profits, "regret": regret}, best


def _two(value: float) -> str:
    return format_number(value, decimals=2)
