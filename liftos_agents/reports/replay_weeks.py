"""The weeks of a replay in words and tables: what was decided, what was seen, and what was hidden."""

from __future__ import annotations

from collections.abc import Iterator

from liftos_agents.domain.amount import format_money, format_number, format_share
from liftos_agents.domain.replay import Replay, ReplayAgent, ReplayExperiment, ReplayReading, ReplayWeek
from liftos_agents.reports.figures import british_date
from liftos_agents.reports.markup import Markup, element, joined, pairs

_NOTHING = "–"
_LEAST_RIVAL = 0.005
"""Of a rival's pressure: what is worth a word."""


def week_sections(replay: Replay) -> Markup:
    """Every week, one after the other; the page's script shows one at a time."""
    return joined(_section(replay, week) for week in range(len(replay.settings)))


def week_name(replay: Replay, week: int) -> str:
    """`Week 3 of 52, 19 January 2026`."""
    date = british_date(replay.settings[week].date.isoformat())
    return f"Week {week + 1} of {len(replay.settings)}, {date}"


def hidden_of_world(replay: Replay, week: int) -> list[tuple[str, str]]:
    """What no agent was told of a week of the world: term and value."""
    setting = replay.settings[week]
    found = [
        ("demand", f"{format_number(setting.demand, decimals=2)} of usual"),
        ("conversions not seen", format_share(setting.tracking_loss)),
    ]
    return found + [(event.kind, event.words) for event in replay.events if event.week == week]


def decisions(replay: Replay, agent: ReplayAgent, week: int) -> list[tuple[str, str]]:
    """What an agent decided in a week beside budgets, and what its experiments showed: term and words."""
    found = agent.weeks[week]
    return list(_decided(replay, found))


def outcome(replay: Replay, agent: ReplayAgent, week: int) -> list[tuple[str, str]]:
    """What a week came to: term and amount, the hidden ones marked."""
    found = agent.weeks[week]
    money = replay.currency
    said = [("revenue", format_money(found.revenue, money)), ("profit", format_money(found.profit, money))]
    if found.fees:
        said.append(("fees", format_money(found.fees, money)))
    said += [
        ("expected profit (hidden)", format_money(found.expected_profit, money)),
        ("regret so far (hidden)", format_money(found.regret, money)),
    ]
    tired = {
        channel: share for channel, share in zip(replay.channels, found.weariness, strict=True) if share > 0
    }
    if tired:
        shares = ", ".join(f"{channel} {format_share(share)}" for channel, share in tired.items())
        said.append(("lost to tired creatives (hidden)", shares))
    if found.rival > _LEAST_RIVAL:
        said.append(("rival's pressure (hidden)", format_number(found.rival, decimals=2)))
    return said


def _section(replay: Replay, week: int) -> Markup:
    setting = replay.settings[week]
    seen = (
        f"Price {format_share(setting.price)} of the list price, "
        f"search interest {format_number(setting.search_interest)}."
    )
    hidden = "; ".join(f"{term}: {value}" for term, value in hidden_of_world(replay, week))
    return element(
        "section",
        element("h3", week_name(replay, week), tabindex="-1"),
        element("p", seen),
        element("p", element("b", "Hidden from agents: "), hidden + ".", class_="hidden-truth"),
        *(_agent(replay, agent, week) for agent in replay.shown),
        class_="week",
        id=f"week-{week + 1}",
    )


def _agent(replay: Replay, agent: ReplayAgent, week: int) -> Markup:
    name = f"{agent.name} in week {week + 1}"
    return joined(
        (
            element("h4", agent.name),
            element(
                "div",
                _table(replay, agent.weeks[week], name),
                class_="scroll tall",
                tabindex="0",
                role="region",
                aria_label=f"Decisions of {name}",
            ),
            pairs(decisions(replay, agent, week)),
            pairs(outcome(replay, agent, week)),
        )
    )


def _table(replay: Replay, week: ReplayWeek, name: str) -> Markup:
    plain = [
        element("th", label, scope="col")
        for label in (replay.currency, "Asked", "Booked", "Spent", "Claimed")
    ]
    true = element("th", "True", element("small", "hidden"), scope="col", class_="hidden-truth")
    rows = [
        _row(channel, week.asked[c], week.booked[c], week.spent[c], week.claimed[c], week.incremental[c])
        for c, channel in enumerate(replay.channels)
    ]
    asked = sum(value or 0.0 for value in week.asked)
    totals = asked, sum(week.booked), sum(week.spent), sum(week.claimed), sum(week.incremental)
    return element(
        "table",
        element("caption", f"Money and revenue by channel, {name}", class_="unseen"),
        element("thead", element("tr", *plain, true)),
        element("tbody", *rows, _row("all", *totals, kind="sum")),
        class_="figures",
    )


def _row(name: str, asked: float | None, *others: float, kind: str | None = None) -> Markup:
    """A channel's amounts, the last of them hidden from the agent."""
    shown = (_NOTHING if asked is None else format_money(asked), *map(format_money, others))
    cells = [element("td", value) for value in shown[:-1]]
    true = element("td", shown[-1], class_="hidden-truth")
    return element("tr", element("th", name, scope="row"), *cells, true, class_=kind)


def _decided(replay: Replay, week: ReplayWeek) -> Iterator[tuple[str, str]]:
    if week.abstained:
        yield "abstains", "the data do not tell what to do; budgets stay as the incumbent's"
    if week.violations:
        yield "violations", f"{week.violations}; what was beyond a hard bound was cut or refused"
    bids = {
        channel: bid
        for channel, bid in zip(replay.channels, week.bids or (), strict=False)
        if bid is not None
    }
    if bids:
        yield (
            "bids",
            ", ".join(f"{channel} {format_number(bid, decimals=2)}" for channel, bid in bids.items()),
        )
    if week.refreshed:
        yield "new creatives", ", ".join(week.refreshed)
    for design in week.began:
        yield ("experiment begins" if design.began else "experiment refused"), _design(replay, design)
    for reading in week.readings:
        yield "experiment ends", _reading(reading)
    if week.stated:
        said = [
            f"{channel} {format_number(pair[0], decimals=2)} to {format_number(pair[1], decimals=2)}"
            for channel, pair in zip(replay.channels, week.stated, strict=True)
            if pair is not None
        ]
        if said:
            yield "states returns", "; ".join(said) + " (90 % intervals)"


def _design(replay: Replay, design: ReplayExperiment) -> str:
    what = _changed(design.channel, design.factor)
    return f"{what} in {len(design.regions)} of {replay.regions} regions for {design.weeks} weeks"


def _reading(reading: ReplayReading) -> str:
    what = _changed(reading.channel, reading.factor)
    if reading.measured is None:
        return f"{what}: shows nothing"
    error = "" if reading.error is None else f" ± {format_number(reading.error, decimals=2)}"
    true = (
        ""
        if reading.true_return is None
        else f"; hidden: the true return was {format_number(reading.true_return, decimals=2)}"
    )
    return f"{what}, from week {reading.first + 1}: a return of {format_number(reading.measured, decimals=2)}{error}{true}"


def _changed(channel: str, factor: float) -> str:
    return f"{channel} held out" if factor == 0.0 else f"{channel} times {factor:g}"
