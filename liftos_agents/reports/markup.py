"""HTML that cannot be broken out of: what is not markup already is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any

_VOID = frozenset({"meta", "link", "br", "hr", "input", "img"})
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
    "|[\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe\U0003ffff\U0004fffe\U0004ffff\U0005fffe\U0005ffff"
    "\U0006fffe\U0006ffff\U0007fffe\U0007ffff\U0008fffe\U0008ffff\U0009fffe\U0009ffff\U000afffe\U000affff"
    "\U000bfffe\U000bffff\U000cfffe\U000cffff\U000dfffe\U000dffff\U000efffe\U000effff\U000ffffe\U000fffff"
    "\U0010fffe\U0010ffff]"
)


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def printable(text: str) -> str:
    """`text` with what XML cannot hold, or what turns the reading direction, shown as a replacement mark."""
    return _UNSEEN.sub("\ufffd", text)


def escape(content: Any) -> Markup:
    """`content` as markup: itself when it is markup, escaped text otherwise, nothing for None."""
    if isinstance(content, Markup):
        return content
    return Markup("" if content is None else html.escape(printable(str(content))))


def element(name: str, /, *content: Any, **attributes: Any) -> Markup:
    """One element; underscores in attribute names read as hyphens, a trailing one is left out.

    An attribute that is None or False is left out, one that is True stands alone.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{_quoted(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{joined(content)}</{name}>")


def joined(parts: Iterable[Any], between: str = "") -> Markup:
    """The parts one after the other, each escaped unless it is markup."""
    return Markup(between.join(escape(part) for part in parts))


def pairs(facts: Iterable[tuple[str, Any]]) -> Markup:
    """Terms with what is said of each, as a list; a pair that says nothing is left out."""
    said = [(element("dt", term), element("dd", value)) for term, value in facts if value not in (None, "")]
    return element("dl", *(part for pair in said for part in pair))


def _quoted(value: Any) -> str:
    return html.escape(printable(str(value)), quote=True)
