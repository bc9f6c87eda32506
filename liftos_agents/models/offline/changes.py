"""Changes of spend as people say them: `cut TV by 20 % and double search`, `without TV`, `TV −20 %`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from liftos_agents.models.offline.channel_names import Mention
from liftos_agents.models.offline.items import Item
from liftos_agents.models.offline.periods import over_horizon

_FACTORS = {"half": -0.5, "double": 1.0, "triple": 2.0, "quadruple": 3.0, "off": -1.0}
_SIGNS = {"up": 1.0, "down": -1.0}


@dataclass
class Changes:
    """Relative changes by channel, −0.2 for a fifth less, and amounts of money by channel.

    `half_moved` is money that is moved from or to a channel without the other end being said;
    `whole_relative` and `whole_amount` are changes of the total that name no channel.
    """

    relative: dict[str, float] = field(default_factory=dict[str, float])
    amount: dict[str, float] = field(default_factory=dict[str, float])
    dropped: list[str] = field(default_factory=list[str])
    unclear: list[Mention] = field(default_factory=list[Mention])
    half_moved: bool = False
    whole_relative: float | None = None
    whole_amount: float | None = None
    used: set[int] = field(default_factory=set[int])


@dataclass
class _Group:
    sign: float | None = None
    factor: float | None = None
    size: float | None = None
    money: bool = False
    channels: list[int] = field(default_factory=list[int])
    every: bool = False
    to: bool = False
    positions: set[int] = field(default_factory=set[int])

    def complete(self) -> bool:
        return bool(self.channels) and (
            self.factor is not None or (self.size is not None and self.sign is not None)
        )


def changes(row: Sequence[Item], channels: Sequence[str], taken: set[int]) -> Changes:
    """The changes in a row of items; items in `taken` belong to something else."""
    found = Changes()
    _moves(row, found, taken)
    group = _Group()
    for index, item in enumerate(row):
        if index in taken or index in found.used:
            continue
        if item.kind == "break":
            _close(row, group, channels, found)
            group = _Group()
        elif item.kind in _FACTORS:
            passive = bool(group.channels) and group.sign is None and group.factor is None
            if not passive or _next_kind(row, index) in ("channel", "all"):
                _close(row, group, channels, found)
                group = _Group()
            group.factor = _FACTORS[item.kind]
            group.positions.add(index)
        elif item.kind == "wholly" and group.sign is not None and group.sign < 0 and group.size is None:
            group.size = 1.0
        elif item.kind in _SIGNS:
            if _next_kind(row, index) == "outcome":
                continue
            waiting = group.size is not None and (group.sign is None or not group.channels)
            if not waiting and (group.sign is not None or group.factor is not None):
                _close(row, group, channels, found)
                group = _Group()
            group.sign = _SIGNS[item.kind]
            group.positions.add(index)
        elif item.kind == "channel":
            if group.complete() and group.size is not None:
                sign = group.sign
                _close(row, group, channels, found)
                group = _Group(sign=sign)
            group.channels.append(index)
            group.positions.add(index)
        elif item.kind == "all":
            group.every = True
        elif item.kind == "to":
            group.to = group.sign is not None
        elif item.kind in ("share", "money") and item.quantity is not None:
            if item.kind == "money" and group.sign is None and _next_kind(row, index) not in _SIGNS:
                continue
            if group.size is not None and group.channels:
                _close(row, group, channels, found)
                group = _Group(sign=group.sign)
            if item.quantity.signed:
                group.sign = 1.0 if item.quantity.value > 0 else -1.0
            group.size, group.money = abs(item.quantity.value), item.kind == "money"
            group.positions.add(index)
    _close(row, group, channels, found)
    return found


def _next_kind(row: Sequence[Item], index: int) -> str:
    rest = (item.kind for item in row[index + 1 :] if item.kind != "strange")
    return next(rest, "")


def _close(row: Sequence[Item], group: _Group, channels: Sequence[str], found: Changes) -> None:
    size = group.factor
    if size == -1.0 and group.size is not None and not group.money:
        size = -group.size
    if size is None:
        if group.size is None or group.sign is None:
            return
        size = group.sign * group.size
        if group.to and not group.money:
            size = group.size - 1.0
    names: list[str] = []
    for index in group.channels:
        mention = row[index].mention
        if mention is None:
            continue
        if len(mention.choices) == 1:
            names.append(mention.choices[0])
        else:
            found.unclear.append(mention)
    if not names and not found.unclear:
        if group.money and group.factor is None:
            found.whole_amount = size
            found.used |= group.positions
            return
        found.whole_relative = size if group.size is not None or group.every else None
        if not group.every:
            return
        names = list(channels)
    target = found.amount if group.money and group.factor is None else found.relative
    for name in names:
        target[name] = round(size, 12)
        if size == -1.0 and not group.every and name not in found.dropped:
            found.dropped.append(name)
    found.used |= group.positions


def _moves(row: Sequence[Item], found: Changes, taken: set[int]) -> None:
    """`move 100k from TV to search`: less here, more there."""
    for index, item in enumerate(row):
        if item.kind != "move":
            continue
        rest = [i for i in range(index + 1, min(index + 9, len(row))) if i not in taken]
        amount = next((i for i in rest if row[i].kind in ("money", "share")), None)
        origin = _channel_after(row, rest, "from")
        target = _channel_after(row, rest, "to")
        if amount is None or row[amount].kind != "money":
            continue
        if origin is None or target is None:
            found.half_moved = origin is not None or target is not None
            continue
        quantity, left, right = row[amount].quantity, row[origin].mention, row[target].mention
        if quantity is None or left is None or right is None:
            continue
        value = over_horizon(row, amount)
        for mention, sign in ((left, -1.0), (right, 1.0)):
            if len(mention.choices) == 1:
                found.amount[mention.choices[0]] = sign * value
            else:
                found.unclear.append(mention)
        found.used.update({index, amount, origin, target})


def _channel_after(row: Sequence[Item], rest: Sequence[int], cue: str) -> int | None:
    start = next((i for i in rest if row[i].kind == cue), None)
    if start is None:
        return None
    return next((i for i in rest if i > start and row[i].kind == "channel"), None)
