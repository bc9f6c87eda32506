"""Personal data in a line: addresses, numbers of accounts and cards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from liftos_agents.tools.content.policy import phone

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\b")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_CARD = re.compile(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)")
_WEB = re.compile(r"https?://|\bwww\.", re.IGNORECASE)


def personal_data(text: str, *, google: bool) -> Iterator[tuple[str, Literal["error", "warning"]]]:
    """What of a person or an account `text` holds, and how grave that is; Google refuses contact details in a text."""
    if _MAIL.search(text):
        yield "a mail address", "error"
    if (match := _IBAN.search(text)) and _remainder(match.group(0)) == 1:
        yield "the number of a bank account", "error"
    cards = [re.sub(r"\D", "", m.group(0)) for m in _CARD.finditer(text)]
    card = any(_luhn(digits) for digits in cards)
    if card:
        yield "the number of a payment card", "error"
    elif phone(text):
        yield "a phone number", "error" if google else "warning"
    if google and _WEB.search(text):
        yield "a web address, which has a field of its own", "error"


def _remainder(iban: str) -> int:
    bare = iban.replace(" ", "")
    return int("".join(str(int(c, 36)) for c in bare[4:] + bare[:4])) % 97


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0
