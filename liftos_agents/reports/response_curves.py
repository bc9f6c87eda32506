"""What each channel brings in at each level of spend, with where it stands now and where the plan puts it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.figure_marks.axes import mark, quantity, said, told, values
from liftos_agents.reports import palette
from liftos_agents.reports.chart import HALF, Chart, Table
from liftos_agents.reports.figures import (
    Interval,
    group,
    in_unit,
    interval,
    money,
    number,
    period,
    rows,
    spread,
)

_HEIGHT = 190
_EFFECT = "channels.*.response_curve.0.mean"


class _Stand(NamedTuple):
    """A level of spend that is marked on a curve."""

    label: str
    spend: float
    colour: str
    shape: str


def response_curves(fit: Evidence, plan: Evidence | None) -> Iterator[Chart]:
    """A chart for each channel of a fit that states its curve.

    Args:
        plan: Evidence of `optimise_budget` that stands on this fit, when there is one.
    """
    allocation = group(plan.result.get("allocation")) if plan else {}
    for position, (name, channel) in enumerate(group(fit.result.get("channels")).items()):
        curve = _curve(group(channel))
        if len(curve) < 2:
            continue
        stands = _stands(group(channel), group(allocation.get(name)), fit.result)
        used = (fit.id, plan.id) if plan and name in allocation else (fit.id,)
        yield _chart(f"response-{fit.id}-{position}", str(name), curve, stands, fit.result, used)


def _curve(channel: Mapping[str, Any]) -> list[tuple[float, Interval]]:
    found: list[tuple[float, Interval]] = []
    for row in rows(channel.get("response_curve")):
        spend, effect = number(row.get("spend")), interval(row)
        if spend is not None and effect is not None:
            found.append((spend, effect))
    return sorted(found)


def _stands(
    channel: Mapping[str, Any], allocation: Mapping[str, Any], result: Mapping[str, Any]
) -> list[_Stand]:
    each = period(result)
    now = number(allocation.get("current_period"))
    now = number(channel.get("mean_spend")) if now is None else now
    wanted = (
        ("now" if allocation else "on average", now, palette.INK, "circle"),
        ("plan", number(allocation.get("proposed_period")), palette.PLAN, "diamond"),
        ("highest so far", number(allocation.get("highest_period")), palette.QUIET, "triangle-up"),
    )
    return [
        _Stand(f"{words}: {money(spend, result)} a {each}", spend, colour, shape)
        for words, spend, colour, shape in wanted
        if spend is not None
    ]


def _chart(
    identifier: str,
    name: str,
    curve: list[tuple[float, Interval]],
    stands: list[_Stand],
    result: Mapping[str, Any],
    used: tuple[str, ...],
) -> Chart:
    points = [
        {
            "spend": spend,
            "mean": effect.mean,
            "low": effect.low,
            "high": effect.high,
            "said": f"{name}: {money(spend, result)} spent brings "
            f"{spread(effect, lambda v: _effect(v, result))}",
        }
        for spend, effect in curve
    ]
    marked = [
        {
            "spend": stand.spend,
            "mean": effect.mean,
            "label": stand.label,
            "said": f"{name}, {stand.label}, brings {spread(effect, lambda v: _effect(v, result))}",
            "brief": f"{stand.label} brings {spread(effect, lambda v: _effect(v, result))}",
        }
        for stand in stands
        if (effect := _at(curve, stand.spend)) is not None
    ]
    shown = [stand for stand in stands if any(m["label"] == stand.label for m in marked)]
    each = period(result)
    lines = "; ".join(m["brief"] for m in marked[:2])
    return Chart(
        id=identifier,
        title=f"{name}: what spend brings",
        summary=f"What a {each} of {name} brings at each level of spend{f': {lines}' if lines else ''}.",
        spec={
            "width": HALF,
            "height": _HEIGHT + 22 * len(shown),
            "autosize": {"type": "fit", "contains": "padding"},
            "layer": _layers(points, marked, shown, result),
        },
        table=Table(
            (in_unit(f"Spend a {each}", result), "Brings", "90 % low", "90 % high"),
            tuple(
                (
                    money(s, result),
                    _effect(e.mean, result),
                    _effect(e.low, result),
                    _effect(e.high, result),
                )
                for s, e in curve
            ),
        ),
        evidence=used,
    )


def _layers(
    points: list[dict[str, Any]],
    marked: list[dict[str, Any]],
    stands: list[_Stand],
    result: Mapping[str, Any],
) -> list[dict[str, Any]]:
    each = period(result)
    across = quantity("spend", in_unit("Spend", result, each), grid=False)
    up = quantity("mean", in_unit("Brings", result, each, _EFFECT))
    layers: list[dict[str, Any]] = [
        {
            "data": values(points),
            "mark": mark("area", palette.MAIN, opacity=0.2),
            "encoding": {"x": across, "y": quantity("low", up["axis"]["title"]), "y2": {"field": "high"}},
        },
        {
            "data": values(points),
            "mark": mark("line", palette.MAIN, strokeWidth=2.5),
            "encoding": {"x": across, "y": up},
        },
        {
            "data": values(points),
            "mark": told("point", palette.MAIN, filled=True, size=45, opacity=0),
            "encoding": {"x": across, "y": up, "description": said()},
        },
    ]
    if marked:
        domain = [stand.label for stand in stands]
        scale = {"domain": domain, "range": [stand.colour for stand in stands]}
        shapes = {"domain": domain, "range": [stand.shape for stand in stands]}
        layers.append(
            {
                "data": values(marked),
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                "encoding": {
                    "x": across,
                    "y": up,
                    "color": {"field": "label", "type": "nominal", "scale": scale, "title": None},
                    "shape": {"field": "label", "type": "nominal", "scale": shapes, "title": None},
                    "description": said(),
                },
            }
        )
    return layers


def _effect(value: float, result: Mapping[str, Any]) -> str:
    return money(value, result, _EFFECT)


def _at(curve: list[tuple[float, Interval]], spend: float) -> Interval | None:
    """The curve between its points; None beyond its ends."""
    spends = [s for s, _ in curve]
    if not spends[0] <= spend <= spends[-1]:
        return None
    columns = np.asarray([e for _, e in curve])
    return Interval(*(float(np.interp(spend, spends, columns[:, i])) for i in range(3)))
