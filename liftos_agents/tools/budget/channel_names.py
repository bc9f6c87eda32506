"""Channels as a caller names them, matched without guessing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from liftos_agents.tools.errors import ToolRetry

EVERY = "*"


def position(name: str, channels: Sequence[str], argument: str) -> int:
    """Where `name` stands among `channels`; case is ignored where that leaves one.

    Raises:
        ToolRetry: No such channel, with close matches.
    """
    if name in channels:
        return channels.index(name)
    alike = [c for c, known in enumerate(channels) if known.casefold() == name.casefold()]
    if len(alike) == 1:
        return alike[0]
    folded = {known.casefold(): known for known in channels}
    close = [folded[match] for match in difflib.get_close_matches(name.casefold(), list(folded), 2)]
    fix = f"Did you mean {' or '.join(close)}?" if close else f"There are: {', '.join(channels)}"
    raise ToolRetry(f"no channel {name!r}", where=argument, fix=fix)


def positions(names: Iterable[str], channels: Sequence[str], argument: str) -> tuple[int, ...]:
    """Where each of `names` stands, in rising order and once each.

    Raises:
        ToolRetry: No such channel.
    """
    return tuple(sorted({position(name, channels, argument) for name in names}))


def by_channel(
    values: Mapping[str, float] | float | None, channels: Sequence[str], argument: str
) -> dict[int, float]:
    """Values by channel position; a lone number, or the name `*`, stands for every channel not named.

    Raises:
        ToolRetry: No such channel, or the same one named twice.
    """
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        return dict.fromkeys(range(len(channels)), float(values))
    found: dict[int, float] = {}
    for name, value in values.items():
        if name == EVERY:
            continue
        c = position(name, channels, argument)
        if c in found:
            raise ToolRetry(f"channel {channels[c]!r} is named twice", where=argument)
        found[c] = float(value)
    if EVERY in values:
        found |= {c: float(values[EVERY]) for c in range(len(channels)) if c not in found}
    return dict(sorted(found.items()))
