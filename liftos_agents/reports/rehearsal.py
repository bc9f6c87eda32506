"""How a rehearsed plan came out: one dot for each chance in twenty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.figure_marks.axes import mark, quantity, rule_at, said, told, values
from liftos_agents.reports import palette
from liftos_agents.reports.chart import NARROW, WIDE, Chart, Table
from liftos_agents.reports.figures import in_unit, interval, money, number, share, spread

_DOT = {WIDE: 24, NARROW: 13}


def rehearsal(evidence: Evidence) -> Iterator[Chart]:
    """The distribution of the plan's gain over holding, as a quantile dot plot (Kay et al., 2016); none without quantiles."""
    result = evidence.result
    listed = result.get("quantiles")
    found = [number(v) for v in listed] if isinstance(listed, list | tuple) else []
    quantiles = [v for v in found if v is not None]
    if len(quantiles) < 3 or len(quantiles) != len(found):
        return
    beats = number(result.get("probability_beats_hold"))
    dots = _dots(quantiles, beats)
    worlds = number(result.get("worlds"))
    gain = interval(result.get("difference"))
    parts = [f"Gain of the plan over holding{f' in {worlds:,.0f} rehearsed worlds' if worlds else ''}"]
    if gain:
        parts.append(spread(gain, lambda v: _gain(v, result)))
    summary = ": ".join(parts) + "."
    if beats is not None:
        summary += f" It beats holding in {share(beats)} of them."
    yield Chart(
        id=f"rehearsal-{evidence.id}",
        title="How the plan came out in rehearsal",
        summary=f"{summary} Each dot is one chance in {len(dots)}.",
        spec=_spec(dots, quantiles, result, WIDE),
        narrow=_spec(dots, quantiles, result, NARROW),
        table=Table(
            ("Of the worlds", "gain at most"),
            tuple((share(i / (len(quantiles) - 1)), _gain(v, result)) for i, v in enumerate(quantiles)),
        ),
        evidence=(evidence.id,),
    )


def _dots(quantiles: list[float], beats: float | None) -> list[float]:
    """The middle of each twentieth; the outermost no farther out than the next one is wide, whatever the extreme world did.

    Where the probability of a gain is known, zero is one more point of the distribution, so that as many dots lie below
    it as there are chances of a loss.
    """
    levels = [i / (len(quantiles) - 1) for i in range(len(quantiles))]
    known = list(zip(levels, quantiles, strict=True))
    if beats is not None and all((level <= 1.0 - beats) == (value <= 0.0) for level, value in known):
        known = sorted([*known, (1.0 - beats, 0.0)])
    middles = [(low + high) / 2.0 for low, high in pairwise(levels)]
    dots = [float(d) for d in np.interp(middles, [level for level, _ in known], [v for _, v in known])]
    first, last = (
        max(dots[0], 2.0 * quantiles[1] - quantiles[2]),
        min(dots[-1], 2.0 * quantiles[-2] - quantiles[-3]),
    )
    if len(known) > len(quantiles):
        first = first if (first < 0.0) == (dots[0] < 0.0) else dots[0]
        last = last if (last < 0.0) == (dots[-1] < 0.0) else dots[-1]
    return [first, *dots[1:-1], last]


def _spec(dots: list[float], quantiles: list[float], result: Mapping[str, Any], width: int) -> dict[str, Any]:
    low, high = min(quantiles[0], 0.0), max(quantiles[-1], 0.0)
    # Columns begin at zero, so that no dot of a gain stands on the side of the losses.
    size = (high - low or 1.0) / (width / _DOT[width])
    rows: list[dict[str, Any]] = []
    heights: dict[int, int] = {}
    for dot in dots:
        column = int(dot // size)
        heights[column] = heights.get(column, 0) + 1
        rows.append(
            {
                "gain": (column + 0.5) * size,
                "height": heights[column] - 0.5,
                "kind": "loss" if dot < 0 else "gain",
                "said": f"One chance in {len(dots)}: about {_gain(dot, result)}",
            }
        )
    tallest = max(heights.values())
    across = {
        **quantity("gain", in_unit("Gain over holding", result, path="quantiles.0"), grid=False, tickCount=5),
        "scale": {"domain": [low - size / 2, high + size / 2], "nice": False},
    }
    return {
        "width": width,
        "height": _DOT[width] * max(tallest, 3) + 60,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": 20, "top": 2, "right": 20, "bottom": 2},
        "layer": [
            {"data": values([{}]), **rule_at(0.0, colour=palette.INK)},
            {
                "data": values([{"words": "no gain"}]),
                "mark": mark("text", palette.QUIET, align="left", baseline="top", dx=4),
                "encoding": {
                    "x": {"datum": 0.0},
                    "y": {"value": 0},
                    "text": {"field": "words", "type": "nominal"},
                },
            },
            {
                "data": values(rows),
                "mark": told("circle", palette.MAIN, opacity=1, size=(_DOT[width] * 0.82) ** 2 * 0.785),
                "encoding": {
                    "x": across,
                    "y": {
                        "field": "height",
                        "type": "quantitative",
                        "axis": None,
                        "scale": {"domain": [0, max(tallest, 3) + 0.6], "nice": False},
                    },
                    "color": {
                        "field": "kind",
                        "type": "nominal",
                        "legend": None,
                        "scale": {"domain": ["gain", "loss"], "range": [palette.MAIN, palette.PLAN]},
                    },
                    "description": said(),
                },
            },
        ],
    }


def _gain(value: float, result: Mapping[str, Any]) -> str:
    return money(value, result, "quantiles.0")
