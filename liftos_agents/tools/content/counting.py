"""How long a text is by each platform's rule of counting."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import regex

Counting = Literal["characters", "wide", "utf16", "graphemes", "x", "sms"]

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("\f^{}\\[~]|€")
_X_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_X_ADDRESS = regex.compile(
    r"https?://[^\s]+|(?<![\w@.])(?:[\w-]+\.)+(?:com|org|net|io|de|fr|es|shop|co\.uk)(?:/\S*)?", regex.I
)
_X_ADDRESS_LENGTH = 23
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[#*0-9]\uFE0F?\u20E3")


@dataclass(frozen=True)
class MessageSize:
    """A short message: its encoding (`gsm7` or `ucs2`), its length in that encoding's units, and its parts."""

    encoding: str
    units: int
    segments: int


def measured_length(text: str, counting: Counting = "characters") -> int:
    """Length of `text` by a rule of counting.

    `characters` counts code points, `wide` counts East Asian wide ones twice (https://unicode.org/reports/tr11/), `utf16` code
    units, `graphemes` what a reader takes for one (https://unicode.org/reports/tr29/), `x` by the weights of twitter-text 3,
    `sms` units of the encoding that the message needs. The text is composed (NFC) first, as platforms store it.
    """
    composed = unicodedata.normalize("NFC", text)
    if counting == "wide":
        return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in composed)
    if counting == "utf16":
        return len(composed.encode("utf-16-le", "surrogatepass")) // 2
    if counting == "graphemes":
        return len(graphemes(composed))
    if counting == "x":
        return _weighed(composed)
    if counting == "sms":
        return message_size(composed).units
    return len(composed)


def graphemes(text: str) -> list[str]:
    """`text` in extended grapheme clusters."""
    return regex.findall(r"\X", text)


def emojis(text: str) -> tuple[str, ...]:
    """Pictograms in `text`, signs such as © or ™ and bare digits apart."""
    return tuple(m for m in _EMOJI.findall(text) if m not in "©®™‼⁉ℹ")


def message_size(text: str) -> MessageSize:
    """Encoding, length and parts of a short message (3GPP TS 23.038); a character is never parted between two."""
    composed = unicodedata.normalize("NFC", text)
    if all(c in GSM_BASIC or c in GSM_EXTENDED for c in composed):
        sizes, whole, part, encoding = [2 if c in GSM_EXTENDED else 1 for c in composed], 160, 153, "gsm7"
    else:
        sizes, whole, part, encoding = [2 if ord(c) > 0xFFFF else 1 for c in composed], 70, 67, "ucs2"
    units = sum(sizes)
    return MessageSize(encoding, units, 1 if units <= whole else _parts(sizes, part))


def _parts(sizes: list[int], room: int) -> int:
    parts, used = 1, 0
    for size in sizes:
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts


def _weighed(text: str) -> int:
    ends = [(0, 0), *((m.start(), m.end()) for m in _X_ADDRESS.finditer(text)), (len(text), len(text))]
    between = [text[a[1] : b[0]] for a, b in pairwise(ends)]
    addresses = _X_ADDRESS_LENGTH * (len(ends) - 2)
    return addresses + sum(_weight(cluster) for piece in between for cluster in graphemes(piece))


def _weight(cluster: str) -> int:
    if emojis(cluster):
        return 2
    return sum(1 if any(low <= ord(c) <= high for low, high in _X_LIGHT) else 2 for c in cluster)
