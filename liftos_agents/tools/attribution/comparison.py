"""Whether two ways of crediting channels disagree too much to move money on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from liftos_agents.tools.attribution.credit import Credit

_TOP = 5
_SHARED = 3
_RATIO = 5.0


@dataclass(frozen=True)
class Conflict:
    """A disagreement: of what kind, between which methods, and in words."""

    kind: str
    methods: tuple[str, str]
    reason: str


def conflicts(credits: Mapping[str, Credit], spend: Mapping[str, float]) -> tuple[Conflict, ...]:
    """Disagreements of the first method with each other one.

    A sign differs when both 90 % intervals keep off zero on opposite sides; returns differ more than fivefold when
    they do so beyond both intervals (a method without an interval is taken at its word); ranks disagree when fewer
    than three of the five best returns are shared, which takes at least eight channels.
    """
    (first, base), *others = credits.items()
    found: list[Conflict] = []
    for name, other in others:
        pair = (first, name)
        shared = [channel for channel in base.amount if channel in other.amount]
        for channel in shared:
            found += _signs(channel, pair, base, other)
            found += _ratio(channel, pair, base, other)
        found += _ranks(pair, base, other, [c for c in shared if spend.get(c, 0.0) > 0.0], spend)
    return tuple(found)


def ranking(amount: Mapping[str, float], spend: Mapping[str, float]) -> tuple[str, ...]:
    """Channels by credit per unit of spend, the best first; those without spend left out."""
    returns = {name: credit / spend[name] for name, credit in amount.items() if spend.get(name, 0.0) > 0.0}
    return tuple(sorted(returns, key=lambda name: (-returns[name], name)))


def _ends(credit: Credit, channel: str) -> tuple[float, float]:
    amount = credit.amount[channel]
    low = credit.low[channel] if credit.low is not None else amount
    high = credit.high[channel] if credit.high is not None else amount
    return low, high


def _signs(channel: str, pair: tuple[str, str], base: Credit, other: Credit) -> list[Conflict]:
    (low, high), (other_low, other_high) = _ends(base, channel), _ends(other, channel)
    if (low > 0.0 and other_high < 0.0) or (high < 0.0 and other_low > 0.0):
        return [Conflict("sign", pair, f"{channel}: {_said(pair[0])} and {_said(pair[1])} differ in sign.")]
    return []


def _ratio(channel: str, pair: tuple[str, str], base: Credit, other: Credit) -> list[Conflict]:
    (low, high), (other_low, other_high) = _ends(base, channel), _ends(other, channel)
    apart = (other_low > high or low > other_high) and min(base.amount[channel], other.amount[channel]) > 0.0
    if apart:
        small, large = sorted((base.amount[channel], other.amount[channel]))
        if large > _RATIO * small:
            return [
                Conflict(
                    "ratio",
                    pair,
                    f"{channel}: {_said(pair[0])} and {_said(pair[1])} differ more than fivefold.",
                )
            ]
    return []


def _ranks(
    pair: tuple[str, str], base: Credit, other: Credit, shared: list[str], spend: Mapping[str, float]
) -> list[Conflict]:
    best = ranking({name: base.amount[name] for name in shared}, spend)[:_TOP]
    other_best = ranking({name: other.amount[name] for name in shared}, spend)[:_TOP]
    if len(shared) >= _TOP and len(set(best) & set(other_best)) < _SHARED:
        words = f"{_said(pair[0])} and {_said(pair[1])} share fewer than three of their five best channels."
        return [Conflict("ranks", pair, words[0].upper() + words[1:])]
    return []


def _said(method: str) -> str:
    return {
        "mmm": "the marketing-mix model",
        "linear": "linear regression",
        "dml": "double machine learning",
        "causal_forest": "the causal forest",
        "last_touch": "last touch",
        "platform_claimed": "the platforms' claims",
    }.get(method, method)
