"""Deciders by name for the arena, those included that ask an engine."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from liftos_agents import lift
from liftos_agents.config import Guardrails, Settings
from liftos_agents.errors import NotFoundError
from liftos_agents.evals import contestants
from liftos_agents.sandbox import policies

if TYPE_CHECKING:
    from liftos_agents.tools.registry import ToolSpec


def decider_names() -> tuple[str, ...]:
    """Who can play, in alphabetical order."""
    return tuple(sorted({*policies.names(), *contestants.NAMES}))


def decider(name: str) -> str | contestants.Contestant:
    """What `arena.play` takes for a name: the name of a plain policy, or the maker of a contestant.

    Raises:
        NotFoundError: Nobody is called so.
    """
    if name in policies.names():
        return name
    found = contestants.contestant(name, open_engine)
    if found is not None:
        return found
    close = difflib.get_close_matches(name, decider_names(), n=1, cutoff=0.4)
    meant = f"Did you mean {close[0]!r}? " if close else ""
    raise NotFoundError(f"no policy {name!r}", fix=f"{meant}Policies are {', '.join(decider_names())}")


def open_engine(home: Path, model: str, tools: Sequence[ToolSpec]) -> lift.LiftOS:
    """An engine for a decider in a simulated market: nobody to be asked, and nothing of the environment but a model's key."""
    given = Settings.from_environment()
    settings = Settings(
        openai_base_url=given.openai_base_url,
        openai_api_key=given.openai_api_key,
        guardrails=Guardrails(max_share_moved=None, beyond_history="allow"),
    )
    return lift.LiftOS(home, model=model, tools=tools, settings=settings)
