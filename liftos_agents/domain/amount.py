"""Numbers as people read them: money, shares, counts."""

from __future__ import annotations

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "PLN": "zł ", "CHF": "CHF "}
_SCALES = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))


def format_money(value: float, currency: str | None = None, *, exact: bool = False) -> str:
    """Money with its currency sign: `€1.50m`, or `€1,500,000` when `exact`."""
    sign = "−" if value < 0 else ""
    symbol = SYMBOLS.get(currency, f"{currency} ") if currency else ""
    amount = abs(value)
    if exact:
        return f"{sign}{symbol}{amount:,.0f}"
    for scale, suffix in _SCALES:
        if amount >= scale * 0.9995:
            scaled = amount / scale
            return f"{sign}{symbol}{_significant(scaled, 3)}{suffix}"
    return f"{sign}{symbol}{_significant(amount, 3)}"


def format_share(value: float) -> str:
    """A fraction as a percentage with one decimal: `29.1 %`."""
    return f"{_minus(f'{value * 100:.1f}')} %"


def format_count(value: float) -> str:
    """A whole number with thousands separators."""
    return _minus(f"{value:,.0f}")


def format_number(value: float, *, decimals: int | None = None) -> str:
    """A number to `decimals` places, or to three significant digits when not given."""
    if decimals is not None:
        return _minus(f"{value:,.{decimals}f}")
    sign = "−" if value < 0 else ""
    return sign + _significant(abs(value), 3)


def _significant(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    if value >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    text = f"{value:.{digits}g}"
    if "e" in text:
        return text
    whole, _, _ = text.partition(".")
    places = digits - len(whole) if whole != "0" else None
    return f"{value:.{places}f}" if places is not None else text


def _minus(text: str) -> str:
    return text.replace("-", "−") if text.strip("-0.,") else text.removeprefix("-")
