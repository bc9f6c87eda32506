"""A product text's readiness: the score's components, and what each change would add."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.figure_marks.axes import mark, names, said, told, values
from liftos_agents.reports import palette
from liftos_agents.reports.chart import NARROW, WIDE, Chart, Table
from liftos_agents.reports.figures import group, number, rows
from liftos_agents.reports.ranked_bars import ranked_bars

MOST_CHANGES = 8
MOST_SAID = 3


def readiness(audit: Evidence) -> Iterator[Chart]:
    """Components with their weights, then the changes with the largest expected gain."""
    components = _components(audit.result)
    measured = [c for c in components if c["score"] is not None]
    if measured:
        yield _component_chart(audit, components, measured)
    changes = _changes(audit.result)
    if changes:
        yield _gain_chart(audit, changes)


def _component_chart(
    audit: Evidence, components: list[dict[str, Any]], measured: list[dict[str, Any]]
) -> Chart:
    score = number(audit.result.get("score"))
    whole = f"Readiness {format_number(score)} of 100. " if score is not None else ""
    missing = [c["name"] for c in components if c["score"] is None]
    lines = ", ".join(f"{c['name']} {c['shown']}" for c in measured)
    unmeasured = f" Not measured: {', '.join(missing)}." if missing else ""
    return Chart(
        id=f"readiness-{audit.id}",
        title="Readiness, component by component",
        summary=f"{whole}Scores by component, of 100: {lines}.{unmeasured}",
        spec=_component_spec(components, WIDE),
        narrow=_component_spec(components, NARROW),
        table=Table(
            ("Component", "Score", "Weight", "Evidence for it"),
            tuple((c["name"], c["shown"], f"{c['weight']:g}", c["grade"]) for c in components),
        ),
        evidence=(audit.id,),
    )


def _components(result: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for key, component in group(result.get("components")).items():
        score, weight = number(group(component).get("score")), number(group(component).get("weight"))
        if weight is None or (score is None and weight == 0.0):
            continue
        name = str(group(component).get("label") or key)
        shown = "not measured" if score is None else format_number(score)
        grade = str(group(component).get("grade") or "")
        found.append(
            {
                "name": name,
                "label": f"{name} (weight {weight:g})",
                "score": score,
                "end": score or 0.0,
                "weight": weight,
                "grade": grade,
                "shown": shown,
                "said": f"{name}: {shown}; weight {weight:g}" + (f"; evidence {grade}" if grade else ""),
            }
        )
    return sorted(found, key=lambda c: (c["score"] is None, -c["weight"], c["name"]))


def _component_spec(components: list[dict[str, Any]], width: int) -> dict[str, Any]:
    field = "label" if width == WIDE else "name"
    across = {
        "type": "quantitative",
        "scale": {"domain": [0, 100 if width == WIDE else 120]},
        "axis": {"title": "Score of 100", "values": [0, 25, 50, 75, 100] if width == WIDE else [0, 50, 100]},
    }
    return {
        "width": width,
        "height": 30 * len(components) + 44,
        "autosize": {"type": "fit", "contains": "padding"},
        "data": values(components),
        "encoding": {"y": names(field, [c[field] for c in components], limit=230 if width == WIDE else 120)},
        "layer": [
            {
                "transform": [{"filter": "isValid(datum.score)"}],
                "mark": mark("bar", palette.LINE, height={"band": 0.62}),
                "encoding": {"x": {"datum": 0, **across}, "x2": {"datum": 100}},
            },
            {
                "transform": [{"filter": "isValid(datum.score)"}],
                "mark": told("bar", palette.MAIN, height={"band": 0.62}),
                "encoding": {"x": {**across, "field": "score"}, "description": said()},
            },
            {
                "mark": mark("text", palette.INK, align="left", dx=6),
                "encoding": {
                    "x": {**across, "field": "end"},
                    "text": {"field": "shown", "type": "nominal"},
                },
            },
        ],
    }


def _changes(result: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for row in rows(result.get("recommendations")):
        gain, text = number(row.get("expected_gain")), row.get("text")
        if gain is not None and gain > 0.0 and isinstance(text, str):
            found.append({"text": text, "gain": gain, "component": str(row.get("component") or "")})
    found.sort(key=lambda c: -c["gain"])
    return found[:MOST_CHANGES]


def _gain_chart(audit: Evidence, changes: list[dict[str, Any]]) -> Chart:
    for change in changes:
        change["shown"] = f"+{format_number(change['gain'])}"
        change["said"] = f"{change['text']} {change['shown']} points"
    lines = " ".join(f"{c['text']} ({c['shown']})" for c in changes[:MOST_SAID])
    return Chart(
        id=f"gains-{audit.id}",
        title="What each change would add to the score",
        summary=f"Expected gain in points, the largest first: {lines}",
        spec=ranked_bars(changes, WIDE, "Points of the score"),
        narrow=ranked_bars(changes, NARROW, "Points of the score"),
        table=Table(
            ("Change", "Component", "Points"),
            tuple((c["text"], c["component"].replace("_", " "), c["shown"]) for c in changes),
        ),
        evidence=(audit.id,),
    )
