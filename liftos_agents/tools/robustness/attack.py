"""What one attack brings: a check with its bar, and the estimates behind it."""

from __future__ import annotations

from dataclasses import dataclass, field

from liftos_agents.domain.effect import Check, Term
from liftos_agents.tools.robustness.rerun import Found


@dataclass(frozen=True)
class Attack:
    """One attack.

    Attributes:
        fatal: When it fails, the effect does not hold up; otherwise it is fragile.
        terms: The further estimates by key.
        curve: Estimates for a picture.
    """

    check: Check
    terms: dict[str, Term] = field(default_factory=dict[str, Term])
    fatal: bool = False
    curve: tuple[Found, ...] = ()


def not_possible(name: str, why: str) -> Attack:
    """An attack that this effect does not admit; it neither passes nor fails."""
    return Attack(Check(name=name, value=None, threshold=None, passed=None, meaning=f"Not possible: {why}"))


def listed(prefix: str, found: tuple[Found, ...]) -> dict[str, Term]:
    """Estimates as terms `prefix_1`, `prefix_2`, …"""
    return {f"{prefix}_{i + 1}": one.term() for i, one in enumerate(found)}
