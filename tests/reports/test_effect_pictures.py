"""Pictures that a result brings along as data: every kind, wide and narrow, drawn and told."""

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liftos_agents.cli.entry import run
from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.figure import Figure, FigureEdge, FigurePoint, FigureSeries
from liftos_agents.domain.figure_marks.graph_layout import boxes, head, route
from liftos_agents.domain.figure_marks.layout import cut
from liftos_agents.domain.figure_marks.steps import round_steps, tone
from liftos_agents.errors import ArgumentError
from liftos_agents.reports import Chart, charts, check_picture_path, svg, write_pictures
from liftos_agents.reports.chart import NARROW, WIDE
from liftos_agents.reports.drawing import inline
from liftos_agents.reports.palette import LIGHT
from tests.reports import example_figures

each = pytest.mark.parametrize("make", example_figures.ALL, ids=lambda make: make.__name__)
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def evidence_of(*figures: Figure) -> Evidence:
    result = {"figures": [figure.model_dump(mode="json") for figure in figures]}
    return Evidence(id="ev_1111", tool="any_tool", version="1", arguments={}, result=result)


def chart_of(figure: Figure) -> Chart:
    (chart,) = charts([evidence_of(figure)])
    return chart


def drawn(chart: Chart, *, narrow: bool = False) -> ElementTree.Element:
    spec = chart.narrow if narrow else chart.spec
    assert spec is not None
    return ElementTree.fromstring(inline(chart, spec, "a"))


def told(root: ElementTree.Element) -> list[str]:
    """What a reader who points at each mark is told."""
    marks = [n for n in root.iter() if n.attrib.get("role") == "graphics-symbol"]
    return [
        n.attrib["aria-label"]
        for n in marks
        if n.attrib.get("aria-roledescription") not in ("axis", "legend", "title")
        and "aria-label" in n.attrib
    ]


def written(root: ElementTree.Element) -> str:
    return " ".join(" ".join(root.itertext()).split())


@each
@pytest.mark.parametrize("narrow", [False, True])
def test_every_kind_is_drawn_in_the_palette_and_within_its_width(
    make: Callable[[], Figure], narrow: bool
) -> None:
    root = drawn(chart_of(make()), narrow=narrow)
    used = {node.attrib[key] for node in root.iter() for key in ("fill", "stroke") if key in node.attrib}
    assert used - {"none", "transparent"} <= set(LIGHT.values())
    text = ElementTree.tostring(root, encoding="unicode")
    assert "NaN" not in text
    assert "undefined" not in text
    assert float(root.attrib["viewBox"].split()[2]) <= (NARROW if narrow else WIDE) + 30


@each
def test_a_figure_is_told_in_words_and_as_a_table(make: Callable[[], Figure]) -> None:
    figure = make()
    chart = chart_of(figure)
    assert chart.summary == figure.summary
    assert chart.title in written(ElementTree.fromstring(svg(chart)))
    assert chart.table.rows
    assert all(len(row) == len(chart.table.columns) for row in chart.table.rows)
    assert told(drawn(chart))


@each
def test_a_notebook_is_given_the_picture_with_its_title(make: Callable[[], Figure]) -> None:
    figure = make()
    bundle = figure._repr_mimebundle_()
    spec = bundle["application/vnd.vegalite.v6+json"]
    assert spec["title"] == figure.title
    json.dumps(spec, allow_nan=False)
    assert bundle["text/plain"] == figure.summary


def test_before_and_after_treatment_are_told_apart() -> None:
    root = drawn(chart_of(example_figures.event_study()))
    marks = [n for n in root.iter() if n.attrib.get("aria-roledescription") == "point"]
    hollow = [n for n in marks if n.attrib["fill"] == LIGHT["paper"]]
    filled = [n for n in marks if n.attrib["fill"] == LIGHT["main"]]
    assert len(hollow) == 4
    assert len(filled) == 4
    assert "before treatment" in written(root)
    assert "Years since treatment" in written(root)


def test_series_of_one_study_stand_side_by_side() -> None:
    spec = chart_of(example_figures.event_study_two()).spec
    places = [
        row["x"]
        for layer in spec["layer"]
        for row in layer.get("data", {}).get("values", [])
        if row.get("after")
    ]
    assert {round(p % 1, 2) for p in places} == {0.11, 0.89}


def test_a_line_is_labelled_and_years_are_written_as_years() -> None:
    said = written(drawn(chart_of(example_figures.paths())))
    assert "terrorism begins" in said
    assert "1970" in said
    assert "1,970" not in said
    assert said.count("the others, one line each") == 1


def test_small_values_are_not_written_as_millions() -> None:
    said = written(drawn(chart_of(example_figures.event_study())))
    assert "−0.15" in said
    assert not re.search(r"\d+m\b", said)


def test_dates_are_read_in_universal_time() -> None:
    spec = chart_of(example_figures.fan()).spec
    across = [layer["encoding"]["x"] for layer in spec["layer"] if "type" in layer["encoding"].get("x", {})]
    assert {x["scale"]["type"] for x in across if x["type"] == "temporal"} == {"utc"}
    assert "Jan 2024" in written(drawn(chart_of(example_figures.fan())))


def test_a_forest_writes_estimates_and_cuts_long_names_in_the_middle() -> None:
    said = written(drawn(chart_of(example_figures.forest())))
    assert "0.132 [0.024, 0.239]" in said
    assert "A platform with…Düsseldorf 2024" in said
    assert "Ordinary least squares" in said


def test_an_open_interval_runs_to_the_frame_and_is_written_as_infinite() -> None:
    chart = chart_of(example_figures.forest_open())
    assert "[0.0200, ∞]" in written(drawn(chart))
    rows = [r for layer in chart.spec["layer"][0]["layer"] for r in layer["data"]["values"] if "name" in r]
    ends = {r["name"]: r["to"] for r in rows}
    assert ends["Anderson–Rubin set"] > ends["two stages"] == 0.24
    assert ends["north"] is None


def test_a_surface_is_drawn_in_steps_with_its_marked_point() -> None:
    root = drawn(chart_of(example_figures.surface()))
    rects = [n for n in root.iter() if n.attrib.get("aria-roledescription") == "rect mark"]
    assert len(rects) == 21 * 17
    assert 5 <= len({n.attrib.get("opacity") or n.attrib.get("fill-opacity") for n in rects}) <= 10
    assert "spend now" in written(root)
    below = drawn(chart_of(example_figures.surface_signed()))
    fills = {n.attrib["fill"] for n in below.iter() if n.attrib.get("aria-roledescription") == "rect mark"}
    assert fills == {LIGHT["main"], LIGHT["plan"]}


@quick
@given(
    low=st.floats(-1e9, 1e9),
    width=st.floats(1e-6, 1e9),
    share=st.floats(0.0, 1.0),
)
def test_steps_are_round_and_hold_every_value(low: float, width: float, share: float) -> None:
    edges = round_steps([low, low + width])
    value = low + share * width
    size = edges[1] - edges[0]
    assert edges[0] - 1e-6 * size <= value <= edges[-1] + 1e-6 * size
    assert 2 <= len(edges) <= 14
    colour, opacity = tone(value, edges)
    assert 0.0 < opacity <= 1.0
    assert colour == LIGHT["plan"] or value >= -size or edges[-1] <= 0.0


def test_a_graph_shows_each_arrow_by_how_sure_it_is() -> None:
    root = drawn(chart_of(example_figures.graph()))
    said = told(root)
    assert "season to sales: stated, or found with confidence" in said
    assert "ad_spend to sales: 0.62" in said
    assert not [s for s in said if s.startswith("holiday calendar of the country to")]
    dashed = {n.attrib["stroke"] for n in root.iter() if "stroke-dasharray" in n.attrib}
    assert {LIGHT["plan"], LIGHT["faint"]} <= dashed
    assert "ad spend" in written(root)
    assert chart_of(example_figures.graph()).table.rows[4] == ("ad_spend", "sales", "doubtful", "0.62")


spots = st.tuples(st.floats(0, 1), st.floats(0, 1))


@quick
@given(
    places=st.dictionaries(st.text("abcdefghij_ ", min_size=1, max_size=30), spots, min_size=2, max_size=8),
    width=st.sampled_from([268, 660]),
)
def test_boxes_of_a_small_graph_lie_within_the_picture(
    places: dict[str, tuple[float, float]], width: int
) -> None:
    placed, height = boxes(places, width)
    for box in placed.values():
        assert box.half_width <= box.x <= max(width - box.half_width, box.half_width + 1.0)
        assert box.half_height <= box.y <= height - box.half_height


def test_boxes_in_one_place_are_moved_apart() -> None:
    placed, _ = boxes({"one": (0.5, 0.5), "two": (0.5, 0.5), "three": (0.9, 0.5)}, 660)
    one, two = placed["one"], placed["two"]
    assert (
        abs(one.x - two.x) >= one.half_width + two.half_width
        or abs(one.y - two.y) >= one.half_height + two.half_height
    )


def test_an_arrow_goes_round_a_box_and_its_head_points_at_the_target() -> None:
    placed, height = boxes({"a": (0.0, 0.5), "b": (0.5, 0.5), "c": (1.0, 0.5), "d": (0.5, 1.0)}, 660)
    path = route(placed["a"], placed["c"], [placed["b"], placed["d"]], (660, height))
    assert not any(placed["b"].holds(spot) for spot in path)
    straight = route(placed["a"], placed["b"], [placed["c"], placed["d"]], (660, height))
    (x, y), angle, line = head(straight, 5.0)
    assert angle == pytest.approx(90.0)
    assert math.dist((x, y), straight[-1]) == pytest.approx(5.0)
    assert line[-1] == (x, y)


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [("short", 10, "short"), ("abcdefghijkl", 7, "abc…jkl"), ("ab cdefgh ij", 6, "ab…ij")],
)
def test_a_name_loses_its_middle(text: str, most: int, shown: str) -> None:
    assert cut(text, most) == shown


def test_legend_entries_that_are_cut_alike_stay_apart() -> None:
    points = (FigurePoint(x=0, y=1.0), FigurePoint(x=1, y=2.0))
    names = [f"{'a' * 60}{middle}{'b' * 60}" for middle in ("1", "2")]
    series = tuple(FigureSeries(name=n, points=points) for n in names)
    root = drawn(chart_of(Figure(kind="paths", title="t", summary="s", series=series)), narrow=True)
    assert "(2)" in written(root)


def test_what_is_no_figure_is_left_out_and_the_rest_is_drawn() -> None:
    item = evidence_of(example_figures.bars())
    spoilt = [{"kind": "pie"}, 3, item.result["figures"][0], {**item.result["figures"][0], "series": []}]
    found = charts([item.model_copy(update={"result": {"figures": spoilt}})])
    assert [chart.title for chart in found] == ["Credit by channel"]
    assert charts([item.model_copy(update={"result": {"figures": "none"}})]) == ()


points = st.builds(
    FigurePoint,
    x=st.floats(-1e6, 1e6) | st.text(max_size=12) | st.dates().map(str),
    y=st.none() | st.floats(-1e12, 1e12),
    low=st.none() | st.floats(-1e12, 1e12),
    high=st.none() | st.floats(-1e12, 1e12),
    z=st.none() | st.floats(-1e6, 1e6),
)
figures = st.builds(
    Figure,
    kind=st.sampled_from(
        ["event_study", "paths", "scatter_fit", "forest", "bars", "surface", "graph", "fan"]
    ),
    title=st.text(max_size=20),
    summary=st.text(max_size=20),
    series=st.lists(
        st.builds(
            FigureSeries,
            name=st.text(max_size=9),
            role=st.sampled_from(["main", "other", "observed", "counterfactual", "faint", "doubtful"]),
            draw=st.sampled_from(["line", "points", "bars", "band", "interval"]),
            points=st.lists(points, max_size=4).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    vertical=st.lists(
        st.tuples(st.floats(-10, 10) | st.text(max_size=4), st.text(max_size=30)), max_size=2
    ).map(tuple),
    horizontal=st.lists(st.tuples(st.floats(-10, 10), st.text(max_size=30)), max_size=2).map(tuple),
    nodes=st.dictionaries(st.text(max_size=12), spots, max_size=4),
    edges=st.lists(
        st.builds(FigureEdge, source=st.text(max_size=1), target=st.text(max_size=1)), max_size=2
    ).map(tuple),
)


@settings(quick, max_examples=120)
@given(figure=figures)
def test_any_figure_is_described_without_a_fault(figure: Figure) -> None:
    for chart in charts([evidence_of(figure)]):
        json.dumps([chart.spec, chart.narrow], allow_nan=False)


@settings(quick, max_examples=15)
@given(figure=figures)
def test_any_figure_is_drawn_as_well_formed_markup(figure: Figure) -> None:
    for chart in charts([evidence_of(figure)]):
        ElementTree.fromstring(svg(chart))


def test_pictures_are_written_to_a_file_and_its_neighbours_or_to_a_folder(tmp_path: Path) -> None:
    found = charts([evidence_of(example_figures.bars(), example_figures.forest())])
    assert [p.name for p in write_pictures(found, tmp_path / "a.svg")] == ["a.svg", "a-2.svg"]
    assert (tmp_path / "a.svg").read_text().startswith("<svg")
    (png, _) = write_pictures(found, tmp_path / "a.PNG")
    assert png.read_bytes().startswith(b"\x89PNG")
    inside = write_pictures(found, tmp_path / "new")
    assert [p.name for p in inside] == ["01-bars-1-ev-1111.png", "02-forest-2-ev-1111.png"]


@pytest.mark.parametrize(
    ("name", "said"), [("a.pdf", "'.pdf'"), ("none/a.svg", "no such folder"), ("taken", "not a folder")]
)
def test_a_bad_place_for_pictures_is_refused_with_what_to_do(name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    with pytest.raises(ArgumentError, match=said) as caught:
        check_picture_path(tmp_path / name)
    assert caught.value.fix


def test_a_tool_run_by_hand_writes_its_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listing = tmp_path / "listing.txt"
    listing.write_text("Linen Throw Blanket\n\nMaterial: 100 % linen\nSize: 130 x 170 cm\n")
    command = ["tools", "run", "audit_product", "-d", str(listing), "--home", str(tmp_path / "home")]
    assert run([*command, "--plot", str(tmp_path / "p.svg")]) == 0
    assert f"Written: {tmp_path / 'p.svg'}" in capsys.readouterr().err
    assert (tmp_path / "p.svg").read_text().startswith("<svg")
    assert run([*command, "--plot", str(tmp_path / "p.gif")]) == 2
    assert "'.gif'" in capsys.readouterr().err
