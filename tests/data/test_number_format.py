"""Written numbers are read as their writer meant them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftos_agents.data.number_format import read_numbers


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1.234,56", "2,5"], [1234.56, 2.5]),
        (["1,234.56", "7"], [1234.56, 7.0]),
        (["1 234,56", "12"], [1234.56, 12.0]),
        (["1\u202f234,56"], [1234.56]),
        (["1'234.56", "1’234"], [1234.56, 1234.0]),
        (["12,34,567.5"], [1234567.5]),
        (["1.234.567"], [1234567.0]),
        (["0,125", "1,250"], [0.125, 1.25]),
        (["1.250", "2.500"], [1.25, 2.5]),
        (["(1,200.50)", "3"], [-1200.5, 3.0]),
        (["−5", "12-", "+4"], [-5.0, -12.0, 4.0]),
        (["12 %", "3.5%"], [0.12, 0.035]),
        (["1e5", "1.5E-3"], [100000.0, 0.0015]),
        (["€1,200", "€ 300.50"], [1200.0, 300.5]),
        (["5 zł", "-7 zł"], [5.0, -7.0]),
    ],
)
def test_notations(cells: list[str], values: list[float]) -> None:
    assert list(read_numbers(cells).values) == pytest.approx(values)


@pytest.mark.parametrize("cell", ["abc", "1-2", "2024-01-01", "1,23.4", "--5", "(5", "EUR", "1.2.3.4", "$5€"])
def test_what_is_no_number(cell: str) -> None:
    assert read_numbers([cell]).values == (None,)


def test_a_doubtful_separator_follows_the_rest_of_the_file() -> None:
    assert read_numbers(["1.234"]).values == (1.234,)
    assert read_numbers(["1.234"], decimal=",").values == (1234.0,)
    assert read_numbers(["1,234"], decimal=",").values == (1.234,)


def test_a_doubtful_separator_is_told() -> None:
    assert read_numbers(["1,234", "5,678"]).assumed == ("1,234", "1234")
    assert read_numbers(["1,234", "5,6"]).assumed is None


def test_currencies_are_kept_apart() -> None:
    assert read_numbers(["USD 5", "6 EUR", "£2"]).currencies == ("EUR", "GBP", "USD")


@given(st.integers(-(10**12), 10**12), st.integers(0, 99), st.sampled_from(["us", "de", "fr", "ch"]))
def test_every_locale_says_the_same(whole: int, cents: int, locale: str) -> None:
    group, mark = {"us": (",", "."), "de": (".", ","), "fr": ("\u202f", ","), "ch": ("'", ".")}[locale]
    digits = f"{abs(whole):,}".replace(",", group)
    text = f"{'-' if whole < 0 else ''}{digits}{mark}{cents:02d}"
    expected = float(f"{'-' if whole < 0 else ''}{abs(whole)}.{cents:02d}")
    assert read_numbers([text]).values == (expected,)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_plain_floats_come_back_exactly(value: float) -> None:
    assert read_numbers([repr(value)]).values == (value,)


@given(st.text(max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    assert len(read_numbers([text]).values) == 1
