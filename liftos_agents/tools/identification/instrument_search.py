"""Designs through an instrument: a column that moves the treatment from outside."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from liftos_agents.tools.identification import vocabulary
from liftos_agents.tools.identification.adjustment_set import Adjustment
from liftos_agents.tools.identification.assignments import drawn_instead
from liftos_agents.tools.identification.column_mentions import mentioned
from liftos_agents.tools.identification.design import Design
from liftos_agents.tools.identification.scene import Scene, correlation, made


def instruments(scene: Scene) -> Iterator[Design]:
    if not scene.cause or scene.columns[scene.cause].kind not in ("binary", "whole", "continuous"):
        return
    others = [
        c
        for c in scene.columns.values()
        if c.name not in (scene.cause, scene.outcome, scene.structure.unit, scene.structure.time)
    ]
    usable = [c for c in others if c.kind in ("binary", "whole", "continuous")]
    asked = [
        m.column
        for phrase in scene.parts.instruments.replace(" and ", ",").split(",")
        for m in mentioned(phrase, usable)[:1]
    ]
    hinted = [
        c.name
        for c in usable
        if set(c.words) & vocabulary.INSTRUMENT_WORDS
        or any(
            w in c.description.lower()
            for w in ("instrument", "lottery", "random", "encourag", "near ", "distance to", "eligib")
        )
    ]
    drawn = drawn_instead(scene) if "experiment" in scene.parts.methods else None
    chosen = asked or ([drawn] if drawn is not None else hinted)
    if not chosen or set(scene.columns[scene.cause].words) & {"assigned", "offered"}:
        return
    strong = [
        c for c in chosen if abs(correlation(scene.frame, c, scene.cause)) > 1.5 / np.sqrt(len(scene.frame))
    ]
    if not strong:
        return
    kept = scene.adjustment(*chosen)
    controls = tuple(c for c in kept.controls if c not in hinted)
    arguments = {
        "outcome": scene.outcome,
        "treatment": scene.cause,
        "instruments": strong,
        "controls": list(controls),
    }
    why = [
        f"{', '.join(map(repr, strong))} may move {scene.cause!r} from outside"
        + (", as the question says" if asked else "")
    ]
    score = 86.0 if asked else 72.0
    if any(
        set(scene.columns[c].words) & vocabulary.DRAW_WORDS
        or c == drawn
        or "random" in scene.columns[c].description.lower()
        for c in strong
    ):
        score = max(score, 82.0)
    yield made(
        scene,
        "instrumental_variables",
        "instrumental_variables",
        arguments,
        score,
        why,
        Adjustment(controls, kept.left_out),
        population="rows whose treatment the instrument moves",
    )
