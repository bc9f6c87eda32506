"""Which role a column's name suggests, for columns that are no media."""
# ruff: noqa: SIM905 (word lists read better as words)

from __future__ import annotations

import re

from liftos_agents.data.column_names import words
from liftos_agents.domain.roles import OutcomeKind

REVENUE_WORDS = frozenset("revenue revenues sales turnover umsatz erlos ventas ingresos gmv income".split())
CONVERSION_WORDS = frozenset(
    "conversions conversion orders order purchases purchase signups leads transactions installs bookings "
    "subscriptions registrations customers bestellungen pedidos commandes".split()
)
UNIT_WORDS = frozenset("units unit quantity qty volume".split())
PLAIN_OUTCOME_NAMES = frozenset("y target outcome response kpi dependent".split())
CHANNEL_WORDS = frozenset(
    "channel platform source medium media network publisher kanal plattform canal plataforma".split()
)
GEO_WORDS = frozenset(
    "geo region regions country state market dma city province county store zip area land bundesland pais".split()
)
EVENT_WORDS = frozenset(
    "event events promo promos promotion promotions holiday holidays christmas xmas easter launch lockdown "
    "covid strike aktion feiertag".split()
)
ORGANIC_WORDS = frozenset(
    "organic newsletter newsletters email emails seo crm referral push earned owned".split()
)
DEMAND_WORDS = frozenset(
    "interest trends trend traffic sessions visits visitors searches queries demand pageviews".split()
)
POPULATION_WORDS = frozenset("population pop households inhabitants".split())
CURRENCY_WORDS = frozenset("currency wahrung moneda devise".split())
_CLAIMED_VALUE_WORDS = frozenset("value revenue sales umsatz".split())
_RIVAL_WORDS = frozenset("competitor competitors competition rival rivals comp control controls".split())
_NOT_OUTCOME = _RIVAL_WORDS | frozenset(
    "claimed attributed reported price discount rate share index lag lagged last previous prior forecast "
    "planned plan promo promotion event id margin".split()
)


def outcome_kind(name: str) -> OutcomeKind | None:
    """The kind of outcome that a name speaks of: `revenue`, `conversions`, `units`, or None."""
    found = set(words(name))
    if found & _NOT_OUTCOME or "per" in found or name.endswith("_B"):
        return None
    if "sales" in found and found & UNIT_WORDS:
        return "units"
    if found & REVENUE_WORDS or (("conversions" in found or "conversion" in found) and "value" in found):
        return "revenue"
    if found & CONVERSION_WORDS:
        return "conversions"
    return "units" if found & UNIT_WORDS else None


def is_plain_outcome(name: str) -> bool:
    """Whether a name is no more than "the outcome" (`y`, `target`, `kpi`)."""
    return name.lower() in PLAIN_OUTCOME_NAMES


def is_single_word(name: str) -> bool:
    """Whether a name says the outcome alone (`revenue`) and not one of several (`revenue_new`)."""
    return len([word for word in words(name) if word not in ("total", "all", "eur", "usd", "gbp")]) == 1


def is_value_per_outcome(name: str) -> bool:
    """Whether a name speaks of money per conversion: `revenue_per_conversion`, `aov`."""
    found = words(name)
    if "aov" in found or {"order", "value"} <= set(found):
        return True
    if "per" not in found:
        return False
    before, after = found[: found.index("per")], found[found.index("per") + 1 :]
    per = CONVERSION_WORDS | UNIT_WORDS | {"lead", "customer", "sale", "kpi"}
    return bool(set(before) & (REVENUE_WORDS | {"value", "price"}) and set(after) & per)


def is_claimed_value(name: str) -> bool:
    """Whether a platform export's column holds money that the platform credits itself with."""
    return bool(set(words(name)) & _CLAIMED_VALUE_WORDS) and not is_value_per_outcome(name)


def is_control(name: str) -> bool:
    """Whether a name says that the column is a control: `competitor_sales`, `x_control`, Robyn's `_B`."""
    return bool(set(words(name)) & _RIVAL_WORDS) or re.fullmatch(r".+_B", name) is not None


def speaks_of(name: str, vocabulary: frozenset[str]) -> bool:
    """Whether a word of `name` is in `vocabulary`."""
    return bool(set(words(name)) & vocabulary)
