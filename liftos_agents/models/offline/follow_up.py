"""Whether a question goes on from the one before it in the same thread."""

from __future__ import annotations

import re
from functools import lru_cache

from liftos_agents.models.offline.glossary import glossary
from liftos_agents.models.offline.language import LANGUAGES, language_of
from liftos_agents.models.offline.spelling import fold

_LEAD = r"(?:ok|okay|so|thanks|great|super|danke|merci|gracias|grazie|obrigado|dzieki|bedankt|perfect|ja|oui|si)\W+"
_SHORT = {"ja": 24, "zh": 16}
_SHORT_WORDS = 7
_EDGES = " .!?,;:。！？、，…¿¡"


def is_follow_up(question: str, language: str | None = None) -> bool:
    """Whether `question` reads as going on: by its opening, its closing, or by being short and pointing back."""
    folded = fold(question).strip(_EDGES)
    spoken = language or language_of(question)
    return continued(question, spoken) or (
        _is_short(folded, spoken) and _pointing(spoken).search(folded) is not None
    )


def continued(question: str, language: str | None = None) -> bool:
    """Whether `question` opens or closes like a change to the question before."""
    folded = fold(question).strip(_EDGES)
    spoken = language or language_of(question)
    return _opening(spoken).match(folded) is not None or _closing(spoken).search(folded) is not None


def _is_short(folded: str, language: str) -> bool:
    limit = _SHORT.get(language)
    return len(folded) <= limit if limit else len(folded.split()) <= _SHORT_WORDS


@lru_cache(maxsize=len(LANGUAGES))
def _opening(language: str) -> re.Pattern[str]:
    edge = "" if language in _SHORT else r"(?!\w)"
    forms = sorted(glossary(language).follow, key=lambda f: (-len(f), f))
    body = "|".join(re.escape(f.removesuffix("*")) + (r"\w*" if f.endswith("*") else "") for f in forms)
    return re.compile(rf"(?:{_LEAD})*(?:{body}){edge}")


@lru_cache(maxsize=len(LANGUAGES))
def _pointing(language: str) -> re.Pattern[str]:
    body = "|".join(re.escape(f) for f in sorted(glossary(language).point, key=lambda f: (-len(f), f)))
    return re.compile(body if language in _SHORT else rf"(?<!\w)(?:{body})(?!\w)")


@lru_cache(maxsize=len(LANGUAGES))
def _closing(language: str) -> re.Pattern[str]:
    body = {
        "en": r"instead|as well|too|this time|rather|then|though",
        "de": r"stattdessen|auch|diesmal|lieber|dann",
        "fr": r"a la place|aussi|cette fois|plutot|alors|du coup",
        "es": r"en su lugar|en vez|tambien|esta vez|mejor|entonces",
        "it": r"invece|anche|stavolta|allora|piuttosto",
        "pt": r"em vez disso|tambem|desta vez|entao|dessa vez",
        "nl": r"in plaats daarvan|ook|deze keer|dan",
        "pl": r"zamiast tego|tez|takze|tym razem|wtedy",
        "ja": r"(?:は|だと|なら|では)(?:どう(?:です|でしょう)?か?)?",
        "zh": r"呢|怎么样|怎樣|如何",
    }[language]
    return re.compile(rf"(?:{body})$" if language in _SHORT else rf"(?<!\w)(?:{body})$")
