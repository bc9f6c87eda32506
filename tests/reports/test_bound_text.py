"""Numbers of a sentence lead to what they stand on; a sentence that does not add up is shown as it stands."""

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.evidence import DatasetRef, Evidence
from liftos_agents.domain.reference import render
from liftos_agents.reports.bound_text import BoundText
from tests.reports.reading import read

EVIDENCE = Evidence(
    id="ev_0123456789abcdef",
    tool="fit_mmm",
    version="3",
    arguments={"draws": 500, "margin": None, "roles": {"date": "d"}},
    datasets=(DatasetRef(id="ab" * 32, name="shop <1>"),),
    result={
        "channels": {
            "tv": {"roas": {"mean": 1.23456789, "p05": -0.5, "p50": 1.2, "p95": 2.0}, "spend": 1234567.5}
        },
        "limits": ["tv within 50 % of 12V, at most"],
        "units": {"channels.*.roas": "ratio", "channels.*.spend": "money"},
        "currency": "EUR",
    },
)
SOURCE = (
    "tv took {ev_0123456789abcdef:channels.tv.spend|money} and returned {ev_0123456789abcdef:channels.tv.roas|x}. "
    "{ev_0123456789abcdef:limits.0|text}."
)


def written(source: str, text: str | None = None) -> tuple[BoundText, str]:
    bound = BoundText([EVIDENCE])
    shown = text if text is not None else render(source, {EVIDENCE.id: EVIDENCE.result})
    return bound, bound.sentence(shown, source)


def test_every_number_is_a_button_and_the_words_stay() -> None:
    bound, html = written(SOURCE)
    page = read(html)
    assert [b.text for b in page.all("button")] == ["€1.23m", "1.23×", "−0.50×", "2.00×", "50 %", "12V"]
    plain = render(SOURCE, {EVIDENCE.id: EVIDENCE.result})
    assert page.text.replace("\xa0", " ") == plain
    boxes = {box.attributes["id"] for box in read(bound.notes()).all("div", "note")}
    assert {b.attributes["popovertarget"] for b in page.all("button")} == boxes


def test_a_box_says_all_that_a_number_stands_on() -> None:
    bound, _ = written(SOURCE)
    spend, roas, _ = (box.text for box in read(bound.notes()).all("div", "note"))
    assert "1,234,567.5 (money)" in spend
    for words in ("1.23456789 (ratio)", "−0.5 to 2.0", "Median1.2", "channels.tv.roas", "fit_mmm, version 3"):
        assert words in roas
    for words in ("draws 500", "shop <1> (abababababab)", "E1 · ev_0123456789abcdef"):
        assert words in roas
    assert "margin" not in roas


def test_on_paper_every_number_has_a_row() -> None:
    bound, _ = written(SOURCE)
    rows = [[cell.text for cell in row.all("td")] for row in read(bound.on_paper()).all("tbody")[0].all("tr")]
    assert rows[0] == ["€1.23m", "Value: 1,234,567.5 (money)", "channels.tv.spend", "E1"]
    assert len(rows) == 3
    assert BoundText([EVIDENCE]).on_paper() == ""


def test_ends_of_an_interval_know_the_interval() -> None:
    bound, _ = written("{ev_0123456789abcdef:channels.tv.roas.p95|x}")
    assert "−0.5 to 2.0" in read(bound.notes()).text


def test_a_sentence_and_a_source_that_differ_are_not_bound() -> None:
    bound, html = written("tv took {ev_0123456789abcdef:channels.tv.spend|money}.", "tv took <b>€9.99m</b>.")
    assert html == "tv took &lt;b&gt;€9.99m&lt;/b&gt;."
    assert bound.notes() == ""


def test_each_line_of_a_source_is_a_paragraph() -> None:
    bound = BoundText([EVIDENCE])
    source = "tv took {ev_0123456789abcdef:channels.tv.spend|money}.\nAll is well."
    first, second = bound.paragraphs("tv took €1.23m. All is well.", source)
    assert [b.text for b in read(first).all("button")] == ["€1.23m"]
    assert second == "All is well."
    assert bound.paragraphs("<other>", source) == ["&lt;other&gt;"]
    assert bound.paragraphs("<other>", "") == ["&lt;other&gt;"]
    assert bound.paragraphs("as it was", "{ev_ffffffffffffffff:a}") == ["as it was"]


def test_a_reference_that_leads_nowhere_leaves_the_sentence() -> None:
    for source in (
        "{ev_ffffffffffffffff:a}",
        "{ev_0123456789abcdef:channels.radio}",
        "{ev_0123456789abcdef:channels.tv}",
    ):
        assert written(source, "as it was")[1] == "as it was"


def test_in_a_real_answer_no_number_of_a_claim_is_unbound(budget_answer: Answer) -> None:
    bound = BoundText(budget_answer.evidence)
    said = (*budget_answer.answer.claims, *budget_answer.answer.recommendations)
    assert len(said) > 5
    for claim in said:
        sentence = read(bound.sentence(claim.text, claim.source))
        rest = sentence.without("number").replace("90\xa0% interval", "")
        assert sentence.text.replace("\xa0", " ") == claim.text
        assert not any(c.isdigit() for c in rest), rest
