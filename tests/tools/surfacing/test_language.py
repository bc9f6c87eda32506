"""Language by function words and script."""

import pytest

from liftos_agents.tools.surfacing.language import consistency, detect
from liftos_agents.tools.surfacing.readability import reading_ease

SAMPLES = {
    "en": "This backpack is made of cotton and it has a pocket for your phone.",
    "de": "Der Rucksack ist aus Baumwolle und hat eine Tasche für das Telefon.",
    "fr": "Le sac est en coton et il a une poche pour votre téléphone.",
    "es": "La mochila es de algodón y tiene un bolsillo para el teléfono con cierre.",
    "it": "Lo zaino è di cotone e ha una tasca per il telefono con la cerniera.",
    "pt": "A mochila é de algodão e tem um bolso para o telefone com fecho, mais uma capa.",
    "nl": "De rugzak is van katoen en heeft een vak voor je telefoon.",
    "pl": "Plecak jest z bawełny i ma kieszeń na telefon oraz pasek do noszenia.",
    "ja": "このバックパックは綿でできています。",
    "zh": "这个背包是棉质的,有一个手机口袋。",
}


@pytest.mark.parametrize("code", SAMPLES)
def test_ten_languages_are_told_apart(code):
    assert detect(SAMPLES[code]) == code


def test_nothing_to_go_by():
    assert detect("XR-7 4000 mAh") == "und"


def test_a_foreign_sentence_lowers_consistency():
    assert consistency([SAMPLES["en"]] * 3, "en") == 1.0
    assert 0.6 < consistency([SAMPLES["en"]] * 3 + [SAMPLES["de"]], "en") < 0.9


def test_short_plain_sentences_read_more_easily():
    plain = ["The bag is light.", "It has two straps."]
    heavy = [
        "Characteristically multifunctional ergonomically optimised transportation accommodations notwithstanding."
    ]
    assert reading_ease(plain, "en") > 80 > 20 > reading_ease(heavy, "en")
    assert reading_ease(["背包"], "zh") == 50
