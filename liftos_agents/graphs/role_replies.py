"""A reply to "which column is the outcome?": `y`, or `outcome is y, spend is x1 and x2`."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ROLES = {
    "outcome": "outcome",
    "kpi": "outcome",
    "target": "outcome",
    "revenue": "outcome",
    "sales": "outcome",
    "spend": "spend",
    "spends": "spend",
    "media": "spend",
    "channel": "spend",
    "channels": "spend",
    "date": "date",
    "control": "controls",
    "controls": "controls",
    "event": "events",
    "events": "events",
    "margin": "margin",
    "geo": "geo",
}
_MANY = frozenset({"spend", "controls", "events"})


def roles_in_reply(reply: str, asked: str, columns: Iterable[str]) -> dict[str, object]:
    """Roles that a reply gives to `columns`; empty when it names none of them.

    Args:
        reply: What the user typed.
        asked: The role that was asked about; columns without a role word before them get it.
        columns: Columns of the data.
    """
    names = sorted(set(columns), key=lambda c: (-len(c), c))
    role_words = "|".join(sorted(_ROLES, key=len, reverse=True))
    pattern = "|".join(rf"(?P<c{i}>(?<!\w){re.escape(c)}(?!\w))" for i, c in enumerate(names))
    tokens = re.compile(
        rf"(?P<role>(?<!\w)(?:{role_words})(?!\w)\s*(?:columns?\s*)?(?:is|are|=|:))|{pattern}", re.IGNORECASE
    )
    found: dict[str, list[str]] = {}
    current = asked
    for match in tokens.finditer(reply):
        if match.group("role"):
            word = re.match(r"\w+", match.group("role"))
            current = _ROLES[word.group().lower()] if word else asked
            continue
        column = next(names[int(k[1:])] for k, v in match.groupdict().items() if k != "role" and v)
        if column not in found.setdefault(current, []):
            found[current].append(column)
    return {role: (cols if role in _MANY else cols[0]) for role, cols in found.items()}
