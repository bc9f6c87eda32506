"""Texts are as long as each platform counts them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftos_agents.tools.content.counting import emojis, graphemes, measured_length, message_size
from liftos_agents.tools.content.pixel_width import pixel_width
from liftos_agents.tools.content.placeholders import expand

FAMILY = "👩‍👩‍👧"


@pytest.mark.parametrize(
    ("text", "characters", "wide", "utf16", "clusters", "x"),
    [
        ("Kettle", 6, 6, 6, 6, 6),
        ("水筒", 2, 4, 2, 2, 4),
        ("e\u0301", 1, 1, 1, 1, 1),
        ("€5", 2, 2, 2, 2, 3),
        (FAMILY, 5, 8, 8, 1, 2),
        ("🇩🇪", 2, 2, 4, 1, 2),
        ("see https://example.com/a/long/path", 35, 35, 35, 35, 27),
    ],
)
def test_each_rule_counts_as_its_platform_does(text, characters, wide, utf16, clusters, x):
    found = [measured_length(text, rule) for rule in ("characters", "wide", "utf16", "graphemes", "x")]
    assert found == [characters, wide, utf16, clusters, x]


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("a" * 160, "gsm7", 160, 1),
        ("a" * 161, "gsm7", 161, 2),
        ("a" * 306, "gsm7", 306, 2),
        ("a" * 307, "gsm7", 307, 3),
        ("€" * 80, "gsm7", 160, 1),
        ("a" + "€" * 80, "gsm7", 161, 2),
        ("a" * 152 + "€" + "a" * 152, "gsm7", 306, 3),
        ("ł" * 70, "ucs2", 70, 1),
        ("ł" * 71, "ucs2", 71, 2),
        ("ł" * 135, "ucs2", 135, 3),
        ("ł" * 66 + "😀" + "ł" * 66, "ucs2", 134, 3),
        ("Grüße à Ø", "gsm7", 9, 1),
    ],
)
def test_short_messages_are_parted_as_operators_part_them(text, encoding, units, segments):
    size = message_size(text)
    assert (size.encoding, size.units, size.segments) == (encoding, units, segments)


@given(st.text(max_size=60))
def test_no_rule_counts_less_than_what_a_reader_sees(text):
    seen = len(graphemes(unicodedata.normalize("NFC", text)))
    assert measured_length(text, "characters") >= seen
    assert measured_length(text, "utf16") >= measured_length(text, "characters")
    assert measured_length(text, "wide") >= measured_length(text, "characters")


@given(st.text(max_size=200))
def test_parts_hold_every_unit(text):
    size = message_size(text)
    part = 153 if size.encoding == "gsm7" else 67
    assert size.segments == 1 or (size.segments - 1) * (part - 1) < size.units <= size.segments * part


def test_digits_and_trade_marks_are_no_pictograms():
    assert emojis("2 × 3 © ™ ®") == ()
    assert emojis("hot ☕ and 🇫🇷") == ("☕", "🇫🇷")


def test_widths_are_those_of_arial_at_twenty_pixels():
    assert pixel_width("i") == pytest.approx(4.44)
    assert pixel_width("W") == pytest.approx(18.88)
    assert pixel_width("é") == pixel_width("e")
    assert pixel_width("水") == 20.0
    assert pixel_width("WWWW") > pixel_width("illi" * 3)


@pytest.mark.parametrize(
    ("text", "values", "shown", "unknown"),
    [
        ("Hi {{first_name}}!", {"first_name": ["Bo", "Bartholomew"]}, "Hi Bartholomew!", ()),
        ("Hi {{ first_name | default: 'friend' }}", {}, "Hi friend", ()),
        ("Hi *|FNAME|*", {"fname": "Ann"}, "Hi Ann", ()),
        ("{KeyWord:Kettles} in stock", {}, "Kettles in stock", ()),
        ("Hi %%name%%", {}, "Hi ", ("name",)),
        ("Save {percent} now", {}, "Save  now", ("percent",)),
        ("no placeholder, 50% and 30%", {}, "no placeholder, 50% and 30%", ()),
    ],
)
def test_lines_are_measured_with_their_placeholders_filled_in(text, values, shown, unknown):
    expansion = expand(text, values, "wide")
    assert (expansion.text, expansion.unknown) == (shown, unknown)
