"""Amounts of money as catalogues and pages write them."""

from __future__ import annotations

import re

_SYMBOLS = {
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "zł": "PLN",
    "US$": "USD",
    "CA$": "CAD",
    "AU$": "AUD",
}
_SHOWN = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CAD": "CA$", "AUD": "AU$"}
_AMOUNT = re.compile(r"\d[\d.,'’ \u00a0]*\d|\d")
_CODE = re.compile(r"\b([A-Z]{3})\b")
_SYMBOL = re.compile("|".join(re.escape(s) for s in sorted(_SYMBOLS, key=lambda s: (-len(s), s))))


def read_money(text: str, currency: str | None = None) -> tuple[float | None, str | None]:
    """Amount and ISO code of `text`; `currency` where the text states none. A text with several amounts gives none."""
    amounts = _AMOUNT.findall(text)
    code = next((m.group(1) for m in _CODE.finditer(text)), None)
    symbol = _SYMBOL.search(text)
    stated = (
        code
        or (_SYMBOLS[symbol.group(0)] if symbol else None)
        or (currency or "").strip().upper()[:3]
        or None
    )
    return (_amount(amounts[0]) if len(amounts) == 1 else None), stated


def money_text(amount: float, currency: str | None) -> str:
    """`$29`, `€129.50`, `CHF 80`, or the bare amount where no currency is known."""
    figure = f"{amount:.0f}" if amount == int(amount) else f"{amount:.2f}"
    if currency is None:
        return figure
    return f"{_SHOWN[currency]}{figure}" if currency in _SHOWN else f"{currency} {figure}"


def _amount(digits: str) -> float:
    """`1.299,00`, `1,299.00`, `1 299` and `1'299` alike; three digits after a lone mark are thousands."""
    bare = re.sub(r"['’ \u00a0]", "", digits)
    last = max(bare.rfind("."), bare.rfind(","))
    if last < 0:
        return float(bare)
    both = "." in bare and "," in bare
    fraction = bare[last + 1 :]
    if both or len(fraction) != 3 or bare.startswith("0"):
        return (
            float(re.sub(r"[.,]", "", bare[:last]) + "." + fraction)
            if fraction
            else float(re.sub(r"[.,]", "", bare))
        )
    return float(re.sub(r"[.,]", "", bare))
