"""What a user knows of the arrows before looking: forbidden and required ones, and tiers in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.errors import ToolRetry

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Knowledge:
    """Arrows that cannot be and arrows that must be.

    Attributes:
        forbidden: (p, p), [cause, effect]; the arrow must not be there.
        required: (p, p), [cause, effect]; the arrow is there.
        before: (p, p); the first comes before the second in a causal order, by a tier or a required arrow.
    """

    forbidden: Flags
    required: Flags
    before: Flags

    @classmethod
    def none(cls, size: int) -> Knowledge:
        """Nothing known."""
        nothing = np.zeros((3, size, size), dtype=np.bool_)
        return cls(*nothing)

    @property
    def banned(self) -> Flags:
        """Pairs that cannot be joined at all: both arrows are forbidden."""
        return self.forbidden & self.forbidden.T

    @property
    def joined(self) -> Flags:
        """Pairs that are joined in any case."""
        return self.required | self.required.T

    @property
    def empty(self) -> bool:
        """Nothing is known."""
        return not self.forbidden.any() and not self.required.any()


def knowledge_of(
    names: Sequence[str],
    forbidden: Sequence[tuple[str, str]],
    required: Sequence[tuple[str, str]],
    tiers: Sequence[Sequence[str]],
) -> Knowledge:
    """The knowledge over variables `names`; a later tier cannot cause an earlier one.

    Raises:
        ToolRetry: A name is no variable, stands in two tiers, or the statements contradict each other.
    """
    place = {name: k for k, name in enumerate(names)}
    known = Knowledge.none(len(names))
    for argument, pairs, matrix in (
        ("forbidden", forbidden, known.forbidden),
        ("required", required, known.required),
    ):
        for cause, effect in pairs:
            a, b = _place(place, cause, argument), _place(place, effect, argument)
            if a == b:
                raise ToolRetry(
                    f"{cause!r} is given as its own cause", where=argument, fix="Give two different variables"
                )
            matrix[a, b] = True
    tier_of = _tiers(place, tiers)
    for cause, late in tier_of.items():
        for effect, early in tier_of.items():
            known.forbidden[cause, effect] |= late > early
            known.before[cause, effect] |= late < early
    known.forbidden[known.required.T] = True
    known.before[known.required] = True
    for a, b in np.argwhere(known.required & known.forbidden):
        raise ToolRetry(
            f"{names[a]} -> {names[b]} is required, and forbidden (by name, by a tier, or because the reverse is required too)",
            where="required",
            fix="Leave out one of the two",
        )
    directed = arrow_graph(known.required)
    if not nx.is_directed_acyclic_graph(directed):
        steps = [str(names[int(edge[0])]) for edge in nx.find_cycle(directed)]
        raise ToolRetry(
            f"the required arrows go in a circle: {' -> '.join([*steps, steps[0]])}",
            where="required",
            fix="Leave out one of them",
        )
    return known


def arrow_graph(arrows: Flags) -> nx.DiGraph[int]:
    """The arrows of a (p, p) matrix as a graph of their ends."""
    directed: nx.DiGraph[int] = nx.DiGraph()
    directed.add_edges_from((int(a), int(b)) for a, b in np.argwhere(arrows))
    return directed


def _tiers(place: dict[str, int], tiers: Sequence[Sequence[str]]) -> dict[int, int]:
    tier_of: dict[int, int] = {}
    for number, tier in enumerate(tiers):
        for name in tier:
            k = _place(place, name, "tiers")
            if k in tier_of:
                raise ToolRetry(f"{name!r} stands in two tiers", where="tiers", fix="Name each variable once")
            tier_of[k] = number
    return tier_of


def _place(place: dict[str, int], name: str, argument: str) -> int:
    if name not in place:
        raise ToolRetry(
            f"{name!r} is not among the variables",
            where=f"discover_causes argument {argument}",
            fix=f"The variables are {', '.join(place)}; add it to `variables`, or leave it out",
        )
    return place[name]
