"""The specialists there are, and how the router is told of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from liftos_agents.agents import budget_optimiser, causal_analyst, content_generator, surfacing_auditor
from liftos_agents.domain.specialist import Specialist
from liftos_agents.errors import ConfigurationError
from liftos_agents.prompts import render


def built_in() -> dict[str, Specialist]:
    """The built-in specialists by name, in the order in which their work builds on one another."""
    rooms = (surfacing_auditor, causal_analyst, budget_optimiser, content_generator)
    return {room.SPECIALIST.name: room.SPECIALIST for room in rooms}


def with_specialists(own: Iterable[Specialist] = ()) -> dict[str, Specialist]:
    """The built-in specialists and a host's own after them.

    Raises:
        ConfigurationError: Two specialists share a name.
    """
    found = built_in()
    for specialist in own:
        if specialist.name in found:
            raise ConfigurationError(
                f"there is a specialist {specialist.name!r} already", fix="Give yours another name"
            )
        found[specialist.name] = specialist
    return found


def router_prompt(specialists: Mapping[str, Specialist]) -> str:
    """The router's system prompt with the briefs of `specialists`."""
    briefs = [specialist.brief().model_dump(mode="json") for specialist in specialists.values()]
    return render("router", specialists=json.dumps(briefs, indent=1, ensure_ascii=False))
