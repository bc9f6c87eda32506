"""A request taken apart into the things that it asks for."""

from __future__ import annotations

import re

_BREAK = re.compile(
    r"(?<=[?!;])\s+|(?<=[a-zäöüßéèáíóñ)\"'%])\.\s+|[;\n]+|,\s*(?:and|then|but|und|dann|et|puis|y|luego)\s+"
    r"|\s+(?:and then|and also|as well as|und dann|und danach|et ensuite|y luego|then)\s+"
    r"|(?<=[a-z%0-9])\s*(?:,|\band\b|\bund\b|\bet\b|\by\b|&)\s+(?=(?:how|what|which|why|where|who|should|write|"
    r"draft|create|generate|tell|show|give|split|allocate|audit|check|explain|find|optimi[sz]e|propose|suggest|recommend|"
    r"reallocate|distribute|make|move|shift|put|plan|compare|describe|estimate|rehearse|simulate|forecast|rewrite|improve|also|tell|"
    r"review|score|rate|wie|was|welche|schreib|erstelle|verteile|teile|comment|quel|quelle|quels|"
    r"quelles|écris|rédige|répartis|cómo|qué|cuál|cuáles|escribe|redacta|reparte)\b)",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"^(?:(?:hi|hello|hey|dear team|good morning|hallo|bonjour|hola|please|bitte|por favor|thanks|thank you|ok|okay|so|well|"
    r"could you|can you|would you|i would like you to|i'd like you to|i want you to|s'il vous plaît)[\s,!.:]+)+",
    re.IGNORECASE,
)


_MATERIAL = re.compile(
    r"(?:\b(?:facts?|fakten|faits|datos|hechos)\s*:|:\s*(?=.{80})|:\s*(?=[^?:,]*,[^?:,]*,[^?]*$)|[\"“„«](?=[^\"”“»]{40})).*",
    re.IGNORECASE | re.DOTALL,
)


def request(question: str) -> str:
    """`question` without its material: a list of facts, a pasted or quoted text."""
    return _MATERIAL.sub("", question.strip()).strip() or question.strip()


def clauses(question: str) -> tuple[str, ...]:
    """The parts of `question` that may each be a request of their own, greetings taken off."""
    parts = (_POLITE.sub("", part.strip(" ,.;")).strip(" ,.;") for part in _BREAK.split(question.strip()))
    return tuple(part for part in parts if any(c.isalnum() for c in part))
