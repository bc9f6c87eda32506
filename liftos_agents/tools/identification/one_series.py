"""The design of one series: before and after a known day, with series that were not touched beside it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from liftos_agents.tools.identification.adjustment_set import Adjustment, copies
from liftos_agents.tools.identification.design import Design
from liftos_agents.tools.identification.scene import Scene, made, start_of
from liftos_agents.tools.identification.variables import as_binary


def interruptions(scene: Scene) -> Iterator[Design]:
    structure = scene.structure
    panel = structure.shape == "panel"
    if panel or (structure.shape == "cross_section" and not scene.parts.rows):
        return
    frame = scene.frame
    start = start_of(scene)
    flag = scene.columns.get(scene.cause)
    ordered = frame if structure.time is None else frame.sort_values(structure.time, kind="stable")
    if start is None and scene.parts.rows and structure.time is None:
        start = float(scene.parts.rows[0])
    why = ["one series with a known start of the intervention"]
    if start is None and flag is not None and flag.kind == "binary" and structure.time is not None:
        coded = as_binary(ordered[flag.name]).to_numpy()
        switches = np.flatnonzero(np.diff(coded) != 0)
        if len(switches) == 1 and coded[0] == 0.0:
            first = ordered[structure.time].iloc[int(switches[0]) + 1]
            start = first if isinstance(first, pd.Timestamp) else float(first)
            why = [f"{flag.name!r} switches on once and stays on"]
    if start is None or structure.shape == "repeated_cross_section":
        return
    when = (
        start.date().isoformat()
        if isinstance(start, pd.Timestamp)
        else int(start)
        if float(start).is_integer()
        else start
    )
    used = {scene.outcome, structure.time, flag.name if flag is not None and flag.kind == "binary" else None}
    controls = [
        c.name
        for c in scene.columns.values()
        if c.kind in ("continuous", "whole") and c.name not in used and not c.names_time and c.missing < 0.05
    ]
    controls = [c for c in controls if not copies(frame, c, scene.outcome)]
    arguments = {"outcome": scene.outcome, "intervention": when, "time": structure.time, "controls": controls}
    kept = Adjustment(tuple(controls), {})
    treatment = scene.cause or scene.parts.cause or "the intervention"
    score = 70.0 if controls else 48.0
    yield made(
        scene, "interrupted_time_series", "causal_impact", arguments, score, why, kept, treatment=treatment,
        population=f"the time from {when} on",
    )  # fmt: skip
