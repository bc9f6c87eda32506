"""The budget before and after, and what the next unit of spend returns at either."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.figure_marks.axes import mark, names, quantity, said, told, values
from liftos_agents.reports import palette
from liftos_agents.reports.chart import NARROW, WIDE, Chart, Table
from liftos_agents.reports.figures import (
    Interval,
    group,
    in_unit,
    interval,
    listed,
    money,
    number,
    period,
    ratio,
    spread,
)

NOW, PLAN = "present mix", "plan"
_COLOURS = {"domain": [NOW, PLAN], "range": [palette.FAINT, palette.PLAN]}


def budget(plan: Evidence) -> Iterator[Chart]:
    """Spend by channel before and after, then the return of a further unit; none when there is no allocation."""
    allocation = {
        str(name): group(row)
        for name, row in group(plan.result.get("allocation")).items()
        if number(group(row).get("current")) is not None and number(group(row).get("proposed")) is not None
    }
    if allocation:
        yield _spend(plan, allocation)
    returns = _returns_rows(allocation, plan.result)
    if returns:
        yield _returns(plan, returns)


def _spend(plan: Evidence, allocation: Mapping[str, Mapping[str, Any]]) -> Chart:
    result = plan.result
    rows = [
        {
            "name": name,
            "which": which,
            "spend": float(row[key]),
            "shown": money(float(row[key]), result),
            "said": f"{name}, {which}: {money(float(row[key]), result)}",
        }
        for name, row in allocation.items()
        for which, key in ((NOW, "current"), (PLAN, "proposed"))
    ]
    moves = listed(
        [
            f"{name} from {money(float(row['current']), result)} to {money(float(row['proposed']), result)}"
            for name, row in allocation.items()
        ]
    )
    horizon = number(result.get("horizon_periods"))
    over = f" over {horizon:.0f} {period(result)}s" if horizon else ""
    return Chart(
        id=f"budget-{plan.id}",
        title="The budget before and after",
        summary=f"Spend{over}, {NOW} and {PLAN}: {moves}.",
        spec=_spend_spec(rows, list(allocation), result, over, WIDE),
        narrow=_spend_spec(rows, list(allocation), result, over, NARROW),
        table=Table(
            ("Channel", "Present mix", "Plan", "Change"),
            tuple(
                (
                    name,
                    money(float(row["current"]), result),
                    money(float(row["proposed"]), result),
                    money(float(row["proposed"]) - float(row["current"]), result),
                )
                for name, row in allocation.items()
            ),
        ),
        evidence=(plan.id,),
    )


def _spend_spec(
    rows: list[dict[str, Any]], order: list[str], result: Mapping[str, Any], over: str, width: int
) -> dict[str, Any]:
    most = max(r["spend"] for r in rows) or 1.0
    across = {
        **quantity("spend", in_unit(f"Spend{over}", result), tickCount=5 if width == WIDE else 3),
        "scale": {"domain": [0, most * (1.12 if width == WIDE else 1.35)]},
    }
    offset = {"field": "which", "type": "nominal", "sort": [NOW, PLAN]}
    return {
        "width": width,
        "height": 44 * len(order) + 90,
        "autosize": {"type": "fit", "contains": "padding"},
        "data": values(rows),
        "encoding": {
            "y": names("name", order, limit=170 if width == WIDE else 90),
            "yOffset": offset,
            "x": across,
        },
        "layer": [
            {
                "mark": told("bar", palette.FAINT),
                "encoding": {
                    "color": {"field": "which", "type": "nominal", "scale": _COLOURS, "title": None},
                    "description": said(),
                },
            },
            {
                "mark": mark("text", palette.INK, align="left", dx=5, baseline="middle"),
                "encoding": {"text": {"field": "shown", "type": "nominal"}},
            },
        ],
    }


def _returns_rows(
    allocation: Mapping[str, Mapping[str, Any]], result: Mapping[str, Any]
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for name, row in allocation.items():
        for which, key in ((NOW, "current_marginal_roas"), (PLAN, "marginal_roas")):
            found = interval(row.get(key))
            if found is not None:
                rows.append(
                    {
                        "name": name,
                        "which": which,
                        "mean": found.mean,
                        "low": found.low,
                        "high": found.high,
                        "said": f"{name}, {which}: the next unit returns {spread(found, ratio)}",
                    }
                )
    return rows


def _returns(plan: Evidence, rows: list[dict[str, Any]]) -> Chart:
    margin = number(plan.result.get("margin"))
    even = 1.0 / margin if margin else None
    order = list(dict.fromkeys(r["name"] for r in rows))
    planned = sorted((r for r in rows if r["which"] == PLAN), key=lambda r: -r["mean"])
    lines = listed(
        [f"{r['name']} {spread(Interval(r['mean'], r['low'], r['high']), ratio)}" for r in planned], "; "
    )
    pays = f" It pays for itself from {ratio(even)}." if even else ""
    return Chart(
        id=f"returns-{plan.id}",
        title="What the next unit of spend returns",
        summary=f"What a further unit of spend returns under the plan, the highest first: {lines}.{pays}",
        spec=_returns_spec(rows, order, even, WIDE),
        narrow=_returns_spec(rows, order, even, NARROW),
        table=Table(
            ("Channel", "Mix", "Return of the next unit", "90 % low", "90 % high"),
            tuple((r["name"], r["which"], ratio(r["mean"]), ratio(r["low"]), ratio(r["high"])) for r in rows),
        ),
        evidence=(plan.id,),
    )


def _returns_spec(
    rows: list[dict[str, Any]], order: list[str], even: float | None, width: int
) -> dict[str, Any]:
    across = {
        "type": "quantitative",
        "scale": {"zero": True},
        "axis": {"title": "Return of the next unit", "labelExpr": "datum.label + '×'", "tickCount": 5},
    }
    offset = {"field": "which", "type": "nominal", "sort": [NOW, PLAN]}
    colour = {"field": "which", "type": "nominal", "scale": _COLOURS, "title": None}
    layers: list[dict[str, Any]] = [
        {
            "mark": mark("rule", palette.INK, strokeWidth=3),
            "encoding": {
                "x": {**across, "field": "low"},
                "x2": {"field": "high"},
                "yOffset": offset,
                "color": colour,
            },
        },
        {
            "mark": told("point", palette.INK, filled=True, size=80, opacity=1),
            "encoding": {
                "x": {**across, "field": "mean"},
                "yOffset": offset,
                "color": colour,
                "description": said(),
            },
        },
    ]
    if even is not None:
        beyond_the_middle = even > max(r["high"] for r in rows) / 2.0
        side, shift = ("right", -4) if beyond_the_middle else ("left", 4)
        layers += [
            {
                "data": values([{}]),
                "mark": mark("rule", palette.QUIET, strokeDash=[4, 3]),
                "encoding": {"x": {"datum": even}, "y": {"value": 0}, "y2": {"value": "height"}},
            },
            {
                "data": values([{"pays": f"pays for itself from {ratio(even)}"}]),
                "mark": mark("text", palette.QUIET, align=side, baseline="bottom", dx=shift, dy=-2),
                "encoding": {
                    "x": {"datum": even},
                    "y": {"value": 0},
                    "text": {"field": "pays", "type": "nominal"},
                },
            },
        ]
    return {
        "width": width,
        "height": 36 * len(order) + 100,
        "autosize": {"type": "fit", "contains": "padding"},
        "data": values(rows),
        "encoding": {"y": names("name", order, limit=170 if width == WIDE else 90)},
        "layer": layers,
    }
