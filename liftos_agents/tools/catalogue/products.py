"""The products that a tool call is about."""

from __future__ import annotations

from liftos_agents.data.catalogue_table import is_catalogue
from liftos_agents.data.dataset import Dataset
from liftos_agents.tools.catalogue.documents import product_of_text
from liftos_agents.tools.catalogue.naming import named_in
from liftos_agents.tools.catalogue.product import Product
from liftos_agents.tools.catalogue.rows import products_of_table
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolFailed, ToolRetry

MOST_CHARACTERS = 200_000


def product_of(context: ToolContext, item: str | None = None, text: str | None = None) -> Product:
    """The one product that a call is about.

    Args:
        context: Its dataset may be a text, a page, or a catalogue.
        item: Names a row of a catalogue: its id, or words of its title, alone or within a sentence.
        text: A product text that goes before the dataset.

    Raises:
        ToolRetry: Nothing was given, or `item` names no row, or more than one; the nearest are named.
        ToolFailed: The table is no catalogue.
    """
    if text is not None:
        return product_of_text(text[:MOST_CHARACTERS])
    products = products_of(context)
    if len(products) == 1:
        return products[0]
    return named_in(item, products)


def products_of(context: ToolContext) -> tuple[Product, ...]:
    """All products of the dataset: the rows of a catalogue, or the one of a text.

    Raises:
        ToolRetry: There is no dataset.
        ToolFailed: The table is no catalogue, or none of its rows has a title or a description.
    """
    dataset = context.given_dataset
    if dataset is None:
        raise ToolRetry(
            "there is no product text",
            fix="Give a text, an HTML file or a catalogue as data, or the argument text",
        )
    if dataset.text is not None:
        return (product_of_text(dataset.text[:MOST_CHARACTERS]),)
    return _rows(dataset)


def _rows(dataset: Dataset) -> tuple[Product, ...]:
    if not is_catalogue(dataset):
        assert dataset.frame is not None
        columns = ", ".join(str(c) for c in dataset.frame.columns[:12])
        raise ToolFailed(
            f"the table {dataset.name!r} is no catalogue of products; its columns are {columns}",
            fix="A catalogue has a column title (or name) and one of description, price, brand, id",
        )
    products = products_of_table(dataset)
    if not products:
        raise ToolFailed(
            f"no row of {dataset.name!r} has a title or a description", fix="Fill the column of titles"
        )
    return products
