"""Every tool call behind an answer: what it was given, what it checked, what it assumes, what it found.

What an effect rests on stands in its own section.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.evidence import Evidence
from liftos_agents.reports.arguments import LONGEST_IN_FULL, stated, written
from liftos_agents.reports.bound_text import BoundText
from liftos_agents.reports.effect_words import is_effect
from liftos_agents.reports.figures import british_date, group, number, rows
from liftos_agents.reports.markup import Markup, element, joined, pairs

LONGEST_RESULT = 60_000
_LISTS = (
    ("assumptions", "Assumptions"),
    ("warnings", "Warnings"),
    ("refusals", "Refused because"),
    ("reasons", "Reasons"),
    ("conflicts", "Conflicts"),
    ("caveats", "Caveats"),
    ("binding_constraints", "Limits that hold"),
    ("left_out", "Left out"),
)


def appendix(evidence: Iterable[Evidence], bound: BoundText) -> Markup:
    """One part for each piece of evidence; nothing when there is none."""
    parts = [_part(item, bound) for item in evidence]
    if not parts:
        return Markup("")
    return element("section", element("h2", "Evidence"), *parts, class_="appendix")


def _part(item: Evidence, bound: BoundText) -> Markup:
    result = item.result
    data = ", ".join(f"{d.name} · sha256 {d.id}" for d in item.datasets) or "none"
    facts: list[tuple[str, Any]] = [("Id", element("code", item.id)), ("Data", data)]
    window = group(result.get("window"))
    if "start" in window and "end" in window:
        facts.append(("Window", f"{british_date(window['start'])} to {british_date(window['end'])}"))
    facts += [
        (title, written(result[key]))
        for key, title in (
            ("status", "Status"),
            ("estimand", "Estimand"),
            ("design", "Design"),
            ("verdict", "Verdict"),
        )
        if isinstance(result.get(key), str)
    ]
    return element(
        "div",
        element("h3", f"{bound.mark(item.id)} · {item.tool}, version {item.version}"),
        pairs(facts),
        _arguments(item.arguments),
        *([] if is_effect(result) else [_checks(result), *_lists(result)]),
        _raw(item),
        id=item.id,
        class_="evidence",
    )


def _arguments(arguments: Mapping[str, Any]) -> Markup:
    given = stated(arguments, LONGEST_IN_FULL)
    if not given:
        return Markup("")
    return joined((element("h4", "Arguments"), pairs(given)))


def _checks(result: Mapping[str, Any]) -> Markup:
    checks = [check for check in rows(result.get("checks")) if isinstance(check.get("passed"), bool)]
    if not checks:
        return Markup("")
    passed = sum(check["passed"] for check in checks)
    return joined(
        (
            element("h4", f"Checks: {passed} of {len(checks)} passed"),
            element("ul", *(_check(check) for check in checks), class_="checks"),
        )
    )


def _check(check: Mapping[str, Any]) -> Markup:
    passed = bool(check["passed"])
    said = [str(check.get("name") or "check").replace("_", " ")]
    value, threshold = number(check.get("value")), number(check.get("threshold"))
    if value is not None:
        said.append(
            format_number(value)
            + (f" (threshold {format_number(threshold)})" if threshold is not None else "")
        )
    why = check.get("detail") or ("" if passed else check.get("meaning"))
    return element(
        "li",
        element("span", "✓" if passed else "✗", class_="mark", aria_hidden="true"),
        f"{'passed' if passed else 'failed'}: {': '.join(said)}{f'. {why}' if why else ''}",
        class_=None if passed else "failed",
    )


def _lists(result: Mapping[str, Any]) -> list[Markup]:
    return [_list(title, result.get(key)) for key, title in _LISTS]


def _list(title: str, value: Any) -> Markup:
    items = [_words(item) for item in value] if isinstance(value, list | tuple) else []
    if not items:
        return Markup("")
    listed = element("ul", *(element("li", item) for item in items), class_="plain")
    return joined((element("h4", title), listed))


def _words(item: Any) -> str:
    if not isinstance(item, Mapping):
        return written(item)
    name, rest = (
        item.get("name"),
        [written(v) for k, v in item.items() if k != "name" and v not in (None, "")],
    )
    return f"{name}: {'; '.join(rest)}" if name else "; ".join(rest)


def _raw(item: Evidence) -> Markup:
    text = json.dumps(item.result, ensure_ascii=False, indent=1)
    if len(text) > LONGEST_RESULT:
        text = f"{text[:LONGEST_RESULT]}\n… {len(text) - LONGEST_RESULT:,} more characters"
    return element(
        "details", element("summary", "The whole result"), element("pre", text, tabindex="0"), class_="raw"
    )
