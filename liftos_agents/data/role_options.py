"""Roles as a command line gives them: `outcome=y`, `spend=x1,x2`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from liftos_agents.errors import ArgumentError

SINGLE = (
    "date",
    "outcome",
    "margin",
    "value",
    "geo",
    "channel",
    "currency",
    "country",
    "outcome_kind",
    "date_order",
)
WORDS = {"outcome_kind": ("revenue", "conversions", "units"), "date_order": ("day_first", "month_first")}
SEVERAL = (
    "spend",
    "impressions",
    "clicks",
    "claimed",
    "controls",
    "demand_proxies",
    "events",
    "organic",
    "ignored",
)
_OTHER_NAMES = {
    "control": "controls",
    "event": "events",
    "ignore": "ignored",
    "kpi": "outcome",
    "target": "outcome",
    "media": "spend",
    "region": "geo",
    "value_per_outcome": "value",
    "channel_column": "channel",
    "demand_proxy": "demand_proxies",
    "demand": "demand_proxies",
}


def parse_role_options(options: Iterable[str]) -> dict[str, Any]:
    """Overrides for `work_out_roles`, from options such as `outcome=y` and `spend=tv:x1,search:x2`.

    A spend entry may name its channel before a colon. `margin` and `value` may be numbers, `country` is a code or a
    name. An option given twice adds up. `date_order` (`day_first`, `month_first`) is for `load`, which reads the dates.

    Raises:
        ArgumentError: An option has no `=`, or names no role.
    """
    roles: dict[str, Any] = {}
    for option in options:
        name, equals, value = option.partition("=")
        role = role_name(name.strip())
        if not equals or not value.strip():
            raise ArgumentError(
                f"{option!r} is no role",
                where="--role",
                fix="Write it as ROLE=COLUMN, such as outcome=revenue",
            )
        parts = [part.strip() for part in value.split(",") if part.strip()]
        if role in SINGLE:
            if len(parts) != 1 or role in roles:
                raise ArgumentError(f"role {role!r} takes one column, got {value!r}", where="--role")
            roles[role] = _number_or_text(parts[0]) if role in ("margin", "value") else parts[0]
        elif any(":" in part for part in parts):
            mapping: dict[str, Any] = roles.setdefault(role, {})
            for part in parts:
                channel, _, column = part.rpartition(":")
                mapping[channel or column] = column
        else:
            roles[role] = [*roles.get(role, []), *parts]
    return roles


def role_name(name: str) -> str:
    """The role that `name` means, singular and plural alike.

    Raises:
        ArgumentError: It means none; the message lists the roles.
    """
    plain = name.lower().replace("-", "_")
    plain = _OTHER_NAMES.get(plain, plain)
    if plain not in SINGLE and plain not in SEVERAL:
        close = difflib.get_close_matches(plain, (*SINGLE, *SEVERAL), 1)
        raise ArgumentError(
            f"no role {name!r}",
            where="--role",
            fix=(f"Did you mean {close[0]!r}? " if close else "")
            + f"Roles: {', '.join((*SINGLE, *SEVERAL))}",
        )
    return plain


def _number_or_text(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
