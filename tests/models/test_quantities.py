"""Money, shares and spans as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftos_agents.models.offline.items import items
from liftos_agents.models.offline.periods import horizon
from liftos_agents.models.offline.quantities import plain, quantities, read_number


def only(text: str, kind: str):
    found = [q for q in quantities(plain(text)) if q.kind == kind]
    assert len(found) == 1, (text, found)
    return found[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("split 1.5m over the channels", 1.5e6),
        ("we have €200k", 2e5),
        ("2 Mio Euro verteilen", 2e6),
        ("1,5 Millionen", 1.5e6),
        ("$1,200,000 in total", 1.2e6),
        ("1.200.000 € aufteilen", 1.2e6),
        ("1 200 000 € à répartir", 1.2e6),
        ("18m next year", 1.8e7),
        ("half a million", 5e5),
        ("a quarter of a million", 2.5e5),
        ("one and a half million", 1.5e6),
        ("two million euros", 2e6),
        ("deux millions d'euros", 2e6),
        ("medio millón de euros", 5e5),
        ("500 Tsd. Euro", 5e5),
        ("0.5bn", 5e8),
        ("CHF 1'250'000", 1.25e6),
        ("750000", 7.5e5),
        ("EUR 99", 99.0),
        ("30 thousand dollars", 3e4),
        ("a hundred thousand", 1e5),
    ],
)
def test_money(text: str, value: float) -> None:
    assert only(text, "money").value == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("by 20 %", 0.2),
        ("by 20%", 0.2),
        ("twenty percent", 0.2),
        ("12,5 Prozent", 0.125),
        ("20 pour cent", 0.2),
        ("un 15 por ciento", 0.15),
        ("TV -20%", -0.2),
        ("TV −20 %", -0.2),
        ("+7.5 percent", 0.075),
        ("cut it by half", 0.5),
        ("by a third", 1 / 3),
    ],
)
def test_shares(text: str, value: float) -> None:
    assert only(text, "share").value == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "frequency", "periods"),
    [
        ("next quarter", "week", 13),
        ("nächstes Quartal", "week", 13),
        ("le trimestre prochain", "week", 13),
        ("próximo trimestre", "week", 13),
        ("in Q3", "week", 13),
        ("over 6 weeks", "week", 6),
        ("for the next six weeks", "week", 6),
        ("next quarter", "month", 3),
        ("next quarter", "day", 91),
        ("next year", "week", 52),
        ("for six months", "week", 26),
        ("next month", "week", 4),
        ("over 10 days", "week", 1),
        ("next year", None, 52),
    ],
)
def test_spans_become_periods_of_the_data(text: str, frequency: str | None, periods: int) -> None:
    assert horizon(items(text, ()), frequency) == periods


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("200k per month", 13),
        ("50k a week", 13),
        ("2m a year", 52),
        ("200k a month for 6 weeks", 6),
        ("per month", None),
    ],
)
def test_money_as_a_rate_is_meant_for_a_quarter_or_for_the_rates_own_period(
    text: str, periods: int | None
) -> None:
    assert horizon(items(text, ()), "week") == periods


@pytest.mark.parametrize("text", ["in 2024", "Channel0 and Channel12", "Q4 2025", "mp3 player", "rsa 15x"])
def test_years_and_names_are_no_money(text: str) -> None:
    assert not [q for q in quantities(plain(text)) if q.kind == "money"]


@given(st.integers(1, 999_999_999))
def test_thousands_separators_of_every_kind_read_alike(number: int) -> None:
    plainly = f"{number:,}"
    for mark in (",", ".", "'", " "):
        assert read_number(plainly.replace(",", mark)) == number


@given(st.integers(0, 999), st.integers(0, 99))
def test_decimal_point_and_decimal_comma_read_alike(whole: int, hundredths: int) -> None:
    expected = float(f"{whole}.{hundredths:02d}")
    assert read_number(f"{whole}.{hundredths:02d}") == expected
    assert read_number(f"{whole},{hundredths:02d}") == expected


@given(st.floats(0.1, 999, allow_nan=False).map(lambda x: round(x, 1)), st.sampled_from(["k", "m", "bn"]))
def test_a_scale_multiplies(number: float, scale: str) -> None:
    value = only(f"spend {number}{scale} on it", "money").value
    assert value == pytest.approx(number * {"k": 1e3, "m": 1e6, "bn": 1e9}[scale])


@given(st.text(max_size=80))
def test_any_text_is_read_without_an_error(text: str) -> None:
    said = plain(text)
    for quantity in quantities(said):
        assert 0 <= quantity.start < quantity.end <= len(said)
