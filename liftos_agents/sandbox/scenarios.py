"""Named markets from the files in `worlds/`: each states its purpose and what is true in it."""

from __future__ import annotations

import importlib.resources
from functools import cache

import yaml
from pydantic import BaseModel, ConfigDict

from liftos_agents.errors import NotFoundError
from liftos_agents.sandbox.spec import MarketSpec


class Scenario(BaseModel):
    """One scenario file.

    Attributes:
        version: Rises with every change of the market.
        purpose: What the world is there to show.
        truth: What holds in it, in words.
        market: Its specification.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: int
    family: str
    purpose: str
    truth: str
    market: MarketSpec


def names() -> tuple[str, ...]:
    """The scenarios' names, in alphabetical order."""
    files = importlib.resources.files("liftos_agents.sandbox") / "worlds"
    return tuple(sorted(f.name.removesuffix(".yaml") for f in files.iterdir() if f.name.endswith(".yaml")))


def load(name: str) -> MarketSpec:
    """The market of the scenario `name`.

    Raises:
        NotFoundError: No such scenario.
    """
    return scenario(name).market


@cache
def scenario(name: str) -> Scenario:
    """The scenario `name` with its purpose and truth.

    Raises:
        NotFoundError: No such scenario.
    """
    if name not in names():
        raise NotFoundError(f"no scenario {name!r}", fix=f"Scenarios are {', '.join(names())}")
    file = importlib.resources.files("liftos_agents.sandbox") / "worlds" / f"{name}.yaml"
    return Scenario.model_validate({"name": name, **yaml.safe_load(file.read_text(encoding="utf-8"))})
