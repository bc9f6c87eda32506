"""What an arena's run comes to: a row for every policy, scenario and seed."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field

Key = tuple[str, str, int]


class Row(BaseModel):
    """One policy in one world.

    Attributes:
        profit, expected_profit, spend, fees: As `play.Score` has them; money.
        violations: Requests beyond a hard bound.
        abstained: Whether it abstained in some week.
        stated, covered: Its 90 % intervals that were scored, and those that held the truth (`stated_intervals`).
        normalised_regret: (oracle − policy) / (oracle − hold) by expected profit: 0 is the oracle, 1 is hold. None where
            either did not play, or the oracle earned no more than hold.
        error: What its own code raised, or what is wrong with a decision that cannot be played: type and message in a line;
            None where it decided every week.
        failed_week: The week in which that was, of 0 … horizon − 1; from it on holding was played in its place.
        seconds: Wall time of its batch, a world; differs from run to run and is kept apart from all else.
    """

    model_config = ConfigDict(frozen=True)

    policy: str
    scenario: str
    family: str
    seed: int
    profit: float
    expected_profit: float
    spend: float
    fees: float
    violations: int
    abstained: bool
    stated: int = 0
    covered: int = 0
    normalised_regret: float | None = None
    error: str | None = None
    failed_week: int | None = None
    seconds: float | None = Field(default=None, exclude=True)

    @property
    def key(self) -> Key:
        """What tells it from the others, and orders them."""
        return self.policy, self.scenario, self.seed


class Failure(BaseModel):
    """Worlds of a scenario in which a policy failed alike.

    Attributes:
        seed: The first of them.
        week, error: As a row has them.
    """

    model_config = ConfigDict(frozen=True)

    policy: str
    scenario: str
    week: int
    error: str
    worlds: int
    seed: int

    def __str__(self) -> str:
        worlds = "1 world" if self.worlds == 1 else f"{self.worlds:,} worlds"
        return f"{self.policy} failed in {worlds} of {self.scenario}, first in seed {self.seed}, week {self.week}: {self.error}"


class Header(BaseModel):
    """What was played: all that must be equal for a run to be resumed.

    Attributes:
        scenarios: Name to version and hash of the whole specification, with the weeks decided.
        seeds: First, last, how many, and their hash.
        policies: Name to version and worlds a batch.
    """

    model_config = ConfigDict(frozen=True)

    schema_version: str
    software: str
    scenarios: dict[str, str]
    seeds: str
    policies: dict[str, str]


class ArenaResult(BaseModel):
    """Policies on scenarios and seeds; rows in the order of policy, scenario and seed, whoever finished first."""

    model_config = ConfigDict(frozen=True)

    header: Header
    rows: tuple[Row, ...]

    @property
    def policies(self) -> tuple[str, ...]:
        """Who played."""
        return tuple(sorted(self.header.policies))

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Where."""
        return tuple(sorted(self.header.scenarios))

    def of(self, policy: str) -> dict[tuple[str, int], Row]:
        """A policy's rows by scenario and seed."""
        return {(row.scenario, row.seed): row for row in self.rows if row.policy == policy}

    def lines(self) -> Iterable[str]:
        """The result as lines of JSON, the header first: the same bytes for the same run."""
        yield self.header.model_dump_json()
        yield from (row.model_dump_json() for row in self.rows)


def with_regret(rows: Iterable[Row], *, oracle: str = "oracle", hold: str = "hold") -> tuple[Row, ...]:
    """The rows in their order, each with its normalised regret."""
    ordered = sorted(rows, key=lambda row: row.key)
    bounds = {
        name: {(row.scenario, row.seed): row.expected_profit for row in ordered if row.policy == name}
        for name in (oracle, hold)
    }
    found: list[Row] = []
    for row in ordered:
        world = (row.scenario, row.seed)
        best, held = bounds[oracle].get(world), bounds[hold].get(world)
        regret = None
        if best is not None and held is not None and best > held:
            regret = (best - row.expected_profit) / (best - held)
        found.append(row.model_copy(update={"normalised_regret": regret}))
    return tuple(found)


def failures(rows: Iterable[Row]) -> tuple[Failure, ...]:
    """Who failed, where and of what, alike ones together; in the order of policy, scenario, week and message."""
    found: dict[tuple[str, str, int, str], list[int]] = {}
    for row in rows:
        if row.error is not None and row.failed_week is not None:
            found.setdefault((row.policy, row.scenario, row.failed_week, row.error), []).append(row.seed)
    return tuple(
        Failure(policy=policy, scenario=scenario, week=week, error=error, worlds=len(seeds), seed=min(seeds))
        for (policy, scenario, week, error), seeds in sorted(found.items())
    )
