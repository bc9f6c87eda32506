"""What a column's name says: its words, its measure, and the channel it belongs to."""
# ruff: noqa: SIM905 (word lists read better as words)

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Measure = Literal["spend", "impressions", "clicks", "claimed"]

_SUFFIX_LETTERS: dict[str, Measure] = {"S": "spend", "I": "impressions", "P": "clicks"}
_MEASURE_WORDS: dict[str, Measure] = {
    **dict.fromkeys(
        (
            "spend spends spent cost costs budget ausgaben kosten werbekosten werbeausgaben "
            "depense depenses cout couts gasto gastos coste costes inversion"
        ).split(),
        "spend",
    ),
    **dict.fromkeys(
        "impression impressions impr imps views grp grps impressionen impresiones exposures".split(),
        "impressions",
    ),
    **dict.fromkeys("click clicks clics klicks".split(), "clicks"),
    **dict.fromkeys("claimed reported attributed".split(), "claimed"),
}
_CLAIM_OBJECTS = frozenset("revenue conversions conversion sales value purchases".split())
_GENERIC = frozenset(
    "total media ad ads adv advertising marketing all amount sum online offline overall gross net paid usd eur".split()
)
_NOT_MEDIA = frozenset(
    "per cpc cpm cpa cpl cac ctr cvr rate goods cogs shipping unit product production competitor competitors "
    "competition rival rivals comp fixed staff delivery return returns avg average mean page pages site website".split()
)
_MONEY_WORDS = frozenset(
    "eur euro euros usd dollar dollars gbp pounds jpy cny chf pln sek nok dkk aud cad inr brl".split()
)
_DATE_WORDS = frozenset(
    "date dates day week month time timestamp period ds datum tag woche monat fecha semana mes jour semaine "
    "mois".split()
)
_FORBIDDEN = re.compile(r"[.{}|:\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_WORD = re.compile(r"[A-ZÄÖÜ]+(?=[A-Z][a-z])|[A-ZÄÖÜ]?[a-zà-ÿ]+|[A-ZÄÖÜ]+|\d+")
_ACCENTS = str.maketrans("àâäáãçéèêëíîïñóôöõúùûüß", "aaaaaceeeeiiinoooouuuus")


@dataclass(frozen=True)
class MediaColumn:
    """A column that holds one measure of one channel; `channel` is empty for all of them together."""

    column: str
    channel: str
    measure: Measure


def words(name: str) -> tuple[str, ...]:
    """The words of a column name, lower case and without accents: `Media-Spend` gives media, spend."""
    return tuple(w.lower().translate(_ACCENTS) for w in _WORD.findall(name))


def is_date_name(name: str) -> bool:
    """Whether a column name speaks of a date or a period: `DATE`, `date_week`, `Month`, `Datum`."""
    return bool(_DATE_WORDS & set(words(name)))


def media_column(name: str) -> MediaColumn | None:
    """The channel and measure that a column's name states, or None.

    `tv_S`, `search_spend`, `spend_search`, `cost (search)` are spend of `tv` and `search`; `spend` and
    `total_spend` are spend of no channel in particular. Case and inner spelling of a channel are kept.
    """
    letter = re.fullmatch(r"(.+)_([SIP])", name)
    if letter:
        inner = media_column(letter[1])
        channel = inner.channel if inner and inner.channel else channel_name(letter[1])
        return MediaColumn(name, channel, _SUFFIX_LETTERS[letter[2]])
    parts = [part for part in re.split(r"[\s_\-./()\[\]:|]+", name) if part]
    if len(parts) == 1:
        parts = _WORD.findall(name)
    plain = [part.lower().translate(_ACCENTS) for part in parts]
    if _NOT_MEDIA & set(plain):
        return None
    claims = [i for i, part in enumerate(plain) if _MEASURE_WORDS.get(part) == "claimed"]
    places = claims or [i for i, part in enumerate(plain) if part in _MEASURE_WORDS]
    if not places:
        return None
    measure = _MEASURE_WORDS[plain[places[0]]]
    dropped = set(places) | {i for i, part in enumerate(plain) if part in _MONEY_WORDS}
    if measure == "claimed":
        dropped |= {i for i, part in enumerate(plain) if part in _CLAIM_OBJECTS}
    rest = [part for i, part in enumerate(parts) if i not in dropped]
    if all(part.lower() in _GENERIC for part in rest):
        return MediaColumn(name, "", measure)
    return MediaColumn(name, channel_name("_".join(rest)), measure)


def channel_name(text: str) -> str:
    """A channel's name without the characters that references are made of."""
    return _FORBIDDEN.sub("_", text.strip()) or "_"
