"""A sentence as a row of items: quantities, channels and the words that tie them together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from liftos_agents.models.offline.channel_names import Mention, mentions
from liftos_agents.models.offline.lexicon import lexicon
from liftos_agents.models.offline.quantities import Quantity, quantities
from liftos_agents.models.offline.slot_language import in_slot_words
from liftos_agents.models.offline.spelling import stem

_CUES: tuple[tuple[str, str], ...] = (
    ("break", r"[;?!]|\.(?=\s|$)"),
    ("comma", r","),
    ("hold", r"unchanged|as (?:it|they) (?:is|are)|as is|untouched|constant|the same|fixed|unverandert|gleich|inchangee?s?|constante?s?|sin cambios|igual|alone"),
    ("hold_next", r"do(?: not|n't) (?:touch|change|move)|freeze|hold|lock|nicht (?:anfassen|andern)|ne touche[zr]? pas(?: a)?|no toques|no tocar"),
    ("max", r"at most|no more than|not more than|maximum(?: of)?|max\.?|up to|capped at|cap|limit(?:ed to)?|hochstens|maximal|nicht mehr als|au plus|au maximum|pas plus de|como maximo|no mas de|maximo|maximal|<="),
    ("min", r"at least|minimum(?: of)?|min\.?|no less than|not less than|mindestens|nicht weniger als|au moins|au minimum|pas moins de|al menos|como minimo|por lo menos|minimo|>="),
    ("between", r"between|zwischen|entre"),
    ("over", r"(?:over|above|more than|exceeds?|exceeding|uber|mehr als|plus de|mas de|>)(?=\s*[€$£]?\d)"),
    ("under", r"(?:under|below|less than|unter|weniger als|moins de|menos de|<)(?=\s*[€$£]?\d)"),
    ("nothing", r"nothing|no (?:single )?(?:channel|one|medium)|none|never|kein kanal|nichts|aucun canal|rien|ningun canal|nada"),
    ("each", r"(?:per channel|each|every|any)(?: single)?(?: channel| one| medium)?|jeder kanal|jeden kanal|chaque canal|cada canal"),
    ("together", r"together|combined|in total|in sum|jointly|zusammen|insgesamt|ensemble|au total|juntos|en conjunto"),
    ("share_of", r"of (?:the )?(?:total|budget)|of it|share"),
    ("off", r"without|go(?:ing|es)? (?:dark|silent)|get(?:ting)? rid of|cancel(?:led|ling)?|(?:turn|switch|shut)(?:ing|ed)? off|stop(?:ped|ping)?|pause|pausing|drop|dropping|kill|remove|removing|exclude|excluding|leave out|leaving out|no longer|ohne|streichen|abschalten|einstellen|sans|couper|supprimer|arreter|sin|parar|apagar|quitar|eliminar|zero out"),
    ("wholly", r"completely|entirely|altogether|fully|to zero|ganz|vollstandig|completement|entierement|totalement|por completo|del todo"),
    ("half", r"halve[sd]?|halving|halved|halbieren|halbiere"),
    ("double", r"double|doubling|doubled|verdoppeln|verdopple|doubler|doublons|duplicar|doblar|duplico"),
    ("triple", r"triple|tripling|tripled|verdreifachen|tripler|triplicar"),
    ("quadruple", r"quadruple|quadrupling|vervierfachen"),
    ("down", r"cut(?:s|ting)?|reduc(?:e|es|ed|ing|tion)|lower(?:ed|ing)?|decreas(?:e|ed|ing)|trim(?:med|ming)?|slash(?:ed|ing)?|kurz(?:en|e|t)|senk(?:en|e|t)|reduzier(?:en|e|t)|redui(?:re|s|t|sons)|baiss(?:er|e|ons)|diminu(?:er|e|ons)|reduc(?:ir|imos)|reduzco|recort(?:ar|o|amos)|baj(?:ar|o|amos)|sav(?:e|es|ed|ing)|spar(?:en|e|t)|einspar(?:en|e)|economis(?:er|e|ons)|ahorr(?:ar|o|amos)|less|fewer|weniger|moins|menos"),
    ("up", r"increas(?:e|ed|ing)|rais(?:e|ed|ing)|boost(?:ed|ing)?|grow(?:ing)?|add(?:ed|ing)?|additional|extra|another|zusatzliche?n?|supplementaires?|adicional(?:es)?|erhoh(?:en|e|t)|steiger(?:n|e)|augment(?:er|e|ons)|aument(?:ar|o|amos)|sub(?:ir|imos)|more(?! (?:efficient|effective|profit|than|or less|out of|from|about))|mehr|plus|mas"),
    ("move", r"mov(?:e|ed|ing)|shift(?:ed|ing)?|transfer(?:red|ring)?|verschieb(?:en|e)|umschichten|deplac(?:er|ons)|traslad(?:ar|o)"),
    ("from", r"from|von|depuis"),
    ("to", r"to|onto|into|auf|zu|nach|vers|hacia"),
    ("and", r"and|und|et|y|&|or|oder|ou|nor"),
    ("all", r"everything|all (?:the )?(?:channels|media|spend|spending|budgets?)|(?:the |our |my |total |overall |whole |entire |marketing |media |ad )*(?:budgets?|spend|spending)|alles|alle kanale|(?:das )?(?:gesamt)?budget|tout|tous les canaux|todo|todos los canales|el presupuesto"),
    ("change", r"chang(?:e|es|ed|ing)|deviat(?:e|es|ion)|swing|verandern|andern|changer|varier|cambiar"),
    ("outcome", r"revenue|sales|conversions|umsatz|ventes|ventas|profit"),
)  # fmt: skip
_EDGES = {"break": ("", ""), "comma": ("", ""), "over": (r"(?<!\w)", ""), "under": (r"(?<!\w)", "")}
_CUE = re.compile(
    "|".join(
        f"(?P<{kind}>{before}(?:{pattern}){after})"
        for kind, pattern in _CUES
        for before, after in [_EDGES.get(kind, (r"(?<!\w)", r"(?!\w)"))]
    )
)


_NONE_OF = re.compile(
    r"(?<![\w'])(?:no|nothing (?:on|for|to|in)|zero (?:on|for|to|in)|keine?|nichts fur|pas de|rien (?:en|pour)|nada (?:en|para))\s+$"
)
_ENDS_THERE = re.compile(
    r"\s*(?:$|[,;.?!]|(?:spend|spending|ads|at all)\b|(?:and|or|nor|und|oder|et|ou|y|o)\b)"
)
_NAME = re.compile(r"(?<![\w'])[a-z][a-z_0-9]{3,}(?![\w'])")
_VERBS = frozenset(
    word
    for words in (
        "keep keeps gets should must stay stays remain remains receive receives leave take have make made using while",
        "quarter month week year period periods bleiben bekommt bleibt soll sollen rester recevoir garder mantener",
        "recibe quede dejar",
    )
    for word in words.split()
)


@dataclass(frozen=True)
class Item:
    """One item: `kind` is that of a quantity, `channel`, the name of a cue, or `strange` for a word nobody knows."""

    kind: str
    start: int
    end: int
    quantity: Quantity | None = None
    mention: Mention | None = None


def items(text: str, channels: Sequence[str]) -> tuple[Item, ...]:
    """The items of `text`, in order of reading, none of them overlapping."""
    said = in_slot_words(text)
    measured = quantities(said)
    taken = [(q.start, q.end) for q in measured if q.kind != "number"]
    named = mentions(said, channels, taken)
    found = [Item("channel", m.start, m.end, mention=m) for m in named]
    inside = [(m.start, m.end) for m in named]
    found += [
        Item(q.kind, q.start, q.end, quantity=q)
        for q in measured
        if not any(s < q.end and q.start < e for s, e in inside)
    ]
    found += _none_of(said, named)
    taken = [(i.start, i.end) for i in found]
    for match in _CUE.finditer(said):
        if match.lastgroup and not any(s < match.end() and match.start() < e for s, e in taken):
            found.append(Item(match.lastgroup, match.start(), match.end()))
    taken = [(i.start, i.end) for i in found]
    for match in _NAME.finditer(said):
        if _is_strange(match.group(0)) and not any(s < match.end() and match.start() < e for s, e in taken):
            mention = Mention(match.group(0), (), match.start(), match.end())
            found.append(Item("strange", match.start(), match.end(), mention=mention))
    return tuple(sorted(found, key=lambda i: i.start))


def _none_of(said: str, named: Sequence[Mention]) -> list[Item]:
    """`no` or `nothing on` just before a channel, where the thought ends with it: the channel is left out."""
    found: list[Item] = []
    for mention in named:
        match = _NONE_OF.search(said[: mention.start])
        if match and _ENDS_THERE.match(said[mention.end :]):
            found.append(Item("off", match.start(), mention.start))
    return found


def _is_strange(word: str) -> bool:
    """Whether `word` could be the name of a channel that the data does not have."""
    known = lexicon()
    forms = {word, stem(word), word.removesuffix("s")}
    return not (
        forms & known.stop_words or forms & known.words.keys() or stem(word) in known.stems or word in _VERBS
    )
