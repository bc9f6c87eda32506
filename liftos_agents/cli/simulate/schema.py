"""`liftos simulate schema`: every field of a scenario file."""

from __future__ import annotations

import json

import typer

from liftos_agents.cli import options
from liftos_agents.sandbox import scenario_reference
from liftos_agents.sandbox.scenarios import Scenario


def schema(as_json: options.AsJson = False) -> None:
    """Print every field of a scenario file: what it may be, by default, and what it means (--json: a JSON schema)."""
    typer.echo(
        json.dumps(Scenario.model_json_schema(), ensure_ascii=False)
        if as_json
        else scenario_reference.markdown()
    )
