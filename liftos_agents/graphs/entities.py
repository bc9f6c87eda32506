"""A right figure on the wrong channel is a wrong figure: whose number does a sentence say it is?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from liftos_agents.graphs.sentences import Shown, ShownText

_LINK = re.compile(
    r"^[\s,(]*(?:(?:more|less|extra|a|per|period|week|month|in|total|of|spend|budget|the|channel)\s+){0,4}"
    r"(?:for|to|from|on|in|of|by|with|into|für|auf|von|bei|pour|sur|de|en|para)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_NOT_THE_CHANNEL = re.compile(
    r"\s+(?:interest|volume|term|terms|query|queries|engine|engines)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Mention:
    """A name said in a text."""

    name: str
    start: int
    end: int


def entity_faults(text: ShownText, channels: Iterable[str]) -> tuple[str, ...]:
    """Why values of `text` do not belong to what the words around them name.

    A value of a channel needs that channel's name: the nearest before it, or, when that one already has its
    own value, the one that follows at once (`{…} more for search`). `respectively` pairs names and values
    in order. A value of another group (a platform, a component) must not stand beside a sibling's name alone.
    """
    known = tuple(channels)
    names = set(known)
    for value in text.values:
        if value.entity is not None:
            names |= {value.entity, *value.siblings}
    said = mentions(text, names)
    served: set[Mention] = set()
    faults: list[str] = []
    for value in text.values:
        if value.entity is None or isinstance(value.value, str):
            continue
        fault = _fault(text, value, said, served, strict=value.entity in known)
        if fault:
            faults.append(fault)
    return tuple(faults)


def mentions(text: ShownText, names: Iterable[str]) -> tuple[Mention, ...]:
    """Where `names` are said in `text`, in order; the longest name wins where several fit.

    A text value that is itself a name (`{…:largest_increase|text}`) counts; digits inside numbers do not.
    """
    numbers = [(v.start, v.end) for v in text.values if not isinstance(v.value, str)]
    found: list[Mention] = []
    for name in sorted(set(names), key=lambda n: (-len(n), n)):
        for match in _pattern(name).finditer(text.text):
            start, end = match.span()
            free = all(end <= s or start >= e for s, e in numbers) and all(
                end <= m.start or start >= m.end for m in found
            )
            if free and not _NOT_THE_CHANNEL.match(text.text, end):
                found.append(Mention(name, start, end))
    return tuple(sorted(found, key=lambda m: m.start))


@lru_cache(maxsize=4_096)
def _pattern(name: str) -> re.Pattern[str]:
    words = [re.escape(part) for part in re.split(r"[\s_\-]+", name) if part]
    return re.compile(r"(?<!\w)" + r"[\s_\-]+".join(words) + r"(?:['’]s|s)?(?!\w)", re.IGNORECASE)


def _fault(
    text: ShownText, value: Shown, said: tuple[Mention, ...], served: set[Mention], *, strict: bool
) -> str | None:
    relevant = tuple(m for m in said if m.name == value.entity or m.name in value.siblings)
    start, end = text.sentence(value.start)
    inside = tuple(m for m in relevant if start <= m.start < end)
    if "respectively" in text.text[start:end].lower():
        expected = _paired(text, value, inside, (start, end))
        if expected is not None:
            return None if expected == value.entity else _wrong(value, expected)
    before = [m for m in relevant if m.end <= value.start]
    nearest = before[-1] if before else None
    if nearest is not None and nearest.name == value.entity:
        served.add(nearest)
        return None
    after = next((m for m in inside if m.start >= value.end), None)
    if (
        after is not None
        and after.name == value.entity
        and _follows_at_once(text, value, after, nearest, served)
    ):
        served.add(after)
        return None
    if nearest is None and after is None:
        return (
            f"{value.text!r} is a figure of {value.entity!r}, which the sentence does not name"
            if strict
            else None
        )
    said_name = nearest.name if nearest is not None else after.name if after is not None else ""
    return _wrong(value, said_name)


def _wrong(value: Shown, said: str) -> str:
    return f"{value.text!r} is a figure of {value.entity!r} but stands beside {said!r}"


def _follows_at_once(
    text: ShownText, value: Shown, after: Mention, nearest: Mention | None, served: set[Mention]
) -> bool:
    if any(value.end <= v.start < after.start for v in text.values):
        return False
    if nearest is None:
        return True
    return nearest in served and _LINK.match(text.text[value.end : after.start]) is not None


def _paired(text: ShownText, value: Shown, inside: tuple[Mention, ...], span: tuple[int, int]) -> str | None:
    order: list[str] = []
    for mention in inside:
        if mention.name not in order:
            order.append(mention.name)
    group = [v for v in text.within(span) if v.entity is not None and not isinstance(v.value, str)]
    position = group.index(value)
    return order[position] if len(order) == len(group) else None
