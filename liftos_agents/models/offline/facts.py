"""What a request says of a product: text, given facts, platform, language, brand and call to action."""

from __future__ import annotations

import re
from typing import Any

from liftos_agents.models.offline.quantities import plain

_FACTS = re.compile(
    r"(?:facts?|fakten|faits|datos|features?|details|using|given|with these facts|about it)\s*[:=]\s*(?P<facts>.+)",
    re.IGNORECASE | re.DOTALL,
)
_COLON = re.compile(r"[:：]\s*(?P<rest>\S.+)$", re.DOTALL)
_QUOTED = re.compile(r"[\"“„«](?P<text>[^\"”“»]{3,})[\"”“»]")
_FOR = re.compile(
    r"\b(?:ads?|adverts?|anzeigen?|annonces?|anuncios?|headlines?|copy|rsas?|campaign|texts?)\s+(?:\w+\s+){0,3}?(?:for|about|für|fuer|pour|para)\s+"
    r"(?:our |my |the |a |an |unsere[nr]? |mein[e]?[nr]? |notre |nuestr[oa] )?"
    r"(?!it\b|that\b|this\b|them\b|these\b|me\b|google\b|ihn\b|es\b|das\b|diese)(?P<product>[^,.;:?!\n]{3,60}?)"
    r"(?=\s+(?:that|which|who|with|within|using|based|so|and|in|on|to|from|die|das|mit|und|qui|que|avec|et|con|y)\b|[,.;:?!\n]|$)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?:product|produkt|produit|producto)\s*[:=]\s*(?P<product>[^.,;:\n]{3,80})", re.IGNORECASE
)
_LANGUAGES = (
    ("en", r"english|englisch\w*|anglais|ingles"),
    ("de", r"german|deutsch\w*|allemand|aleman"),
    ("fr", r"french|franzosisch\w*|francais|frances"),
    ("es", r"spanish|spanisch\w*|espagnol|espanol"),
    ("it", r"italian|italienisch\w*|italien|italiano"),
    ("nl", r"dutch|niederlandisch\w*"),
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
_LONGEST_SENTENCE = 80
_SHORTEST_TEXT = 30


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
    facts = next((found for part in said if (found := _listed(part))), list[str]())
    given = next((found for part in said if not facts and (found := _quoted(part) or _pasted(part))), None)
    if answered and not facts and not given and len(question) >= _SHORTEST_TEXT:
        given = question.strip()
    product = next(
        (m.group("product").strip() for part in said if (m := _NAMED.search(part) or _FOR.search(part))), None
    )
    return {
        "$text": text,
        "$pasted_text": given,
        "$product_text": text or given,
        "$product_facts": facts or text or given,
        "$facts": facts,
        "$product": product if not text else None,
        "$language": next(
            (code for code, names in _LANGUAGES if re.search(rf"\b(?:{names})\b", folded)), None
        ),
        "$call_to_action": next((a for a in _ACTIONS if a.casefold() in folded), None),
    }


def _quoted(said: str) -> str | None:
    match = _QUOTED.search(said)
    return match.group("text").strip() if match else None


def _listed(said: str) -> list[str]:
    match = _FACTS.search(said)
    if match is None:
        return []
    parts = re.split(r"[;\n•]+|,(?!\d)|\s+-\s+|\band\b", match.group("facts"))
    return [p for p in (part.strip(" .-*") for part in parts) if p]


def _pasted(said: str) -> str | None:
    match = _COLON.search(said)
    rest = match.group("rest").strip() if match else ""
    return rest if len(rest) >= _LONGEST_SENTENCE else None
