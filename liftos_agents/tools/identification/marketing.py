"""Designs of marketing tables: spends beside an outcome over time, and credit along paths of touches."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from liftos_agents.tools.identification import vocabulary
from liftos_agents.tools.identification.column_profile import Column
from liftos_agents.tools.identification.design import Design
from liftos_agents.tools.identification.scene import Scene, made

_LEAST_PERIODS = 30
_SEPARATORS = (" > ", ">", "→", " | ", "|")


def media_mixes(scene: Scene) -> Iterator[Design]:
    """A marketing-mix model, where the cause is one of several spends over time."""
    structure = scene.structure
    if not scene.cause or structure.time is None or structure.periods < _LEAST_PERIODS:
        return
    if structure.shape not in ("series", "panel"):
        return
    spends = [c.name for c in scene.columns.values() if _is_spend(c) and c.name != scene.outcome]
    asked = "marketing_mix_model" in scene.parts.methods
    if scene.cause not in spends or (len(spends) < 2 and not asked):
        return
    yield made(
        scene,
        "marketing_mix_model",
        "fit_mmm",
        {},
        74.0,
        [f"{scene.cause!r} is one of {len(spends)} spends over {structure.periods} periods"],
        population=f"the {structure.periods} periods of this table",
    )


def journeys(scene: Scene) -> Iterator[Design]:
    """Credit along paths, where the question asks for it or the cause is the channel of a touch."""
    found = _touches(scene) or _paths(scene)
    if found is None:
        return
    arguments, conversion, channel = found
    if "multi_touch_attribution" not in scene.parts.methods and scene.cause != channel:
        return
    yield made(
        scene,
        "multi_touch_attribution",
        "attribute_paths",
        dict(arguments),
        76.0,
        [f"{channel!r} holds the touches on the way to {conversion!r}"],
        outcome=conversion,
        treatment=channel,
        population="the journeys of this table: credit, not an effect",
    )


def _is_spend(column: Column) -> bool:
    return column.kind in ("continuous", "whole") and bool(set(column.words) & vocabulary.COST_WORDS)


def _touches(scene: Scene) -> tuple[dict[str, object], str, str] | None:
    columns, frame = list(scene.columns.values()), scene.frame
    channel = next((c for c in columns if c.labels and set(c.words) & vocabulary.CHANNEL_WORDS), None)
    time = next((c for c in columns if c.kind == "date" or (c.names_time and c.kind == "continuous")), None)
    conversion = _conversion(scene)
    if channel is None or time is None or conversion is None:
        return None
    taken = (channel.name, time.name, conversion)
    people = [c for c in columns if c.names_unit and c.name not in taken and 2 < c.levels < 0.9 * len(frame)]
    if not people:
        return None
    user = max(people, key=lambda c: (c.levels, c.name)).name
    value = _named(scene, vocabulary.VALUE_WORDS, taken)
    cost = _named(scene, vocabulary.COST_WORDS, taken)
    arguments: dict[str, object] = {"user": user, "time": time.name, "channel": channel.name}
    return {**arguments, "conversion": conversion, "value": value, "cost": cost}, conversion, channel.name


def _paths(scene: Scene) -> tuple[dict[str, object], str, str] | None:
    for column in scene.columns.values():
        values = scene.frame[column.name].dropna()
        if column.kind in ("constant", "date") or pd.api.types.is_numeric_dtype(values):
            continue
        texts = values.astype(str)
        separator = next((s for s in _SEPARATORS if texts.str.contains(s, regex=False).mean() > 0.3), None)
        if separator is None:
            continue
        lost = _named(scene, vocabulary.LOST_WORDS, (column.name,))
        conversion = _conversion(scene, lost)
        if conversion is None:
            continue
        value = _named(scene, vocabulary.VALUE_WORDS, (column.name, conversion, lost))
        arguments: dict[str, object] = {
            "path": column.name,
            "conversions": conversion,
            "non_conversions": lost,
        }
        if separator.strip() != ">":
            arguments["separator"] = separator.strip()
        return {**arguments, "value": value}, conversion, column.name
    return None


def _conversion(scene: Scene, lost: str | None = None) -> str | None:
    if (
        scene.outcome
        and scene.outcome != lost
        and scene.columns[scene.outcome].kind in ("binary", "whole", "continuous")
    ):
        return scene.outcome
    return _named(scene, vocabulary.CONVERSION_WORDS, (lost,))


def _named(scene: Scene, words: frozenset[str], taken: tuple[str | None, ...]) -> str | None:
    fitting = (
        c.name for c in scene.columns.values() if c.is_number and c.name not in taken and set(c.words) & words
    )
    return next(fitting, None)
