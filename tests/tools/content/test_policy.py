"""What an ad line may not hold."""

import pytest

from liftos_agents.tools.content.policy import LANGUAGES, broken, fault, shouted, unsupported
from liftos_agents.tools.content.traceable import untraceable


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Buy now!", "exclamation mark"),
        ("Really??", "repeated punctuation"),
        ("Wait...", "repeated punctuation"),
        ("Call +49 30 1234567", "phone number"),
        ("shop at kettle.com", "web or mail address"),
        ("Sturdy ★ kettle", "symbols"),
        ("AMAZINGLY sturdy", "capitals"),
        ("The finest kettle", "superlative or claim: finest"),
        ("Act now for less", "superlative or claim: act now"),
    ],
)
def test_faults(text, reason):
    assert fault(text, headline=True) == reason


@pytest.mark.parametrize(
    "text",
    [
        "Kettle K2: €1,299.00",
        "Holds 1.7 litre, 12 cups",
        "Sizes 36 to 42",
        "USB and HDMI",
        "Fits 2005-2012 models",
        "Almost silent",
    ],
)
def test_plain_lines_have_no_fault(text):
    assert fault(text, headline=True) is None


def test_a_brand_may_be_in_capitals():
    assert shouted("AWESAFE radio") == ("AWESAFE",)
    assert shouted("AWESAFE radio", "AWESAFE") == ()


def test_superlatives_are_whole_words():
    assert unsupported("A mostly bestowed interest") is None
    assert unsupported("most of all") == "most"


def test_words_numbers_and_signs_must_be_given():
    assert untraceable("Kettle: 1.7 litre", ["kettle 1.7 litre"]) == ()
    assert untraceable("Kettle: 17 litre", ["kettle 1.7 litre"]) == ("17",)
    assert untraceable("Kettle: €17", ["kettle 17"]) == ("€",)
    assert untraceable("Silent kettle", ["kettle"]) == ("Silent",)


def test_the_wording_of_a_language_states_nothing():
    assert untraceable("Auf einen Blick: Kessel", ["Kessel"], "de") == ()
    assert untraceable("Auf einen Blick: Kessel", ["Kessel"], "en") == ("Auf", "einen", "Blick")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Dog treats with beef", "en"),
        ("Fits most vehicles", "en"),
        ("Cured ham, sliced", "en"),
        ("Ein Kessel aus Stahl", "de"),
        ("Sale da cucina", "it"),
        ("Une bouilloire en acier", "fr"),
    ],
)
def test_plain_words_break_no_rule(text, language):
    assert broken(text, language) == ()


def test_english_claims_count_in_every_language():
    assert all(broken("Guaranteed results", language) for language in LANGUAGES)
