"""How wide a line is on a search result page.

Advance widths of Helvetica (Adobe's font metrics), which Arial shares, in thousandths of the font's size.
"""

from __future__ import annotations

import unicodedata

TITLE_PIXELS = 20.0
_WIDTHS = {
    191: "'",
    222: "ijl’‘ł",
    260: "|",
    278: " !,./:;I[]\\ft·",
    333: "()-`r“”¡",
    334: "{}",
    350: "•",
    355: '"',
    365: "ªº",
    389: "*",
    400: "°",
    469: "^",
    500: "Jcksvxyz",
    556: "#$_0123456789?L€£¥abdeghnopqu–«»ðĿŁ§",
    584: "+<=>~×±",
    611: "FTZßøþ¿",
    667: "&ABEKPSVXYÞ",
    722: "CDHNRUwÐ",
    778: "GOQØ",
    833: "Mm",
    889: "%æ",
    944: "Wœ",
    1000: "—…ÆŒ™",
    1015: "@",
}
_BY_LETTER = {letter: width for width, letters in _WIDTHS.items() for letter in letters}
_ELSE = 667


def pixel_width(text: str, size: float = TITLE_PIXELS) -> float:
    """Width of `text` in pixels at a font size in pixels; wide characters take a full em, unknown ones that of an `A`."""
    return size * sum(_thousandths(c) for c in unicodedata.normalize("NFC", text)) / 1000.0


def _thousandths(character: str) -> int:
    if character in _BY_LETTER:
        return _BY_LETTER[character]
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return 1000
    return _BY_LETTER.get(unicodedata.normalize("NFD", character)[0], _ELSE)
