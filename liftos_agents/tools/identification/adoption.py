"""Designs of groups before and after: staggered adoption, two groups and two times, one treated unit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from liftos_agents.tools.identification import vocabulary
from liftos_agents.tools.identification.column_mentions import label_in
from liftos_agents.tools.identification.design import Design
from liftos_agents.tools.identification.scene import Scene, made, start_of
from liftos_agents.tools.identification.table_structure import constant_within
from liftos_agents.tools.identification.variables import as_binary, switches_once

_FEW_TREATED = 3
_LEAST_DONORS = 4
_LEAST_BEFORE = 6


def staggered(scene: Scene) -> Iterator[Design]:
    structure = scene.structure
    if structure.shape != "panel" or structure.unit is None or structure.time is None:
        return
    cohort = cohort_column(scene)
    arguments = {"outcome": scene.outcome, "unit": structure.unit, "time": structure.time}
    if cohort is not None and (scene.cause in ("", cohort) or _goes_with(scene, cohort)):
        why = [
            f"units of {structure.unit!r} over {structure.time!r}",
            f"{cohort!r} holds the first treated period, at different times",
        ]
        yield made(
            scene,
            "difference_in_differences",
            "difference_in_differences",
            {**arguments, "cohort": cohort, "treatment": _flag(scene, cohort)},
            84.0,
            why,
            treatment=scene.cause or cohort,
            population="treated units, after they are treated",
        )
        return
    if (
        not scene.cause
        or scene.columns[scene.cause].kind != "binary"
        or not switches_once(scene.frame, scene.cause, structure)
    ):
        return
    coded = as_binary(scene.frame[scene.cause])
    ever = coded.groupby(scene.frame[structure.unit]).max()
    if bool((ever == 1.0).all()) and _one_start(scene, coded):
        return
    treated = int((ever == 1.0).sum())
    score = 84.0 if treated > _FEW_TREATED else 66.0
    yield made(
        scene,
        "difference_in_differences",
        "difference_in_differences",
        {**arguments, "treatment": scene.cause},
        score,
        [f"{scene.cause!r} switches on within units of {structure.unit!r} and stays on"],
        population="treated units, after they are treated",
    )
    if treated <= _FEW_TREATED and len(ever) - treated >= _LEAST_DONORS:
        starts = scene.frame[structure.time][coded == 1.0]
        labels = [str(u) for u in ever.index[ever == 1.0]]
        yield _synthetic_design(
            scene, structure.unit, sorted(labels), starts.min(), 80.0, [f"only {treated} treated"]
        )


def before_and_after(scene: Scene) -> Iterator[Design]:
    """A group flag and an after flag, in a panel or in repeated cross-sections."""
    binary = [c for c in scene.columns.values() if c.kind == "binary" and c.name != scene.outcome]
    after = next((c for c in binary if set(c.words) & vocabulary.POST_WORDS), None)
    structure = scene.structure
    group = scene.columns.get(scene.cause)
    if group is None or group.kind != "binary" or group is after:
        return
    arguments = {"outcome": scene.outcome, "treatment": scene.cause}
    if after is not None and not pd.api.types.is_numeric_dtype(scene.frame[after.name]):
        # Words for before and after have no order that a tool could know.
        return
    constant = structure.unit is None or constant_within(scene.frame, scene.cause, structure.unit)
    crossed = after is not None and scene.frame.groupby([scene.cause, after.name]).ngroups == 4
    if (
        after is not None
        and constant
        and crossed
        and not (structure.unit and constant_within(scene.frame, after.name, structure.unit))
    ):
        unit = structure.unit if structure.shape == "panel" else None
        dated = structure.time is not None and constant_within(scene.frame, after.name, structure.time)
        time = structure.time if dated else after.name
        yield made(
            scene,
            "difference_in_differences",
            "difference_in_differences",
            {**arguments, "time": time, "unit": unit, "post": after.name},
            82.0,
            [f"{scene.cause!r} tells the groups and {after.name!r} before from after"],
            population="the treated group, afterwards",
        )


def donors(scene: Scene) -> Iterator[Design]:
    structure = scene.structure
    if structure.time is None or structure.shape != "panel":
        return
    start = start_of(scene)
    if start is None:
        return
    for column in scene.columns.values():
        if column.kind != "category" and column.name != structure.unit:
            continue
        labels = [str(x) for x in scene.frame[column.name].dropna().unique()]
        treated = label_in(scene.parts.text, labels)
        if treated is None or bool(scene.frame[[column.name, structure.time]].dropna().duplicated().any()):
            continue
        before = scene.frame[structure.time][scene.frame[structure.time] < start].nunique()
        if len(labels) > _LEAST_DONORS and before >= _LEAST_BEFORE:
            yield _synthetic_design(
                scene,
                column.name,
                [treated],
                start,
                80.0,
                [f"one treated unit, {treated!r}, and donors beside it"],
            )
            return


def _synthetic_design(
    scene: Scene, unit: str, treated: list[str], start: object, score: float, why: list[str]
) -> Design:
    when = start.date().isoformat() if isinstance(start, pd.Timestamp) else start
    if isinstance(when, float) and when.is_integer():
        when = int(when)
    return made(
        scene,
        "synthetic_control",
        "synthetic_control",
        {
            "outcome": scene.outcome,
            "unit": unit,
            "time": scene.structure.time,
            "treated_units": treated,
            "treatment_time": when,
        },
        score,
        [*why, f"many periods of {scene.structure.time!r} before"],
        treatment=scene.cause or scene.parts.cause or "the intervention",
        population=f"{', '.join(treated)}, after {when}",
    )


def cohort_column(scene: Scene) -> str | None:
    """The column that holds each unit's first treated period, or None."""
    frame, structure = scene.frame, scene.structure
    if structure.unit is None or structure.time is None:
        return None
    time = frame[structure.time]
    for column in scene.columns.values():
        if column.name in (structure.unit, structure.time, scene.outcome) or column.kind in (
            "binary",
            "constant",
            "category",
        ):
            continue
        told = column.name == scene.cause and column.levels > 1
        named = set(column.words) & vocabulary.COHORT_WORDS or "first" in column.description.lower()
        if not (told or named):
            continue
        values = frame[column.name]
        if pd.api.types.is_datetime64_any_dtype(values) != pd.api.types.is_datetime64_any_dtype(time):
            continue
        known = values.dropna()
        if pd.api.types.is_numeric_dtype(known):
            known = known[(known != 0) & np.isfinite(known)]
        within = known.between(time.min(), time.max())
        if len(known) and bool(within.any()) and constant_within(frame, column.name, structure.unit):
            return column.name
    return None


def _flag(scene: Scene, cohort: str) -> str | None:
    """The cause's own column, where it is a 0/1 one beside the cohorts."""
    return (
        scene.cause
        if scene.cause not in ("", cohort) and scene.columns[scene.cause].kind == "binary"
        else None
    )


def _one_start(scene: Scene, coded: pd.Series) -> bool:
    time, unit = scene.structure.time, scene.structure.unit
    return scene.frame[time][coded == 1.0].groupby(scene.frame[unit]).min().nunique() == 1


def _goes_with(scene: Scene, cohort: str) -> bool:
    column = scene.columns[scene.cause]
    if column.kind != "binary":
        return not scene.who.by_question
    values = scene.frame[cohort]
    ever = values.notna() & (values != 0) if pd.api.types.is_numeric_dtype(values) else values.notna()
    agree = (as_binary(scene.frame[scene.cause]) == ever.astype(float)).mean()
    return bool(agree > 0.99) or switches_once(scene.frame, scene.cause, scene.structure)
