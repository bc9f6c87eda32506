"""Nothing that is text becomes markup."""

from hypothesis import given
from hypothesis import strategies as st

from liftos_agents.reports.markup import Markup, element, escape, joined, pairs, printable
from tests.reports.reading import read


def as_read(text: str) -> str:
    """What a parser makes of line ends in any text."""
    return printable(text).replace("\r\n", "\n").replace("\r", "\n")


@given(st.text(st.characters()))
def test_text_comes_back_as_text(text: str) -> None:
    page = read(element("p", text, title=text))
    (paragraph,) = page.all("p")
    assert paragraph.parts == ([printable(text)] if text else [])
    assert paragraph.attributes["title"] == printable(text)


@given(st.text(st.characters()))
def test_what_is_printable_holds_nothing_that_xml_cannot(text: str) -> None:
    from xml.etree import ElementTree

    root = ElementTree.fromstring(f"<p>{escape(text)}</p>")
    assert (root.text or "") == as_read(text)


def test_marks_that_turn_the_reading_direction_are_shown_as_replaced() -> None:
    assert printable("pay\u202e123\u2066") == "pay\ufffd123\ufffd"


def test_markup_is_left_alone_and_text_beside_it_is_not() -> None:
    assert joined([Markup("<b>x</b>"), "<i>"]) == "<b>x</b>&lt;i&gt;"


def test_attributes_without_value_are_left_out() -> None:
    assert element("button", "x", hidden=True, title=None, open_=False, class_="a", data_x=1) == (
        '<button hidden class="a" data-x="1">x</button>'
    )


def test_pairs_that_say_nothing_are_left_out() -> None:
    assert pairs([("a", ""), ("b", None), ("<c>", "d")]) == "<dl><dt>&lt;c&gt;</dt><dd>d</dd></dl>"
