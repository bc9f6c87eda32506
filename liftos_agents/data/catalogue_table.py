"""Whether a table is a catalogue of products, and what its products are called."""
# ruff: noqa: SIM905 (word lists read better as words)

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from liftos_agents.data.column_names import media_column, words
from liftos_agents.data.role_words import outcome_kind

if TYPE_CHECKING:
    from liftos_agents.data.dataset import Dataset

TITLE_WORDS = frozenset(
    "title name titel bezeichnung produktname artikelname nom titre intitule nombre titulo nome titolo naam "
    "productnaam product producto produit prodotto produto produkt artikel article item nazwa tytul".split()
)
CATALOGUE_WORDS = frozenset(
    "description desc beschreibung descripcion descrizione descricao omschrijving opis body bullets bullet features "
    "price preis prix precio prezzo preco prijs cena msrp uvp "
    "brand marke marque marca merk marka manufacturer hersteller vendor fabricant fabricante "
    "id sku asin gtin ean upc mpn isbn handle".split()
)
_PLAIN_TITLES = ("title", "name", "titel", "titre", "titulo", "titolo", "nombre", "nom", "nome", "naam")
_OF_SOMETHING_ELSE = frozenset(
    "campaign campaigns kampagne campagne campana ad ads adset adgroup group keyword channel platform source store "
    "shop user customer first last file brand vendor manufacturer seller category class region country city state "
    "type id sku code number price url link image description meta seo".split()
)
_ENTIRE = {"商品名", "タイトル", "商品名称", "标题", "名称", "产品名称", "品名"}
_MOST_TITLES = 20
_LONGEST_TITLE = 60


def is_catalogue(dataset: Dataset) -> bool:
    """Whether a table lists products: titles beside descriptions, prices, brands or identifiers.

    A table of spend, or one with dates and an outcome, is none, whatever else it holds.
    """
    return dataset.frame is not None and _lists_products(dataset.frame)


def title_column(frame: pd.DataFrame) -> str | None:
    """The column of titles, or None: `title` before `name` before `product_name`."""
    texts = [str(c) for c in frame.columns if not _is_number(frame[c]) and not _is_date(frame[c])]
    found = [c for c in texts if _last(c) in _ENTIRE or (TITLE_WORDS & _said(c) and not _of_else(c))]
    found = [c for c in found if bool(frame[c].notna().any())]
    ranked = sorted(found, key=lambda c: (_rank(c), texts.index(c)))
    return ranked[0] if ranked else None


def product_titles(dataset: Dataset) -> tuple[str, ...]:
    """The first twenty titles of a catalogue, each shortened to sixty characters."""
    frame = dataset.frame
    column = None if frame is None else title_column(frame)
    if frame is None or column is None:
        return ()
    titles = (" ".join(str(title).split()) for title in frame[column].dropna())
    return tuple(_shortened(titles))


def _lists_products(frame: pd.DataFrame) -> bool:
    names = [str(column) for column in frame.columns]
    title = title_column(frame)
    if title is None or not any(CATALOGUE_WORDS & _said(name) for name in names if name != title):
        return False
    media = [found for name in names if (found := media_column(name)) and _is_number(frame[name])]
    if any(found.measure == "spend" for found in media):
        return False
    dated = any(_is_date(frame[column]) for column in frame.columns)
    sold = any(outcome_kind(name) is not None and _is_number(frame[name]) for name in names)
    return not (dated and sold)


def _shortened(titles: Iterable[str]) -> Iterable[str]:
    for position, title in enumerate(titles):
        if position == _MOST_TITLES:
            return
        yield title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1].rstrip()}…"


def _said(name: str) -> frozenset[str]:
    return frozenset(words(name))


def _of_else(name: str) -> bool:
    return bool(_said(_last(name)) & _OF_SOMETHING_ELSE) and _last(name).lower() not in TITLE_WORDS


def _last(name: str) -> str:
    """The innermost name: `product.title` is called `title`."""
    return name.rpartition(".")[2].strip()


def _rank(name: str) -> int:
    plain = "".join(words(_last(name)))
    return _PLAIN_TITLES.index(plain) if plain in _PLAIN_TITLES else len(_PLAIN_TITLES)


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column)


def _is_date(column: pd.Series) -> bool:
    return pd.api.types.is_datetime64_any_dtype(column)
