"""Facts that a product text states: name, brand, attributes with units, price, material, size, audience, …"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from liftos_agents.tools.surfacing.lexicon import category_facts, is_content_word, mentions, tokens
from liftos_agents.tools.surfacing.listing import Listing

_UNIT = (
    r"(?:-| )?(?:inch(?:es)?|in\b|ft\b|feet|cm|mm|km|kg|mg|ml|cl|oz|lbs?|pounds?|gallons?|lit(?:re|er)s?|quarts?|grams?|watts?|volts?|amps?"
    r"|mah|wh|kwh|gb|tb|mb|ghz|mhz|khz|hz|db|dpi|rpm|psi|lumens?|mp|fps|cups?|servings?|capsules?|tablets|packs?|pieces?|pcs|count|pairs?"
    r"|seats?|drawers?|shelves|bands?|channels?|cores?|presets?|years?|months?|weeks?|days?|hours?|hrs|minutes?|mins|°\s?[cf]|%|x\s?\d+"
    r"|p\b|k\b|v\b|w\b|a\b|l\b|g\b|m\b|bit)(?![a-z])|[\"”″]"
)
SPECIFICATION = re.compile(
    r"(?<![\w.])\d{1,6}(?:[.,]\d{1,3})?(?:\s?[x×*/–-]\s?\d{1,5}(?:[.,]\d+)?){0,2}\s?" + f"(?:{_UNIT})", re.I
)
SIZE = re.compile(
    r"(?<![\w.])\d+(?:[.,]\d+)?\s?[x×*]\s?\d+(?:[.,]\d+)?(?:\s?[x×*]\s?\d+(?:[.,]\d+)?)?(?:\s?(?:cm|mm|m|in|inch(?:es)?|ft|\"))?(?!\w)"
    r"|(?<![\w.])\d+(?:[.,]\d+)?[ -]?(?:inch(?:es)?|cm|mm|ft|feet|[\"”″]|lit(?:re|er)s?|ml|oz|kg|lbs?|grams?|cups?|quarts?)(?!\w)"
    r"|\bsizes?\s*:?\s*(?:[XSML]{1,4}|\d{1,3})\b|\b(?:one size|king size|queen size|twin size|full size)\b",
    re.I,
)
PRICE = re.compile(
    r"(?:(?:US|CA|AU)?[$€£¥]|\b(?:USD|EUR|GBP|CHF|PLN)\s)\s?\d{1,3}(?:[ ,.’']?\d{3})*(?:[.,]\d{1,2})?(?![\d%])"
    r"|(?<![\w.])\d{1,3}(?:[ ,.]?\d{3})*(?:[.,]\d{1,2})?\s?(?:€|£|zł|USD\b|EUR\b|GBP\b|dollars\b|euros?\b)",
    re.I,
)
RATING = re.compile(
    r"\b\d(?:[.,]\d)?\s*(?:/|out of|of)\s*5\b(?:\s*stars?)?|\b\d(?:[.,]\d)?[ -]stars?\b|\b(?:rating\s*:?|rated)\s*\d(?:[.,]\d)?|\b\d[\d,.]{0,11}\s?(?:customer |verified |global )?(?:reviews?|ratings)\b",
    re.I,
)
COMPATIBILITY = re.compile(
    r"\b(?:compatible (?:with|for)|works with|fits(?: most| all| for)?|designed to fit|connects? (?:to|with)|for use with|pairs with|supports?"
    r"|(?:for|with) (?:select|most|all|universal)\b|for (?=[A-Z][\w-]+ ?[A-Z0-9]))\s*[^,.;\n]{2,60}"
)
AUDIENCE = re.compile(
    r"\b(?:[a-z]+ )?(?:lovers|owners|enthusiasts|aficionados|purists|fans|users|drinkers|riders|players|makers|cooks|individuals)\b",
    re.I,
)
USE = re.compile(
    r"\b(?:designed|ideal|suitable|intended|great|made|recommended|used?|using|works) (?:for|when|in|as)\s+[^,.;\n]{3,50}|\buse it (?:to|for|as|in)\s+[^,.;\n]{3,50}",
    re.I,
)
WARRANTY = re.compile(
    r"\b(?:\d{1,3}|one|two|three|five|ten|lifetime)[- ](?:years?|months?|days?)?\s*(?:limited |manufacturer |money[- ]back |replacement )*(?:warranty|guarantee|money[- ]back|returns?|replacement)\b",
    re.I,
)
MODEL = re.compile(r"\b(?=[A-Z0-9-]{0,19}[A-Z])(?=[A-Z0-9-]{0,19}\d)[A-Z0-9][A-Z0-9-]{3,19}\b")
_MODEL_CODE = re.compile(r"(?=[A-Z0-9-]*[A-Z])(?=[A-Z0-9-]*\d)[A-Z][A-Z0-9-]+")
_PLATFORM = re.compile(
    r"(?:apple car ?play|android (?:auto|car|\d)|alexa|google (?:home|assistant)|windows)\b", re.I
)
_CUTS = re.compile(
    r"\s*(?:[,|;:(\[–—]|\s-\s|\s/\s|\b(?:with|for|including|featuring|support(?:s|ing)?|compatible|built-in|that|which|from|is|are|has|sold)\b)",
    re.I,
)
_LEADING = re.compile(r"^\s*[\[【(][^\])】]*[\])】]\s*|^\s*\d{4}\s+")
_PATTERNS = {
    "specification": (SPECIFICATION,),
    "size": (SIZE,),
    "price": (PRICE,),
    "compatibility": (COMPATIBILITY,),
    "audience": (AUDIENCE,),
    "use": (USE,),
    "warranty": (WARRANTY,),
    "rating": (RATING,),
    "model": (MODEL,),
}
_LISTS = {
    "material": "materials",
    "colour": "colours",
    "audience": "audiences",
    "use": "uses",
    "availability": "availability",
    "contents": "contents",
    "warranty": "warranty",
    "certification": "certifications",
}
KINDS = (
    "specification",
    "material",
    "colour",
    "size",
    "audience",
    "use",
    "compatibility",
    "price",
    "availability",
    "contents",
    "warranty",
)


@dataclass(frozen=True)
class ProductName:
    """How a listing calls its product.

    Attributes:
        name: The product without brand, size list or afterthoughts: `Double Din Car Stereo`.
        product_type: Its last words: `Car Stereo`.
        brand: The maker, when the text shows one.
        category: The category that the title tells, or `general`.
    """

    name: str
    product_type: str
    brand: str | None
    category: str


def name_of(listing: Listing, category: str | None = None, brand: str | None = None) -> ProductName:
    """The product's name, type, brand and category, by its title and what the text repeats."""
    brand = brand or _brand(listing)
    title = listing.title
    while _LEADING.match(title):
        title = _LEADING.sub("", title, count=1)
    pieces = [p.strip(" -–,.;:") for p in _CUTS.split(title) if p and p.strip(" -–,.;:")]
    name = ""
    for piece in pieces:
        bare = _without(piece, brand)
        if any(is_content_word(t) and not any(c.isdigit() for c in t) for t in tokens(bare)):
            name = bare
            break
    name = name or _without(title, brand) or title
    words = [w for w in name.split() if not any(c.isdigit() for c in w)] or name.split()
    return ProductName(
        name=name,
        product_type=" ".join(words[-2:]),
        brand=brand,
        category=_category(category, listing.title, " ".join(words[-3:])),
    )


@lru_cache(maxsize=512)
def found(kind: str, text: str) -> tuple[str, ...]:
    """What `text` states of the given kind of fact, in order of first occurrence."""
    hits: list[str] = [m.group(0).strip() for p in _PATTERNS.get(kind, ()) for m in p.finditer(text)]
    if kind in _LISTS:
        hits += mentions(_LISTS[kind], text)
    return tuple(dict.fromkeys(hits))


def asked_facts(category: str) -> tuple[str, ...]:
    """The facts that shoppers of a category ask about."""
    return category_facts()[category][1]


def _category(given: str | None, title: str, name: str) -> str:
    categories = category_facts()
    if given:
        key = given.casefold().strip()
        if key in categories:
            return key
        title = name = given
    for text in (name, title):
        words = tokens(text)
        counts = Counter(
            {
                c: sum(w in entry[0] or w.removesuffix("s") in entry[0] for w in words)
                for c, entry in categories.items()
            }
        )
        best, count = max(counts.items(), key=lambda item: (item[1], item[0]))
        if count:
            return best
    return "general"


def _brand(listing: Listing) -> str | None:
    for name, value in listing.pairs:
        if name.casefold() in ("brand", "manufacturer", "maker", "make") and len(value) <= 40:
            return value
    title = listing.title
    while _LEADING.match(title):
        title = _LEADING.sub("", title, count=1)
    if by := re.search(r"\bby ([A-Z][\w&'’-]*(?: [A-Z][\w&'’-]*){0,2})", title):
        return by.group(1)
    words = title.split()
    lead_in = _before_model(words)
    if lead_in:
        return lead_in
    candidate = words[0].strip(",:;-") if len(words) > 1 else ""
    return candidate if _looks_like_brand(candidate, title, listing) else None


def _before_model(words: list[str]) -> str | None:
    """The words before a model code (`BOSS Audio Systems` CH6520), or the first before a numbered name (`Northpeak` Trail 40)."""
    if (
        len(words) > 3
        and words[2].isdigit()
        and all(w[:1].isupper() and w.isalpha() and not _told(w) for w in words[:2])
    ):
        return words[0]
    for count in (1, 2, 3):
        if len(words) > count and _MODEL_CODE.fullmatch(words[count].strip(",")):
            named = words[:count]
            return " ".join(named) if all(w[:1].isupper() and w.isalpha() for w in named) else None
    return None


def _looks_like_brand(candidate: str, title: str, listing: Listing) -> bool:
    if not (candidate[:1].isupper() and candidate.replace("-", "").isalpha()) or _PLATFORM.match(title):
        return False
    if _told(candidate):
        return False
    escaped = re.escape(candidate)
    if (candidate.isupper() and len(candidate) >= 3) or re.search(rf"(?<!\w){escaped}['’]s\b", listing.body):
        return True
    repeated = re.search(rf"(?<!\w){escaped}(?!\w)", listing.body)
    common = re.search(rf"(?<!\w){re.escape(candidate.lower())}(?!\w)", listing.text)
    return bool(repeated) and not common


def _told(word: str) -> bool:
    """Whether a word names a kind of product, a material, a colour, a use or an audience."""
    kinds = {kind for entry in category_facts().values() for kind in entry[0]}
    key = word.casefold()
    lists = ("materials", "colours", "uses", "audiences")
    return key in kinds or key.removesuffix("s") in kinds or any(mentions(name, key) for name in lists)


def _without(text: str, brand: str | None) -> str:
    if brand:
        text = re.sub(rf"(?<!\w){re.escape(brand)}(?:['’]s)?(?!\w)", " ", text, flags=re.I)
        text = re.sub(r"\bby\s*$", "", text.strip())
    return " ".join(text.split()).strip(" -–,.;:")
