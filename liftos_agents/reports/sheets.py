"""Evidence as sheets of a workbook: what was found, tidy estimates, what they rest on, and every list and map of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.reference import unit_of
from liftos_agents.domain.verdict import SIMULATED
from liftos_agents.reports.arguments import written
from liftos_agents.reports.effect_words import is_effect
from liftos_agents.reports.figures import currency, group, number, rows
from liftos_agents.reports.simulated import evidence_is_simulated
from liftos_agents.reports.tabular import Cell, as_columns, as_records, flattened, is_plain

_APART = frozenset(
    {"units", "settings", "figures", "assumptions", "checks", "terms", "explanations", "interval"}
)
_ESTIMATE = frozenset({"mean", "p05", "p95"})
_EFFECT_COLUMNS = ("estimate", "standard_error", "low", "high", "p_value", "n")
_POINT_COLUMNS = ("x", "y", "low", "high", "z", "label")


@dataclass(frozen=True)
class Sheet:
    """One sheet; `units` has the unit of each column, None where it has none."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    units: tuple[str | None, ...] = ()


def sheets(evidence: Evidence) -> Iterator[Sheet]:
    """Summary, Estimates, Assumptions, Checks and Settings, then a sheet a list or map; empty ones are left out."""
    result = evidence.result
    found = [
        _summary(evidence),
        _effect_estimates(result) if is_effect(result) else _estimates(result),
        _records("Assumptions", "assumptions", result),
        _records("Checks", "checks", result),
        _settings(evidence),
        *(
            _part(key, value, result)
            for key, value in result.items()
            if key not in _APART and not is_plain(value)
        ),
        _points(result),
    ]
    yield from (sheet for sheet in found if sheet.rows)


def _summary(evidence: Evidence) -> Sheet:
    result = evidence.result
    facts: list[tuple[str, Any, str | None]] = [
        *(
            [(SIMULATED, "These figures rest on simulated data.", None)]
            if evidence_is_simulated(evidence)
            else []
        ),
        ("evidence", evidence.id, None),
        ("tool", evidence.tool, None),
        ("version", evidence.version, None),
        *((f"data {d.name}", f"sha256 {d.id}", None) for d in evidence.datasets),
    ]
    for key, value in result.items():
        if is_plain(value) and value is not None:
            facts.append((key, value, _unit(result, key)))
    facts += [
        (f"{key}.{name}", value, _unit(result, f"{key}.{name}"))
        for key in ("interval", "explanations")
        for name, value in flattened(result.get(key))
        if value is not None
    ]
    return Sheet("Summary", ("Name", "Value", "Unit"), tuple((n, _cell(v), u) for n, v, u in facts))


def _effect_estimates(result: Mapping[str, Any]) -> Sheet:
    """One row an estimate, as `EffectResult.tidy` has them."""
    ends = group(result.get("interval"))
    level = ends.get("level")
    whole = {**{k: result.get(k) for k in _EFFECT_COLUMNS}, "low": ends.get("low"), "high": ends.get("high")}
    found = [("estimate", result.get("estimand"), whole)]
    found += [
        (str(k), group(t).get("meaning"), dict(group(t))) for k, t in group(result.get("terms")).items()
    ]
    paths = ("estimate", "standard_error", "interval.low", "interval.high", "p_value", "n")
    units = [_unit(result, path) for path in paths]
    return Sheet(
        "Estimates",
        ("term", "meaning", *_EFFECT_COLUMNS, "level"),
        tuple(
            (name, _cell(meaning), *(_cell(values.get(c)) for c in _EFFECT_COLUMNS), _cell(level))
            for name, meaning, values in found
        ),
        (None, None, *units, "share"),
    )


def _estimates(result: Mapping[str, Any]) -> Sheet:
    """One row an estimate with a mean and its 90 % interval, wherever it stands in the result."""
    found = [
        (path, *(_cell(value.get(k)) for k in ("mean", "p05", "p50", "p95")), _unit(result, path))
        for path, value in _with_interval(result, "")
    ]
    return Sheet("Estimates", ("Where", "mean", "p05", "p50", "p95", "Unit"), tuple(found))


def _with_interval(value: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(value, Mapping):
        if value.keys() >= _ESTIMATE and all(is_plain(v) for v in value.values()):
            yield path, value
            return
        for key, inner in value.items():
            yield from _with_interval(inner, f"{path}.{key}" if path else str(key))


def _records(name: str, key: str, result: Mapping[str, Any]) -> Sheet:
    return _part(key, result.get(key), result, name)


def _settings(evidence: Evidence) -> Sheet:
    found = [(f"argument {name}", value) for name, value in flattened(evidence.arguments)]
    found += [(name, value) for name, value in flattened(evidence.result.get("settings"))]
    return Sheet("Settings", ("Name", "Value"), tuple((name, _cell(value)) for name, value in found))


def _part(key: str, value: Any, result: Mapping[str, Any], name: str | None = None) -> Sheet:
    """A list or map of the result: records as rows, lists of one length as columns, anything else name by name."""
    name = name or key
    table = as_records(value) or as_columns(value)
    if table is None:
        found = tuple((path, _cell(v), _unit(result, f"{key}.{path}")) for path, v in flattened(value))
        return Sheet(name, ("Name", "Value", "Unit"), found)
    columns, body, first = table
    units = tuple(
        _unit(result, ".".join(part for part in (key, first, column) if part))
        if any(number(row[position]) is not None for row in body)
        else None
        for position, column in enumerate(columns)
    )
    return Sheet(name, columns, tuple(tuple(_cell(v) for v in row) for row in body), units)


def _points(result: Mapping[str, Any]) -> Sheet:
    """Every point of every picture."""
    found = tuple(
        (
            _cell(figure.get("title")),
            _cell(series.get("name")),
            *(_cell(point.get(c)) for c in _POINT_COLUMNS),
        )
        for figure in rows(result.get("figures"))
        for series in rows(figure.get("series"))
        for point in rows(series.get("points"))
    )
    return Sheet("Figures", ("figure", "series", *_POINT_COLUMNS), found)


def _unit(result: Mapping[str, Any], path: str) -> str | None:
    """The unit of a path, money with its currency; None for text."""
    unit = unit_of(result, path) if isinstance(result.get("units"), Mapping) else None
    if unit == "money" and (named := currency(result)):
        return f"money, {named}"
    return None if unit == "text" else unit


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return written(value)


def summary_of_run(evidence: Sequence[Evidence], question: str) -> Sheet:
    """What a run's workbook holds: a row a piece of evidence, with the mark that its sheets carry."""
    found = tuple(
        (
            f"E{n}",
            item.tool,
            item.version,
            item.id,
            ", ".join(d.name for d in item.datasets),
            SIMULATED if evidence_is_simulated(item) else "",
            _cell(item.result.get("estimand")),
            _cell(item.result.get("status")),
        )
        for n, item in enumerate(evidence, 1)
    )
    columns = ("Sheets", "Tool", "Version", "Evidence", "Data", "Simulated", "Estimand", "Status")
    return Sheet("Summary", columns, (("Question", question, *(None for _ in columns[2:])), *found))
