"""A request taken apart into the things that it asks for, and parted from its material."""

from __future__ import annotations

import re

_OPENING = (
    r"how|what|which|why|where|who|when|should|write|draft|create|generate|tell|show|give|split|allocate|audit|check|explain|find|"
    r"optimi[sz]e|propose|suggest|recommend|reallocate|distribute|make|move|shift|put|plan|compare|describe|estimate|rehearse|simulate|"
    r"forecast|rewrite|improve|also|review|score|rate|wie|was|welche|schreib|erstelle|verteile|teile|comment|quel|quelle|quels|"
    r"quelles|écris|rédige|répartis|cómo|qué|cuál|cuáles|escribe|redacta|reparte"
)
_WISH = (
    r"please|thanks|thank you|keep|use|avoid|do not|don't|no more than|can|could|would|is|are|does|did|do|will|i|we|i'd|we'd|then|and|"
    r"in (?:english|german|french|spanish)|bitte|nutze|ich|wir|je|nous|quiero|queremos|schreibe|ist|sind|est-ce"
)
_BREAK = re.compile(
    r"(?<=[?!;])\s+|(?<=[a-zäöüßéèáíóñ)\"'%])\.\s+|[;\n]+|,\s*(?:and|then|but|und|dann|et|puis|y|luego)\s+"
    r"|\s+(?:and then|and also|as well as|und dann|und danach|et ensuite|y luego|then)\s+"
    rf"|(?<=[a-z%0-9])\s*(?:,|\band\b|\bund\b|\bet\b|\by\b|&)\s+(?=(?:{_OPENING})\b)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[?!;。！？；])\s*(?=\S)|(?<=[^\W\d])[)\"'»”%]?\.\s+(?=\S)|\s*\n+\s*")
_ANY_BREAK = re.compile(
    r"[,;:、，；：]\s*|\s+(?:and|then|und|dann|sowie|et|puis|ainsi que|y|luego|e|ed|poi|depois|en|daarna|i|oraz|a|potem)\s+"
    r"|(?:そして|それから|また|あと|次に|ついでに|同时|同時に|然后|并且|并|以及|另外|还有|再)"
)
_ASKS = re.compile(rf"(?:{_OPENING}|{_WISH})\b", re.IGNORECASE)
_POLITE = re.compile(
    r"^(?:(?:hi|hello|hey|dear team|good morning|hallo|bonjour|hola|please|bitte|por favor|thanks|thank you|ok|okay|so|well|"
    r"could you|can you|would you|i would like you to|i'd like you to|i want you to|s'il vous plaît)[\s,!.:]+)+",
    re.IGNORECASE,
)
_MATERIAL = re.compile(
    r"(?:\b(?:facts?|fakten|faits|datos|hechos)\s*:|:\s*(?=.{80})|:\s*(?=[^?:,]*,[^?:,]*,[^?]*$)|:\s*(?=[\"“„«])"
    r"|[\"“„«](?=[^\"”“»]{40})).*",
    re.IGNORECASE | re.DOTALL,
)
_OBJECT = re.compile(
    r"\s*:\s.*|\s+[-–—]\s.*|\s+(?:for|about|für|pour|para)\s+(?:our|my|the|a|an|unsere?\w*|meine?\w*|notre|nos|nuestr\w+|"
    r"[A-ZÄÖÜ][\w'’-]+)\b.*",
    re.DOTALL,
)


def request(question: str) -> str:
    """`question` without its material: a list of facts, a pasted or quoted text."""
    return _MATERIAL.sub("", question.strip()).strip() or question.strip()


def clauses(question: str) -> tuple[str, ...]:
    """The parts of `question` that may each be a request of their own, greetings taken off."""
    parts = (_POLITE.sub("", part.strip(" ,.;")).strip(" ,.;") for part in _BREAK.split(question.strip()))
    return tuple(part for part in parts if any(c.isalnum() for c in part))


def sentences(question: str) -> tuple[str, ...]:
    """The sentences of `question`."""
    return tuple(part.strip() for part in _SENTENCE.split(question.strip()) if any(c.isalnum() for c in part))


def parts_of(sentence: str) -> tuple[str, ...]:
    """`sentence` taken apart wherever something new may begin."""
    return tuple(part.strip() for part in _ANY_BREAK.split(sentence) if part and any(c.isalnum() for c in part))


def head(clause: str) -> str:
    """`clause` up to what it is made for or about: `write ads` of `write ads for our hotel`."""
    return _OBJECT.sub("", clause).strip() or clause


def asks(sentence: str) -> bool:
    """Whether `sentence` reads as a request or a wish; a bare statement or a list of facts does not."""
    said = _POLITE.sub("", sentence.strip())
    return said != sentence.strip() or said.endswith("?") or _ASKS.match(said) is not None
