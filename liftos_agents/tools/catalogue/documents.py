"""The product of a text or a page."""

from __future__ import annotations

from liftos_agents.tools.catalogue.money import read_money
from liftos_agents.tools.catalogue.product import Product
from liftos_agents.tools.surfacing.listing import read_listing
from liftos_agents.tools.surfacing.penalties import contradicting_prices
from liftos_agents.tools.surfacing.product_facts import found

_BRAND = ("brand", "manufacturer", "maker", "marke", "hersteller", "marque", "marca", "merk", "marka")
_ID = ("sku", "asin", "gtin", "ean", "item number", "article number", "artikelnummer", "mpn", "model number")


def product_of_text(text: str) -> Product:
    """The product that `text` describes: plain text, Markdown, HTML or one JSON object."""
    listing = read_listing(text)
    facts = dict(listing.pairs)
    by_name = {name.casefold(): value for name, value in listing.pairs}
    prices = tuple(dict.fromkeys(found("price", listing.text)))
    price, currency = (
        read_money(prices[0])
        if prices and (len(prices) == 1 or not contradicting_prices(listing.text))
        else (None, None)
    )
    return Product(
        id=next((by_name[name] for name in _ID if name in by_name), None),
        title=listing.title,
        brand=next((by_name[name] for name in _BRAND if name in by_name), None),
        source=text,
        facts=facts,
        price=price,
        currency=currency,
    )
