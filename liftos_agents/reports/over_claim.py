"""What platforms claim against what their spend is estimated to have added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.figure_marks.axes import mark, names, quantity, said, told, values
from liftos_agents.reports import palette
from liftos_agents.reports.chart import NARROW, WIDE, Chart, Table
from liftos_agents.reports.figures import Interval, group, in_unit, interval, listed, money, ratio, spread

CLAIMED, ESTIMATED = "claimed by the platform", "added, as estimated"

_CREDIT = "channels.*.mmm.contribution"


def over_claim(evidence: Evidence) -> Iterator[Chart]:
    """Claimed and estimated outcome of every channel whose platform claims something; none otherwise."""
    result = evidence.result
    rows = _rows(result)
    if not rows:
        return
    order = [r["name"] for r in rows]
    lines = listed(
        [f"{r['name']} claims {r['claim']}, {r['times']}estimated {r['estimate']}" for r in rows], "; "
    )
    yield Chart(
        id=f"over-claim-{evidence.id}",
        title="What platforms claim, and what they added",
        summary=f"Claimed against estimated: {lines}.",
        spec=_spec(rows, order, result, WIDE),
        narrow=_spec(rows, order, result, NARROW),
        table=Table(
            ("Channel", "Claimed", "Estimated", "90 % low", "90 % high", "Claimed over estimated"),
            tuple(
                (
                    r["name"],
                    r["claim"],
                    _outcome(r["mean"], result),
                    _outcome(r["low"], result),
                    _outcome(r["high"], result),
                    r["ratio"],
                )
                for r in rows
            ),
        ),
        evidence=(evidence.id,),
    )


def _rows(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for name, channel in group(result.get("channels")).items():
        claimed = _credit(channel, "platform_claimed")
        estimated = _credit(channel, "mmm")
        if claimed is None or estimated is None or claimed.mean <= 0.0:
            continue
        over = interval(group(channel).get("over_claim"))
        shown = spread(estimated, lambda v: _outcome(v, result))
        rows.append(
            {
                "name": str(name),
                "claimed": claimed.mean,
                "mean": estimated.mean,
                "low": estimated.low,
                "high": estimated.high,
                "claim": _outcome(claimed.mean, result),
                "estimate": shown,
                "ratio": ratio(over.mean) if over else "–",
                "times": f"{ratio(over.mean)} the " if over else "",
                "said_claim": f"{name} claims {_outcome(claimed.mean, result)}",
                "said": f"{name} added {shown}",
            }
        )
    return rows


def _outcome(value: float, result: Mapping[str, Any]) -> str:
    return money(value, result, _CREDIT)


def _credit(channel: Any, method: str) -> Interval | None:
    return interval(group(group(channel).get(method)).get("contribution"))


def _spec(
    rows: list[dict[str, Any]], order: list[str], result: Mapping[str, Any], width: int
) -> dict[str, Any]:
    title = in_unit("Outcome over the window", result, path=_CREDIT)
    scale = {"domain": [ESTIMATED, CLAIMED], "range": [palette.MAIN, palette.PLAN]}
    shapes = {"domain": [ESTIMATED, CLAIMED], "range": ["circle", "diamond"]}

    def points(field: str, label: str, description: str) -> dict[str, Any]:
        return {
            "transform": [{"calculate": f"'{label}'", "as": "series"}],
            "mark": told("point", palette.MAIN, filled=True, size=110, opacity=1),
            "encoding": {
                "x": {
                    **quantity(field, title, tickCount=5 if width == WIDE else 3),
                    "scale": {"padding": 10},
                },
                "color": {"field": "series", "type": "nominal", "scale": scale, "title": None},
                "shape": {"field": "series", "type": "nominal", "scale": shapes, "title": None},
                "description": said(description),
            },
        }

    return {
        "width": width,
        "height": 38 * len(order) + 100,
        "autosize": {"type": "fit", "contains": "padding"},
        "data": values(rows),
        "encoding": {"y": names("name", order, limit=170 if width == WIDE else 90)},
        "layer": [
            {
                "mark": mark("rule", palette.MAIN, strokeWidth=3),
                "encoding": {"x": quantity("low", title), "x2": {"field": "high"}},
            },
            points("mean", ESTIMATED, "said"),
            points("claimed", CLAIMED, "said_claim"),
        ],
    }
