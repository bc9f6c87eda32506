"""One realistic figure of every kind, and hard ones: long names, dates, open intervals, many series."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np

from liftos_agents.domain.figure import Figure, FigureEdge, FigurePoint, FigureSeries

P = FigurePoint
LONG = "A platform with a very long name and a suffix, Düsseldorf 2024"


def event_study() -> Figure:
    effects = [0.004, -0.006, 0.002, 0.0, -0.021, -0.055, -0.138, -0.107]
    points = [
        P(
            x=t,
            y=v,
            low=None if t == -1 else v - 0.02 - 0.005 * abs(t),
            high=None if t == -1 else v + 0.02 + 0.005 * abs(t),
        )
        for t, v in zip(range(-4, 4), effects, strict=True)
    ]
    return Figure(
        kind="event_study",
        title="Effect by years since treatment",
        summary="Before treatment the estimates lie between -0.006 and 0.004; three years after it, at -0.107.",
        x_title="Years since treatment",
        y_title="Effect on log employment",
        series=(FigureSeries(name="Callaway and Sant'Anna", draw="points", points=tuple(points)),),
    )


def event_study_two() -> Figure:
    one = event_study().series[0]
    moved = tuple(P(x=p.x, y=p.y + 0.01, low=p.low, high=p.high) for p in one.points)  # type: ignore[operator]
    two = FigureSeries(name="Two-way fixed effects", role="other", draw="points", points=moved)
    return event_study().model_copy(
        update={"series": (one, two), "vertical": ((-0.5, "the minimum wage rises in the treated states"),)}
    )


def paths() -> Figure:
    rng = np.random.default_rng(3)
    years = list(range(1955, 1998))
    level = 4.0 + 0.16 * np.arange(len(years))
    after = np.array([max(0, y - 1970) for y in years])

    def line(shift: float, noise: float) -> tuple[FigurePoint, ...]:
        values = level + shift + rng.normal(0, noise, len(years))
        return tuple(P(x=y, y=float(v)) for y, v in zip(years, values, strict=True))

    donors = [
        FigureSeries(name=f"region {i}", role="faint", points=line(rng.normal(0, 1.2), 0.1))
        for i in range(16)
    ]
    counter = level + 0.4
    observed = counter - 0.05 * after + rng.normal(0, 0.05, len(years))
    return Figure(
        kind="paths",
        title="The treated region and its synthetic control",
        summary="Up to 1970 the two lines agree; by 1997 the region lies 1.35 below.",
        x_title="Year",
        y_title="Gross domestic product a head (thousand US dollars of 1986)",
        series=(
            *donors,
            FigureSeries(
                name="Basque Country",
                role="observed",
                points=tuple(P(x=y, y=float(v)) for y, v in zip(years, observed, strict=True)),
            ),
            FigureSeries(
                name="without terrorism (synthetic control)",
                role="counterfactual",
                points=tuple(P(x=y, y=float(v)) for y, v in zip(years, counter, strict=True)),
            ),
        ),
        vertical=((1970, "terrorism begins"),),
    )


def paths_dates() -> Figure:
    start = date(2024, 1, 1)
    days = [(start + timedelta(days=7 * i)).isoformat() for i in range(60)]
    base = [12_000 + 900 * math.sin(i / 5) + 40 * i for i in range(60)]
    seen = [b + (1_800 if i >= 40 else 0) + 250 * math.sin(i * 1.7) for i, b in enumerate(base)]
    band = tuple(
        P(x=d, y=b, low=b - 400 - 12 * max(0, i - 40), high=b + 400 + 12 * max(0, i - 40))
        for i, (d, b) in enumerate(zip(days, base, strict=True))
    )
    return Figure(
        kind="paths",
        title="Sales and what they would have been",
        summary="After 7 October 2024 sales lie 1.80k above the counterfactual.",
        y_title="Sales a week (EUR)",
        series=(
            FigureSeries(name="90 % band", role="counterfactual", draw="band", points=band),
            FigureSeries(
                name="without the campaign",
                role="counterfactual",
                points=tuple(P(x=p.x, y=p.y) for p in band),
            ),
            FigureSeries(
                name="observed",
                role="observed",
                points=tuple(P(x=d, y=v) for d, v in zip(days, seen, strict=True)),
            ),
        ),
        vertical=((days[40], "campaign starts"), (days[52], "campaign ends")),
    )


def scatter_fit() -> Figure:
    rng = np.random.default_rng(1)
    xs = np.linspace(-50, 50, 40)
    ys = 45 + 0.3 * xs + 7.4 * (xs >= 0) + rng.normal(0, 2.5, 40)
    left, right = np.linspace(-50, 0, 30), np.linspace(0, 50, 30)

    def fit(grid: np.ndarray, jump: float) -> tuple[FigurePoint, ...]:
        return tuple(
            P(
                x=float(g),
                y=45 + 0.3 * float(g) + jump,
                low=43.5 + 0.3 * float(g) + jump,
                high=46.5 + 0.3 * float(g) + jump,
            )
            for g in grid
        )

    return Figure(
        kind="scatter_fit",
        title="Vote share in the next election by the margin in this one",
        summary="At the cutoff the vote share jumps by 7.41 points.",
        x_title="Democratic margin of victory (points)",
        y_title="Democratic vote share next time (%)",
        series=(
            FigureSeries(
                name="means of bins",
                role="other",
                draw="points",
                points=tuple(P(x=float(x), y=float(y)) for x, y in zip(xs, ys, strict=True)),
            ),
            FigureSeries(name="local fit with 90 % band", points=fit(left, 0.0)),
            FigureSeries(name="local fit with 90 % band", points=fit(right, 7.4)),
        ),
        vertical=((0.0, "cutoff"),),
    )


def forest() -> Figure:
    rows = [
        ("Ordinary least squares", 0.0747, 0.069, 0.080),
        ("Instrument: near a college", 0.1315, 0.024, 0.239),
        (LONG, -0.04, -0.11, 0.03),
    ]
    return Figure(
        kind="forest",
        title="The return to a year of schooling, by method",
        summary="Between -0.0400 and 0.132.",
        x_title="Effect on log wage",
        series=(
            FigureSeries(
                name="estimate",
                draw="interval",
                points=tuple(P(x=n, y=v, low=low, high=high) for n, v, low, high in rows),
            ),
        ),
    )


def forest_open() -> Figure:
    points = (
        P(x="Anderson–Rubin set", y=None, low=0.02, high=None),
        P(x="two stages", y=0.13, low=0.02, high=0.24),
        P(x="north", y=-0.2),
    )
    return forest().model_copy(
        update={
            "series": (FigureSeries(name="estimate", draw="interval", points=points),),
            "vertical": ((0.05, "cost of a year"),),
        }
    )


def forest_methods() -> Figure:
    methods = ["Markov removal effect", "Shapley value", "last touch", "first touch", "linear"]
    rng = np.random.default_rng(5)
    series = [
        FigureSeries(
            name=m,
            draw="interval",
            points=tuple(
                P(x=c, y=float(v), low=float(v) - 20, high=float(v) + 25)
                for c, v in zip(("tv", "search", "email", LONG), rng.uniform(20, 300, 4), strict=True)
            ),
        )
        for m in methods
    ]
    return Figure(
        kind="forest",
        title="Credit by channel and method",
        summary="…",
        x_title="Conversions credited",
        series=tuple(series),
    )


def bars() -> Figure:
    rows = [
        ("search", 812.4, 700, 900),
        ("email", 455.0, 390, 520),
        (LONG, 120.2, 60, 180),
        ("display", -35.0, -60, -10),
    ]
    return Figure(
        kind="bars",
        title="Credit by channel",
        summary="Search has the most, 812.",
        x_title="Conversions",
        series=(
            FigureSeries(
                name="conversions",
                draw="bars",
                points=tuple(P(x=n, y=v, low=low, high=high) for n, v, low, high in rows),
            ),
        ),
    )


def bars_two() -> Figure:
    first = bars().series[0]
    other = FigureSeries(
        name="last touch",
        role="other",
        draw="bars",
        points=tuple(P(x=p.x, y=p.y * 1.4) for p in first.points),
    )  # type: ignore[operator]
    return bars().model_copy(
        update={
            "series": (
                FigureSeries(
                    name="Markov removal effect",
                    draw="bars",
                    points=tuple(P(x=p.x, y=p.y) for p in first.points),
                ),
                other,
            )
        }
    )


def surface() -> Figure:
    grid = [(a, b) for a in np.linspace(0, 100_000, 21) for b in np.linspace(0, 60_000, 17)]
    points = tuple(
        P(
            x=float(a),
            y=float(b),
            z=float(900 * (1 - math.exp(-a / 40_000)) + 500 * (1 - math.exp(-b / 15_000))),
        )
        for a, b in grid
    )
    marked = (P(x=40_000.0, y=20_000.0, label="spend now"),)
    return Figure(
        kind="surface",
        title="Orders by spend on two channels",
        summary="From 0 to 1,320 orders a week.",
        x_title="Search spend a week (EUR)",
        y_title="Social spend a week (EUR)",
        series=(
            FigureSeries(name="orders a week", points=points),
            FigureSeries(name="spend now", draw="points", points=marked),
        ),
    )


def surface_signed() -> Figure:
    grid = [(a, b) for a in np.linspace(0, 0.5, 15) for b in np.linspace(0, 0.5, 15)]
    points = tuple(P(x=float(a), y=float(b), z=float(0.12 - 0.7 * math.sqrt(a * b))) for a, b in grid)
    return Figure(
        kind="surface",
        title="The estimate under a hidden confounder",
        summary="…",
        x_title="Partial R² with the treatment",
        y_title="Partial R² with the outcome",
        series=(FigureSeries(name="estimate", points=points),),
    )


def graph() -> Figure:
    nodes = {
        "season": (0.5, 1.0),
        "ad_spend": (0.0, 0.5),
        "site visits": (0.5, 0.5),
        "sales": (1.0, 0.5),
        "price": (0.75, 0.0),
        "taste (not observed)": (0.5, 0.0),
        "holiday calendar of the country": (0.0, 1.0),
    }
    edges = (
        FigureEdge(source="season", target="ad_spend"),
        FigureEdge(source="season", target="sales"),
        FigureEdge(source="ad_spend", target="site visits"),
        FigureEdge(source="site visits", target="sales"),
        FigureEdge(source="ad_spend", target="sales", mark="doubtful", label="0.62"),
        FigureEdge(source="price", target="sales"),
        FigureEdge(source="taste (not observed)", target="ad_spend", mark="hidden"),
        FigureEdge(source="taste (not observed)", target="sales", mark="hidden"),
        FigureEdge(source="holiday calendar of the country", target="season", directed=False),
    )
    parts = (
        FigureSeries(name="treatment", points=(P(x="ad_spend", y=None),)),
        FigureSeries(name="outcome", points=(P(x="sales", y=None),)),
        FigureSeries(name="to adjust for", points=(P(x="season", y=None),)),
    )
    return Figure(kind="graph", title="What causes what", summary="…", nodes=nodes, edges=edges, series=parts)


def fan() -> Figure:
    start = date(2023, 1, 1)
    months = [date(start.year + i // 12, 1 + i % 12, 1).isoformat() for i in range(36)]
    seen = [1_200_000 + 9_000 * i + 90_000 * math.sin(i / 2) for i in range(36)]
    ahead = range(23, 36)

    def band(width: float) -> tuple[FigurePoint, ...]:
        return tuple(
            P(
                x=months[i],
                y=seen[i],
                low=seen[i] - width * (i - 22) ** 0.5,
                high=seen[i] + width * (i - 22) ** 0.5,
            )
            for i in ahead
        )

    return Figure(
        kind="fan",
        title="Revenue to come",
        summary="…",
        y_title="Revenue a month (EUR)",
        series=(
            FigureSeries(name="50 % band", draw="band", points=band(40_000)),
            FigureSeries(name="80 % band", draw="band", points=band(80_000)),
            FigureSeries(name="95 % band", draw="band", points=band(120_000)),
            FigureSeries(
                name="observed", role="observed", points=tuple(P(x=months[i], y=seen[i]) for i in range(24))
            ),
            FigureSeries(name="forecast", points=tuple(P(x=months[i], y=seen[i]) for i in ahead)),
        ),
        vertical=((months[23], "today"),),
    )


ALL = (
    event_study,
    event_study_two,
    paths,
    paths_dates,
    scatter_fit,
    forest,
    forest_open,
    forest_methods,
    bars,
    bars_two,
    surface,
    surface_signed,
    graph,
    fan,
)
