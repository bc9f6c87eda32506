"""What a page's JSON-LD and microdata say of its product."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue]

from liftos_agents.tools.surfacing.page_text import is_markup

_PRODUCT = ("Product", "ProductGroup", "IndividualProduct", "ProductModel", "Vehicle", "Book")
_GTINS = ("gtin", "gtin13", "gtin14", "gtin12", "gtin8", "isbn")
_DEEPEST = 24
_MOST_NODES = 5_000
_STRING_OR_COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_STRING_OR_COMMA = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])', re.DOTALL)
_WRAPPED = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*;?\s*$")


@dataclass(frozen=True)
class StructuredProduct:
    """The page's main product as its structured data states it.

    Attributes:
        formats: `json-ld` and `microdata`, those that hold a product.
        values: Property to value: name, image, price, priceCurrency, availability, brand, gtin, sku, mpn, ratingValue, reviewCount,
            shipping, returns, isVariantOf, dateModified, …; what is absent or empty has no entry.
        unreadable: How many JSON-LD blocks cannot be read.
    """

    formats: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict[str, str])
    unreadable: int = 0


def structured_product(page: Any) -> StructuredProduct:
    """The product in a parsed page; without one, no formats and no values. Broken JSON raises nothing."""
    blocks, unreadable = _json_ld(page)
    found = {
        "json-ld": [n for block in blocks for n in _nodes(block, 0) if _is_product(n)][:_MOST_NODES],
        "microdata": _microdata(page),
    }
    values: dict[str, str] = {}
    for products in found.values():
        for name, value in _values(_main(products)).items() if products else ():
            values.setdefault(name, value)
    return StructuredProduct(tuple(name for name, products in found.items() if products), values, unreadable)


def stated_product(text: str) -> dict[str, str]:
    """Property to value of the product that a page's structured data state, in plain lines; empty for what is no page."""
    page = parse_page(text) if is_markup(text) else None
    values = structured_product(page).values if page is not None else {}
    return {name: " ".join(value.split()) for name, value in values.items()}


def parse_page(markup: str) -> Any | None:
    """The element tree of a page, or None where there is nothing to parse; broken markup is mended as browsers do."""
    try:
        parser = html.HTMLParser(recover=True, huge_tree=False, encoding="utf-8", no_network=True)
        return html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _json_ld(page: Any) -> tuple[list[Any], int]:
    blocks: list[Any] = []
    unreadable = 0
    for script in page.iter("script"):
        if "ld+json" not in (script.get("type") or "").casefold():
            continue
        read = _lenient(script.text or "")
        if read is None:
            unreadable += 1
        else:
            blocks.append(read)
    return blocks, unreadable


def _lenient(text: str) -> Any | None:
    """JSON with control characters, comments or trailing commas, or None."""
    bare = _WRAPPED.sub("", text).strip()
    for attempt in (str, _without_comments):
        try:
            return json.loads(attempt(bare), strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _without_comments(text: str) -> str:
    for pattern in (_STRING_OR_COMMENT, _STRING_OR_COMMA):
        text = pattern.sub(lambda m: m.group(1) or "", text)
    return text


def _nodes(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        node = cast("dict[str, Any]", value)
        yield node
        for key, inner in node.items():
            # Accessories and similar products are products of their own, not this page's.
            if key not in ("isRelatedTo", "isSimilarTo", "isAccessoryOrSparePartFor", "review"):
                yield from _nodes(inner, depth + 1)
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from _nodes(inner, depth + 1)


def _microdata(page: Any) -> list[dict[str, Any]]:
    by_id = {e.get("id"): e for e in page.iter() if isinstance(e.tag, str) and e.get("id")}
    scopes = [e for e in page.iter() if isinstance(e.tag, str) and e.get("itemscope") is not None]
    budget = [_MOST_NODES]
    return [_item(e, by_id, 0, budget) for e in scopes if _is_product(_typed(e))]


def _typed(scope: Any) -> dict[str, Any]:
    return {"@type": (scope.get("itemtype") or "").split()}


def _item(scope: Any, by_id: Mapping[str, Any], depth: int, budget: list[int]) -> dict[str, Any]:
    """An item's properties; `budget` bounds the elements visited, since references may go in circles."""
    read = _typed(scope)
    if depth > _DEEPEST:
        return read
    todo = [
        *reversed(list(scope)),
        *(by_id[i] for i in reversed((scope.get("itemref") or "").split()) if i in by_id),
    ]
    seen: set[Any] = {scope}
    while todo and budget[0] > 0:
        element = todo.pop()
        budget[0] -= 1
        if not isinstance(element.tag, str) or element in seen:
            continue
        seen.add(element)
        inner = element.get("itemscope") is not None
        for name in (element.get("itemprop") or "").split():
            value = _item(element, by_id, depth + 1, budget) if inner else _attribute(element)
            read.setdefault(name, []).append(value)
        if not inner:
            todo += reversed(list(element))
    return read


def _attribute(element: Any) -> str:
    for name in ("content", "href", "src", "datetime", "data", "value"):
        if element.get(name) is not None and not (name == "value" and element.tag not in ("data", "meter")):
            return " ".join(element.get(name).split())
    return " ".join("".join(element.itertext()).split())


def _is_product(node: Mapping[str, Any]) -> bool:
    return any(t.rstrip("/").rpartition("/")[2] in _PRODUCT for t in _texts(node.get("@type")))


def _main(products: list[dict[str, Any]]) -> dict[str, Any]:
    """The product with most of name, offers and brand; the first where several have as much."""
    return max(products, key=lambda p: sum(bool(p.get(k)) for k in ("name", "offers", "brand", "image")))


def _values(product: Mapping[str, Any]) -> dict[str, str]:
    offer = _first_node(product.get("offers")) or _first_node(
        (_first_node(product.get("hasVariant")) or {}).get("offers")
    )
    offer = offer or {}
    priced = _first_node(offer.get("priceSpecification")) or {}
    rating = _first_node(product.get("aggregateRating")) or {}
    brand = _first_node(product.get("brand")) or _first_node(product.get("manufacturer"))
    read = {
        "name": product.get("name"),
        "description": product.get("description"),
        "image": (_first_node(product.get("image")) or {}).get("url") or product.get("image"),
        "price": offer.get("price") or offer.get("lowPrice") or priced.get("price"),
        "priceCurrency": offer.get("priceCurrency") or priced.get("priceCurrency"),
        "availability": offer.get("availability"),
        "priceValidUntil": offer.get("priceValidUntil"),
        "shipping": "stated" if offer.get("shippingDetails") else None,
        "returns": "stated" if offer.get("hasMerchantReturnPolicy") else None,
        "brand": (brand or {}).get("name") or product.get("brand"),
        "gtin": next((product[k] for k in _GTINS if product.get(k)), None) or next((offer[k] for k in _GTINS if offer.get(k)), None),
        "sku": product.get("sku") or offer.get("sku"),
        "mpn": product.get("mpn") or product.get("model"),
        "ratingValue": rating.get("ratingValue"),
        "reviewCount": rating.get("reviewCount") or rating.get("ratingCount"),
        "isVariantOf": "stated" if product.get("isVariantOf") or product.get("hasVariant") else None,
        "dateModified": product.get("dateModified"),
        "url": product.get("url") or offer.get("url"),
    }  # fmt: skip
    texts = {name: next(iter(_texts(value)), "") for name, value in read.items()}
    return {name: text[:2_000] for name, text in texts.items() if text}


def _first_node(value: Any) -> Mapping[str, Any] | None:
    if isinstance(value, Mapping):
        return cast("Mapping[str, Any]", value)
    if isinstance(value, list):
        return next(
            (cast("Mapping[str, Any]", v) for v in cast("list[Any]", value) if isinstance(v, Mapping)), None
        )
    return None


def _texts(value: Any) -> list[str]:
    """The plain values of a property, in order."""
    if isinstance(value, list):
        return [text for inner in cast("list[Any]", value) for text in _texts(inner)]
    if isinstance(value, Mapping):
        inner = cast("Mapping[str, Any]", value)
        return _texts(inner.get("@value") or inner.get("name") or inner.get("@id"))
    if value is None or isinstance(value, bool):
        return []
    text = " ".join(str(value).split())
    return [text] if text else []
