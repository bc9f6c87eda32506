"""What to change in a product text, in words, for each fix that the score knows."""

from __future__ import annotations

from liftos_agents.tools.surfacing.product_facts import ProductName
from liftos_agents.tools.surfacing.readiness import Component

_FIXES = {
    "product_type": "Name the product type in the title ({product_type}), in the words that shoppers search by.",
    "brand": "Name the brand in the title and again in the first sentence.",
    "specification": "State more measured properties with their units, the most asked-for one in the title or the first sentence.",
    "material": "Say what it is made of, in the title or the first sentences.",
    "colour": "Name the colour or finish, in the title or the first sentences.",
    "size": "Give the dimensions or the size with units, in the title or the first sentences.",
    "audience": "Say whom it is for, in the title or the first sentences.",
    "use": "Say what it is used for and where, in the title or the first sentences.",
    "compatibility": "List what it fits or works with, the main models in the title or the first sentences.",
    "price": "Show the price with its currency in the text itself.",
    "availability": "Say whether it is in stock and when it ships.",
    "contents": "List what is in the box.",
    "warranty": "State the warranty or the right to return, with its length.",
    "pairs": "Put the properties into a table or into lines such as “Voltage: 12 V”, one property a line.",
    "detail": "Answer more of a shopper's questions: the text says little that is distinct.",
    "headings": "Part the text with headings that descend one level at a time.",
    "bullets": "Turn the features into a list with one feature a line; now a machine cannot part them.",
    "answer_first": "Open with one short sentence that says what the product is and does.",
    "readability": "Shorten the sentences and prefer plain words.",
    "rating": "Show the average rating together with the number of reviews.",
    "certification": "Name the certificates or standards that the product meets.",
    "quotes": "Quote a customer or a tester by name.",
    "sources": "Say where a figure comes from: who tested or measured it.",
    "language": "Keep the whole text in one language.",
    "query_words": "Use the words that shoppers type and competitors' texts hold, where they are true of the product.",
    "structured_data": "Add Product data as JSON-LD: name, image, and an offer with price, currency and availability, as the page shows them.",
    "structured_required": "Complete the structured data with what merchant listings require: name, image, price above zero and currency.",
    "structured_recommended": "Add to the structured data what is recommended: availability, brand, GTIN, SKU, rating, shipping and returns.",
    "structured_agreement": "Let the structured data say what the page shows: name, price and rating must agree.",
    "updated": "State the day of the last update, and keep it true.",
    "named_brand": "Give the brand in a field or line of its own.",
    "gtin": "Give the GTIN (EAN, UPC or ISBN) with its right check digit.",
    "sku": "Give the SKU or the maker's part number.",
    "address": "Give the page's canonical address.",
    "penalty:keyword_stuffing": "Remove the repeated keywords: repeating them costs rank.",
    "penalty:hidden_or_instructions": "Remove the text that is hidden from readers or gives a machine orders.",
    "penalty:price_contradiction": "Keep one price, and say what any other price stands for.",
    "penalty:duplicated_text": "Remove the sentences that are said more than once.",
}


def wording(fix: str, product: ProductName) -> str:
    """The recommendation for `fix`, one sentence."""
    return _FIXES[fix].format(product_type=product.product_type)


def general_wording(fix: str) -> str:
    """The recommendation for `fix` on several products, one sentence."""
    if fix == "gate":
        return "Let assistants' crawlers in first."
    return _FIXES[fix].replace(" ({product_type})", "")


def component_of(fix: str, components: tuple[Component, ...]) -> str:
    """The component that gains most from `fix`; `penalties` for the removal of a penalty."""
    if fix.startswith("penalty:"):
        return "penalties"

    def gain(component: Component) -> float:
        total = sum(i.weight for i in component.items)
        return sum(
            component.weight * i.weight / total * max(0.0, i.reachable - i.value)
            for i in component.items
            if i.fix == fix
        )

    return max(components, key=gain).name
