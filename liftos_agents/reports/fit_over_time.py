"""What was sold and what the model says should have been, period by period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.figure_marks.axes import mark, quantity, said, told, values
from liftos_agents.reports import palette
from liftos_agents.reports.chart import NARROW, WIDE, Chart, Table
from liftos_agents.reports.figures import british_date, group, in_unit, money, number, period, share

ACTUAL, FITTED, BASELINE = "as it was", "as fitted, with 90 % band of the mean", "without media"

_SERIES = "fit_over_time.actual"


def fit_over_time(fit: Evidence) -> Iterator[Chart]:
    """Actual against fitted outcome over time, with the baseline; none when the fit does not state its series."""
    rows = _rows(fit.result)
    if len(rows) < 2:
        return
    r2 = number(group(fit.result.get("fit")).get("r2"))
    explained = f" The fit explains {share(r2)} of the variation (R²)." if r2 is not None else ""
    each = period(fit.result)
    yield Chart(
        id=f"fit-{fit.id}",
        title="Outcome over time, as it was and as fitted",
        summary=(
            f"{len(rows)} {each}s from {british_date(rows[0]['date'])} to {british_date(rows[-1]['date'])}.{explained}"
        ),
        spec=_spec(rows, fit.result, WIDE),
        narrow=_spec(rows, fit.result, NARROW),
        table=Table(
            ("Date", "Actual", "Fitted", "90 % low", "90 % high", "Without media"),
            tuple(
                (
                    british_date(r["date"]),
                    *(
                        "–" if r[key] is None else _amount(r[key], fit.result)
                        for key in ("actual", "mean", "low", "high", "baseline")
                    ),
                )
                for r in rows
            ),
        ),
        evidence=(fit.id,),
    )


def _rows(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    series = group(result.get("fit_over_time"))
    columns = [_column(series.get(key)) for key in ("date", "actual", "mean", "p05", "p95")]
    baseline = _column(series.get("baseline")) or [None] * len(columns[0])
    rows: list[dict[str, Any]] = []
    for date, actual, mean, low, high, floor in zip(*columns, baseline, strict=False):
        figures = [number(v) for v in (actual, mean, low, high)]
        if any(v is None for v in figures):
            continue
        rows.append(
            {
                "date": str(date)[:10],
                "actual": figures[0],
                "mean": figures[1],
                "low": figures[2],
                "high": figures[3],
                "baseline": number(floor),
                "said": f"{british_date(date)}: {_amount(figures[0] or 0.0, result)}, "
                f"fitted {_amount(figures[1] or 0.0, result)}",
            }
        )
    return rows


def _amount(value: float, result: Mapping[str, Any]) -> str:
    return money(value, result, _SERIES)


def _column(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _spec(rows: list[dict[str, Any]], result: Mapping[str, Any], width: int) -> dict[str, Any]:
    across = {
        "field": "date",
        "type": "temporal",
        "axis": {
            "title": None,
            "format": "%b %Y",
            "tickCount": 6 if width == WIDE else 3,
            "grid": False,
        },
    }
    title = in_unit("Outcome", result, period(result), _SERIES)
    scale = {
        "domain": [ACTUAL, FITTED, BASELINE],
        "range": [palette.INK, palette.MAIN, palette.OTHER],
    }
    # A series that swings widely is read from zero; one far above it would be flattened by that.
    heights = [r[key] for r in rows for key in ("actual", "low", "high")]
    from_zero = min(heights) < max(heights) / 2.0
    dashes = {"domain": [ACTUAL, FITTED, BASELINE], "range": [[1, 0], [1, 0], [5, 3]]}

    def line(field: str, label: str, thick: float) -> dict[str, Any]:
        return {
            "transform": [{"filter": f"isValid(datum.{field})"}, {"calculate": f"'{label}'", "as": "series"}],
            "mark": mark("line", palette.INK, strokeWidth=thick),
            "encoding": {
                "x": across,
                "y": {**quantity(field, title), "scale": {"zero": from_zero}},
                "color": {"field": "series", "type": "nominal", "scale": scale, "title": None},
                "strokeDash": {"field": "series", "type": "nominal", "scale": dashes, "title": None},
            },
        }

    shown = [(ACTUAL, "actual", 1.2), (FITTED, "mean", 2.2)]
    if any(r["baseline"] is not None for r in rows):
        shown.append((BASELINE, "baseline", 1.8))
    return {
        "width": width,
        "height": 320,
        "autosize": {"type": "fit", "contains": "padding"},
        "data": values(rows),
        "layer": [
            {
                "mark": mark("area", palette.MAIN, opacity=0.2),
                "encoding": {
                    "x": across,
                    "y": {**quantity("low", title), "scale": {"zero": from_zero}},
                    "y2": {"field": "high"},
                },
            },
            *(line(field, label, thick) for label, field, thick in shown),
            {
                "mark": told("point", palette.INK, filled=True, size=30, opacity=0),
                "encoding": {
                    "x": across,
                    "y": {**quantity("actual", title), "scale": {"zero": from_zero}},
                    "description": said(),
                },
            },
        ],
    }
