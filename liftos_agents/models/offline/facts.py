"""What a request says of a product: text, given facts, platform, language, brand and call to action."""

from __future__ import annotations

import re
from typing import Any

from liftos_agents.models.offline.clauses import asks
from liftos_agents.models.offline.destination import asked_language, asked_platforms
from liftos_agents.models.offline.language import language_of
from liftos_agents.models.offline.material import explicit_facts, listed, material
from liftos_agents.models.offline.quantities import plain
from liftos_agents.models.offline.words import concepts

_FOR = re.compile(
    r"\b(?:ads?|adverts?|anzeigen?|annonces?|anuncios?|headlines?|copy|rsas?|campaign|texts?)\s+(?:\w+\s+){0,3}?(?:for|about|für|fuer|pour|para)\s+"
    r"(?:our |my |the |a |an |unsere[nr]? |mein[e]?[nr]? |notre |nuestr[oa] )?"
    r"(?!https?:|it\b|that\b|this\b|them\b|these\b|me\b|google\b|ihn\b|es\b|das\b|diese)[\"“„«]?(?P<product>[^,.;:?!\n()\"“”„«»]{3,60}?)[\"”“»]?"
    r"(?=\s+(?:[-–—]|that|which|who|with|within|using|based|so|and|in|on|to|from|die|das|mit|und|qui|que|avec|et|con|y)(?!\w)|\s*[,.;:?!\n()]|$)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?:product|produkt|produit|producto)\s*[:=]\s*(?P<product>[^.,;:\n]{3,80})", re.IGNORECASE
)
_ACTIONS = (
    "Shop now",
    "Buy now",
    "Order now",
    "Learn more",
    "Sign up",
    "Get a quote",
    "Book now",
    "Try it free",
    "Discover more",
)
_APPOSED = re.compile(
    r"\s*,\s*(?P<rest>\S.+)|\s+(?:that|which|who)(?: is| are|'s)?\s+(?P<which>\S.+)|\s+(?P<made>(?:with|made (?:of|from))\s.+)",
    re.DOTALL,
)
_NOBODY = re.compile(
    r"(?:(?:new|next|own|latest|following|above|below|great|best)\s+)*"
    r"(?:products?|items?|shops?|stores?|compan(?:y|ies)|brands?|web ?sites?|pages?|campaigns?|clients?|texts?|facts?|following|produkte?|produits?|productos?)"
    r"(?:\s+(?:above|below|here))?",
    re.IGNORECASE,
)
_FORM = {"ad", "character_limit", "description_line", "headline", "write"}
_LONG = 80
_SHORTEST_ANSWER = 10
_SAYS_ITS_LANGUAGE = 5


def read_facts(
    question: str, text: str | None, earlier: str | None, *, answered: bool = False
) -> dict[str, Any]:
    """Slots about a product.

    Args:
        question: The whole question.
        text: Text of a document that was given.
        earlier: The question before, when this one goes on from it.
        answered: The question answers one that was asked back; all of it may be what was asked for.
    """
    said = [question, *([earlier] if earlier else [])]
    folded = plain(" ".join(said))
    product = next((name for part in said if (name := _product(part)[0])), None)
    facts = next((found for part in said if (found := explicit_facts(part))), list[str]())
    given = next((one for part in said if not facts and (one := _given(part))), None)
    if answered and not facts and not given and len(question) >= _SHORTEST_ANSWER:
        given = question.strip()
    if text and given and len(given) < _LONG:
        given = None
    told = given or "; ".join(facts) or None
    prose = given
    if given and not text and len(parts := listed(given)) > (0 if product else 1):
        facts, prose = parts, None
    if product is None and len(facts) > 1 and not any(_NAMED.match(fact) for fact in facts):
        product, facts = facts[0], facts[1:]
    return {
        "$text": text,
        "$material": told,
        "$pasted_text": prose,
        "$product_text": text or told,
        "$product_facts": facts or text or given,
        "$facts": facts,
        "$product": product if not text else None,
        "$language": asked_language(" ".join(said)) or _language_of_facts(told or text),
        "$platform": asked_platforms(" ".join(said)) or None,
        "$call_to_action": next((a for a in _ACTIONS if a.casefold() in folded), None),
    }


def _language_of_facts(given: str | None) -> str | None:
    """The language that what is given is written in; None for English, which the tools take anyway."""
    language = language_of(given) if given and len(given.split()) >= _SAYS_ITS_LANGUAGE else "en"
    return language if language != "en" else None


def _given(said: str) -> str | None:
    """The material of `said`, or what it adds to the product's name: `…, a portable coffee maker that is BPA-free`."""
    if (found := material(said)) is not None:
        return found
    end = _product(said)[1]
    match = _APPOSED.match(said, end) if end is not None else None
    rest = next(g for g in match.groups() if g is not None).strip(" .") if match else ""
    return rest if rest and not asks(rest) and not set(concepts(rest)) & _FORM else None


def _product(said: str) -> tuple[str | None, int | None]:
    """The product that `said` names, and where its name ends."""
    for match in filter(None, (_NAMED.search(said), _FOR.search(said))):
        name = match.group("product").strip()
        if not _NOBODY.fullmatch(name):
            return name, match.end()
    return None, None
