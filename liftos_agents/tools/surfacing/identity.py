"""The components that a page or a catalogue row allows and a bare text does not: structured data, freshness and identity."""

from __future__ import annotations

import re
from datetime import date

from liftos_agents.tools.catalogue.money import read_money
from liftos_agents.tools.catalogue.product import Product
from liftos_agents.tools.surfacing.lexicon import tokens
from liftos_agents.tools.surfacing.listing import Listing
from liftos_agents.tools.surfacing.page import Page
from liftos_agents.tools.surfacing.product_facts import PRICE
from liftos_agents.tools.surfacing.readiness import Component, Item, Penalty

_REQUIRED = {"name": 2.0, "image": 2.0, "price": 3.0, "priceCurrency": 2.0}
_RECOMMENDED = {
    "availability": 1.0, "brand": 0.75, "gtin": 0.75, "ratingValue": 0.75, "shipping": 0.5, "returns": 0.5, "sku": 0.5, "isVariantOf": 0.25,
}  # fmt: skip
_STALE_DAYS = 365
_ABSENT = "structured_data"


def structured_data(listing: Listing, page: Page) -> Component:
    """Whether JSON-LD or microdata carries what merchant listings require, and agrees with what the page shows."""
    values = page.structured.values
    there = bool(page.structured.formats)
    items = [
        Item(_fix("structured_required", there), weight, float(_stated(name, values)), _quoted(name, values))
        for name, weight in _REQUIRED.items()
    ]
    items += [
        Item(
            _fix("structured_recommended", there),
            weight,
            float(bool(values.get(name))),
            _quoted(name, values),
        )
        for name, weight in _RECOMMENDED.items()
    ]
    agreeing, said = _agreement(listing, page)
    items.append(Item(_fix("structured_agreement", there), 2.0, agreeing if there else 0.0, said))
    return Component(
        "structured_data",
        8.0,
        "eligibility",
        "merchant listings require it; no lift of citations was found (Ahrefs)",
        tuple(items),
    )


def freshness_identity(product: Product, page: Page | None, as_of: str | None) -> Component:
    """Whether the product can be told from others and its facts from old ones: date, brand, GTIN, SKU, own address.

    Args:
        product: Its columns or lines.
        page: The page's signals, None for a row.
        as_of: The day to judge age by, ISO; without it a stated date counts, whatever its age.
    """
    values = page.structured.values if page else {}
    by_name = {name.casefold(): value for name, value in product.facts.items()}
    updated = (page.updated if page else None) or product.updated
    brand = product.brand or values.get("brand")
    gtin = values.get("gtin") or next(
        (by_name[k] for k in ("gtin", "ean", "upc", "isbn") if k in by_name), None
    )
    sku = values.get("sku") or values.get("mpn") or by_name.get("mpn") or product.id
    address = (page.canonical if page else None) or product.url
    valid = gtin is not None and valid_gtin(gtin)
    told = (f"{gtin}" + ("" if valid else " has a wrong check digit"),) if gtin else ()
    return Component(
        "freshness_identity",
        8.0,
        "weak",
        "what names one product and one day is matched with less doubt",
        (
            Item("updated", 2.0, _recent(updated, as_of), _one(updated)),
            Item("named_brand", 2.0, float(bool(brand)), _one(brand)),
            Item("gtin", 2.0, 1.0 if valid else 0.0, told),
            Item("sku", 1.0, float(bool(sku)), _one(sku)),
            Item("address", 1.0, float(bool(address)), _one(address)),
        ),
    )


def structured_price_contradiction(listing: Listing, page: Page) -> Penalty | None:
    """The penalty for a structured price that is none of the prices that the page shows."""
    stated = page.structured.values.get("price")
    amount = read_money(stated)[0] if stated else None
    shown = _shown_prices(listing)
    if amount is None or not shown or any(abs(amount - price) < 0.005 for price in shown):
        return None
    return Penalty(
        "price_contradiction", 5.0, f"the structured price {stated} is none of the prices that the page shows"
    )


def valid_gtin(code: str) -> bool:
    """Whether a GTIN, EAN, UPC or ISBN-13 has its length and check digit right (GS1 General Specifications 7.9)."""
    digits = re.sub(r"[\s-]", "", code)
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (8, 12, 13, 14):
        return False
    weighted = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits[:-1])))
    return (10 - weighted % 10) % 10 == int(digits[-1])


def _stated(name: str, values: dict[str, str]) -> bool:
    value = values.get(name, "")
    if name == "price":
        amount = read_money(value)[0] if value else None
        return amount is not None and amount > 0
    if name == "priceCurrency":
        return bool(re.fullmatch(r"[A-Z]{3}", value))
    return bool(value)


def _agreement(listing: Listing, page: Page) -> tuple[float, tuple[str, ...]]:
    """The share of name, price and rating of the structured data that stands in the visible text too."""
    values = page.structured.values
    shown = {t.removesuffix("s") for t in tokens(listing.text)}
    checks: dict[str, bool] = {}
    if name := values.get("name"):
        words = {t.removesuffix("s") for t in tokens(name)}
        checks["name"] = not words or len(words & shown) >= 0.6 * len(words)
    amount = read_money(values["price"])[0] if "price" in values else None
    if amount is not None:
        checks["price"] = any(abs(amount - price) < 0.005 for price in _shown_prices(listing))
    if rating := values.get("ratingValue"):
        number = re.escape(rating).replace(r"\.", "[.,]")
        checks["rating"] = bool(re.search(rf"(?<![\w.,]){number}(?![\w%]|[.,]\d)", listing.text))
    if not checks:
        return 0.0, ()
    return sum(checks.values()) / len(checks), tuple(
        f"{name} {'agrees' if right else 'is not shown'}" for name, right in checks.items()
    )


def _shown_prices(listing: Listing) -> list[float]:
    amounts = (read_money(m.group(0))[0] for m in PRICE.finditer(listing.text))
    return [amount for amount in amounts if amount is not None]


def _recent(updated: str | None, as_of: str | None) -> float:
    """1 for a day of the year before `as_of`, falling to 0 over two more; 0 for no day, or one that is still to come."""
    try:
        stated = date.fromisoformat((updated or "")[:10])
        age = (date.fromisoformat(as_of[:10]) - stated).days if as_of else 0
    except ValueError:
        return 0.0
    if age < -1:
        return 0.0
    return 1.0 if age <= _STALE_DAYS else max(0.0, 1.0 - (age - _STALE_DAYS) / (2 * _STALE_DAYS))


def _fix(name: str, there: bool) -> str:
    return name if there else _ABSENT


def _quoted(name: str, values: dict[str, str]) -> tuple[str, ...]:
    return (f"{name}: {values[name][:80]}",) if values.get(name) else ()


def _one(value: str | None) -> tuple[str, ...]:
    return (value[:120],) if value else ()
