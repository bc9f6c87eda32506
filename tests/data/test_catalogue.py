"""Tables of products are told from tables of weeks, and kept apart from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from liftos_agents.data import brief, is_catalogue, load, product_titles, unify_catalogues
from liftos_agents.errors import DataError

Write = Callable[..., Path]


@pytest.mark.parametrize(
    "header",
    [
        "sku,title,description,price",
        "id;name;brand",
        "Handle;Title;Body (HTML);Vendor",
        "Produktname;Preis",
        "gtin;Artikelname;Beschreibung",
        "referencia;nombre;descripcion;precio",
        "asin,item_name,bullet_points",
        "商品名,price",
    ],
)
def test_catalogues_in_several_dialects(file: Write, header: str) -> None:
    separator = ";" if ";" in header else ","
    row = separator.join(["text a"] * len(header.split(separator)))
    assert is_catalogue(load(file(f"{header}\n{row}\n{row} b\n")))


@pytest.mark.parametrize(
    "table",
    [
        "date,revenue,tv_spend\n2024-01-01,1,2\n2024-01-08,2,2\n",
        "date,product,price,revenue\n2024-01-01,kettle,5,2\n2024-01-08,pan,5,2\n",
        "campaign name,spend,id\nbrand,5,a\nother,6,b\n",
        "query_id,query,query_class\n1,salon chair,Chairs\n2,rug,Rugs\n",
        "name,age\nA,5\nB,6\n",
        "title,price\n1,5\n2,6\n",
    ],
)
def test_other_tables_are_none(file: Write, table: str) -> None:
    assert not is_catalogue(load(file(table)))


def test_a_text_is_none(file: Write) -> None:
    assert not is_catalogue(load(file("# Kettle", "kettle.md")))


def test_titles_are_few_and_short() -> None:
    titles = [f"Kettle number {n} " + "with a very long name " * 4 for n in range(30)]
    dataset = load(pd.DataFrame({"title": titles, "brand": "Acme"}))
    found = product_titles(dataset)
    assert len(found) == 20
    assert max(map(len, found)) <= 60
    described = brief(dataset)
    assert described.catalogue
    assert described.products == found
    assert described.problem is None


def test_catalogues_with_the_same_columns_are_put_together(file: Write) -> None:
    one = load(file("title,price\nKettle,5\n", "a.csv"))
    two = load(file("price,title\n6 or more,Pan\n", "b.csv"))
    both = unify_catalogues([one, two])
    assert both.frame is not None
    assert both.frame["title"].tolist() == ["Kettle", "Pan"]
    assert both.name == "a + b"
    other = load(file("title,brand\nPot,Acme\n", "c.csv"))
    kept = unify_catalogues([one, other])
    assert kept.id == one.id
    assert "'c'" in kept.notes[-1]
    assert unify_catalogues([one]) is one
    with pytest.raises(DataError):
        unify_catalogues([])


def test_the_reference_catalogues(reference: Path) -> None:
    for name, rows in (("esci_listings.jsonl", 16), ("coffee_machines.jsonl", 10)):
        dataset = load(reference / "surfacing" / name)
        assert dataset.frame is not None
        assert len(dataset.frame) == rows
        assert is_catalogue(dataset)
    assert not is_catalogue(load(reference / "surfacing" / "wands_query.csv"))
