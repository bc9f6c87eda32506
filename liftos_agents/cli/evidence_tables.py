"""Evidence as tables: one for each tool whose result people read as rows, and for every effect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from rich import box
from rich.table import Table

from liftos_agents.cli.effect_view import estimate_table
from liftos_agents.domain.amount import format_money, format_number, format_share
from liftos_agents.domain.evidence import Evidence
from liftos_agents.reports.effect_words import is_effect

MOST_TERMS_BESIDE_AN_ANSWER = 12


def tables(evidence: Iterable[Evidence]) -> Iterator[Table]:
    """A table for each piece of evidence that has one, in order."""
    for item in evidence:
        builder = _BUILDERS.get(item.tool) or (_effect if is_effect(item.result) else None)
        if builder and (table := builder(item.result)) is not None:
            table.caption = f"{item.tool} · {item.id}"
            table.caption_justify = "left"
            yield table


def _effect(result: dict[str, Any]) -> Table:
    return estimate_table(result, MOST_TERMS_BESIDE_AN_ANSWER)


def _fit(result: dict[str, Any]) -> Table | None:
    channels = result.get("channels") or {}
    if not channels:
        return None
    currency = result.get("currency")
    title = "Channels, with their shares of the outcome"
    table = _table(title, "Channel", "Spend", "Share", "ROAS (90 %)", "Next unit (90 %)", "P(waste)")
    for name, channel in channels.items():
        wasteful = channel.get("probability_wasteful")
        marginal = channel.get("decision_marginal_roas") or channel.get("marginal_roas")
        table.add_row(
            name,
            format_money(_mean(channel["spend"]), currency),
            format_share(_mean(channel["share"])),
            _interval(channel["roas"]),
            _interval(marginal),
            "–" if wasteful is None else format_share(_mean(wasteful)),
            style="yellow" if channel.get("wasteful") else None,
        )
    return table


def _allocation(result: dict[str, Any]) -> Table | None:
    allocation = result.get("allocation") or {}
    if not allocation:
        return None
    currency = result.get("currency")
    table = _table("Budget", "Channel", "Current mix", "Proposed", "", "Change")
    top = max((max(a["current"], a["proposed"]) for a in allocation.values()), default=0.0) or 1.0
    for name, row in allocation.items():
        change = row["proposed"] - row["current"]
        table.add_row(
            name,
            format_money(row["current"], currency),
            format_money(row["proposed"], currency),
            f"[green]{'█' * round(16 * row['proposed'] / top)}[/green]",
            ("+" if change > 0 else "") + format_money(change, currency),
        )
    return table


def _attribution(result: dict[str, Any]) -> Table | None:
    channels: dict[str, dict[str, Any]] = result.get("channels") or {}
    methods = [m for m in result.get("methods") or {} if any(_credited(c, m) for c in channels.values())]
    if not methods:
        return None
    names = [method.replace("_", " ") for method in methods]
    table = _table("What each method credits", "Channel", *names)
    for name, channel in channels.items():
        credits = [_credited(channel, method) for method in methods]
        table.add_row(
            name, *("–" if credit is None else _amount(credit["contribution"]) for credit in credits)
        )
    return table


def _amount(value: Any) -> str:
    if not isinstance(value, dict):
        return format_money(float(value))
    mean, low, high = (format_money(value[key]) for key in ("mean", "p05", "p95"))
    return f"{mean} [{low}, {high}]"


def _credited(channel: dict[str, Any], method: str) -> dict[str, Any] | None:
    credit = channel.get(method)
    return credit if isinstance(credit, dict) and credit.get("contribution") is not None else None


_BUILDERS: dict[str, Callable[[dict[str, Any]], Table | None]] = {
    "fit_mmm": _fit,
    "optimise_budget": _allocation,
    "attribute": _attribution,
}


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for position, column in enumerate(columns):
        table.add_column(
            column,
            justify="left" if position == 0 or not column else "right",
            no_wrap=bool(position),
            overflow="fold",
        )
    return table


def _mean(value: Any) -> float:
    return float(value["mean"] if isinstance(value, dict) else value)


def _interval(value: Any) -> str:
    if value is None:
        return "–"
    if not isinstance(value, dict):
        return _ratio(float(value))
    mean, low, high = (_ratio(value[k]) for k in ("mean", "p05", "p95"))
    return f"{mean} [{low}, {high}]"


def _ratio(value: float) -> str:
    return format_number(value, decimals=2 if abs(value) < 100 else 0)
