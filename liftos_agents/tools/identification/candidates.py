"""The designs that a table supports for one cause and one outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from liftos_agents.tools.identification.adoption import before_and_after, donors, staggered
from liftos_agents.tools.identification.assignments import adjustments, experiments
from liftos_agents.tools.identification.cutoffs import discontinuities
from liftos_agents.tools.identification.design import Design
from liftos_agents.tools.identification.instrument_search import instruments
from liftos_agents.tools.identification.marketing import journeys, media_mixes
from liftos_agents.tools.identification.one_series import interruptions
from liftos_agents.tools.identification.row_credit import row_credits
from liftos_agents.tools.identification.scene import Scene

_SEARCHES: tuple[Callable[[Scene], Iterator[Design]], ...] = (
    experiments,
    discontinuities,
    instruments,
    staggered,
    before_and_after,
    donors,
    interruptions,
    media_mixes,
    journeys,
    adjustments,
)


def candidates(scene: Scene) -> list[Design]:
    """Every design that the table supports, the best first."""
    found = [design for search in _SEARCHES for design in search(scene)]
    return sorted(found, key=lambda design: (-design.score, design.name))


def asked_for_credit(scene: Scene) -> list[Design]:
    """Attribution along paths, else by rows, where the question asks for credit; it needs no cause of its own."""
    if "multi_touch_attribution" not in scene.parts.methods:
        return []
    return list(journeys(scene)) or list(row_credits(scene))
