"""Ads as their readers would see them, with every line and its length below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from liftos_agents.domain.evidence import Evidence
from liftos_agents.reports.bound_text import BoundText
from liftos_agents.reports.chart import Table
from liftos_agents.reports.figures import group, number, rows
from liftos_agents.reports.figures_section import table
from liftos_agents.reports.markup import Markup, element

_NAMES = {
    "google_rsa": "Google responsive search ad",
    "pmax": "Google Performance Max",
    "seo": "Search result",
    "sms": "SMS",
    "x": "X",
    "email": "E-mail",
}
_LIKE_A_SEARCH_RESULT = ("headlines", "title")
_SHOWN_HEADLINES, _SHOWN_DESCRIPTIONS = 3, 2


class Line(NamedTuple):
    """One line of copy."""

    platform: str
    field: str
    label: str
    text: str
    length: str
    limit: str


def ad_previews(evidence: Iterable[Evidence], bound: BoundText) -> Markup:
    """A preview of each platform's copy that was written or improved; nothing when there is none."""
    shown: list[Markup] = []
    for item in evidence:
        if item.tool not in ("generate_content", "optimise_content"):
            continue
        lines = _lines(item.result)
        for platform in dict.fromkeys(line.platform for line in lines):
            shown.append(_preview(item, [line for line in lines if line.platform == platform], bound))
    if not shown:
        return Markup("")
    return element("section", element("h2", "The texts, as a preview"), element("div", *shown, class_="ads"))


def _lines(result: Mapping[str, Any]) -> list[Line]:
    improved = rows(group(result.get("after")).get("lines"))
    return [
        Line(
            platform=str(row.get("platform") or result.get("platform") or "text"),
            field=str(row.get("field") or "line"),
            label=str(row.get("label") or row.get("field") or "Line"),
            text=row["text"],
            length=_whole(row.get("length"), str(len(row["text"]))),
            limit=_whole(row.get("limit"), "–"),
        )
        for row in rows(result.get("lines")) or improved
        if isinstance(row.get("text"), str)
    ]


def _preview(item: Evidence, lines: list[Line], bound: BoundText) -> Markup:
    platform = lines[0].platform
    search = platform in ("google_rsa", "seo")
    language = item.result.get("language")
    before = [row.get("text") for row in rows(group(item.result.get("before")).get("lines"))]
    title = f"{_NAMES.get(platform) or _sentence(platform)}{f' ({language})' if language else ''}"
    return element(
        "div",
        element("h3", title, bound.marks([item.id])),
        element("div", *(_search_result(item.result, lines) if search else _card(lines)), class_="ad"),
        element(
            "details",
            element("summary", f"All {len(lines)} lines with their lengths"),
            table(Table(("Part", "Line", "Length", "At most"), tuple(line[2:] for line in lines))),
        ),
        element(
            "details",
            element("summary", "Before"),
            element("ul", *(element("li", text) for text in before if text), class_="plain"),
        )
        if before
        else None,
    )


def _search_result(result: Mapping[str, Any], lines: list[Line]) -> list[Markup]:
    def texts(*fields: str) -> list[str]:
        return [line.text for line in lines if line.field in fields]

    whose = str(result.get("brand") or result.get("product") or "")
    place = " › ".join([whose, *texts("paths")]) if whose else " › ".join(texts("paths"))
    paid = lines[0].platform != "seo"
    headlines = texts(*_LIKE_A_SEARCH_RESULT)[: _SHOWN_HEADLINES if paid else 1]
    descriptions = texts("descriptions", "meta_description")[: _SHOWN_DESCRIPTIONS if paid else 1]
    return [
        element("p", element("b", "Sponsored · ") if paid else None, place, class_="from"),
        element("p", " | ".join(headlines), class_="title"),
        element("p", " ".join(descriptions), class_="say"),
    ]


def _card(lines: list[Line]) -> list[Markup]:
    shown: list[Markup] = []
    for field in dict.fromkeys(line.field for line in lines):
        first = next(line for line in lines if line.field == field)
        shown.append(element("p", first.label, class_="from"))
        shown.append(element("p", first.text, class_="say"))
    return shown


def _whole(value: Any, otherwise: str) -> str:
    found = number(value)
    return otherwise if found is None else f"{found:.0f}"


def _sentence(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
