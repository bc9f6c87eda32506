"""Ads as their readers would see them, with every line and its length below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from liftos_agents.domain.evidence import Evidence
from liftos_agents.reports.bound_text import BoundText
from liftos_agents.reports.chart import Table
from liftos_agents.reports.figures import group, number, rows
from liftos_agents.reports.figures_section import table
from liftos_agents.reports.markup import Markup, element

_TOOLS = frozenset({"generate_content", "optimise_content"})
_NAMES = {
    "google_rsa": "Google responsive search ad",
    "pmax": "Google Performance Max",
    "seo": "Search result",
    "sms": "SMS",
}
_SHOWN_HEADLINES, _SHOWN_DESCRIPTIONS = 3, 2


def ad_previews(evidence: Iterable[Evidence], bound: BoundText) -> Markup:
    """A preview of each ad that was written; nothing when there is none."""
    shown = [ad for item in evidence if item.tool in _TOOLS and (ad := _preview(item, bound)) is not None]
    if not shown:
        return Markup("")
    return element("section", element("h2", "The texts, as a preview"), element("div", *shown, class_="ads"))


def _preview(item: Evidence, bound: BoundText) -> Markup | None:
    result = item.result
    parts = _parts(result)
    if not parts:
        return None
    platform = str(result.get("platform") or "text")
    preview = _google(result, parts) if platform in ("google_rsa", "pmax") else _plain(parts)
    limits = group(result.get("limits"))
    listed = tuple(
        (_words(part), text, *_room(text, length, group(limits.get(part))))
        for part, lines in parts.items()
        for text, length in lines
    )
    return element(
        "div",
        element(
            "h3", f"{_words(platform)} ({result.get('language') or 'no language'})", bound.marks([item.id])
        ),
        element("div", *preview, class_="ad"),
        element(
            "details",
            element("summary", f"All {len(listed)} lines with their lengths"),
            table(Table(("Part", "Line", "Length", "At most"), listed)),
        ),
    )


def _parts(result: Mapping[str, Any]) -> dict[str, list[tuple[str, float | None]]]:
    """Every part of the ad that is a list of lines, in the result's order."""
    sources = (result, group(result.get("fields")), group(result.get("parts")), group(result.get("lines")))
    parts: dict[str, list[tuple[str, float | None]]] = {}
    for source in sources:
        for name, listed in source.items():
            lines = [
                (str(row["text"]), number(row.get("length")))
                for row in rows(listed)
                if isinstance(row.get("text"), str) and "length" in row
            ]
            if lines and name not in parts:
                parts[str(name)] = lines
    return parts


def _google(result: Mapping[str, Any], parts: Mapping[str, list[tuple[str, float | None]]]) -> list[Markup]:
    def texts(name: str) -> list[str]:
        return [text for text, _ in parts.get(name, [])]

    brand = str(result.get("brand") or result.get("product") or "")
    path = " › ".join(texts("paths"))
    return [
        element("p", element("b", "Sponsored"), f" · {brand}{f' › {path}' if path else ''}", class_="from"),
        element("p", " | ".join(texts("headlines")[:_SHOWN_HEADLINES]), class_="title"),
        element("p", " ".join(texts("descriptions")[:_SHOWN_DESCRIPTIONS]), class_="say"),
    ]


def _plain(parts: Mapping[str, list[tuple[str, float | None]]]) -> list[Markup]:
    shown: list[Markup] = []
    for position, (name, lines) in enumerate(parts.items()):
        shown.append(element("p", _words(name), class_="from"))
        shown.append(element("p", lines[0][0], class_="title" if position == 0 else "say"))
    return shown


def _room(text: str, length: float | None, limit: Mapping[str, Any]) -> tuple[str, str]:
    most = number(limit.get("characters"))
    return f"{len(text) if length is None else length:.0f}", "–" if most is None else f"{most:.0f}"


def _words(name: str) -> str:
    if name in _NAMES:
        return _NAMES[name]
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
