"""Designs of a random assignment, and adjustment for what was observed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from liftos_agents.tools.identification import vocabulary
from liftos_agents.tools.identification.column_mentions import mentioned
from liftos_agents.tools.identification.design import Design
from liftos_agents.tools.identification.scene import Scene, correlation, made, start_of
from liftos_agents.tools.identification.table_structure import constant_within
from liftos_agents.tools.identification.told_treated import treated_argument

_SAID = 0.6
_COMPLIES = 0.999


def experiments(scene: Scene) -> Iterator[Design]:
    if not scene.cause or scene.columns[scene.cause].kind not in ("binary", "category", "whole"):
        return
    column = scene.columns[scene.cause]
    by_name = any(word in column.text for word in vocabulary.RANDOM_WORDS)
    by_question = "experiment" in scene.parts.methods and drawn_instead(scene) is None
    treated = treated_argument(scene)
    if not (by_name or by_question) or (column.levels > 2 and not treated):
        return
    why = [
        "the question says that treatment was randomised"
        if by_question
        else f"{scene.cause!r} reads as a random assignment"
    ]
    structure = scene.structure
    if (
        structure.shape == "panel"
        and structure.unit
        and constant_within(scene.frame, scene.cause, structure.unit)
    ):
        yield _over_regions(scene, why)
    elif "holdout" in scene.parts.text.replace("-", "") and not scene.segments:
        yield _held_out(scene, why)
    else:
        kept = scene.adjustment(*scene.segments)
        arguments = {
            "outcome": scene.outcome,
            "treatment": scene.cause,
            "treated": list(treated),
            "controls": list(kept.controls),
            "randomised": True,
            "segments": scene.segments,
        }
        yield made(scene, "experiment", "estimate_effect", arguments, 90.0, why, kept)


def drawn_instead(scene: Scene) -> str | None:
    """The column of a draw that moves the cause without deciding it, so that the cause itself was not drawn."""
    outside = [
        c
        for c in scene.columns.values()
        if c.kind in ("binary", "whole", "category")
        and c.name not in (scene.cause, scene.outcome, scene.structure.unit, scene.structure.time)
        and c.levels <= 2
    ]
    said = {m.column for m in mentioned(scene.parts.random, outside) if m.score >= _SAID}
    for column in outside:
        if not (set(column.words) & vocabulary.DRAW_WORDS or column.name in said):
            continue
        moved = abs(correlation(scene.frame, column.name, scene.cause))
        if 3.0 / np.sqrt(len(scene.frame)) < moved < _COMPLIES:
            return column.name
    return None


def _over_regions(scene: Scene, why: list[str]) -> Design:
    structure = scene.structure
    spend = next(
        (
            c.name
            for c in scene.columns.values()
            if c.name != scene.outcome and set(c.words) & vocabulary.COST_WORDS and c.is_number
        ),
        None,
    )
    start = start_of(scene) or _first_spend(scene, spend)
    arguments: dict[str, object] = {
        "outcome": scene.outcome,
        "treatment": scene.cause,
        "treated": list(treated_argument(scene)),
        "unit": structure.unit,
        "time": structure.time,
        "treatment_time": start.date().isoformat() if isinstance(start, pd.Timestamp) else start,
        "spend": spend,
    }
    return made(scene, "geo_experiment", "measure_incrementality", arguments, 88.0, why)


def _first_spend(scene: Scene, spend: str | None) -> pd.Timestamp | float | None:
    """When money was first spent, where there are periods before without any."""
    time = scene.structure.time
    if spend is None or time is None:
        return None
    by_time = scene.frame.groupby(time)[spend].sum().sort_index()
    spent = by_time.index[by_time > 0.0]
    if not len(spent) or spent[0] == by_time.index[0]:
        return None
    return spent[0] if isinstance(spent[0], pd.Timestamp) else float(spent[0])


def _held_out(scene: Scene, why: list[str]) -> Design:
    before = [c for c in scene.adjustment().controls if set(scene.columns[c].words) & vocabulary.BEFORE_WORDS]
    covariate = max(before, key=lambda c: (abs(correlation(scene.frame, c, scene.outcome)), c), default=None)
    arguments: dict[str, object] = {
        "method": "holdout",
        "outcome": scene.outcome,
        "treatment": scene.cause,
        "treated": list(treated_argument(scene)),
        "covariate": covariate,
    }
    return made(scene, "experiment", "measure_incrementality", arguments, 90.0, why)


def adjustments(scene: Scene) -> Iterator[Design]:
    if not scene.cause or scene.structure.shape == "series":
        return
    column = scene.columns[scene.cause]
    treated = treated_argument(scene)
    if column.kind not in ("binary", "whole", "continuous") and not treated:
        return
    hinted = [
        c.name
        for c in scene.columns.values()
        if set(c.words) & vocabulary.INSTRUMENT_WORDS and c.name != scene.cause
    ]
    kept = scene.adjustment(*hinted)
    if not kept.controls:
        return
    arguments = {
        "outcome": scene.outcome,
        "treatment": scene.cause,
        "treated": list(treated),
        "controls": list(kept.controls),
        "segments": scene.segments,
    }
    if scene.structure.shape == "panel":
        arguments["cluster"] = scene.structure.unit or ""
    yield made(
        scene,
        "adjustment",
        "estimate_effect",
        arguments,
        50.0,
        [f"{len(kept.controls)} characteristics to adjust for, and no design that would do without them"],
        kept,
    )
