"""How a product text is taken apart."""

import pytest

from liftos_agents.tools.surfacing.audit import audit
from liftos_agents.tools.surfacing.listing import read_listing
from liftos_agents.tools.surfacing.product_facts import found, name_of


def test_markdown():
    listing = read_listing(
        "# Oak Desk\n\nA desk for offices.\n\n## Features\n- 120 x 60 cm\n- Oiled oak\nWeight: 20 kg\n"
    )
    assert listing.title == "Oak Desk"
    assert listing.headings == ((1, "Oak Desk"), (2, "Features"))
    assert listing.items == ("120 x 60 cm", "Oiled oak")
    assert listing.pairs == (("Weight", "20 kg"),)
    assert listing.lead.startswith("A desk for offices.")


def test_bracketed_and_inline_bullets_become_items():
    assert len(read_listing("Radio\n【Screen】7 inch display.【Sound】4 speakers.").items) == 2
    assert len(read_listing("Radio\nIntro ● one thing ● another ● a third").items) == 3


def test_hidden_markup_is_not_part_of_the_text():
    listing = read_listing(
        '<h1>Lamp</h1><p>Warm light.</p><p hidden>secret words</p><span style="font-size:0">tiny</span>'
    )
    assert listing.hidden == ("secret words", "tiny")
    assert "secret" not in listing.text
    assert listing.title == "Lamp"


def test_visible_small_type_is_not_hidden():
    assert read_listing('<h1>Lamp</h1><p style="font-size:0.8em; opacity:0.9">Warm light.</p>').hidden == ()


def test_invisible_characters_are_counted_and_taken_out():
    listing = read_listing("La\u200bmp\nWarm\u202e light")
    assert listing.invisible_characters == 2
    assert listing.title == "Lamp"


def test_numbered_decimals_are_no_bullets():
    assert read_listing("Cable\n2.5 m long and black").items == ()


def test_names():
    def names(title, body=""):
        product = name_of(read_listing(f"{title}\n{body}"))
        return product.brand, product.name

    assert names("BOSS Audio Systems CH6520 Car Speakers - 250 Watts") == (
        "BOSS Audio Systems",
        "CH6520 Car Speakers",
    )
    assert names("Podofo Android Car Stereo with GPS", "Podofo is a maker.") == (
        "Podofo",
        "Android Car Stereo",
    )
    assert names("Running Shoes by Swiftfoot, blue") == ("Swiftfoot", "Running Shoes")
    assert names("Wool socks for hikers") == (None, "Wool socks")
    assert names("Kettle", "Brand: Aqua")[0] == "Aqua"


def test_facts_are_found_with_their_units():
    text = "A 7 inch screen, 12V, 4 GB of memory, 58 x 30 x 22 cm, €1,299.00 or 99,95 €, 4.5 out of 5 stars, 2 years warranty, CE certified"
    assert {"7 inch", "12V", "4 GB"} <= set(found("specification", text))
    assert found("price", text) == ("€1,299.00", "99,95 €")
    assert "58 x 30 x 22 cm" in found("size", text)
    assert found("rating", text) == ("4.5 out of 5 stars",)
    assert found("certification", text) == ("ce certified",)
    assert found("warranty", text)
    assert found("material", "a steel and tempered glass case, steeled") == ("steel", "tempered glass")


def test_a_title_too_long_is_cut_between_words_and_has_no_opening():
    words = [f"word{i}" for i in range(120)]
    listing = read_listing(" ".join(words) + ". It is a lamp.")
    assert len(listing.title) <= 300
    assert listing.title.split() == words[: len(listing.title.split())]
    assert listing.opening == ()


def test_the_opening_is_of_whole_sentences_and_no_heading():
    listing = read_listing("Desk Lamp\n\nFeatures\nThe lamp is dimmable\nMade in Leeds. Ships today.")
    assert listing.opening == ("The lamp is dimmable", "Made in Leeds.")


def test_one_line_of_all_text_scores_no_more_than_its_lines():
    lines = "Double Din Car Stereo " + "with radio and more, " * 15 + "\nThe unit has 12 V.\nIt is a stereo."
    assert audit(" ".join(lines.split())).score <= audit(lines).score + 0.6


@pytest.mark.parametrize("said", ["CE and UL certified.", "Carries the CE mark.", "UL listed."])
def test_a_certificate_is_read_however_it_is_said(said):
    base = "Desk Lamp\nThe lamp is dimmable."
    assert audit(f"{base}\n{said}").components["proof"].score > audit(base).components["proof"].score
