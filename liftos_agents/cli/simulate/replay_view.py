"""A replay in the terminal: what it came to, and one week of it."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Column, Table
from rich.text import Text

from liftos_agents.domain.amount import format_money, format_number
from liftos_agents.domain.replay import Replay, ReplayAgent
from liftos_agents.reports.replay_weeks import decisions, hidden_of_world, outcome, week_name

_BARS = "▁▂▃▄▅▆▇█"
_RIGHT = {"justify": "right", "no_wrap": True}
_HIDDEN = "magenta"


def summary(console: Console, replay: Replay) -> None:
    """A line an agent, and a spark of its regret."""
    broken = any(agent.violations for agent in replay.agents)
    table = Table(
        Column("Agent", no_wrap=True),
        *(Column(name, **_RIGHT) for name in ("Expected", "Regret", "Of hold's", "Spent")),
        *([Column("Violations", **_RIGHT)] if broken else []),
        Column("Regret so far", no_wrap=True),
        box=box.SIMPLE_HEAD,
        title=_title(replay),
        title_justify="left",
    )
    highest = max(week.regret for agent in replay.agents for week in agent.weeks)
    for agent in replay.agents:
        table.add_row(
            agent.name if agent.asked_for else f"{agent.name} *",
            format_money(agent.expected_profit, replay.currency),
            format_money(agent.regret, replay.currency),
            "–" if agent.normalised_regret is None else format_number(agent.normalised_regret, decimals=2),
            format_money(agent.spent, replay.currency),
            *([str(agent.violations)] if broken else []),
            spark([week.regret for week in agent.weeks], highest, most=10),
        )
    console.print(table)
    console.print(
        "Expected: profit without luck; regret is the oracle's less the agent's, of hold's: 0 the oracle, 1 hold. "
        "* Played to be measured against.",
        style="dim",
        highlight=False,
    )


def week(replay: Replay, number: int) -> RenderableType:
    """Week `number`, from 0: the world, and each agent's decisions with sparks of its spend until then."""
    setting = replay.settings[number]
    hidden = "; ".join(f"{term}: {value}" for term, value in hidden_of_world(replay, number))
    parts: list[RenderableType] = [
        Text.from_markup(f"[bold]{escape(week_name(replay, number))}[/bold]  [dim]{_title(replay)}[/dim]"),
        Text(f"price {setting.price:.0%} of list, search interest {format_number(setting.search_interest)}"),
        Text(f"hidden: {hidden}", style=_HIDDEN),
    ]
    for agent in replay.shown:
        parts += [_channels(replay, agent, number), *_facts(replay, agent, number)]
    return Group(*parts)


def spark(values: Sequence[float], highest: float, most: int = 26) -> str:
    """Bars from zero to `highest`, at most `most`; neighbours are averaged, what lies below zero stands at it."""
    size = max(1, -(-len(values) // most))
    means = [sum(values[i : i + size]) / len(values[i : i + size]) for i in range(0, len(values), size)]
    if highest <= 0:
        return _BARS[0] * len(means)
    steps = (int(max(value, 0.0) / highest * len(_BARS)) for value in means)
    return "".join(_BARS[min(step, len(_BARS) - 1)] for step in steps)


def _title(replay: Replay) -> str:
    return escape(f"{replay.label}: {replay.scenario}, seed {replay.seed}")


def _channels(replay: Replay, agent: ReplayAgent, number: int) -> Table:
    found = agent.weeks[number]
    table = Table(
        Column(f"[bold]{escape(agent.name)}[/bold]", no_wrap=True),
        *(Column(name, **_RIGHT) for name in ("Asked", "Booked", "Spent", "Claimed")),
        Column("True (hidden)", style=_HIDDEN, **_RIGHT),
        Column("Spend so far", no_wrap=True),
        box=box.SIMPLE_HEAD,
    )
    for c, channel in enumerate(replay.channels):
        asked = found.asked[c]
        amounts = (found.booked[c], found.spent[c], found.claimed[c], found.incremental[c])
        table.add_row(
            channel,
            "–" if asked is None else format_money(asked),
            *(format_money(value) for value in amounts),
            spark([w.spent[c] for w in agent.weeks[: number + 1]], max(w.spent[c] for w in agent.weeks)),
        )
    return table


def _facts(replay: Replay, agent: ReplayAgent, number: int) -> list[Text]:
    said = "  ".join(f"{term} {value}" for term, value in outcome(replay, agent, number))
    decided = [Text(f"  {term}: {words}", style="bold") for term, words in decisions(replay, agent, number)]
    return [*decided, Text(f"  {said}", style="dim")]
