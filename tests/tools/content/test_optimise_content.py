"""Copy gets better by the rules, by edits that invent nothing."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents.data.store import TransientStore
from liftos_agents.tools.registry import run

FACTS = {
    "product": "Kettle K2",
    "brand": "Northpeak",
    "price": "€49",
    "capacity": "1.7 litre",
    "material": "steel",
    "features": ["Keeps water warm for 2 hours", "Auto switch-off"],
}
POOR = {
    "headlines": ["BEST KETTLE EVER!!!", "Buy the Kettle K2 with 3 litre capacity today", "Kettle K2"],
    "descriptions": [
        "The cheapest kettle, guaranteed. Made of steel, 1.7 litre.",
        "Call 030 1234567 for details",
    ],
}


def optimise(**arguments):
    return run("optimise_content", store=TransientStore(), **arguments).result


def words(text):
    return {w.casefold() for w in re.findall(r"[^\W_]+", text)}


def test_faults_go_and_strong_facts_come():
    result = optimise(fields=POOR, facts=FACTS)
    assert result["after"]["score"] > result["before"]["score"] + 30
    assert result["after"]["counts"]["errors"] == 0
    shown = " ".join(line["text"] for line in result["after"]["lines"])
    assert "€49" in shown
    assert "2 hours" in shown.casefold()
    assert not re.search(r"best|cheapest|guaranteed|!|030|3 litre", shown, re.I)
    assert "Kettle K2" in [line["text"] for line in result["after"]["lines"]], "a line without a fault stays"


def test_edits_come_in_the_order_of_what_they_gain_and_add_up():
    result = optimise(fields=POOR, facts=FACTS)
    assert result["edits"]
    total = sum(e["gain"] for e in result["edits"])
    assert total == pytest.approx(result["gain"], abs=0.1)
    assert result["edits"][0]["gain"] == max(e["gain"] for e in result["edits"])
    assert all(e["what"] and e["reasons"] for e in result["edits"])


def test_without_facts_lines_are_put_right_but_none_is_added():
    result = optimise(fields=POOR)
    before = words(" ".join(line for lines in POOR.values() for line in lines))
    assert all(words(line["text"]) <= before for line in result["after"]["lines"])
    assert not [e for e in result["edits"] if e["kind"] in ("add", "replace")]
    assert any("Without facts" in c for c in result["caveats"])


def test_the_score_is_named_for_what_it_is():
    result = optimise(fields=POOR, facts=FACTS)
    assert "no forecast of clicks" in result["objective"]
    assert {p["name"] for p in result["after"]["parts"]} == {
        "limits",
        "policy",
        "truth",
        "facts",
        "spread",
        "fill",
    }
    assert all(0 <= p["value"] <= 1 for p in result["after"]["parts"])


def test_copy_that_is_right_and_full_stays_as_it_is():
    written = run("generate_content", facts=FACTS, platform="email", store=TransientStore()).result
    fields = {}
    for line in written["lines"]:
        fields.setdefault(line["field"], []).append(line["text"])
    result = optimise(platform="email", fields=fields, facts=FACTS)
    assert result["edits"] == []
    assert result["after"]["lines"] == result["before"]["lines"]


def test_a_german_line_is_replaced_by_a_german_line():
    result = optimise(
        platform="meta",
        fields={"primary_texts": ["Der beste Wasserkocher der Welt!!!"]},
        facts={"produkt": "Wasserkocher K2", "fassungsvermögen": "1,7 l", "material": "Edelstahl"},
    )
    shown = " ".join(line["text"] for line in result["after"]["lines"])
    assert "beste" not in shown
    assert "Wasserkocher K2: 1,7 l, Material Edelstahl" in shown


LINES = st.one_of(
    st.sampled_from(
        [
            "Best kettle!!!",
            "Kettle K2",
            "GREAT STEEL KETTLE",
            "Kettle ☕ for you",
            "Made of steel, holds 1.7 litre, keeps water warm",
            "50% off",
            "<b>Kettle</b>",
            "Call +49 30 1234567",
        ]
    ),
    st.text(min_size=1, max_size=60),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=4), st.lists(LINES, min_size=1, max_size=3))
def test_no_edit_lowers_the_score_or_adds_a_word_of_its_own(headlines, descriptions):
    fields = {"headlines": headlines, "descriptions": descriptions}
    result = optimise(fields=fields, facts=FACTS, language="en")
    assert result["after"]["score"] >= result["before"]["score"]
    assert result["after"]["counts"]["errors"] <= result["before"]["counts"]["errors"]
    own = words("see the details find out more view made of at a glance explore in short weight by from")
    given_words = words(f"{FACTS} {' '.join(headlines + descriptions)}") | own
    stripped = words(
        re.sub(
            r"</?[a-zA-Z][^<>]*>|[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]",
            "",
            " ".join(headlines + descriptions),
        )
    )
    for line in result["after"]["lines"]:
        assert words(line["text"]) <= given_words | stripped, line["text"]
