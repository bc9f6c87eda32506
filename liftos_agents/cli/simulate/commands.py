"""The commands of `liftos simulate`, one module each."""

from __future__ import annotations

import typer

from liftos_agents.cli.simulate import (
    compare,
    data,
    gate,
    gate_plan,
    list_scenarios,
    new,
    records,
    replay,
    run,
    schema,
    show,
)

app = typer.Typer()
app.command("list", epilog="Example: liftos simulate list --family unanswerable")(
    list_scenarios.list_scenarios
)
app.command("show", epilog="Example: liftos simulate show shop --truth --plot shop.svg")(show.show)
app.command("new", epilog="Example: liftos simulate new my_market.yaml --from ecommerce")(new.new)
app.command("data", epilog="Example: liftos simulate data --scenario ecommerce --seed 7 --out shop")(
    data.data
)
app.command("schema", epilog="Example: liftos simulate schema > fields.md")(schema.schema)
app.command(
    "run", epilog="Example: liftos simulate run thompson --scenarios textbook,confounded --seeds 100"
)(run.run)
app.command(
    "compare", epilog="Example: liftos simulate compare thompson equal_split --scenarios all --seeds 300"
)(compare.compare_policies)
app.command(
    "replay",
    epilog="Example: liftos simulate replay --policy thompson,hold --scenario structural_break --seed 7 --out run.html",
)(replay.replay)
app.command(
    "gate", epilog="Example: liftos simulate gate equal_split --scenarios textbook,saturated --seeds 300"
)(gate.gate)
app.command("gate-plan", epilog="Example: liftos simulate gate-plan last")(gate_plan.gate_plan)
app.command("records", epilog="Example: liftos simulate records --verify")(records.records)
