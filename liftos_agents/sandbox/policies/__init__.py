"""Plain deciders for the simulated market, by name: the baselines that stand on every board.

Each decides for S worlds at once from reports alone; the oracle alone is shown the specification.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable
from typing import cast

from liftos_agents.errors import NotFoundError
from liftos_agents.sandbox.policy import Omniscient, Policy

_HOMES = {
    "equal_split": "EqualSplit",
    "follow_platform_roas": "FollowPlatformRoas",
    "hold": "Hold",
    "oracle": "Oracle",
    "thompson": "Thompson",
}


def names() -> tuple[str, ...]:
    """The policies' names, in alphabetical order."""
    return tuple(sorted(_HOMES))


def named(name: str) -> Policy | Omniscient:
    """A new policy of that name; its module is loaded now and not before.

    Raises:
        NotFoundError: No such policy.
    """
    if name not in _HOMES:
        close = difflib.get_close_matches(name, _HOMES, n=1, cutoff=0.4)
        meant = f"Did you mean {close[0]!r}? " if close else ""
        raise NotFoundError(f"no policy {name!r}", fix=f"{meant}Policies are {', '.join(names())}")
    module = importlib.import_module(f"liftos_agents.sandbox.policies.{name}")
    return cast("Callable[[], Policy | Omniscient]", getattr(module, _HOMES[name]))()
