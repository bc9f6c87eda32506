"""The words by which a question asks for a cause: an effect, a method that finds one, a forecast or a test."""

from __future__ import annotations

import re

from liftos_agents.domain.task import DatasetBrief

_EFFECT = re.compile(
    r"\b(?:effects?|impacts?|influence[sd]?|causal\w*|caus(?:e|es|ed|ing)|because of|due to|treat(?:ment|ed|ments)?|consequences?|uplift|incremental\w*|incrementality|what (?:does|did) .{2,60} do to"
    r"|(?:does|did|do|will|would|can|has|have) .{2,80} (?:affect|chang|rais|increas|reduc|lower|improv|worsen|hurt|boost|driv|influenc|help|lift|decreas|lead to|make|prevent|cut|cost|sav|matter|work|pay off|give)\w*"
    r"|how (?:much|many|strongly) .{0,60}(?:affect|chang|rais|increas|reduc|lower|improv|boost|lift|decreas|add|gain)\w*"
    r"|what happen(?:s|ed) to|returns? to"
    r"|wirkung|effekte?|einfluss|auswirkung\w*|bewirk\w*|ursach\w*|verursach\w*|beeinfluss\w*|kausal\w*"
    r"|(?:hat|haben|hatte|hatten) .{2,80}(?:erhöh|gesenk|gesteiger|veränder|verbesser|verringer|vermehr|gebracht|gewirkt|beschleunig|verkürz)\w*"
    r"|(?:augment|rédui|diminu|amélior|fait baisser|fait monter|accru|chang)\w*|(?:aument|reduj|reduc|disminu|mejor|cambi|baj[óo])\w*"
    r"|effets?|incidence|causes?|causalit\w*|efectos?|impacto|causalidad|influencia|effett\w*|impatto|efeito\w*|effect(?:en)?|invloed|oorzaak|wpływ\w*|skutek|skutk\w*)\b"
    r"|効果|影響|因果|原因|效果|影响|因果|导致",
    re.IGNORECASE,
)
_METHOD = re.compile(
    r"\b(?:instruments?|instrumental|discontinuit\w+|cut-?off|diff(?:erence)?s?[- ]in[- ]diff\w*|synthetic control|counterfactual|confound\w*|propensity|placebo|robust\w*|"
    r"randomi[sz]ed|rct|experiments?|a/?b[- ]?tests?|hold-?outs?|geo[- ]?tests?|lift tests?|sample size|statistical power|minimum detectable|causal (?:graph|model|diagram)|dag|identif(?:y|ied|ication)|"
    r"forecast\w*|predict\w*|prognose|vorhersage|season\w*|day of the week|weekday\w*|holidays?|trends?|touch-?points?|journeys?|paths?|multi-?touch|heterogene\w*)\b",
    re.IGNORECASE,
)


_TEST = re.compile(
    r"\b(?:sample size|minimum detectable|statistical power|(?:plan|design|set up|prepare|size|run)\w*\b.{0,40}\b(?:geo[- ]?|a/?b[- ]?|lift |split |hold-?out )?(?:tests?|experiments?|hold-?outs?)|"
    r"how (?:many|long)\b.{0,80}\b(?:detect|a/?b[- ]?test|experiment|test (?:run|last|take)))\b",
    re.IGNORECASE,
)


_CREDIT = re.compile(
    r"\b(?:attribut(?:e|es|ed|ing|ion|able)|credit(?:s|ed|ing)?(?!\s+(?:scores?|ratings?|cards?|limits?|lines?)))\b.{0,80}\b(?:channels?|campaigns?|exposures?|media|mediums?|ads?|touch\w*|users?|rows?|orders?|conversions?|sales|purchases?|revenue|signups?)\b"
    r"|\b(?:channels?|campaigns?|exposures?|media|ads?)\b.{0,60}\b(?:deserv\w*|attribut(?:e|es|ed|ing|ion))\b|\bdeserv\w*\b.{0,60}\b(?:channels?|campaigns?|credit)\b",
    re.IGNORECASE,
)


def asks_for_credit(text: str) -> bool:
    """Whether `text` asks how an outcome is shared out over channels, exposures or campaigns."""
    return _CREDIT.search(text) is not None


def plans_a_test(text: str) -> bool:
    """Whether `text` asks for the plan of an experiment, which needs no data yet."""
    return _TEST.search(text) is not None


def asks_for_effect(text: str) -> bool:
    """Whether `text` asks what something does to something else."""
    return _EFFECT.search(text) is not None


def is_causal(text: str) -> bool:
    """Whether `text` asks for an effect, or for one of the methods around it."""
    return asks_for_effect(text) or _METHOD.search(text) is not None


_WORD = re.compile(r"[^\W\d_]{3,}")
_SHORTEST = 4
_NO_SUBJECT = frozenset(
    [
        "spend",
        "date",
        "week",
        "month",
        "year",
        "this",
        "that",
        "with",
        "from",
        "what",
        "when",
        "does",
        "have",
        "were",
        "which",
        "their",
        "name",
        "code",
        "index",
    ]
)


def names_columns(text: str, table: DatasetBrief) -> bool:
    """Whether a word of `text` is that of a column that is neither a medium nor their outcome, or of its description."""
    said = {w.lower() for w in _WORD.findall(text)} - _NO_SUBJECT
    media = {
        w for c in (*table.channels, table.outcome or "") for w in _WORD.findall(c.lower())
    } | _NO_SUBJECT
    names = {w for column in table.columns for w in _WORD.findall(column.lower())}
    described = {
        w for words in table.descriptions.values() for w in _WORD.findall(words.lower()) if len(w) > _SHORTEST
    }
    known = (names | described) - media
    return any(_same(word, name) for word in said for name in known)


def _same(word: str, name: str) -> bool:
    """Equal, or one the other with an ending: wage and wages, emp is no employment here."""
    short, long = sorted((word, name), key=len)
    return word == name or (
        len(short) >= _SHORTEST and len(long) - len(short) <= 2 and long.startswith(short)
    )
