"""What an organisation's guardrails say of a plan that moves money. Pure: evidence in, reasons out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from liftos_agents.config import Guardrails
from liftos_agents.domain.promotion import NO_RECORD, PLAN
from liftos_agents.domain.run import ApprovalReason

_ROUNDING = 1e-9
PROMOTION = "unattended"
_UNRECORDED = ApprovalReason(rule=PROMOTION, text=NO_RECORD.format(what=PLAN), value=0.0, limit=1.0)


def reasons(
    tool: str, result: Mapping[str, Any], guardrails: Guardrails, *, promoted: bool = False
) -> tuple[ApprovalReason, ...]:
    """Why a person must decide on the plan in `result`, or nothing.

    Args:
        tool: `optimise_budget` or `what_if`; other tools propose no plan.
        result: The tool's result; one that was not solved proposes nothing.
        guardrails: The limits; a limit that is None never asks.
        promoted: Whether the plan gate's valid record promotes this plan.
    """
    if result.get("status") != "solved" or tool not in ("optimise_budget", "what_if"):
        return ()
    read = _allocation if tool == "optimise_budget" else _changes
    found = (
        _moved(*read(result), guardrails.max_share_moved),
        _beyond(result) if guardrails.beyond_history == "ask" else None,
        _total(tool, result, guardrails.max_total_change),
        None if promoted or guardrails.unattended == "limits" else _UNRECORDED,
    )
    return tuple(reason for reason in found if reason is not None)


def _allocation(result: Mapping[str, Any]) -> tuple[dict[str, float], float, tuple[str, ...]]:
    """Channel to change of money, the plan's total, and where both stand."""
    plan = cast("Mapping[str, Mapping[str, Any]]", result.get("allocation") or {})
    changes = {name: float(part["change"]) for name, part in plan.items()}
    paths = (*(f"allocation.{name}.change" for name in plan), "total")
    return changes, float(result.get("total") or 0.0), paths


def _changes(result: Mapping[str, Any]) -> tuple[dict[str, float], float, tuple[str, ...]]:
    channels = cast("Mapping[str, Mapping[str, Any]]", result.get("channels") or {})
    spend = cast("Mapping[str, Any]", result.get("spend") or {})
    changes = {name: float(part["change"]) for name, part in channels.items()}
    paths = (*(f"channels.{name}.change" for name in channels), "spend.current")
    return changes, float(spend.get("current") or 0.0), paths


def _moved(
    changes: dict[str, float], total: float, paths: tuple[str, ...], limit: float | None
) -> ApprovalReason | None:
    if limit is None or total <= 0.0:
        return None
    share = sum(abs(change) for change in changes.values()) / 2.0 / total
    if share <= limit + _ROUNDING:
        return None
    return ApprovalReason(
        rule="max_share_moved",
        text=f"{100.0 * share:.1f} % of the money changes channel; up to {100.0 * limit:.1f} % needs no decision.",
        value=share,
        limit=limit,
        paths=paths,
    )


def _beyond(result: Mapping[str, Any]) -> ApprovalReason | None:
    """The channel that a period would give most beyond its highest period so far."""
    plan = cast("Mapping[str, Mapping[str, Any]]", result.get("allocation") or {})
    found: list[tuple[float, str, float, float]] = []
    for name, part in plan.items():
        highest = float(part["highest_period"])
        schedule = cast("list[float] | None", part.get("schedule"))
        proposed = max(schedule) if schedule else float(part["proposed_period"])
        if proposed > highest * (1.0 + _ROUNDING) and float(part["change"]) > 0.0:
            found.append((proposed / highest if highest else float("inf"), name, proposed, highest))
    if not found:
        return None
    _, name, proposed, highest = max(found)
    others = f" ({len(found)} channels in all)" if len(found) > 1 else ""
    return ApprovalReason(
        rule="beyond_history",
        text=f"{name} would get {proposed:,.0f} in a period, more than in any period so far ({highest:,.0f}){others}.",
        value=proposed,
        limit=highest,
        paths=tuple(
            f"allocation.{n}.{field}"
            for _, n, _, _ in sorted(found, key=lambda f: f[1])
            for field in ("proposed_period", "highest_period")
        ),
    )


def _total(tool: str, result: Mapping[str, Any], limit: float | None) -> ApprovalReason | None:
    if limit is None:
        return None
    if tool == "optimise_budget":
        planned, now, paths = result.get("spent"), result.get("current_spend"), ("spent", "current_spend")
    else:
        spend = cast("Mapping[str, Any]", result.get("spend") or {})
        planned, now, paths = spend.get("changed"), spend.get("current"), ("spend.changed", "spend.current")
    if planned is None or not now:
        return None
    change = abs(float(planned) / float(now) - 1.0)
    if change <= limit + _ROUNDING:
        return None
    direction = "more" if float(planned) > float(now) else "less"
    return ApprovalReason(
        rule="max_total_change",
        text=f"The total is {100.0 * change:.1f} % {direction} than what is spent now; up to {100.0 * limit:.1f} % needs no decision.",
        value=change,
        limit=limit,
        paths=paths,
    )
