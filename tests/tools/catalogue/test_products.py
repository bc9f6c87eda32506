"""One product out of what is given: text, page, row; which row a sentence names."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents.data.dataset import Dataset
from liftos_agents.data.loader import load
from liftos_agents.data.store import TransientStore
from liftos_agents.tools.catalogue import product_of, products_of
from liftos_agents.tools.catalogue.columns import catalogue_columns
from liftos_agents.tools.catalogue.money import money_text, read_money
from liftos_agents.tools.catalogue.naming import all_named_in
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolFailed, ToolRetry

DATA = Path(os.environ.get("LIFTOS_REFERENCE_DATA", "../shared/data")) / "surfacing"
MACHINES = pd.DataFrame(
    {
        "Name": ["BrewMaster Classic", "ColdBrew Master", "QuickBrew Express", "Kettle 2000"],
        "Description": ["A coffee maker.", "For cold brew.", "Fast coffee maker.", "Boils water."],
        "Price": [129.0, 199.5, 89.0, 20.0],
        "SKU": ["BM-100", "CB-200", "QB-300", "K-2000"],
        "Ideal For": ["Home use", None, "Busy people", ""],
    }
)


def context(data: Dataset | pd.DataFrame | None) -> ToolContext:
    dataset = (
        Dataset.of_frame(data, "items", (), {"Price": "USD"}) if isinstance(data, pd.DataFrame) else data
    )
    return ToolContext("ev_x", TransientStore(), dataset)


def test_a_row_is_read_with_its_named_facts_and_nothing_else():
    product = product_of(context(MACHINES), "QB-300")
    assert (product.id, product.title, product.row) == ("QB-300", "QuickBrew Express", 2)
    assert product.facts == {"Price": "$89", "Ideal For": "Busy people"}
    assert (product.price, product.currency, product.brand) == (89.0, "USD", None)
    assert product.source == "QuickBrew Express\nFast coffee maker.\nPrice: $89\nIdeal For: Busy people"


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("Why does nobody recommend BrewMaster Classic?", "BrewMaster Classic"),
        ("audit the brew master", "BrewMaster Classic"),
        ("ads for quickbrew", "QuickBrew Express"),
        ("the Coldbrw Mastr", "ColdBrew Master"),
        ("check k-2000 please", "Kettle 2000"),
        ("Write ads for our kettle", "Kettle 2000"),
    ],
)
def test_a_sentence_names_a_row(said, title):
    assert product_of(context(MACHINES), said).title == title


@pytest.mark.parametrize(
    ("said", "problem", "near"),
    [
        ("audit my page", "no product", "Kettle"),
        ("the coffee grinder", "no product", "Classic"),
        (None, "none is named", "BrewMaster"),
    ],
)
def test_an_unknown_product_is_asked_about_with_the_nearest(said, problem, near):
    with pytest.raises(ToolRetry, match=problem) as caught:
        product_of(context(MACHINES), said)
    assert near in str(caught.value)


def test_an_ambiguous_product_is_asked_about_with_its_choices():
    lamps = pd.DataFrame(
        {"title": ["Oak lamp small", "Oak lamp large", "Pine desk"], "price": [1.0, 2.0, 3.0]}
    )
    with pytest.raises(ToolRetry, match="several products") as caught:
        product_of(context(lamps), "the oak lamp")
    assert "Oak lamp small" in str(caught.value)
    assert "Pine desk" not in str(caught.value)


def test_the_only_row_needs_no_name():
    assert product_of(context(MACHINES.head(1)), "my page").title == "BrewMaster Classic"


def test_several_products_are_named_in_order():
    products = products_of(context(MACHINES))
    named = all_named_in("Compare the QuickBrew with BrewMaster Classic and the kettle", products)
    assert [p.title for p in named] == ["QuickBrew Express", "BrewMaster Classic", "Kettle 2000"]


def test_feeds_call_columns_by_many_names():
    fields = catalogue_columns(
        [
            "fields.title",
            "g:price",
            "Body (HTML)",
            "bullet_point1",
            "bullet_point2",
            "Größe",
            "Vendor",
            "価格",
            "Marke",
            "Verfügbarkeit",
        ]
    )
    assert fields["title"] == ("fields.title",)
    assert set(fields["price"]) == {"g:price", "価格"}
    assert fields["description"] == ("Body (HTML)",)
    assert fields["bullets"] == ("bullet_point1", "bullet_point2")
    assert fields["brand"] == ("Vendor", "Marke")
    assert fields["availability"] == ("Verfügbarkeit",)
    assert all("Größe" not in columns for columns in fields.values())


def test_pairs_within_a_cell_and_bullets_in_columns_are_facts_and_items():
    frame = pd.DataFrame(
        {
            "product_name": ["Salon chair"],
            "product_features": ["overallwidth : 27|seatheight : 17|color : black"],
            "bullet_point1": ["Made of steel"],
            "bullet_point2": ["For salons"],
            "gtin": [4006381333931.0],
        }
    )
    product = products_of(context(frame))[0]
    assert product.facts["overallwidth"] == "27"
    assert product.facts["GTIN"] == "4006381333931"
    assert "\n- Made of steel\n- For salons" in product.source


def test_rows_without_title_and_description_are_left_out():
    frame = pd.DataFrame({"title": ["Lamp", None], "description": ["Oak", None], "price": [1.0, 2.0]})
    assert len(products_of(context(frame))) == 1


def test_a_text_goes_before_the_catalogue_and_a_media_table_is_none():
    assert product_of(context(MACHINES), None, "# Teapot\nBrand: Acme\nPrice: €20").brand == "Acme"
    media = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=3), "tv_spend": [1.0, 2.0, 3.0]})
    with pytest.raises(ToolFailed, match=r"no catalogue.*tv_spend"):
        products_of(context(media))
    with pytest.raises(ToolRetry, match="no product text"):
        products_of(context(None))


def test_a_page_keeps_its_markup_and_shows_its_text():
    product = product_of(context(Dataset.of_text("<html><title>Pot</title><p>Blue pot</p></html>", "pot")))
    assert product.html is not None
    assert product.title == "Pot"
    assert "<p>" not in product.text
    assert "Blue pot" in product.text


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("$1,299.00", 1299.0, "USD"),
        ("1.299,00 €", 1299.0, "EUR"),
        ("129.00 EUR", 129.0, "EUR"),
        ("CHF 1'250", 1250.0, "CHF"),
        ("12,5", 12.5, None),
        ("1.299", 1299.0, None),
        ("from 10 to 20", None, None),
        ("free", None, None),
    ],
)
def test_money_is_read_as_feeds_write_it(text, amount, currency):
    assert read_money(text) == (amount, currency)


@given(st.integers(0, 10**8), st.sampled_from(["USD", "EUR", "GBP", "CHF", None]))
def test_money_that_is_written_reads_the_same(cents, currency):
    assert read_money(money_text(cents / 100, currency)) == (cents / 100, currency)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
def test_any_words_name_one_row_or_are_asked_about(said):
    try:
        found = product_of(context(MACHINES), said).title
    except ToolRetry as asked:
        found = asked.fix
    assert found in set(MACHINES["Name"]) or "BrewMaster Classic" in str(found)


@pytest.mark.skipif(not DATA.exists(), reason="reference listings are not at LIFTOS_REFERENCE_DATA")
def test_every_reference_listing_is_found_by_its_id_and_by_its_title():
    listings = load(DATA / "esci_listings.jsonl")
    products = products_of(context(listings))
    assert len(products) == 16
    for product in products:
        assert product_of(context(listings), f"audit {product.id}") == product
        assert product_of(context(listings), product.title) == product
        assert product.facts["Brand"] == product.brand


@pytest.mark.skipif(not DATA.exists(), reason="the reference data are not here")
def test_a_page_is_called_and_priced_as_its_structured_data_say() -> None:
    product = product_of(context(load(DATA / "product.html")))
    assert (product.title, product.brand, product.price, product.currency) == (
        "Executive Anvil",
        "ACME",
        119.99,
        "USD",
    )
