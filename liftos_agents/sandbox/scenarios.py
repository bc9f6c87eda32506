"""Named markets from the files in `worlds/`, and those of a user: each states its purpose and what is true in it."""

from __future__ import annotations

import importlib.resources
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from liftos_agents.errors import ArgumentError, NotFoundError
from liftos_agents.sandbox import scenario_file
from liftos_agents.sandbox.mechanisms import Part
from liftos_agents.sandbox.spec import MarketSpec

FORMAT = 1
"""Of the files; a program refuses formats that it does not know."""

LARGEST = 100_000_000
"""Worlds × weeks × regions of one scenario."""

Family = Literal[
    "textbook",
    "confounded",
    "saturated",
    "cold-start",
    "promo-heavy",
    "structural-break",
    "tracking-loss",
    "rival",
    "creative-fatigue",
    "unanswerable",
]
Industry = Literal["ecommerce", "education", "healthcare", "b2b_saas"]
FAMILIES: tuple[str, ...] = get_args(Family)
INDUSTRIES: tuple[str, ...] = get_args(Industry)

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Source(Part):
    """Where a number of a scenario comes from.

    Attributes:
        what: The numbers.
        source: Document and date, or "customary", or "assumed".
    """

    what: _Text
    source: _Text


class Scenario(BaseModel):
    """One scenario file.

    Attributes:
        format: Of the file; this program reads 1.
        name: The file's, without its ending.
        version: Rises with every change of the market.
        family: What kind of difficulty it is.
        industry: Whose channels, delays and seasons it has; none in particular when absent.
        purpose: What the world is there to show.
        truth: What holds in it, in words.
        horizon: Weeks to decide after those shown.
        worlds: Seeds that a comparison plays when it is not told how many.
        answerable: Whether its data tell where money should go; where they do not, abstaining is right.
        why: Why they do not.
        sources: Where its numbers come from.
        market: Its specification.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    format: int = FORMAT
    name: str
    version: int = Field(default=1, ge=1)
    family: Family
    industry: Industry | None = None
    purpose: _Text
    truth: _Text
    horizon: int = Field(default=52, ge=1, le=520)
    worlds: int = Field(default=30, ge=1)
    answerable: bool = True
    why: _Text | None = None
    sources: tuple[Source, ...] = ()
    market: MarketSpec

    @model_validator(mode="after")
    def _consistent(self) -> Scenario:
        if self.answerable != (self.family != "unanswerable"):
            raise ValueError(
                f"family {self.family!r} and answerable {self.answerable!r} contradict each other; "
                "a scenario of the family 'unanswerable' says answerable: false, all others do not"
            )
        if self.answerable == (self.why is not None):
            raise ValueError(
                "why must say why the data do not tell; it is needed exactly where answerable is false"
            )
        oversize = _oversize(self.market, self.worlds, self.horizon)
        if oversize:
            raise ValueError(f"{oversize}; lower worlds, weeks, horizon or geos.count")
        return self


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
    return scenario_file.parse(
        text(name), where=f"{name}.yaml", name=name, model=Scenario, known_format=FORMAT
    )


def text(name: str) -> str:
    """The file of the scenario `name` as it was written.

    Raises:
        NotFoundError: No such scenario.
    """
    if name not in names():
        raise NotFoundError(
            f"no scenario {name!r}",
            fix=f"Scenarios are {', '.join(names())}; a file of your own is given by its path, ending in .yaml",
        )
    file = importlib.resources.files("liftos_agents.sandbox") / "worlds" / f"{name}.yaml"
    return file.read_text(encoding="utf-8")


def load_file(path: Path) -> Scenario:
    """A user's own scenario; its name is the file's.

    Raises:
        NotFoundError: No such file.
        DataError: It cannot be read, or says something that no scenario may say; every fault is named.
    """
    content = scenario_file.read(path)
    return scenario_file.parse(content, where=str(path), name=path.stem, model=Scenario, known_format=FORMAT)


def find(name_or_path: str) -> Scenario:
    """The scenario of that name, or the one in that file: whatever ends in .yaml or .yml, or holds a `/`.

    Raises:
        NotFoundError: Neither.
        DataError: The file's content.
    """
    path = Path(name_or_path)
    is_file = path.suffix.lower() in (".yaml", ".yml") or len(path.parts) > 1
    return load_file(path) if is_file else scenario(name_or_path)


def check_size(market: MarketSpec, worlds: int, horizon: int) -> None:
    """Refuse more than `LARGEST` worlds × weeks × regions.

    Raises:
        ArgumentError: Too many, or fewer than one.
    """
    if worlds < 1 or horizon < 1:
        raise ArgumentError(f"worlds and weeks to decide must be at least 1, got {worlds!r} and {horizon!r}")
    oversize = _oversize(market, worlds, horizon)
    if oversize:
        raise ArgumentError(oversize, fix="Ask for fewer worlds, weeks or regions")


def _oversize(market: MarketSpec, worlds: int, horizon: int) -> str | None:
    weeks = market.weeks_before + market.weeks + horizon
    size = worlds * weeks * market.geos.count
    if size <= LARGEST:
        return None
    return (
        f"{worlds:,} worlds × {weeks:,} weeks × {market.geos.count:,} regions are {size:,}; "
        f"at most {LARGEST:,} are played"
    )
