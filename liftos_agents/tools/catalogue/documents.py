"""The product of a text or a page."""

from __future__ import annotations

from liftos_agents.tools.catalogue.money import read_money
from liftos_agents.tools.catalogue.product import Product
from liftos_agents.tools.surfacing.listing import read_listing
from liftos_agents.tools.surfacing.penalties import contradicting_prices
from liftos_agents.tools.surfacing.product_facts import found
from liftos_agents.tools.surfacing.structured_data import stated_product

_BRAND = ("brand", "manufacturer", "maker", "marke", "hersteller", "marque", "marca", "merk", "marka")
_STATED_ID = ("sku", "gtin", "mpn")
_ID = ("sku", "asin", "gtin", "ean", "item number", "article number", "artikelnummer", "mpn", "model number")


def product_of_text(text: str) -> Product:
    """The product that `text` describes: plain text, Markdown, HTML or one JSON object.

    What a page's structured data state of its product goes before what stands in its lines: a page's title may be the
    shop's, and its first price the one that is struck out.
    """
    listing = read_listing(text)
    facts = dict(listing.pairs)
    by_name = {name.casefold(): value for name, value in listing.pairs}
    prices = tuple(dict.fromkeys(found("price", listing.text)))
    price, currency = (
        read_money(prices[0])
        if prices and (len(prices) == 1 or not contradicting_prices(listing.text))
        else (None, None)
    )
    stated = stated_product(text)
    if stated.get("price"):
        price, currency = read_money(f"{stated['price']} {stated.get('priceCurrency', '')}".strip())
    return Product(
        id=next((by_name[name] for name in _ID if name in by_name), None) or _first(stated, _STATED_ID),
        title=stated.get("name") or listing.title,
        brand=next((by_name[name] for name in _BRAND if name in by_name), None) or stated.get("brand"),
        source=text,
        facts=facts,
        price=price,
        currency=currency,
    )


def _first(values: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((values[name] for name in names if name in values), None)
