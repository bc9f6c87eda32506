"""Limits on a budget as people say them: `TV at least 200k, nothing over 40 %, keep radio unchanged`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from liftos_agents.models.offline.channel_names import Mention
from liftos_agents.models.offline.items import Item
from liftos_agents.models.offline.quantities import read_number

ANY = "*"
_LOW = ("min", "under")
_ROAS = re.compile(
    r"(?:roas|return on ad spend|roi)(?:\s(?:target|goal))?(?:\s(?:of|is|at least|above|over|von|mindestens|de|minimum|to be|>=|=))*\s?"
    r"(?P<after>\d+(?:[.,]\d+)?)(?!\s?%|\d)|(?P<before>\d+(?:[.,]\d+)?)\s?x?\s(?:target |minimum )?roas"
)
_MARGIN = re.compile(
    r"(?:margin|marge|margen|profit margin|gross margin)(?:\s(?:of|is|at|von|ist|betragt|de|es|est|=|:))*\s?(?P<after>\d+(?:[.,]\d+)?)"
    r"(?P<share>\s?(?:%|percent|prozent))?"
    r"|(?P<before>\d+(?:[.,]\d+)?)\s?(?:%|percent|prozent|pour cent|por ciento)\s(?:gross |profit |de )?(?:margin|marge|margen)"
)


@dataclass
class Constraints:
    """Limits by channel (`*` for every channel): money over the horizon, or a share of the total."""

    minimum: dict[str, float] = field(default_factory=dict[str, float])
    maximum: dict[str, float] = field(default_factory=dict[str, float])
    minimum_share: dict[str, float] = field(default_factory=dict[str, float])
    maximum_share: dict[str, float] = field(default_factory=dict[str, float])
    groups: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    hold: list[str] = field(default_factory=list[str])
    max_change: float | None = None
    max_period_change: float | None = None
    unclear: list[Mention] = field(default_factory=list[Mention])
    used: set[int] = field(default_factory=set[int])


def target_roas(text: str) -> float | None:
    """The ROAS that plain `text` asks for."""
    return _first_number(_ROAS.search(text))


def margin(text: str) -> float | None:
    """The margin that plain `text` states, as a fraction of revenue."""
    match = _MARGIN.search(text)
    value = _first_number(match)
    if match is None or value is None:
        return None
    return value / 100 if match.group("before") or match.group("share") or value > 1 else value


def constraints(row: Sequence[Item]) -> Constraints:
    """The limits in a row of items; `used` holds the positions that they took."""
    found = Constraints()
    for index, item in enumerate(row):
        if index in found.used:
            continue
        if item.kind in ("min", "max", "over", "under"):
            _bound(row, index, found)
        elif item.kind == "between":
            _range(row, index, found)
        elif item.kind in ("hold", "hold_next"):
            _hold(row, index, found)
    return found


def _bound(row: Sequence[Item], index: int, found: Constraints) -> None:
    value = _next_value(row, index + 1, found.used)
    if value is None:
        return
    before, negated = _before(row, index, found.used)
    channels = before or _after(row, value + 1, found.used)
    low = row[index].kind in _LOW if row[index].kind in ("min", "max") else row[index].kind == "over"
    if row[index].kind in ("over", "under") and negated:
        low = not low
    near = row[max(0, index - 4) : value + 3]
    quantity = row[value].quantity
    if quantity is None:
        return
    if (
        quantity.kind == "share"
        and not low
        and (
            any(i.kind == "change" for i in near)
            or any(i.kind == "period" and i.quantity and i.quantity.rate for i in near)
        )
    ):
        if any(i.kind == "period" for i in near):
            found.max_period_change = quantity.value
        else:
            found.max_change = quantity.value
        found.used.update({index, value})
        return
    if not channels and not negated and quantity.kind == "money" and not low:
        return
    found.used.update({index, value, *channels})
    _set(row, channels, low, value, found)


def _range(row: Sequence[Item], index: int, found: Constraints) -> None:
    first = _next_value(row, index + 1, found.used)
    second = None if first is None else _next_value(row, first + 1, found.used)
    if first is None or second is None:
        return
    before, _ = _before(row, index, found.used)
    channels = before or _after(row, second + 1, found.used)
    found.used.update({index, first, second, *channels})
    _set(row, channels, True, first, found)
    _set(row, channels, False, second, found)


def _hold(row: Sequence[Item], index: int, found: Constraints) -> None:
    channels = _before(row, index, found.used)[0] if row[index].kind == "hold" else []
    channels = channels or _after(row, index + 1, found.used)
    names = _names(row, channels, found)
    if names:
        found.hold += [name for name in names if name not in found.hold]
        found.used.update({index, *channels})


def _set(row: Sequence[Item], channels: Sequence[int], low: bool, value: int, found: Constraints) -> None:
    quantity = row[value].quantity
    if quantity is None:
        return
    names = _names(row, channels, found)
    if not names and any(row[c].kind == "channel" for c in channels):
        return
    if not names:
        strange = _strange(row, value)
        if strange is not None or low:
            found.unclear.append(strange or Mention("", (), row[value].start, row[value].end))
            return
    span = row[min([*channels, value]) : max([*channels, value]) + 3]
    if len(names) > 1 and any(i.kind == "together" for i in span):
        side = "minimum" if low else "maximum"
        kind = f"{side}_share" if quantity.kind == "share" else side
        found.groups.append({"channels": names, kind: quantity.value})
        return
    share, amount = (found.minimum_share, found.minimum) if low else (found.maximum_share, found.maximum)
    for name in names or [ANY]:
        (share if quantity.kind == "share" else amount)[name] = quantity.value


def _strange(row: Sequence[Item], value: int) -> Mention | None:
    """The nearest word before the limit that may be a channel's name and is none of the data's."""
    for position in range(value - 1, max(-1, value - 5), -1):
        if row[position].kind == "strange":
            return row[position].mention
        if row[position].kind in ("break", "comma", "money", "share"):
            return None
    return None


def _next_value(row: Sequence[Item], start: int, used: set[int]) -> int | None:
    for index in range(start, min(start + 3, len(row))):
        if row[index].kind in ("money", "share") and index not in used:
            return index
        if row[index].kind in ("min", "max", "over", "under", "between", "break"):
            return None
    return None


def _before(row: Sequence[Item], index: int, used: set[int]) -> tuple[list[int], bool]:
    """Channels that lead up to `index`, and whether they were negated (`nothing over`)."""
    channels: list[int] = []
    negated = False
    for position in range(index - 1, -1, -1):
        kind = row[position].kind
        if position in used or kind in ("break", "money", "share", "min", "max", "over", "under", "between"):
            break
        if kind == "comma" and (channels or not _listed(row, position)):
            break
        if kind in ("down", "up", "off", "move") and not channels:
            break
        if kind == "nothing":
            negated = True
            channels.append(position)
            break
        if kind == "each" or kind == "channel":
            channels.append(position)
    return channels[::-1], negated


def _listed(row: Sequence[Item], comma: int) -> bool:
    return comma + 1 < len(row) and row[comma + 1].kind in ("and", "channel")


def _after(row: Sequence[Item], start: int, used: set[int]) -> list[int]:
    channels: list[int] = []
    for position in range(start, len(row)):
        kind = row[position].kind
        if position in used or kind in (
            "break",
            "comma",
            "money",
            "share",
            "min",
            "max",
            "over",
            "under",
            "between",
            "down",
            "up",
        ):
            break
        if kind in ("each", "channel"):
            channels.append(position)
    return channels


def _names(row: Sequence[Item], channels: Sequence[int], found: Constraints) -> list[str]:
    names: list[str] = []
    for index in channels:
        mention = row[index].mention
        if row[index].kind in ("each", "nothing"):
            names.append(ANY)
        elif mention is not None and len(mention.choices) == 1:
            names.append(mention.choices[0])
        elif mention is not None:
            found.unclear.append(mention)
    return list(dict.fromkeys(names))


def _first_number(match: re.Match[str] | None) -> float | None:
    if match is None:
        return None
    return read_number(match.group("after") or match.group("before"))
