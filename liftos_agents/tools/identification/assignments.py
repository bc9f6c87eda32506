"""Designs of a cross-section: a random assignment, and adjustment for what was observed."""

from __future__ import annotations

from collections.abc import Iterator

from liftos_agents.tools.identification import vocabulary
from liftos_agents.tools.identification.design import Design
from liftos_agents.tools.identification.scene import Scene, made
from liftos_agents.tools.identification.table_structure import constant_within


def experiments(scene: Scene) -> Iterator[Design]:
    if not scene.cause or scene.columns[scene.cause].kind not in ("binary", "category", "whole"):
        return
    column = scene.columns[scene.cause]
    said = column.text
    by_name = any(word in said for word in vocabulary.RANDOM_WORDS)
    by_question = "experiment" in scene.parts.methods
    if not (by_name or by_question) or column.levels > 2:
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
        arguments = {
            "outcome": scene.outcome,
            "treatment": scene.cause,
            "unit": structure.unit,
            "time": structure.time,
        }
        spend = next((c.name for c in scene.columns.values() if {"spend", "cost"} & set(c.words)), None)
        if scene.parts.dates:
            arguments["treatment_time"] = scene.parts.dates[0]
        yield made(
            scene, "geo_experiment", "measure_incrementality", {**arguments, "spend": spend}, 88.0, why
        )
        return
    kept = scene.adjustment()
    arguments = {
        "outcome": scene.outcome,
        "treatment": scene.cause,
        "controls": list(kept.controls),
        "randomised": True,
    }
    yield made(scene, "experiment", "estimate_effect", arguments, 90.0, why, kept)


def adjustments(scene: Scene) -> Iterator[Design]:
    if not scene.cause or scene.structure.shape == "series":
        return
    column = scene.columns[scene.cause]
    if column.kind not in ("binary", "whole", "continuous"):
        return
    hinted = [
        c.name
        for c in scene.columns.values()
        if set(c.words) & vocabulary.INSTRUMENT_WORDS and c.name != scene.cause
    ]
    kept = scene.adjustment(*hinted)
    if not kept.controls:
        return
    arguments = {"outcome": scene.outcome, "treatment": scene.cause, "controls": list(kept.controls)}
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
