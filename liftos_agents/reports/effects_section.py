"""Effects on a page: what is estimated and how, the estimate, what it rests on, and the words at three lengths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from liftos_agents.domain.evidence import Evidence
from liftos_agents.reports.bound_text import BoundText
from liftos_agents.reports.chart import Table
from liftos_agents.reports.effect_words import (
    NOTHING,
    STATUS,
    WEAK,
    EstimateRow,
    assumptions,
    estimates,
    is_effect,
    level,
    sentences,
    shown,
    title,
)
from liftos_agents.reports.figures import group, rows
from liftos_agents.reports.figures_section import table
from liftos_agents.reports.markup import Markup, element, joined, pairs

MOST_TERMS = 400
_AUDIENCES = (
    ("marketer", "For a marketer"),
    ("analyst", "For an analyst"),
    ("statistician", "For a statistician"),
)
_LISTS = (("reasons", "Why"), ("warnings", "Warnings"), ("advice", "What would help"))


def effects_section(evidence: Iterable[Evidence], bound: BoundText) -> Markup:
    """A part for each effect; nothing when there is none."""
    parts = [_effect(item, bound) for item in evidence if is_effect(item.result)]
    if not parts:
        return Markup("")
    return element("section", element("h2", "Effects"), *parts, class_="effects")


def _effect(item: Evidence, bound: BoundText) -> Markup:
    result = item.result
    status = str(result.get("status"))
    found = estimates(result)
    whole = next((row for row in found if not row.path), None)
    weak = status != "estimated"
    return element(
        "div",
        element("h3", title(result), " ", bound.marks([item.id])),
        element(
            "p", element("span", STATUS.get(status, status), class_="chip waits" if weak else "chip good")
        ),
        pairs(
            [
                ("Estimand", result.get("estimand")),
                ("Design", result.get("design")),
                ("Method", str(result.get("method") or "").replace("_", " ")),
                *(_figures(item, whole, bound) if whole else []),
                ("Rows used", _bound(item, "n", bound)),
            ]
        ),
        *(_sentences(heading, sentences(result, key)) for key, heading in _LISTS),
        _assumptions(result),
        _checks(item, bound),
        _explanations(result),
        _terms(result, found),
        class_=f"effect {status}",
    )


def _figures(item: Evidence, whole: EstimateRow, bound: BoundText) -> list[tuple[str, Any]]:
    ends: Any = ""
    if whole.interval != NOTHING:
        low, high = (
            _bound(item, f"interval.{end}", bound) or infinite
            for end, infinite in (("low", "−∞"), ("high", "∞"))
        )
        ends = joined((low, " to ", high))
    return [
        ("Estimate", _bound(item, "estimate", bound) or "none: only a set of values is identified"),
        (f"{level(item.result)} interval".strip(), ends),
        ("Standard error", _bound(item, "standard_error", bound)),
        ("p-value", "" if whole.p_value == NOTHING else whole.p_value),
    ]


def _bound(item: Evidence, path: str, bound: BoundText) -> Markup:
    """The value at `path` with its box; nothing where there is none."""
    value = shown(item.result, path)
    return Markup("") if value == NOTHING else bound.sentence(value, f"{{{item.id}:{path}}}")


def _sentences(heading: str, said: list[str]) -> Markup:
    if not said:
        return Markup("")
    listed = element("ul", *(element("li", text) for text in said), class_="plain")
    return joined((element("h4", heading), listed))


def _assumptions(result: Mapping[str, Any]) -> Markup:
    found = assumptions(result)
    if not found:
        return Markup("")
    head = element(
        "tr", *(element("th", text, scope="col") for text in ("Assumption", "Verdict", "How checked"))
    )
    body = [
        element(
            "tr",
            element("td", name),
            element("td", verdict, class_="weak" if verdict in WEAK else None),
            element("td", how),
        )
        for name, verdict, how in found
    ]
    whole = element("table", element("thead", head), element("tbody", *body))
    scrolled = element(
        "div", whole, class_="scroll tall", tabindex="0", role="region", aria_label="Assumptions"
    )
    return joined((element("h4", "What it rests on"), scrolled))


def _checks(item: Evidence, bound: BoundText) -> Markup:
    lines: list[Markup] = []
    for position, check in enumerate(rows(item.result.get("checks"))):
        passed = check.get("passed")
        mark, said = (
            ("✓", "passed") if passed is True else ("✗", "failed") if passed is False else ("·", "reported")
        )
        value = _bound(item, f"checks.{position}.value", bound)
        bar = _bound(item, f"checks.{position}.threshold", bound)
        lines.append(
            element(
                "li",
                element("span", mark, class_="mark", aria_hidden="true"),
                f"{said}: {str(check.get('name') or 'check').replace('_', ' ')}",
                joined((": ", value)) if value else None,
                joined((" (threshold ", bar, ")")) if bar else None,
                f". {check.get('meaning')}" if check.get("meaning") else None,
                class_="failed" if passed is False else None,
            )
        )
    if not lines:
        return Markup("")
    return joined((element("h4", "Checks"), element("ul", *lines, class_="checks")))


def _explanations(result: Mapping[str, Any]) -> Markup:
    said = group(result.get("explanations"))
    parts = [
        element("details", element("summary", name), element("p", said.get(key)), open=position == 0)
        for position, (key, name) in enumerate(_AUDIENCES)
        if said.get(key)
    ]
    return joined((element("h4", "In words"), *parts)) if parts else Markup("")


def _terms(result: Mapping[str, Any], found: list[EstimateRow]) -> Markup:
    terms = [row for row in found if row.path]
    if not terms:
        return Markup("")
    columns = ("Term", "Meaning", "Estimate", f"{level(result)} interval".strip(), "Standard error", "p", "n")
    figures = Table(columns, tuple(row[:7] for row in terms[:MOST_TERMS]))
    used = [i for i in range(7) if i < 3 or any(row[i] != NOTHING for row in figures.rows)]
    figures = Table(tuple(columns[i] for i in used), tuple(tuple(r[i] for i in used) for r in figures.rows))
    more = element("p", f"and {len(terms) - MOST_TERMS} more") if len(terms) > MOST_TERMS else None
    return element("details", element("summary", f"All {len(terms)} terms"), table(figures), more)
