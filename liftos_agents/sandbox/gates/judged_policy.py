"""Which policy is judged, by its content, and the worlds that nobody can have tuned it on."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.canonical import content_hash, seed_from
from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox import policies
from liftos_agents.sandbox.arena import Factory
from liftos_agents.sandbox.policy import Policy
from liftos_agents.sandbox.scenarios import Scenario

HOLD = "hold"
_SALT = "policy gate, unseen worlds, 1"
_LEAST_SEED = 2**32
_WRAPPED = ("make", "_make", "func")


class JudgedPolicy(BaseModel):
    """A policy as a verdict is valid for it.

    Attributes:
        version: As it states it; "1" when it states none.
        source: Hash of the files in which its class and its makers are written; empty where there is no such file, as in
            a console. What these files import is the `version`'s to tell.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    version: str
    source: str

    @classmethod
    def of(cls, contestant: str | Factory) -> JudgedPolicy:
        """The policy of that name, or that a maker makes.

        Raises:
            NotFoundError: No such policy.
            ArgumentError: It is the incumbent itself, or is shown the truth.
        """
        made = policies.named(contestant) if isinstance(contestant, str) else contestant()
        if made.name == HOLD:
            raise ArgumentError(
                f"{HOLD!r} is what policies are measured against",
                where="POLICY",
                fix="Put another policy to the gate",
            )
        if not isinstance(made, Policy):
            raise ArgumentError(
                f"{made.name!r} is shown the truth, which no market shows",
                where="POLICY",
                fix="Put a policy to the gate that decides from reports",
            )
        version = str(getattr(made, "version", "1"))
        return cls(name=made.name, version=version, source=_source([made, contestant]))

    @property
    def hash(self) -> str:
        """Of all three."""
        return content_hash(self)


def scenario_set_hash(scenarios: Sequence[Scenario]) -> str:
    """Of whole scenarios, purposes and truths included, in whatever order they are named."""
    return content_hash(sorted(content_hash(scenario) for scenario in scenarios))


def unseen_seeds(policy: JudgedPolicy, scenario: Scenario, number: int) -> tuple[int, ...]:
    """The first `number` seeds on which this policy is judged in this scenario.

    They are hashes of a salt, the policy's content, the scenario's content and a counter, of 62 bits, those below 2^32 left
    out: nobody tunes on them by playing seeds 0 … N, and a policy that was changed after it saw its verdict meets other
    worlds. More seeds go on where fewer stopped, so that asking for another number draws no other luck. Whoever plays these
    very seeds on purpose before gating can still tune on them; nothing here is secret.
    """
    key = f"{_SALT}|{policy.hash}|{content_hash(scenario)}"
    found: dict[int, None] = {}
    for index in count():
        if len(found) >= number:
            return tuple(found)
        seed = seed_from(f"{key}|{index}") >> 1
        if seed >= _LEAST_SEED:
            found[seed] = None
    raise AssertionError("a counter does not end")


def shared_out(scenarios: Sequence[Scenario], seeds: int) -> dict[str, int]:
    """Seeds by scenario: at least `seeds` in all, the same number for each family, within it for each scenario."""
    members: dict[str, list[str]] = {}
    for scenario in scenarios:
        members.setdefault(scenario.family, []).append(scenario.name)
    family = -(-seeds // len(members))
    return {scenario.name: -(-family // len(members[scenario.family])) for scenario in scenarios}


def _source(objects: Sequence[object]) -> str:
    """Of the files of these and of what they are made by: a wrapper's own file tells nothing of what is wrapped."""
    files: set[Path] = set()
    waiting, looked_at = list(objects), list[object]()
    while waiting:
        one = waiting.pop()
        if any(one is seen for seen in looked_at):
            continue
        looked_at.append(one)
        waiting += [inner for name in _WRAPPED if callable(inner := getattr(one, name, None))]
        written = one if inspect.isclass(one) or inspect.isfunction(one) else type(one)
        try:
            file = inspect.getsourcefile(written)
        except TypeError:
            continue
        if file is not None and Path(file).is_file():
            files.add(Path(file))
    contents = sorted(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)
    return content_hash(contents) if contents else ""
