"""The products of a catalogue table, a row each."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from liftos_agents.data.catalogue_table import title_column
from liftos_agents.data.dataset import Dataset
from liftos_agents.tools.catalogue.columns import catalogue_columns
from liftos_agents.tools.catalogue.money import money_text, read_money
from liftos_agents.tools.catalogue.product import Product

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ja", "zh")
_LABELS = {
    "brand": "Brand",
    "price": "Price",
    "rating": "Rating",
    "reviews": "Reviews",
    "availability": "Availability",
    "category": "Category",
    "gtin": "GTIN",
    "mpn": "MPN",
}
_SILENT = {"id", "title", "description", "bullets", "currency", "image", "url", "language", "updated"}
_SPLIT = re.compile(r"\s\|\s|\n+")
_NAMED = re.compile(r"^\s*([^\W\d][\w &/()'’.-]{1,40}?)\s*[:：]\s*(\S.*?)\s*$")
_SWITCH = re.compile(r"^(?:unnamed|index|put|query)\b", re.IGNORECASE)


def products_of_table(dataset: Dataset) -> tuple[Product, ...]:
    """Every row that has a title or a description, in order."""
    assert dataset.frame is not None
    frame = dataset.frame
    columns = tuple(str(c) for c in frame.columns)
    fields = _with_title(catalogue_columns(columns), title_column(frame))
    cells = {str(c): [_cell(v) for v in frame.iloc[:, i]] for i, c in enumerate(frame.columns)}
    taken = {c for field in _SILENT for c in fields.get(field, ())}
    labels = {c: _label(c, fields) for c in columns if c not in taken and not _SWITCH.match(c)}
    made = (
        _product({c: cells[c][row] for c in columns}, row, fields, labels, dataset.currencies)
        for row in range(len(frame))
    )
    return tuple(product for product in made if product is not None)


def _with_title(fields: dict[str, tuple[str, ...]], title: str | None) -> dict[str, tuple[str, ...]]:
    """The fields, with the column that the data room takes for the titles first among them."""
    if title is None:
        return fields
    others = {field: tuple(c for c in columns if c != title) for field, columns in fields.items()}
    return {f: c for f, c in others.items() if c} | {"title": (title, *others.get("title", ()))}


def _product(
    row: Mapping[str, str],
    position: int,
    fields: Mapping[str, Sequence[str]],
    labels: Mapping[str, str],
    currencies: Mapping[str, str],
) -> Product | None:
    def first(field: str) -> str | None:
        return next((row[c] for c in fields.get(field, ()) if row[c]), None)

    title = " ".join((first("title") or "").split())
    descriptions = tuple(dict.fromkeys(row[c] for c in fields.get("description", ()) if row[c]))
    if not title and not descriptions:
        return None
    bullets = [piece for c in fields.get("bullets", ()) for piece in _pieces(row[c])]
    listed = len(bullets) > 1
    price, currency, facts = None, None, dict[str, str]()
    for column, label in labels.items():
        value = row[column]
        if not value:
            continue
        if column in fields.get("price", ()):
            amount, stated = read_money(value, first("currency") or currencies.get(column))
            if amount is not None and price is None:
                price, currency = amount, stated
            facts[label] = money_text(amount, stated) if amount is not None else value
        elif column in fields.get("category", ()) or len(inner := _named(value)) < 2:
            facts[label] = " ".join(value.split())
        else:
            facts.update({name: said for name, said in inner.items() if name not in facts})
    if listed:
        named = {name: said for piece in bullets for name, said in _named(piece).items()}
        facts = {name: said for name, said in named.items() if len(said) <= 80 and name not in facts} | facts
    lines = [
        title,
        *descriptions,
        *(f"- {b}" if listed else b for b in bullets),
        *(f"{name}: {said}" for name, said in facts.items()),
    ]
    language = (first("language") or "").casefold()[:2]
    return Product(
        id=first("id") or first("gtin") or first("mpn"),
        title=title,
        brand=first("brand"),
        source="\n".join(line for line in lines if line),
        facts=facts,
        price=price,
        currency=currency,
        url=first("url"),
        image=first("image"),
        updated=first("updated"),
        language=language if language in LANGUAGES else None,
        row=position,
    )


def _label(column: str, fields: Mapping[str, Sequence[str]]) -> str:
    """The field's own name for its best column; other columns keep theirs, read as words."""
    for field, columns in fields.items():
        if field in _LABELS and columns[0] == column:
            return _LABELS[field]
    words = re.sub(r"[_\s]+", " ", column.rpartition(".")[2]).strip() or column
    return words[:1].upper() + words[1:]


def _pieces(value: str) -> list[str]:
    return [piece.strip(" -•●*") for piece in _SPLIT.split(value) if piece.strip(" -•●*")]


def _named(value: str) -> dict[str, str]:
    """Pairs within one cell, such as `width : 17|height : 30`."""
    matches = (_NAMED.match(piece) for piece in re.split(r"\||\n|;", value))
    return {m.group(1): m.group(2) for m in matches if m is not None}


def _cell(value: Any) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.12g}"
    return str(value).strip()
