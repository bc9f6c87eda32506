"""How the outcome is made up: what comes without media, then channel by channel, to the whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.figure_marks.axes import mark, names, said, told, values
from liftos_agents.reports import palette
from liftos_agents.reports.chart import NARROW, WIDE, Chart, Table
from liftos_agents.reports.figures import group, interval, listed, share, spread

BASELINE = "without media"
TOTAL = "all, as fitted"


def contributions(fit: Evidence) -> Iterator[Chart]:
    """The waterfall of a fit's shares with their intervals; none when the fit states no shares."""
    rows = _rows(fit.result)
    if len(rows) < 3:
        return
    lines = listed([f"{r['name']} {r['shown']}" for r in rows], most=9)
    yield Chart(
        id=f"contributions-{fit.id}",
        title="What the outcome is made of",
        summary=f"Shares of the outcome with 90 % intervals: {lines}.",
        spec=_spec(rows, WIDE),
        narrow=_spec(rows, NARROW),
        table=Table(
            ("Part", "Share", "90 % low", "90 % high"),
            tuple((r["name"], share(r["share"]), share(r["low"]), share(r["high"])) for r in rows),
        ),
        evidence=(fit.id,),
    )


def _rows(result: Any) -> list[dict[str, Any]]:
    baseline = interval(result.get("baseline_share"))
    parts = {
        str(name): found
        for name, channel in group(result.get("channels")).items()
        if (found := interval(group(channel).get("share"))) is not None
    }
    if baseline is None or not parts:
        return []
    ordered = sorted(parts.items(), key=lambda item: -item[1].mean)
    rows: list[dict[str, Any]] = []
    start = 0.0
    for name, found in [(BASELINE, baseline), *ordered]:
        rows.append(
            {
                "name": name,
                "kind": "baseline" if name == BASELINE else "channel",
                "share": found.mean,
                "low": found.low,
                "high": found.high,
                "from": start,
                "to": start + found.mean,
                "whisker": [start + found.low, start + found.high],
                "shown": share(found.mean),
                "said": f"{name}: {spread(found, share)} of the outcome",
            }
        )
        start += found.mean
    rows.append(
        {
            "name": TOTAL,
            "kind": "total",
            "share": start,
            "low": start,
            "high": start,
            "from": 0.0,
            "to": start,
            "whisker": [start, start],
            "shown": share(start),
            "said": f"{TOTAL}: {share(start)}",
        }
    )
    for row in rows:
        row["left"], row["right"] = row.pop("whisker")
        row["end"] = max(row["to"], row["right"])
    return rows


def _spec(rows: list[dict[str, Any]], width: int) -> dict[str, Any]:
    names_axis = names("name", [r["name"] for r in rows], limit=170 if width == WIDE else 90)
    most = max(r["end"] for r in rows)
    across = {
        "type": "quantitative",
        "scale": {"domain": [min(0.0, *(r["left"] for r in rows)), most * (1.1 if width == WIDE else 1.36)]},
        "axis": {
            "title": "Share of the outcome",
            "format": ".0%",
            "tickCount": 6,
            "values": [0, 0.2, 0.4, 0.6, 0.8, 1.0] if width == WIDE else [0, 0.5, 1.0],
        },
    }
    return {
        "width": width,
        "height": 34 * len(rows) + 44,
        "autosize": {"type": "fit", "contains": "padding"},
        "data": values(rows),
        "encoding": {"y": names_axis},
        "layer": [
            {
                "mark": told("bar", palette.MAIN, height={"band": 0.62}),
                "encoding": {
                    "x": {**across, "field": "from"},
                    "x2": {"field": "to"},
                    "color": {
                        "field": "kind",
                        "type": "nominal",
                        "legend": None,
                        "scale": {
                            "domain": ["baseline", "channel", "total"],
                            "range": [palette.FAINT, palette.MAIN, palette.QUIET],
                        },
                    },
                    "description": said(),
                },
            },
            {
                "transform": [{"filter": "datum.right > datum.left"}],
                "mark": mark("rule", palette.INK, strokeWidth=1.5),
                "encoding": {"x": {**across, "field": "left"}, "x2": {"field": "right"}},
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
