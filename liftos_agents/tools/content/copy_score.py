"""How far copy keeps to the rules: a score by rules, no forecast of clicks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from pydantic import BaseModel, ConfigDict

from liftos_agents.tools.content.checking import ALIKE, alike, check_copy
from liftos_agents.tools.content.facts import Fact, GivenFacts
from liftos_agents.tools.content.findings import Finding, Ground
from liftos_agents.tools.surfacing.lexicon import tokens

Copy = Mapping[str, Sequence[str]]

WEIGHTS = {"limits": 25.0, "policy": 25.0, "truth": 15.0, "facts": 15.0, "spread": 10.0, "fill": 10.0}
_LABELS = {
    "limits": "lines within the limits",
    "policy": "lines without a fault of form or wording",
    "truth": "lines that say only what the facts hold",
    "facts": "strong facts that the copy uses",
    "spread": "headlines that differ from one another",
    "fill": "places that are filled",
}
_LENGTH = {
    "too_long",
    "too_wide",
    "too_short",
    "empty",
    "longer_than_recommended",
    "several_parts",
    "placeholder",
}
_TRUTH = {"number_not_given", "words_not_given"}
_COST = {"error": 1.0, "warning": 0.5, "note": 0.0}
_ENOUGH_LINES = 10
_STRONG = 8


class ScorePart(BaseModel):
    """One part of the score: `value` from 0 to 1, with its weight."""

    model_config = ConfigDict(frozen=True)

    name: str
    label: str
    value: float
    weight: float


class CopyScorer:
    """Scores versions of one copy, each line read once."""

    def __init__(self, ground: Ground, given: GivenFacts | None) -> None:
        self._ground = ground
        self._facts = _strongest(given) if given else []
        self._held = ground.sources is not None
        self._read: dict[tuple[str, str], tuple[Finding, ...]] = {}

    def score(self, copy: Copy) -> float:
        """The weighted mean of the parts, 0 to 100."""
        parts = self.parts(copy)
        return 100.0 * sum(p.value * p.weight for p in parts) / sum(p.weight for p in parts)

    def parts(self, copy: Copy) -> tuple[ScorePart, ...]:
        """The parts that can be told; those about facts only where facts were given."""
        values = {
            "limits": self._within(copy, _LENGTH),
            "policy": self._within(copy, None),
            "spread": self._spread(copy),
            "fill": self._fill(copy),
        }
        if self._held:
            values["truth"] = self._within(copy, _TRUTH)
        if self._facts:
            values["facts"] = self._used(copy)
        return tuple(
            ScorePart(name=name, label=_LABELS[name], value=round(values[name], 6), weight=weight)
            for name, weight in WEIGHTS.items()
            if name in values
        )

    def findings(self, field: str, line: str) -> tuple[Finding, ...]:
        """What is found in one line by itself."""
        key = (field, line)
        if key not in self._read:
            _, found = check_copy({field: (line,)}, self._ground)
            self._read[key] = tuple(f for f in found if f.position is not None)
        return self._read[key]

    def says(self, fact: Fact, lines: Sequence[str]) -> bool:
        """Whether a line holds every word of a fact's value."""
        wanted = set(tokens(fact.value))
        return any(wanted <= set(tokens(line)) for line in lines)

    def _within(self, copy: Copy, rules: set[str] | None) -> float:
        costs = [
            max(
                (_COST[f.severity] for f in self.findings(field, line) if self._counts(f, rules)), default=0.0
            )
            for field, lines in copy.items()
            for line in lines
        ]
        return 1.0 - sum(costs) / len(costs) if costs else 0.0

    def _counts(self, found: Finding, rules: set[str] | None) -> bool:
        return found.rule in rules if rules is not None else found.rule not in _LENGTH | _TRUTH

    def _used(self, copy: Copy) -> float:
        lines = [line for lines in copy.values() for line in lines]
        total = sum(strength(f) for f in self._facts)
        return sum(strength(f) for f in self._facts if self.says(f, lines)) / total

    def _spread(self, copy: Copy) -> float:
        pairs = [
            alike(one, two)
            for field in self._ground.limits.fields
            if field.role not in ("path", "brand")
            for one, two in combinations(copy.get(field.name, ()), 2)
        ]
        return 1.0 - sum(value > ALIKE for value in pairs) / len(pairs) if pairs else 1.0

    def _fill(self, copy: Copy) -> float:
        shares = [
            min(1.0, len(copy.get(f.name, ())) / min(f.most, _ENOUGH_LINES))
            if len(copy.get(f.name, ())) <= f.most
            else 0.5
            for f in self._ground.limits.fields
            if f.role not in ("path", "brand")
        ]
        return sum(shares) / len(shares) if shares else 1.0


def strength(fact: Fact) -> float:
    """How much a fact tells a buyer: a price or a number most, a bare phrase least."""
    if fact.kind == "price":
        return 3.0
    return 2.0 if any(c.isdigit() for c in fact.value) else 1.5 if fact.kind != "phrase" else 1.0


def _strongest(given: GivenFacts) -> list[Fact]:
    return sorted(given.details, key=lambda f: -strength(f))[:_STRONG]
