"""Drawn pictures: well-formed, the same every time, and safe with any name."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from liftos_agents.domain.answer import Answer
from liftos_agents.reports import Chart, charts, png, svg, themed
from liftos_agents.reports.drawing import inline
from liftos_agents.reports.palette import DARK, LIGHT

HOSTILE = "</text><script>alert(1)</script>\x07\ud800\ufffe\u202e\" onload='x' & tv"


def renamed(answer: Answer, name: str) -> tuple[Chart, ...]:
    """The charts of the answer with its first channel renamed everywhere."""
    evidence = []
    for item in answer.evidence:
        result = dict(item.result)
        for key in ("channels", "allocation"):
            if key in result:
                first, *rest = result[key].items()
                result[key] = dict([(name, first[1]), *rest])
        evidence.append(item.model_copy(update={"result": result}))
    return charts(evidence)


def test_every_picture_is_well_formed_and_the_same_again(budget_answer: Answer, audit_answer: Answer) -> None:
    for chart in (*charts(budget_answer.evidence), *charts(audit_answer.evidence)):
        drawn = svg(chart)
        root = ElementTree.fromstring(drawn)
        assert root.tag.endswith("svg")
        assert chart.title in "".join(root.itertext())
        assert "undefined" not in drawn
        assert "NaN" not in drawn
        assert drawn == svg(chart)


def test_a_png_is_a_png(audit_answer: Answer) -> None:
    chart = charts(audit_answer.evidence)[0]
    picture = png(chart)
    assert picture.startswith(b"\x89PNG\r\n")
    assert picture == png(chart)
    assert int.from_bytes(picture[16:20], "big") > 1_200


def test_names_of_any_kind_are_drawn_as_text(budget_answer: Answer) -> None:
    drawn = renamed(budget_answer, HOSTILE)
    assert any("script" in chart.title for chart in drawn)
    for chart in drawn:
        for spec in filter(None, (chart.spec, chart.narrow)):
            root = ElementTree.fromstring(inline(chart, spec, "v1"))
            assert not [node for node in root.iter() if node.tag.endswith("script")]
            assert not [key for node in root.iter() for key in node.attrib if key.startswith("on")]
    assert png(drawn[0]).startswith(b"\x89PNG")


def test_two_pictures_on_a_page_share_no_name(budget_answer: Answer) -> None:
    chart = charts(budget_answer.evidence)[0]
    names = [
        {
            node.attrib["id"]
            for node in ElementTree.fromstring(inline(chart, chart.spec, name)).iter()
            if "id" in node.attrib
        }
        for name in ("a", "b")
    ]
    assert names[0].isdisjoint(names[1])


def test_a_picture_uses_colours_of_the_palette_alone(budget_answer: Answer) -> None:
    for chart in charts(budget_answer.evidence):
        root = ElementTree.fromstring(inline(chart, chart.spec, "a"))
        used = {node.attrib[key] for node in root.iter() for key in ("fill", "stroke") if key in node.attrib}
        assert used - {"none", "transparent"} <= set(LIGHT.values()), chart.id


def test_a_themed_description_stands_alone(audit_answer: Answer) -> None:
    chart = charts(audit_answer.evidence)[0]
    whole = themed(replace(chart, title="x").spec)
    assert whole["$schema"].endswith("v6.json")
    assert whole["config"]["axis"]["labelFontSize"] >= 12


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_colours_keep_their_distance_from_the_paper(theme: dict[str, str]) -> None:
    for name in ("ink", "quiet", "main", "plan", "other"):
        assert contrast(theme[name], theme["paper"]) >= 4.5, name
    assert contrast(theme["faint"], theme["paper"]) >= 3.0


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)
