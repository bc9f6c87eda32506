"""A country by code or name, and as a role of the data."""

from __future__ import annotations

import holidays
import pandas as pd
import pytest

from liftos_agents.data import load, work_out_roles
from liftos_agents.data.countries import find_country
from liftos_agents.errors import ArgumentError


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DE", "DE"),
        ("de", "DE"),
        ("DEU", "DE"),
        ("Germany", "DE"),
        ("Deutschland", "DE"),
        ("españa", "ES"),
        ("Espana", "ES"),
        ("日本", "JP"),
        ("United Kingdom", "GB"),
        ("UK", "GB"),
        ("Österreich", "AT"),
        ("Brasil", "BR"),
        ("المملكة العربية السعودية", "SA"),
        (" south-africa ", "ZA"),
    ],
)
def test_a_country_is_found_by_code_or_name(text: str, code: str) -> None:
    assert find_country(text).code == code


@pytest.mark.parametrize("text", ["Narnia", "", "السعودية"])
def test_what_is_no_country_is_refused(text: str) -> None:
    with pytest.raises(ArgumentError, match="no holiday calendar"):
        find_country(text)


def test_a_misspelt_country_is_told_its_neighbours() -> None:
    with pytest.raises(ArgumentError, match=r"Did you mean Switzerland \(CH\)"):
        find_country("Swizerland")


def test_every_country_with_holidays_is_known() -> None:
    for code in holidays.list_supported_countries(include_aliases=False):
        assert find_country(code).code == code


def test_the_data_s_country_is_a_code_whatever_it_was_called() -> None:
    days = pd.date_range("2024-01-01", periods=30).as_unit("us")
    data = load(pd.DataFrame({"date": days, "revenue": range(30), "tv_spend": range(30)}))
    assert work_out_roles(data).country is None
    assert work_out_roles(data, {"country": "deutschland"}).country == "DE"
    with pytest.raises(ArgumentError, match=r"role country.*Germany \(DE\)"):
        work_out_roles(data, {"country": "Germny"})
