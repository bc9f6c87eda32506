"""Spreading activation: from the entities that a query names, along causal edges, to what is known of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set

from liftos_agents.data.lexical import terms

DECAY = 0.5
HOPS = 2
LONGEST_NAME = 4


def named_entities(query: str, aliases: Mapping[tuple[str, ...], Set[str]]) -> list[str]:
    """Entities whose name occurs in `query` as whole words, longest names first, then by name.

    Args:
        query: The question.
        aliases: Words of a name to the entities called so.
    """
    asked = terms(query)
    found: dict[str, None] = {}
    for length in range(LONGEST_NAME, 0, -1):
        for start in range(len(asked) - length + 1):
            name = tuple(asked[start : start + length])
            for entity in sorted(aliases.get(name, ())):
                found[entity] = None
    return list(found)


def spread(
    seeds: Sequence[str],
    neighbours: Mapping[str, Set[str]],
    mentions: Mapping[str, Sequence[int]],
    records: int,
) -> dict[str, float]:
    """Activation of each entity reached, 0 to 1.

    A seed that every record mentions says little and starts low, as a common word does in BM25. Each hop
    halves what it passes on and shares it among the neighbours.

    Args:
        seeds: Entities that the query names.
        neighbours: The causal graph, both ways.
        mentions: Entity to the records that are about it.
        records: How many records there are.
    """
    active = {seed: _rarity(len(mentions.get(seed, ())), records) for seed in seeds}
    front = dict(active)
    for _ in range(HOPS):
        reached: dict[str, float] = {}
        for entity, strength in sorted(front.items()):
            around = neighbours.get(entity, frozenset())
            passed = DECAY * strength / math.sqrt(len(around)) if around else 0.0
            for other in around:
                reached[other] = max(reached.get(other, 0.0), passed)
        front = {k: v for k, v in reached.items() if v > active.get(k, 0.0)}
        active |= front
    return active


def _rarity(mentioned: int, records: int) -> float:
    return math.log1p(records / max(mentioned, 1)) / math.log1p(max(records, 1))
