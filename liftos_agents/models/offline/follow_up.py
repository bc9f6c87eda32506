"""Whether a question goes on from the one before it in the same thread."""

from __future__ import annotations

import re

from liftos_agents.models.offline.spelling import fold

_OPENING = re.compile(
    r"^(?:ok |okay |so |thanks |great )*(?:and |but |over |for |until |plus |minus |uber |fur |sur |durante |what about|how about|what if|why|how come|how sure|how certain|are you sure|"
    r"instead|same |now |also |again|then |only |just |make (?:it|them|that)|do (?:it|that|the same)|try |keep |without |with |shorter|"
    r"more |less |use |explain|und |was ist mit|wie ware es|warum|wieso|stattdessen|ohne |mit |nochmal|et |pourquoi|sans |avec |"
    r"plutot|y |por que|sin |con |que tal|mejor |can you (?:explain|redo|repeat|make it)|redo|repeat)"
)
_CLOSING = re.compile(r"\b(?:instead|as well|too|this time|stattdessen|a la place|en su lugar|rather)\W*$")
_POINTING = re.compile(r"\b(?:it|that|this|them|those|the (?:same|plan|result|second|first|last) (?:one)?)\b")
_SHORT = 6


def is_follow_up(question: str) -> bool:
    """Whether `question` reads as going on: by its opening, its closing, or by being short and pointing back."""
    folded = fold(question).strip(" .!?")
    return continued(question) or (len(folded.split()) <= _SHORT and _POINTING.search(folded) is not None)


def continued(question: str) -> bool:
    """Whether `question` opens or closes like a change to the question before."""
    folded = fold(question).strip(" .!?")
    return _OPENING.match(folded + " ") is not None or _CLOSING.search(folded) is not None
