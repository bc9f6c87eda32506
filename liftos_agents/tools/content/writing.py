"""The lines of one platform, each sort by its own writer."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from liftos_agents.tools.content import long_lines, short_lines
from liftos_agents.tools.content.limits import FieldLimit
from liftos_agents.tools.content.lines import Line, Order, kept

Writer = Callable[[Order, FieldLimit], Iterable[Line]]

_WRITERS: dict[str, Writer] = {
    "headline": short_lines.headlines,
    "plain_headline": short_lines.plain_headlines,
    "short": short_lines.shorts,
    "brand": short_lines.brands,
    "description": long_lines.descriptions,
    "long_headline": long_lines.titles,
    "primary": long_lines.alternatives,
    "message": long_lines.alternatives,
    "meta": long_lines.alternatives,
    "title": long_lines.titles,
    "subject": long_lines.subjects,
    "preheader": long_lines.preheaders,
    "body": long_lines.bodies,
}
_ENOUGH = {
    "primary": 3,
    "message": 2,
    "meta": 2,
    "title": 2,
    "subject": 3,
    "preheader": 2,
    "long_headline": 3,
}


def write(order: Order, *, paths: tuple[str, ...] = ()) -> dict[str, tuple[Line, ...]]:
    """Field to its lines, in the order of the platform's fields; a field may come to fewer lines than it needs."""
    written: dict[str, tuple[Line, ...]] = {}
    for field in order.limits.fields:
        if field.role == "path":
            drafts: Iterable[Line] = short_lines.paths(order, paths, field)
        else:
            drafts = _WRITERS[field.role](order, field)
        written[field.name] = kept(drafts, order, field, min(field.most, _ENOUGH.get(field.role, field.most)))
    return written
