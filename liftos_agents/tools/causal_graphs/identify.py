"""How an effect can be told from a graph: back-door sets, front-door mediators, instruments, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import networkx as nx

from liftos_agents.tools.causal_graphs.graph import CausalGraph
from liftos_agents.tools.causal_graphs.paths import open_paths
from liftos_agents.tools.causal_graphs.separators import minimal_separators
from liftos_agents.tools.errors import ToolRetry

Strategy = Literal["back_door", "front_door", "instruments"]

MOST_SETS = 20
MOST_MEDIATORS = 3
MOST_CANDIDATES = 12


@dataclass(frozen=True)
class FrontDoor:
    """Mediators that carry the whole effect, and the controls that they need."""

    mediators: tuple[str, ...]
    controls: tuple[str, ...]


@dataclass(frozen=True)
class Instrument:
    """An instrument, valid given `controls`."""

    name: str
    controls: tuple[str, ...]


@dataclass(frozen=True)
class Identification:
    """What a graph allows to be told of one effect.

    Attributes:
        has_effect: There is a directed path from treatment to outcome.
        reversed: There is one from outcome to treatment.
        strategies: Ways that work, the one with the weakest assumptions first; empty when the effect is not identified.
        adjustment_sets: Minimal back-door sets, small ones first, at most 20; `((),)` when nothing is to be adjusted for.
        mediated: Observed nodes between treatment and outcome.
        never_adjust: Observed descendants of the treatment: adjusting for one biases the effect.
        open_paths: Back-door paths that no observed node can block, written with their arrows.
    """

    treatment: str
    outcome: str
    has_effect: bool
    reversed: bool
    strategies: tuple[Strategy, ...]
    adjustment_sets: tuple[tuple[str, ...], ...]
    front_doors: tuple[FrontDoor, ...]
    instruments: tuple[Instrument, ...]
    mediated: tuple[str, ...]
    never_adjust: tuple[str, ...]
    open_paths: tuple[str, ...]


def identify(graph: CausalGraph, treatment: str, outcome: str) -> Identification:
    """How the total effect of `treatment` on `outcome` can be told from observed nodes.

    Back-door and front-door criteria are Pearl's (2009, 3.3); instruments are conditional instruments (Brito & Pearl 2002): given
    the controls they are tied to the treatment, and tied to the outcome through the treatment alone.

    Raises:
        ToolRetry: One of the two is no node of the graph, is unobserved, or they are the same.
    """
    for role, node in (("treatment", treatment), ("outcome", outcome)):
        if node not in graph.observed:
            what = "is unobserved in" if node in graph.latent else "is no node of"
            raise ToolRetry(
                f"{role} {node!r} {what} the graph",
                where=role,
                fix=f"The graph's observed nodes are {', '.join(sorted(graph.observed)) or 'none'}",
            )
    if treatment == outcome:
        raise ToolRetry(
            f"{treatment!r} is given as treatment and as outcome",
            where="outcome",
            fix="Name another node as outcome",
        )
    after = graph.descendants(treatment)
    has_effect, backwards = outcome in after, treatment in graph.descendants(outcome)
    sets = () if backwards else _adjustment_sets(graph, treatment, outcome)
    doors = _front_doors(graph, treatment, outcome) if has_effect else ()
    instruments = _instruments(graph, treatment, outcome) if has_effect else ()
    ways: tuple[tuple[Strategy, object], ...] = (
        ("back_door", sets), ("front_door", doors), ("instruments", instruments),
    )  # fmt: skip
    between = (after & graph.ancestors(outcome)) - {treatment, outcome}
    return Identification(
        treatment=treatment,
        outcome=outcome,
        has_effect=has_effect,
        reversed=backwards,
        strategies=tuple(name for name, found in ways if found),
        adjustment_sets=sets,
        front_doors=doors,
        instruments=instruments,
        mediated=tuple(sorted(between & graph.observed)),
        never_adjust=tuple(sorted((after & graph.observed) - {treatment, outcome})),
        open_paths=() if sets else open_paths(graph, treatment, outcome),
    )


def _adjustment_sets(graph: CausalGraph, treatment: str, outcome: str) -> tuple[tuple[str, ...], ...]:
    allowed = graph.observed - graph.descendants(treatment)
    back = graph.without_arrows_from(treatment)
    return minimal_separators(back, treatment, outcome, allowed)[:MOST_SETS]


def _front_doors(graph: CausalGraph, treatment: str, outcome: str) -> tuple[FrontDoor, ...]:
    if graph.directed.has_edge(treatment, outcome):
        return ()
    between = graph.descendants(treatment) & graph.ancestors(outcome) - {treatment, outcome}
    candidates = sorted(between & graph.observed)[:MOST_CANDIDATES]
    found: list[FrontDoor] = []
    for size in range(1, MOST_MEDIATORS + 1):
        for mediators in combinations(candidates, size):
            if any(set(door.mediators) <= set(mediators) for door in found):
                continue
            if _intercepts(graph, treatment, outcome, mediators):
                controls = _front_door_controls(graph, treatment, outcome, mediators)
                if controls is not None:
                    found.append(FrontDoor(mediators, controls))
    return tuple(found[:MOST_SETS])


def _intercepts(graph: CausalGraph, treatment: str, outcome: str, mediators: tuple[str, ...]) -> bool:
    return not nx.has_path(graph.directed.subgraph(set(graph.directed) - set(mediators)), treatment, outcome)


def _front_door_controls(
    graph: CausalGraph, treatment: str, outcome: str, mediators: tuple[str, ...]
) -> tuple[str, ...] | None:
    """Controls under which the front-door criterion holds: none where it can be, and no more than are needed."""
    allowed = graph.observed - graph.descendants(treatment)
    pool = sorted(allowed & graph.ancestors(treatment, outcome))

    def holds(controls: tuple[str, ...]) -> bool:
        return _is_front_door(graph, treatment, outcome, mediators, controls)

    if holds(()):
        return ()
    chosen = tuple(pool)
    if not holds(chosen):
        return None
    for node in pool:
        fewer = tuple(n for n in chosen if n != node)
        if holds(fewer):
            chosen = fewer
    return chosen


def _is_front_door(
    graph: CausalGraph, treatment: str, outcome: str, mediators: tuple[str, ...], controls: tuple[str, ...]
) -> bool:
    back = graph.without_arrows_from(treatment)
    if not all(back.separated(treatment, m, controls) for m in mediators):
        return False
    onward = graph
    for mediator in mediators:
        onward = onward.without_arrows_from(mediator)
    return all(onward.separated(m, outcome, (treatment, *controls)) for m in mediators)


def _instruments(graph: CausalGraph, treatment: str, outcome: str) -> tuple[Instrument, ...]:
    back = graph.without_arrows_from(treatment)
    usable = graph.observed - graph.descendants(treatment)
    found: list[Instrument] = []
    for name in sorted(usable - {outcome}):
        allowed = usable - graph.descendants(outcome) - {name}
        for controls in minimal_separators(back, name, outcome, allowed):
            if not graph.separated(name, treatment, controls):
                found.append(Instrument(name, controls))
                break
    upstream = graph.ancestors(treatment)
    found.sort(key=lambda i: (i.name not in upstream, len(i.controls), i.controls, i.name))
    return tuple(found[:MOST_SETS])
