"""What a column's name says: the words in it, its measure, and the channel it belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Measure = Literal["spend", "impressions", "clicks", "claimed"]

_SUFFIX_LETTERS: dict[str, Measure] = {"S": "spend", "I": "impressions", "P": "clicks"}
_MEASURE_WORDS: dict[str, Measure] = {
    **dict.fromkeys(
        ("spend", "spends", "spent", "cost", "costs", "budget", "ausgaben", "kosten", "werbekosten"), "spend"
    ),
    **dict.fromkeys(("depense", "depenses", "cout", "couts", "gasto", "gastos", "coste", "costes"), "spend"),
    **dict.fromkeys(
        ("impression", "impressions", "impr", "imps", "views", "grp", "grps", "impressionen"), "impressions"
    ),
    **dict.fromkeys(("click", "clicks", "clics", "klicks"), "clicks"),
    **dict.fromkeys(("claimed", "reported", "attributed"), "claimed"),
}
_MONEY_WORDS = frozenset(
    "eur euro euros usd dollar dollars gbp pounds jpy cny chf pln sek nok dkk aud cad inr brl".split()
)
_DATE_WORDS = frozenset(
    "date dates day week month time timestamp period ds datum tag woche monat fecha semana mes jour semaine mois".split()
)
_FORBIDDEN = re.compile(r"[.{}|:]")
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-zà-ÿ]+|[A-Z]+|\d+")
_ACCENTS = str.maketrans("àâäáãçéèêëíîïñóôöõúùûüß", "aaaaaceeeeiiinoooouuuus")


@dataclass(frozen=True)
class MediaColumn:
    """A column that holds one measure of one channel."""

    column: str
    channel: str
    measure: Measure


def words(name: str) -> tuple[str, ...]:
    """The words of a column name, lower case and without accents: `Media-Spend` gives media, spend."""
    return tuple(w.lower().translate(_ACCENTS) for w in _WORD.findall(name))


def media_column(name: str) -> MediaColumn | None:
    """The channel and measure that a wide table's column name states, or None.

    `tv_S`, `search_spend`, `spend_search`, `cost (search)` are spend of `tv` and `search`. A column
    called `spend` alone belongs to no channel.
    """
    letter = re.fullmatch(r"(.+)_([SIP])", name)
    if letter:
        channel = letter.group(1)
        measure = _SUFFIX_LETTERS[letter.group(2)]
        found = media_column(channel)
        return MediaColumn(name, found.channel if found else channel_name(channel), measure)
    parts = [p for p in re.split(r"[\s_\-./()\[\]:|]+", name) if p]
    plain = [p.lower().translate(_ACCENTS) for p in parts]
    claimed = [i for i, p in enumerate(plain) if _MEASURE_WORDS.get(p) == "claimed"]
    places = claimed or [i for i, p in enumerate(plain) if p in _MEASURE_WORDS]
    if not places:
        return None
    measure = _MEASURE_WORDS[plain[places[0]]]
    drop = set(places)
    if measure == "claimed":
        drop |= {i for i, p in enumerate(plain) if p in ("revenue", "conversions", "sales", "value")}
    drop |= {i for i, p in enumerate(plain) if p in _MONEY_WORDS}
    rest = [p for i, p in enumerate(parts) if i not in drop]
    generic = {"total", "media", "ad", "ads", "marketing", "advertising", "all", "amount"}
    if not rest or all(p.lower() in generic for p in rest):
        return None
    return MediaColumn(name, channel_name("_".join(rest)), measure)


def is_date_name(name: str) -> bool:
    """Whether a column name speaks of a date or a period: `DATE`, `date_week`, `Month`, `Datum`."""
    return bool(_DATE_WORDS & set(words(name)))


def channel_name(text: str) -> str:
    """A channel's name without the characters that references are made of."""
    return _FORBIDDEN.sub("_", text.strip()) or "_"
