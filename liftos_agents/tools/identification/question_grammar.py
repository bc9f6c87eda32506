"""How questions of causes are built, in English, German, French and Spanish: which part is the cause, which the outcome."""

from __future__ import annotations

import re

_EFFECT = (
    r"(?:causal )?(?:effects?|impacts?|influence|consequences?|benefits?|pay-?off|lift|uplift|increment\w*|returns?|wirkung|effekte?|einfluss|auswirkung\w*"
    r"|effets?|incidence|impact|efectos?|impacto|influencia|effetto|impatto|efeito)"
)
_DOES = r"(?:does|did|do|will|would|can|could|has|have|had|is|are|was|were|should|might)"
_VERBS = (
    "affect", "alter", "accelerate", "avoid", "bring", "boost", "cause", "change", "cost", "create", "curb", "cut", "decrease", "delay", "depress", "deter",
    "discourage", "double", "drive", "earn", "encourage", "extend", "give", "grow", "halve", "harm", "help", "hurt", "improve", "increase", "influence", "keep",
    "kill", "lead", "let", "lift", "limit", "lower", "make", "move", "prevent", "produce", "promote", "protect", "push", "raise", "reduce", "result", "reverse",
    "save", "sell", "shape", "shift", "shorten", "shrink", "slow", "spare", "stop", "strengthen", "weaken", "widen", "worsen", "yield", "add", "pay off",
)  # fmt: skip
_IRREGULAR = "brought|drove|driven|gave|given|grew|grown|kept|led|made|sold|shrank|paid off"
_INFLECTED = "|".join(
    rf"{verb[:-1]}(?:e|es|ed|ing)"
    if verb.endswith("e")
    else rf"{verb}(?:s|es|ed|ing|{verb[-1]}ed|{verb[-1]}ing)?"
    for verb in sorted(_VERBS, key=len, reverse=True)
)
_VERB = rf"(?:{_INFLECTED}|{_IRREGULAR})(?:\s+(?:to|in|on|off|up|down))?"
_GERMAN = (
    "gesenkt|erhöht|gesteigert|verringert|reduziert|verbessert|verschlechtert|verändert|beeinflusst|gebracht|gekostet|gefördert|verhindert|gemindert|gehoben|bewirkt"
    "|senken|erhöhen|steigern|verringern|reduzieren|verbessern|verschlechtern|verändern|beeinflussen|bringen|kosten|fördern|verhindern|mindern"
)
_GERMAN_FIRST = "senkt|erhöht|steigert|verringert|reduziert|verbessert|verschlechtert|verändert|beeinflusst|bringt|kostet|fördert|verhindert|mindert|hebt|hilft"
_FRENCH = (
    r"(?:augment|rédui|diminu|améliór|amélior|chang|modifi|baiss|abaiss|accr|fait|coût|favoris|empêch)\w*"
)
_SPANISH = r"(?:aument|redu|mejor|cambi|baj|sub|disminu|afect|elev|increment|empeor)\w*"
_COMPARED = (
    "more|fewer|less|higher|lower|better|worse|longer|shorter|faster|slower|larger|bigger|smaller|greater"
)
_SINCE = "since|after|with|thanks to|because of|now that|when|once|due to"
_DETERMINER = r"(?:die|das|den|der|dem|mehr|weniger|höhere|niedrigere|ihre|seine|unsere)"
# "in den Gemeinden" belongs to what stands before it.
_NO_PREPOSITION = "".join(
    rf"(?<! {word})"
    for word in ("in", "von", "mit", "für", "auf", "an", "bei", "zu", "aus", "nach", "der", "durch")
)
_END = r"(?=[?.!;]*$|,\s)"

PATTERNS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_EFFECT}\s+(?:on|upon|auf|sur|sobre)\s+(?P<y>.+?)\s+(?:of|from|von|de|du|di)\s+(?P<t>.+?){_END}",
        rf"\b{_EFFECT}\s+(?:that\s+)?(?:of|from|von|vom|der|des|de la|de l'|du|de|del|di|da)\s+(?P<t>.+?)\s+(?:had\s+|has\s+|have\s+)?(?:on|upon|auf|sur|sobre|su)\s+(?P<y>.+?){_END}",
        rf"\b{_EFFECT}\s+(?:that\s+)?(?:of|from|to|von|vom|der|des|de la|de l'|du|de|del|di|da)\s+(?P<t>.+?)\s+(?:in terms of|measured by|for|to|in|en|em)\s+(?P<y>.+?){_END}",
        rf"\b{_EFFECT}\s+(?:does|did|do|has|had|hat|hatte|tuvo|tiene|a eu|a)\s+(?P<t>.+?)\s+(?:have\s+|had\s+)?(?:on|upon|for|auf|sobre|en|sur)\s+(?P<y>.+?){_END}",
        rf"\bwhat\s+{_DOES}\s+(?P<t>.+?)\s+(?:do|done|mean|meant)\s+(?:to|for|with)\s+(?P<y>.+?){_END}",
        rf"\bwhat\s+{_DOES}\s+(?P<t>.+?)\s+(?:bring|add|cost|give|earn|yield|contribute|brought|added)\s+(?:\S+\s+){{0,4}}?(?:in|to|of|for)\s+(?P<y>.+?){_END}",
        r"\bwhat\s+(?:happens|happened|would happen)\s+to\s+(?P<y>.+?)\s+(?:when|after|if|because|once|with)\s+(?P<t>.+?)(?=[?.!;]*$)",
        rf"\bhow\s+(?:much|many)\s+(?:more\s+|less\s+)?{_DOES}\s+(?:one|we|you|they|people)\s+(?P<y>.+?)\s+(?:per|for each|for every|with each)\s+(?P<t>.+?){_END}",
        rf"\bhow\s+(?:much|many)\s+(?P<y>.+?)\s+{_DOES}\s+(?:one|we|you|they|people|i)\s+\w+\s+(?:from|through|with|by|thanks to|because of|due to)\s+(?P<t>.+?){_END}",
        rf"\bhow\s+(?:much|many)\s+(?:(?:more|less|higher|lower|extra|additional|fewer)\s+)?(?P<y>.+?)\s+(?:{_DOES}\s+)?(?:because of|due to|thanks to|come from|comes from|came from)\s+(?P<t>.+?){_END}",
        rf"\bby how much\s+{_DOES}\s+(?P<t>.+?)\s+{_VERB}\s+(?P<y>.+?){_END}",
        rf"\bhow\s+(?:much|many)\s+(?:(?:more|less|higher|lower|extra|additional|fewer)\s+)?(?P<y>(?!{_DOES}\b)\S.*?)\s+{_DOES}\s+(?P<t>.+?)\s+[\w-]+(?:\s+(?:in|us|about))?{_END}",
        rf"\bhow\s+{_DOES}\s+(?P<y>.+?)\s+(?:change|develop|move|evolve|react|respond|differ)\w*\s+(?:when|if|once|because of|due to|with|after)\s+(?P<t>.+?)(?=[?.!;]*$)",
        rf"\bhow\s+(?:much\s+|strongly\s+|far\s+)?{_DOES}\s+(?P<t>.+?)\s+{_VERB}\s+(?P<y>.+?){_END}",
        rf"\bhow\s+{_DOES}\s+(?P<y>.+?)\s+(?:depend on|respond to|react to|change with|vary with)\s+(?P<t>.+?){_END}",
        rf"\bhow\s+{_DOES}\s+(?P<t>.+?)\s+{_VERB}\s*(?P<y>.*?){_END}",
        rf"^(?:{_DOES})\s+(?P<y>.+?)\s+(?:{_COMPARED})\s+(?:{_SINCE}|in|among|for|at)\s+(?P<t>.+?)(?=[?.!;]*$)",
        rf"\b(?P<y>\S.+?)\s+(?:because(?: of)?|due to|caused by|thanks to|driven by|attributable to)\s+(?P<t>.+?){_END}",
        rf"\b{_DOES}\s+(?P<t>.+?)\s+(?:really\s+|actually\s+|truly\s+)?{_VERB}\s+(?P<y>.+?){_END}",
        rf"\b(?:{_COMPARED})\s+(?P<y>\S.+?)\s+(?:{_SINCE})\s+(?P<t>.+?)(?=[?.!;]*$)",
        rf"^combien\s+(?:de\s+|d')(?P<y>.+?)\s+(?P<t>(?:une?|le|la|les)\s+.+?)\s+\w+(?:-t)?-(?:il|elle|on|ils|elles)\b.*{_END}",
        rf"^combien\s+(?:de\s+|d')(?P<y>.+?)\s+(?:le|la|les|l')\s*(?P<t>.+?)\s+(?:a|ont)(?:-t-\w+)?\s+\w+.*{_END}",
        rf"\b(?:hat|haben)\s+sich\s+(?P<t>.+?)\s+auf\s+(?P<y>.+?)(?:\s+ausgewirkt)?{_END}",
        rf"\bwas\s+(?:hat|haben)\s+(?P<t>.+?)\s+(?:für|an|bei|zu|mit)\s+(?P<y>.+?)\s+(?:gebracht|gemacht|bewirkt|beigetragen){_END}",
        rf"\bwas\s+(?:bringt|bringen|bewirkt|bewirken|macht|machen|brachte|brachten)\s+(?P<t>.+?)\s+(?:für|an|bei|mit)\s+(?P<y>.+?){_END}",
        rf"\bc[óo]mo\s+(?:ha\s+|han\s+)?\w+\s+(?P<t>.+?)\s+(?:a|al|en|sobre)\s+(?P<y>.+?){_END}",
        rf"\bcomment\s+(?P<t>.+?)\s+(?:a|ont|affecte\w*|influe\w*)(?:-t-\w+)?\s+(?:\w+é\s+)?(?:sur\s+)?(?P<y>.+?){_END}",
        rf"\b(?:wirk(?:t|en|te|ten))\s+(?:sich\s+)?(?P<t>.+?)\s+auf\s+(?P<y>.+?)(?:\s+aus)?{_END}",
        rf"\bwie\s+viele?\s+(?:(?:mehr|weniger)\s+)?(?P<y>.+?)\s+(?:hat|haben|brachte|brachten|bringt|bringen)\s+(?P<t>.+?)(?:\s+(?:{_GERMAN}))?{_END}",
        rf"\bum\s+wie\s+viel\s+(?:hat|haben)\s+(?P<t>.+?)\s+{_DETERMINER}\s+(?P<y>.+?)\s+(?:{_GERMAN}){_END}",
        rf"^(?:hat|haben|hatte|hatten|kann|können|wird|werden|würde)\s+(?P<t>\S+(?:\s+\S+)*?){_NO_PREPOSITION}\s+{_DETERMINER}\s+(?P<y>.+?)\s+(?:{_GERMAN}){_END}",
        rf"^(?:{_GERMAN_FIRST})\s+(?P<t>\S+(?:\s+\S+)*?){_NO_PREPOSITION}\s+{_DETERMINER}\s+(?P<y>.+?){_END}",
        rf"^(?:est-ce que\s+)?(?P<t>.+?)\s+(?:a|ont)(?:-t-(?:il|elle|ils|elles|on))?\s+{_FRENCH}\s+(?:le|la|les|l'|des|du)?\s*(?P<y>.+?){_END}",
        rf"^est-ce que\s+(?P<t>.+?)\s+{_FRENCH}\s+(?P<y>.+?){_END}",
        rf"^(?:ha\s+|han\s+)?{_SPANISH}\s+(?P<t>(?:el|la|los|las)\s+.+?)\s+(?:el|la|los|las)\s+(?P<y>.+?){_END}",
        rf"^(?P<t>(?:el|la|los|las)\s+.+?)\s+(?:ha\s+|han\s+)?{_SPANISH}\s+(?P<y>.+?){_END}",
        rf"^(?P<t>.+?)\s+{_VERB}\s+(?P<y>.+?){_END}",
        rf"\b(?:the|an?)\s+(?P<t>[\w.\- ]+?)\s+{_EFFECT}\s+(?:on|upon)\s+(?P<y>.+?){_END}",
        rf"\b{_EFFECT}\s+(?:on|upon|auf|sur|sobre)\s+(?P<y>.+?){_END}",
        rf"\bwhat\s+(?:happens|happened)\s+to\s+(?P<y>.+?){_END}",
        rf"\b{_EFFECT}\s+(?:of|from|von|de|du|di)\s+(?P<t>.+?){_END}",
    )
)  # fmt: skip
ASKS = re.compile(
    r"^(?:so |and |but |by )?(?:what|which|how|does|did|do|is|are|was|were|has|have|will|would|can|could|hat|haben|wie|wirkt|senkt|quel|est-ce|qué|effect)\b"
)
PRONOUNS = frozenset(
    ["it", "this", "that", "these", "they", "das", "dies", "es", "cela", "ça", "esto", "eso", "winning", "being treated"]
)  # fmt: skip
"""A cause that stands for something said before."""
SEGMENTS = re.compile(
    r"[,\s]*(?:\b(?:and|und|et|y)\s+)?(?:\b(?:does|do|is|hat)\s+(?:that|it|this|the effect)\s+(?=differ|vary))?"
    r"\b(?:(?:differ\w*|var(?:y|ies))\s+(?:for|by|across|between|in)|broken down by|split by|separately (?:for|by)|segmented by|by(?!\s+how\b)(?!\s+(?:year|month|week|day)\b)"
    r"|for (?:each|every|different)|for whom by|getrennt nach|aufgeteilt nach|je nach|je|nach|par|selon|según|por)"
    r"\s+(?:each |every |the |der |dem |la |le |el )?(?P<s>[\w.\-]+(?:\s(?:and|und|et|y)\s[\w.\-]+|\s[\w.\-]+)?)\s*[?.!]*$"
)
"""The end of a question that asks for the effect in parts of the rows."""
FOR_PART = re.compile(r"\b(?:for|among|in|bei|für|chez|pour|entre|para)\s+(?P<s>[\w.\-]+(?:\s[\w.\-]+)?\s+(?:customers?|users?|accounts?|people|patients?|stores?|kunden|clients|clientes))\b")  # fmt: skip
SUBORDINATE = re.compile(
    r"[,\s]+(?:once|after|since|when|where|while|because|before|in which|compared (?:to|with)|nachdem|seitdem|seit|après|depuis|tras|desde|during|per)\b.*$"
)
_OPENING = re.compile(
    r"^(?:so|and|but|please|tell me|can you say|estimate|measure|i want to know|what|which|why|whether|if|how|is|are|was|were|the|a|an|does|did|do|has|have|our|my|their|its|his|her|there|any"
    r"|getting|receiving|being|having|taking|using|introducing|der|die|das|den|dem|ein|eine|le|la|les|l'|el|los|las|un|une|una)\b[\s,:]*"
)  # fmt: skip
_CLOSING = re.compile(r"\s+(?:mehr|weniger|more|less|en plus|de más)$")


def cause_and_outcome(sentence: str) -> tuple[str, str] | None:
    """The phrases of one sentence for cause and outcome, either of which may be empty; None where it names neither."""
    vague: tuple[str, str] | None = None
    for pattern in PATTERNS:
        match = pattern.search(sentence)
        if match is None:
            continue
        found = match.groupdict()
        cause, outcome = trimmed(found.get("t") or ""), trimmed(found.get("y") or "")
        if cause in PRONOUNS or (cause and not outcome):
            vague = vague or (cause, outcome)
        elif cause or outcome:
            return cause, outcome
    return vague


def trimmed(phrase: str) -> str:
    """A phrase without what opens it and without quotes."""
    last = None
    while phrase != last:
        last = phrase
        phrase = _CLOSING.sub("", _OPENING.sub("", phrase.strip(" ,?!.'\"“”«»")))
    return phrase
