"""An effect result's figures and verdicts as texts, for a page, a terminal and a workbook alike."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.reference import ReferenceFault, resolve, show, unit_of
from liftos_agents.reports.figures import group, number, rows

NOTHING = "–"
WEAK = ("doubtful", "does not hold")
STATUS = {
    "estimated": "Estimated",
    "downgraded": "Estimated, not to be relied on alone",
    "refused": "Refused",
}
_PLAIN = (None, "outcome", "number", "outcome_per_spend")
_MARKS = frozenset({"status", "estimand", "design", "method", "assumptions", "explanations"})


class EstimateRow(NamedTuple):
    """One estimate as it is shown; `path` leads to it in the result, empty for the whole."""

    name: str
    meaning: str
    estimate: str
    interval: str
    error: str
    p_value: str
    n: str
    path: str


def is_effect(result: Mapping[str, Any]) -> bool:
    """Whether a result is laid out as effect tools lay theirs out."""
    told = bool(group(result.get("explanations"))) and isinstance(result.get("units"), Mapping)
    return result.keys() >= _MARKS and told


def shown(result: Mapping[str, Any], path: str) -> str:
    """The value at `path` in its unit; a dash where there is none."""
    try:
        return show(result, path) if resolve(result, path) is not None else NOTHING
    except ReferenceFault:
        return NOTHING


def estimates(result: Mapping[str, Any]) -> list[EstimateRow]:
    """The estimate itself, unless there is none, and every term."""
    whole = _row(result, "estimate", str(result.get("estimand") or ""), "", "interval.")
    terms = [
        _row(result, str(name), str(group(term).get("meaning") or ""), f"terms.{name}.", f"terms.{name}.")
        for name, term in group(result.get("terms")).items()
    ]
    there = whole.estimate != NOTHING or whole.interval != NOTHING
    return [whole, *terms] if there else terms


def p_value(result: Mapping[str, Any], path: str) -> str:
    """The p-value at `path` to three places; a dash where there is none."""
    found = _at(result, path)
    if found is None:
        return NOTHING
    return "< 0.001" if found < 0.001 else f"{found:.3f}"


def _row(result: Mapping[str, Any], name: str, meaning: str, path: str, ends: str) -> EstimateRow:
    """One estimate; its figures are written to the second digit of its standard error."""
    places = _places(result, path, ends)

    def written(at: str) -> str:
        found = _at(result, at)
        plain = places is not None and unit_of(result, at) in _PLAIN
        return shown(result, at) if found is None or not plain else format_number(found, decimals=places)

    low, high = written(f"{ends}low"), written(f"{ends}high")
    within = NOTHING
    if (low, high) != (NOTHING, NOTHING):
        within = f"{'−∞' if low == NOTHING else low} to {'∞' if high == NOTHING else high}"
    return EstimateRow(
        name,
        meaning,
        written(f"{path}estimate"),
        within,
        written(f"{path}standard_error"),
        p_value(result, f"{path}p_value"),
        shown(result, f"{path}n"),
        path,
    )


def _places(result: Mapping[str, Any], path: str, ends: str) -> int | None:
    error, low, high = (_at(result, at) for at in (f"{path}standard_error", f"{ends}low", f"{ends}high"))
    scale = error or ((high - low) / 4.0 if low is not None and high is not None else 0.0)
    return min(max(1 - math.floor(math.log10(scale)), 0), 9) if scale > 0.0 else None


def _at(result: Mapping[str, Any], path: str) -> float | None:
    try:
        return number(resolve(result, path))
    except ReferenceFault:
        return None


def level(result: Mapping[str, Any]) -> str:
    """The interval's level: `90 %`; empty where there is none."""
    found = number(group(result.get("interval")).get("level"))
    found = number(group(result.get("settings")).get("level")) if found is None else found
    return "" if found is None else f"{100 * found:g} %"


def assumptions(result: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Name, verdict and how it was checked; what speaks against the design first."""
    found = [
        (str(a.get("name") or ""), str(a.get("verdict") or ""), str(a.get("how_checked") or ""))
        for a in rows(result.get("assumptions"))
    ]
    order = ("does not hold", "doubtful", "not checked")
    return sorted(found, key=lambda a: order.index(a[1]) if a[1] in order else len(order))


def failed_checks(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and meaning of each check that failed."""
    return [
        (str(c.get("name") or "check").replace("_", " "), str(c.get("meaning") or ""))
        for c in rows(result.get("checks"))
        if c.get("passed") is False
    ]


def sentences(result: Mapping[str, Any], key: str) -> list[str]:
    """A list of sentences in the result; empty where there is none."""
    value = result.get(key)
    return [str(item) for item in value] if isinstance(value, list | tuple) else []


def title(result: Mapping[str, Any]) -> str:
    """What the effect is of and on; credit along journeys, a forecast and a season are not called effects."""
    treatment, outcome = result.get("treatment"), result.get("outcome")
    if "why_they_differ" in result:
        return f"Credit for {outcome} by channel"
    if "horizon" in result:
        return f"Forecast of {outcome}"
    if "headline" in result and "untold" in result:
        return f"Season of {outcome}"
    return f"Effect of {treatment} on {outcome}" if treatment and outcome else "Effect"
