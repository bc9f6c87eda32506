"""Dates that a question names, in the ways people write them."""

from __future__ import annotations

import re
from datetime import date

_MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january januar janvier enero gennaio jan",
            "february februar février fevrier febrero feb",
            "march märz maerz mars marzo mar",
            "april avril abril aprile apr",
            "may mai mayo maggio",
            "june juni juin junio giugno jun",
            "july juli juillet julio luglio jul",
            "august août aout agosto aug",
            "september septembre septiembre settembre sept sep",
            "october oktober octobre octubre ottobre oct okt",
            "november novembre noviembre nov",
            "december dezember décembre decembre diciembre dec dez",
        ),
        start=1,
    )
    for name in names.split()
}
MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ISO = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")
_WORDS = re.compile(
    rf"\b(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|\.|º)?\s+(?:of\s+|de\s+)?)?(?P<m>{MONTH})\.?\s+(?:(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+)?(?:de\s+|of\s+)?(?P<y>(?:19|20)\d\d)\b"
)
_DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.((?:19|20)\d\d)\b")


def dates_in(text: str) -> tuple[str, ...]:
    """ISO dates named in lower-case `text`; a month alone is its first day."""
    found = list(_ISO.findall(text))
    for match in _WORDS.finditer(text):
        found.append(_iso(match["y"], _MONTHS[match["m"]], match["d"] or match["d2"] or 1))
    found += [_iso(year, month, day) for day, month, year in _DOTTED.findall(text)]
    return tuple(dict.fromkeys(d for d in found if d))


def _iso(year: str | int, month: str | int, day: str | int) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""
