"""A request taken apart into the things that it asks for, and parted from its material."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

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
_AND = {
    "en": "and|then",
    "de": "und|dann|sowie",
    "fr": "et|puis|ainsi que",
    "es": "y|e|luego|después",
    "it": "e|ed|poi",
    "pt": "e|depois",
    "nl": "en|daarna",
    "pl": "i|oraz|a także|potem",
    "ja": "",
    "zh": "",
}
_PUNCTUATION = r"[,;:、，；：()（）]\s*|\s\+\s"
_JOINED = r"そして|それから|また|次に|ついでに|うえで|上で|同时|同時に|然后|并且|另外|还有|再(?=[写来出给做])|并(?=[写给做])"
_REQUEST = re.compile(
    r"[?？]|\b(?:please|could|can|would|want|need|like to|let's|i'd|tell|give|bitte|möchte|will|wollen|brauch\w*|bräucht\w*|kannst|könn\w+|sag\w*|svp"
    r"|voudr\w+|veux|voulons|aimer\w+|peux|peut|pouvez|pourr\w+|aurais|auriez|faut|dis|dites|donne\w*|quiero|queremos|quisiera|necesit\w+|puedes?"
    r"|podr\w+|podéis|dime|dame|vorrei|vogliamo|voglio|serv\w+|puoi|potr\w+|potete|dimmi|dammi|quero|queremos|preciso|precisamos|pode\w*|gostar\w+"
    r"|diz|diga|graag|wil|willen|kun|kunt|kan|zou|moet|nodig|geef|proszę|poproszę|chc\w+|potrzeb\w+|może\w*|mógł\w*|mogł\w*|daj|podaj)\b"
    r"|^\W*(?:how|what|which|why|where|who|is|are|do|does|did|should|has|have|wie|was|welche\w*|warum|wieso|wo|wohin|wer|woran|ist|sind|lohnt|comment|quel\w*"
    r"|pourquoi|combien|où|est-ce|cómo|qué|cuál\w*|cuánto\w*|dónde|por qué|come|quale|quali|quanto|perché|dove|como|qual|quais|quanto|onde|porque|por que"
    r"|hoe|wat|welke?|waarom|waar|hoeveel|jak|które\w*|który\w*|która|dlaczego|ile|czy|gdzie|co)\b|か(?:[。？?]|$)|かな|吗|嗎|呢|多少|哪|怎么|怎麼|什么|什麼|为啥|如何|是否"
    r"|ください|下さい|欲しい|ほしい|たい|お願い|もらえ|くれ|请|請|帮|幫|想|要|能不能|给我|麻烦",
    re.IGNORECASE,
)
_ASKS = re.compile(rf"(?:{_OPENING}|{_WISH})\b", re.IGNORECASE)
_POLITE = re.compile(
    r"^(?:(?:hi|hello|hey|dear team|good morning|hallo|bonjour|hola|please|bitte|por favor|thanks|thank you|ok|okay|so|well|"
    r"could you|can you|would you|i would like you to|i'd like you to|i want you to|s'il vous plaît)[\s,!.:]+)+",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“„«「『»][^\"”“»«」』]{25,}[\"”“»«」』]")
_FACTS = re.compile(
    r"\b(?:facts?|fakten|faits|datos|hechos|fatti|factos|fatos|feiten|fakty)\s*:.*|(?:特徴|特点|卖点|事实)\s*[:：].*",
    re.IGNORECASE | re.DOTALL,
)
_LISTED = re.compile(r"[:：]\s*(?=.{80}|[^?:,]*,[^?:,]*,[^?]*$|[\"“„«「]).*", re.DOTALL)


def request(question: str, asks_for: Callable[[str], bool] | None = None) -> str:
    """`question` without its material: quoted texts, a list of facts, what is pasted after a colon.

    Args:
        asks_for: Whether a piece of text asks for something itself: then it is no material.
    """
    said = _QUOTED.sub(" ", question.strip())
    for pattern in (_FACTS, _LISTED):
        match = pattern.search(said)
        if match is not None and not (asks_for is not None and asks_for(match.group(0))):
            said = said[: match.start()]
    return said.strip() or question.strip()


def clauses(question: str) -> tuple[str, ...]:
    """The parts of `question` that may each be a request of their own, greetings taken off."""
    parts = (_POLITE.sub("", part.strip(" ,.;")).strip(" ,.;") for part in _BREAK.split(question.strip()))
    return tuple(part for part in parts if any(c.isalnum() for c in part))


def sentences(question: str) -> tuple[str, ...]:
    """The sentences of `question`."""
    return tuple(part.strip() for part in _SENTENCE.split(question.strip()) if any(c.isalnum() for c in part))


def parts_of(sentence: str, language: str) -> tuple[str, ...]:
    """`sentence` taken apart wherever something new may begin."""
    found = _any_break(language).split(sentence)
    return tuple(part.strip() for part in found if part and any(c.isalnum() for c in part))


def wishes(sentence: str) -> bool:
    """Whether `sentence` holds a question mark or a word that asks, in any language; a bare statement does not."""
    return _REQUEST.search(sentence) is not None


@lru_cache(maxsize=16)
def _any_break(language: str) -> re.Pattern[str]:
    joined = _AND[language]
    return re.compile(
        rf"{_PUNCTUATION}|\s+(?:{joined})\s+" if joined else f"{_PUNCTUATION}|{_JOINED}", re.IGNORECASE
    )


def asks(sentence: str) -> bool:
    """Whether `sentence` reads as a request or a wish; a bare statement or a list of facts does not."""
    said = _POLITE.sub("", sentence.strip())
    return said != sentence.strip() or said.endswith("?") or _ASKS.match(said) is not None
