"""How ready a catalogue's products are, and which change would gain most over all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from liftos_agents.domain.amount import format_count, format_number
from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.figure_marks.axes import mark, said, told, values
from liftos_agents.reports import palette
from liftos_agents.reports.chart import NARROW, WIDE, Chart, Table
from liftos_agents.reports.figures import number, rows, share
from liftos_agents.reports.ranked_bars import ranked_bars

MOST_CHANGES = 8
MOST_SAID = 3
_GAIN = "Points gained by the whole catalogue on average"


def catalogue_scores(audit: Evidence) -> Iterator[Chart]:
    """How many products score how much, then the changes with the largest gain over the catalogue."""
    bands = _bands(audit.result)
    if bands:
        yield _distribution(audit, bands)
    fixes = _fixes(audit.result)
    if fixes:
        yield _gains(audit, fixes)


def _distribution(audit: Evidence, bands: list[dict[str, Any]]) -> Chart:
    middle, mean = number(audit.result.get("median_score")), number(audit.result.get("mean_score"))
    middles = [
        f"{name} {format_number(v)}" for name, v in (("median", middle), ("mean", mean)) if v is not None
    ]
    centre = f" ({', '.join(middles)})" if middles else ""
    lines = ", ".join(b["said"] for b in bands if b["rows"])
    return Chart(
        id=f"catalogue-{audit.id}",
        title="Readiness over the catalogue",
        summary=f"Products by score{centre}: {lines}.",
        spec=_spec(bands, WIDE),
        narrow=_spec(bands, NARROW),
        table=Table(("Score", "Products"), tuple((b["name"], b["shown"]) for b in bands)),
        evidence=(audit.id,),
    )


def _bands(result: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for row in rows(result.get("bands")):
        start, end, count = (number(row.get(key)) for key in ("start", "end", "rows"))
        if start is None or end is None or count is None or count < 0:
            continue
        name = f"{start:g} to {end:g}"
        found.append(
            {
                "name": name,
                "start": start,
                "end": end,
                "rows": count,
                "shown": format_count(count),
                "said": f"{format_count(count)} from {name}",
            }
        )
    return found if any(b["rows"] for b in found) else []


def _spec(bands: list[dict[str, Any]], width: int) -> dict[str, Any]:
    across = {
        "field": "start",
        "type": "quantitative",
        "bin": "binned",
        "axis": {
            "title": "Score of 100",
            "values": sorted({b["start"] for b in bands} | {bands[-1]["end"]})[:: 1 if width == WIDE else 2],
            "tickCount": 30,
            "grid": False,
            "format": ".0f",
        },
    }
    up = {
        "field": "rows",
        "type": "quantitative",
        "axis": {"title": "Products", "format": "~s", "tickMinStep": 1},
        "scale": {"domain": [0, max(b["rows"] for b in bands) * 1.15], "nice": False},
    }
    return {
        "width": width,
        "height": 240,
        "autosize": {"type": "fit", "contains": "padding"},
        "data": values(bands),
        "layer": [
            {
                "mark": told("bar", palette.MAIN, binSpacing=3),
                "encoding": {"x": across, "x2": {"field": "end"}, "y": up, "description": said()},
            },
            {
                "transform": [
                    {"filter": "datum.rows > 0"},
                    {"calculate": "(datum.start + datum.end) / 2", "as": "at"},
                ],
                "mark": mark("text", palette.INK, baseline="bottom", dy=-3),
                "encoding": {
                    "x": {"field": "at", "type": "quantitative"},
                    "y": up,
                    "text": {"field": "shown", "type": "nominal"},
                },
            },
        ],
    }


def _fixes(result: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for row in rows(result.get("fixes")):
        gain, count, part, text = (
            number(row.get("catalogue_gain")),
            number(row.get("rows")),
            number(row.get("share")),
            row.get("text"),
        )
        if gain is None or gain <= 0.0 or count is None or part is None or not isinstance(text, str):
            continue
        shown = f"+{format_number(gain)}"
        found.append(
            {
                "text": text,
                "gain": gain,
                "shown": shown,
                "products": f"{format_count(count)} ({share(part)})",
                "said": f"{text} {shown} points, on {format_count(count)} products ({share(part)})",
            }
        )
    return sorted(found, key=lambda f: -f["gain"])[:MOST_CHANGES]


def _gains(audit: Evidence, fixes: list[dict[str, Any]]) -> Chart:
    lines = "; ".join(f["said"] for f in fixes[:MOST_SAID])
    return Chart(
        id=f"fixes-{audit.id}",
        title="What each change would add over the catalogue",
        summary=f"{_GAIN}, the largest first: {lines}.",
        spec=ranked_bars(fixes, WIDE, _GAIN),
        narrow=ranked_bars(fixes, NARROW, _GAIN),
        table=Table(
            ("Change", "Products", "Points"), tuple((f["text"], f["products"], f["shown"]) for f in fixes)
        ),
        evidence=(audit.id,),
    )
