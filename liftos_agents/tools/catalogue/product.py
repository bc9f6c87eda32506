"""A product as it was given."""

from __future__ import annotations

from dataclasses import dataclass, field

from liftos_agents.tools.surfacing.page_text import is_markup, is_page, visible_lines


@dataclass(frozen=True)
class Product:
    """One product: what is said of it, and where that stands.

    Attributes:
        id: Its sku, asin, gtin or other id, where a column names one.
        title: Its title line; empty where there is none.
        brand: As a column or a line names it; never guessed from the title.
        source: The text as it was given, markup and all; of a row, its title, texts and named facts, a line each.
        facts: Named values in the order given, such as `{"Colour": "navy"}`; brand and price among them.
        price: The amount, where exactly one is stated.
        currency: ISO code of the price.
        language: Code that a column states; a text's language is left to its reader.
        row: Position in the catalogue, from 0; None for a text.
    """

    id: str | None
    title: str
    brand: str | None
    source: str
    facts: dict[str, str] = field(default_factory=dict[str, str])
    price: float | None = None
    currency: str | None = None
    url: str | None = None
    image: str | None = None
    updated: str | None = None
    language: str | None = None
    row: int | None = None

    @property
    def html(self) -> str | None:
        """The page's markup, or None where the product was given as a text or as a row."""
        return self.source if self.row is None and is_page(self.source) else None

    @property
    def text(self) -> str:
        """What a reader sees: the source without tags, scripts and hidden parts."""
        return visible_lines(self.source)[0].strip() if is_markup(self.source) else self.source

    @property
    def label(self) -> str:
        """How a message names the product: its title, else its id, else its row."""
        return self.title or self.id or (f"row {self.row + 1}" if self.row is not None else "the text")
