"""Effects on the page: what is estimated and how, the figures, what they rest on, and refusals that look like refusals."""

import pytest

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.effect import EffectResult, Term
from liftos_agents.reports import page
from liftos_agents.reports.effect_words import estimates, is_effect
from tests.reports import example_effects
from tests.reports.reading import Node, read


def page_of(refusal: Answer, result: EffectResult) -> Node:
    """A page whose only evidence is this result."""
    item = example_effects.evidence(result)
    return read(page(refusal.model_copy(update={"status": "complete", "evidence": (item,)})))


def section(root: Node) -> Node:
    (found,) = root.all("section", "effects")
    return found


def facts(node: Node) -> dict[str, str]:
    terms, values = node.all("dt"), node.all("dd")
    return {t.text: " ".join(v.text.split()) for t, v in zip(terms, values, strict=True)}


def test_an_effect_shows_estimand_design_and_figures(refusal: Answer) -> None:
    root = page_of(refusal, example_effects.effect())
    found = facts(section(root))
    assert list(found)[:3] == ["Estimand", "Design", "Method"]
    assert found["Estimate"] == "−0.0401"
    assert found["90 % interval"] == "−0.0597 to −0.0202"
    assert found["p-value"] == "< 0.001"
    assert found["Rows used"] == "2,500"
    assert [c.text for c in section(root).all("span", "chip")] == ["Estimated"]
    assert root.all("figure")


def test_its_numbers_open_what_they_stand_on(refusal: Answer) -> None:
    root = page_of(refusal, example_effects.effect())
    shown = {button.text for button in section(root).all("button", "number")}
    assert {"−0.0401", "−0.0597", "−0.0202", "2,500"} <= shown
    notes = {node.attributes.get("id") for node in root.all("div", "note")}
    assert {button.attributes["popovertarget"] for button in section(root).all("button", "number")} <= notes


def test_assumptions_stand_in_a_table_what_speaks_against_the_design_first(refusal: Answer) -> None:
    (table, *_) = section(page_of(refusal, example_effects.effect())).all("table")
    rows = [[cell.text for cell in row.all("td")] for row in table.all("tr")[1:]]
    assert [row[1] for row in rows] == ["does not hold", "not checked", "nothing speaks against it"]
    assert [cell.text for cell in table.all("td", "weak")] == ["does not hold"]


def test_checks_are_told_with_their_bars(refusal: Answer) -> None:
    (listed,) = section(page_of(refusal, example_effects.effect())).all("ul", "checks")
    said = [" ".join(item.text.split()) for item in listed.all("li")]
    assert said[0] == "✗failed: pre trend: 0.0021 (threshold 0.05). The groups moved apart before treatment."
    assert said[1].startswith("✓passed: clusters")
    assert said[2].startswith("·reported: weight on treated: 0.054")


def test_the_three_explanations_open_without_a_script(refusal: Answer) -> None:
    found = section(page_of(refusal, example_effects.effect())).all("details")
    words = [d for d in found if (d.all("summary")[0].text).startswith("For a")]
    assert [d.all("p")[0].text for d in words] == list(example_effects.WORDS.model_dump().values())
    assert ["open" in d.attributes for d in words] == [True, False, False]


def test_terms_are_written_to_the_place_their_error_allows() -> None:
    rows = estimates(example_effects.effect().model_dump(mode="json"))
    assert [row.name for row in rows] == ["estimate", "dynamic_0", "twfe"]
    assert rows[0].estimate == "−0.040"
    assert rows[0].interval == "−0.060 to −0.020"
    assert rows[1].p_value == "0.093"
    assert rows[2].interval == "–"


def test_shares_and_money_keep_their_unit() -> None:
    result = example_effects.effect(
        units={"estimate": "share", "interval": "share", "terms.*.estimate": "money"}
    )
    rows = estimates({**result.model_dump(mode="json"), "currency": "EUR"})
    assert rows[0].estimate == "−4.0 %"
    assert rows[2].estimate == "−€0.0365"


def test_a_refusal_looks_like_one(refusal: Answer) -> None:
    root = page_of(refusal, example_effects.refusal())
    found = facts(section(root))
    assert "Estimate" not in found
    assert [c.text for c in section(root).all("span", "waits")] == ["Refused"]
    assert "The groups moved apart before treatment." in [li.text for li in section(root).all("li")]
    assert section(root).all("div", "refused")
    assert not [s for s in section(root).all("summary") if "terms" in s.text]


def test_a_set_without_an_end_is_told_as_one(refusal: Answer) -> None:
    found = facts(section(page_of(refusal, example_effects.open_set())))
    assert found["90 % interval"] == "0.02 to ∞"
    assert found["Estimate"].startswith("none: only a set")


def test_many_terms_are_cut_and_counted(refusal: Answer) -> None:
    terms = {f"t_{i}": Term(meaning="one", estimate=float(i)) for i in range(450)}
    text = section(page_of(refusal, example_effects.effect(terms=terms))).text
    assert "All 450 terms" in text
    assert "and 50 more" in text


def test_the_appendix_does_not_say_it_twice(refusal: Answer) -> None:
    root = page_of(refusal, example_effects.effect())
    (part,) = root.all("div", "evidence")
    assert part.all("ul", "checks") == []
    assert "The whole result" in part.text


@pytest.mark.parametrize("spoilt", [{}, {"status": "estimated"}, {"estimand": "x", "explanations": []}])
def test_what_is_no_effect_has_no_section(spoilt: dict[str, object], refusal: Answer) -> None:
    assert not is_effect(spoilt)
    item = example_effects.evidence(example_effects.effect(), result=spoilt)
    root = read(page(refusal.model_copy(update={"status": "complete", "evidence": (item,)})))
    assert root.all("section", "effects") == []


def test_effects_of_any_shape_are_shown(refusal: Answer) -> None:
    whole = example_effects.effect().model_dump(mode="json")
    for key in whole:
        for value in (None, 3, "text", [1], {"a": 1}):
            item = example_effects.evidence(example_effects.effect(), result={**whole, key: value})
            read(page(refusal.model_copy(update={"status": "complete", "evidence": (item,)})))
