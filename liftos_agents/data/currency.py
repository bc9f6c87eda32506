"""Which currency a table's amounts are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from liftos_agents.data.column_names import words
from liftos_agents.data.number_format import CURRENCY_CODES, CURRENCY_SIGNS
from liftos_agents.data.role_words import CURRENCY_WORDS, speaks_of
from liftos_agents.domain.roles import ColumnRoles
from liftos_agents.errors import DataError

if TYPE_CHECKING:
    from liftos_agents.data.dataset import Dataset

_WORDS = {"euro": "EUR", "euros": "EUR", "dollar": "USD", "dollars": "USD", "pounds": "GBP"}


def currency_of(dataset: Dataset, roles: ColumnRoles, given: str | None = None) -> str | None:
    """The ISO code of the amounts that `roles` names: from their cells, their names or a currency column.

    Raises:
        DataError: They are in several currencies.
    """
    if given is not None:
        return given
    amounts = [column for columns in roles.spend.values() for column in columns]
    if roles.outcome_kind == "revenue":
        amounts.append(roles.outcome)
    found = {c: code for c in amounts if (code := dataset.currencies.get(c) or currency_in_name(c))}
    found |= stated_currencies(dataset)
    codes = sorted(set(found.values()))
    if len(codes) > 1:
        where = ", ".join(f"{column!r} in {code}" for column, code in sorted(found.items()))
        raise DataError(
            f"amounts in {' and '.join(codes)} ({where})",
            where=dataset.name,
            fix="Convert them to one currency, or say --role currency=EUR if the marks are wrong",
        )
    return codes[0] if codes else None


def currency_in_name(column: str) -> str | None:
    """The currency that a column's name states: `spend_eur`, `Revenue (€)`."""
    for sign, code in CURRENCY_SIGNS.items():
        if not sign.isalpha() and sign in column:
            return code
    for word in words(column):
        if word.upper() in CURRENCY_CODES and word.upper() not in ("TRY",):
            return word.upper()
        if word in _WORDS:
            return _WORDS[word]
    return None


def stated_currencies(dataset: Dataset) -> dict[str, str]:
    """Codes that a column called `currency` holds, each under a label of its own."""
    frame = dataset.frame
    if frame is None:
        return {}
    codes: dict[str, str] = {}
    for column in map(str, frame.columns):
        if speaks_of(column, CURRENCY_WORDS):
            for value in sorted({str(v).strip().upper() for v in frame[column].dropna()}):
                if value in CURRENCY_CODES:
                    codes[f"{column}={value}"] = value
    return codes
