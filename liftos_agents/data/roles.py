"""Works out what each column of a table is for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from liftos_agents.data import role_words as say
from liftos_agents.data.catalogue_table import is_catalogue
from liftos_agents.data.column_names import Measure, MediaColumn, words
from liftos_agents.data.column_values import calendar_copy, one_value, zero_or_one
from liftos_agents.data.currency import currency_of
from liftos_agents.data.layout import (
    RoleTable,
    find_channel_column,
    find_date,
    find_geo,
    find_media,
    refuse_spoilt_amounts,
)
from liftos_agents.data.outcome_role import Outcome, find_outcome
from liftos_agents.data.role_overrides import check_overrides, numeric
from liftos_agents.domain.roles import ColumnRoles
from liftos_agents.errors import AmbiguousRoleError, DataError

if TYPE_CHECKING:
    from liftos_agents.data.dataset import Dataset

ALL_CHANNELS = "*"
ONE_CHANNEL = "media"


def work_out_roles(dataset: Dataset, overrides: Mapping[str, Any] | None = None) -> ColumnRoles:
    """The roles of `dataset`'s columns: those in `overrides` as given, the others worked out.

    Args:
        overrides: Role to column, columns or (for media) a map of channel to column, such as
            `{"outcome": "y", "spend": ["x1", "x2"]}`; `margin` and `value` may be numbers.

    Raises:
        AmbiguousRoleError: A role could be read in more than one way; carries the choices.
        ArgumentError: An override names no role, no column, or one of the wrong type.
        DataError: The table has no date, or is a text, or a column of amounts mixes currencies or numbers with words.
    """
    if dataset.frame is None:
        raise DataError(f"{dataset.name!r} is a text, not a table", fix="Give a table with dates and spend")
    given = check_overrides(dataset.frame, overrides or {})
    if not overrides and is_catalogue(dataset):
        raise DataError(
            "this is a catalogue of products, not a table of dates, sales and spend",
            where=dataset.name,
            fix="Ask about its products, or give a table with a date, an outcome and the spend of each channel",
        )
    table = RoleTable.of(dataset.name, dataset.frame, given)
    date = given.single.get("date") or find_date(table)
    table.date = date
    refuse_spoilt_amounts(table)
    media = find_media(table)
    channel = given.single.get("channel") or find_channel_column(table, media)
    geo = given.single.get("geo") or find_geo(table)
    value = given.single.get("value") or _take_one(table, say.is_value_per_outcome)
    margin = given.single.get("margin") or _margin(table)
    claimed = _claimed_in_export(table, media, channel)
    outcome = find_outcome(
        table.frame, table.free, given, date=date, long=channel is not None, name=table.name
    )
    table.take([outcome.column])
    table.ignore(outcome.others, "another outcome")
    table.notes.extend(outcome.notes)
    spend = _spend(table, media, channel)
    exposure = {m: _one_each(table, media, m, channel) for m in ("impressions", "clicks")}
    organic = _organic(table, exposure, spend)
    events = given.several.get("events") or _events(table)
    proxies, controls = _controls(table)
    roles = ColumnRoles(
        layout="long" if channel else "wide",
        date=date,
        outcome=outcome.column,
        outcome_kind=outcome.kind,
        value_per_outcome=_value(table, outcome, value),
        channel_column=channel,
        spend=spend,
        impressions=exposure["impressions"],
        clicks=exposure["clicks"],
        claimed=claimed or _one_each(table, media, "claimed", channel),
        margin=margin,
        controls=controls,
        demand_proxies=proxies,
        events=tuple(events),
        organic=organic,
        geo=geo,
        country=given.single.get("country"),
        ignored=tuple(c for c in map(str, table.frame) if c in table.ignored),
        notes=tuple(table.notes),
    )
    return roles.model_copy(update={"currency": currency_of(dataset, roles, given.single.get("currency"))})


def _take_one(table: RoleTable, fits: Any) -> str | None:
    found = [column for column in table.numbers() if fits(column)]
    table.take(found[:1])
    return found[0] if found else None


def _margin(table: RoleTable) -> str | None:
    found = [c for c in table.numbers() if "margin" in words(c)]
    within = [c for c in found if bool(table.frame[c].dropna().between(0.0, 100.0).all())]
    table.take(within[:1])
    table.ignore([c for c in found if c not in within[:1]], "a margin in money, not a share of revenue")
    return within[0] if within else None


def _claimed_in_export(table: RoleTable, media: list[MediaColumn], channel: str | None) -> dict[str, str]:
    given = table.given.media.get("claimed")
    if given:
        return {name: columns[0] for name, columns in given.items()}
    if channel is None:
        return {}
    claims = [m.column for m in media if m.measure == "claimed"]
    by_row = table.frame.groupby([table.date], sort=False)
    for column in table.numbers():
        constant = bool((by_row[column].nunique(dropna=False) <= 1).all()) and bool(by_row.size().gt(1).any())
        if say.outcome_kind(column) is not None and not constant:
            claims.append(column)
    money = [c for c in claims if say.is_claimed_value(c)]
    chosen = (money or claims)[:1]
    if not chosen:
        return {}
    table.take(chosen)
    table.ignore([c for c in claims if c not in chosen], "claimed by the platform, in another unit")
    return {ALL_CHANNELS: chosen[0]}


def _spend(table: RoleTable, media: list[MediaColumn], channel: str | None) -> dict[str, tuple[str, ...]]:
    found = [m for m in media if m.measure == "spend"]
    given = table.given.media.get("spend")
    if given:
        unused = [m.column for m in found]
        if unused:
            table.ignored.update(unused)
            table.notes.append(f"Not used: {', '.join(unused)} (not among the spend columns given).")
        if channel:
            return {ALL_CHANNELS: tuple(c for columns in given.values() for c in columns)}
        return given
    named = [m for m in found if m.channel]
    together = [m.column for m in found if not m.channel]
    if channel:
        actual = [c for c in together if "budget" not in words(c)] or together
        if len(actual) != 1:
            raise AmbiguousRoleError(
                f"{len(actual)} columns could be the spend",
                role="spend",
                choices=actual,
                where=table.name,
                fix=f"Say --role spend={actual[0]}",
            )
        return {ALL_CHANNELS: (actual[0],)}
    if named:
        if together:
            table.ignored.update(together)
            table.notes.append(f"Not used: {', '.join(together)} (spend of all channels together).")
        return _by_channel(named)
    if together:
        table.notes.append(f"{together[0]!r} is read as the spend of one channel, called {ONE_CHANNEL!r}.")
        return {ONE_CHANNEL: (together[0],)}
    return _ask_for_spend(table)


def _by_channel(media: Iterable[MediaColumn]) -> dict[str, tuple[str, ...]]:
    channels: dict[str, tuple[str, ...]] = {}
    spelling: dict[str, str] = {}
    for found in media:
        name = spelling.setdefault(found.channel.lower(), found.channel)
        channels[name] = (*channels.get(name, ()), found.column)
    return channels


def _ask_for_spend(table: RoleTable) -> dict[str, tuple[str, ...]]:
    frame = table.frame
    choices = [
        c
        for c in table.numbers()
        if not one_value(frame[c])
        and not zero_or_one(frame[c])
        and not say.is_control(c)
        and not say.speaks_of(c, say.EVENT_WORDS | say.DEMAND_WORDS | say.POPULATION_WORDS)
        and not calendar_copy(frame[c], frame[table.date])
        and not bool((frame[c] < 0).any())
    ]
    if not choices:
        raise DataError(
            "no column holds media spend",
            where=table.name,
            fix="Add a column of spend a channel, give a second file with it, or say --role spend=COLUMN,…",
        )
    raise AmbiguousRoleError(
        "no column's name says that it is media spend",
        role="spend",
        choices=choices,
        where=table.name,
        fix=f"Say which of {', '.join(choices)} are, such as --role spend={','.join(choices[:2])}",
    )


def _one_each(
    table: RoleTable, media: list[MediaColumn], measure: Measure, channel: str | None
) -> dict[str, str]:
    given = table.given.media.get(measure)
    if given:
        return {name: columns[0] for name, columns in given.items()}
    found = [m for m in media if m.measure == measure]
    if channel:
        together = [m.column for m in found if not m.channel]
        return {ALL_CHANNELS: together[0]} if together else {}
    return {name: columns[0] for name, columns in _by_channel(m for m in found if m.channel).items()}


def _organic(
    table: RoleTable, exposure: dict[str, dict[str, str]], spend: dict[str, tuple[str, ...]]
) -> tuple[str, ...]:
    organic: list[str] = list(table.given.several.get("organic", ()))
    known = {name.lower(): name for name in spend}
    for measure, columns in exposure.items():
        for name in [n for n in columns if n != ALL_CHANNELS]:
            column = columns.pop(name)
            if name.lower() in known:
                columns[known[name.lower()]] = column
            elif measure == "impressions" and "organic" not in table.given.several:
                organic.append(column)
                if not say.speaks_of(column, say.ORGANIC_WORDS):
                    table.notes.append(f"{column!r} has no spend beside it and is read as organic exposure.")
            else:
                table.ignored.add(column)
                table.notes.append(f"Not used: {column} (no spend of that channel).")
    if "organic" not in table.given.several:
        free = [c for c in table.numbers() if say.speaks_of(c, say.ORGANIC_WORDS) and not say.is_control(c)]
        free = [c for c in free if not one_value(table.frame[c])]
        table.take(free)
        organic.extend(free)
    return tuple(organic)


def _events(table: RoleTable) -> list[str]:
    if "events" in table.given.several:
        return []
    found = []
    for column in table.free:
        if one_value(table.frame[column]) and numeric(table.frame, column):
            continue
        named = say.speaks_of(column, say.EVENT_WORDS) and not say.is_control(column)
        binary = numeric(table.frame, column) and zero_or_one(table.frame[column])
        if binary or (named and (numeric(table.frame, column) or column in table.texts())):
            found.append(column)
    table.take(found)
    return found


def _controls(table: RoleTable) -> tuple[tuple[str, ...], tuple[str, ...]]:
    given = table.given.several
    frame = table.frame
    table.ignore(given.get("ignored", ()), "as you said")
    table.ignored.update(given.get("ignored", ()))
    table.ignore([c for c in table.free if one_value(frame[c])], "one value only")
    copies = [c for c in table.numbers() if calendar_copy(frame[c], frame[table.date])]
    table.ignore(copies, "follows from the date; trend and season are modelled from it")
    table.ignore([c for c in table.numbers() if "id" in words(c)], "an identifier")
    table.ignore([c for c in table.numbers() if say.speaks_of(c, say.POPULATION_WORDS)], "size of the region")
    table.ignore([c for c in table.free if c not in table.numbers()], "text without a role")
    if "controls" in given:
        table.ignore(table.numbers(), "not among the controls given")
        controls = list(given["controls"])
    else:
        controls = table.numbers()
        guessed = [c for c in controls if not say.is_control(c)]
        if guessed:
            table.notes.append(f"Read as controls, for want of another role: {', '.join(guessed)}.")
        table.take(controls)
    proxies = given.get("demand_proxies")
    if proxies is None:
        proxies = tuple(c for c in controls if say.speaks_of(c, say.DEMAND_WORDS) and not say.is_control(c))
    controls = [*controls, *(c for c in proxies if c not in controls)]
    return tuple(proxies), tuple(c for c in map(str, frame) if c in controls)


def _value(table: RoleTable, outcome: Outcome, value: str | float | None) -> str | float | None:
    if value is None or "value" in table.given.single:
        return value
    if outcome.kind == "revenue":
        table.ignored.add(str(value))
        return None
    return value
