"""Designs at a cutoff: a treatment that switches where a running variable passes a value."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from liftos_agents.tools.identification import vocabulary
from liftos_agents.tools.identification.column_mentions import mentioned
from liftos_agents.tools.identification.design import Design
from liftos_agents.tools.identification.scene import Scene, made
from liftos_agents.tools.identification.variables import as_binary

_LEAST_SIDE = 20


def discontinuities(scene: Scene) -> Iterator[Design]:
    frame = scene.frame
    treated = scene.columns.get(scene.cause)
    if treated is not None and treated.kind == "binary":
        coded = as_binary(frame[scene.cause])
        for column in scene.columns.values():
            if (
                column.kind not in ("continuous", "whole")
                or column.name == scene.outcome
                or column.levels < 20
            ):
                continue
            cut = perfect_cut(frame[column.name], coded)
            if cut is not None and scene.structure.time != column.name:
                why = [f"{scene.cause!r} switches exactly where {column.name!r} passes a value"]
                yield _cut_design(scene, column.name, cut[0], 92.0, why, side=cut[1])
                return
    running = _running_named(scene)
    if running is None:
        return
    column, cut = running
    fuzzy = None
    why = [f"{column!r} is a running variable with a cutoff"]
    if treated is not None and treated.kind == "binary" and treated.name != column and scene.who.by_question:
        fuzzy = scene.cause
        why.append(f"{scene.cause!r} follows the cutoff without being decided by it alone")
    yield _cut_design(scene, column, cut, 78.0, why, fuzzy=fuzzy)


def _cut_design(
    scene: Scene,
    running: str,
    cutoff: float,
    score: float,
    why: list[str],
    *,
    fuzzy: str | None = None,
    side: str = "above",
) -> Design:
    arguments = {"outcome": scene.outcome, "running": running, "cutoff": cutoff, "fuzzy": fuzzy}
    if side == "below":
        arguments["treated_side"] = "below"
    return made(
        scene,
        "regression_discontinuity",
        "regression_discontinuity",
        arguments,
        score,
        why,
        treatment=fuzzy or scene.cause or running,
        population=f"rows at the cutoff of {running}",
    )


def perfect_cut(running: pd.Series, treated: pd.Series) -> tuple[float, str] | None:
    """The value at which a running variable decides a 0/1 treatment without exception, and the treated side, or None."""
    both = pd.DataFrame({"x": running, "d": treated}).dropna()
    on, off = both["x"][both["d"] == 1.0], both["x"][both["d"] == 0.0]
    if len(on) < _LEAST_SIDE or len(off) < _LEAST_SIDE or both["x"].nunique() < 20:
        return None
    if on.min() > off.max() or (on.min() >= off.max() and on.min() != off.max()):
        return _round_between(float(off.max()), float(on.min())), "above"
    if on.max() < off.min():
        return _round_between(float(on.max()), float(off.min())), "below"
    return None


def _round_between(low: float, high: float) -> float:
    """The roundest number in (low, high]."""
    span = high - low
    power = np.floor(np.log10(span)) if span > 0 else 0
    for exponent in range(int(power) + 3, int(power) - 3, -1):
        step = 10.0**exponent
        candidate = float(np.floor(high / step) * step)
        if low < candidate <= high:
            return round(candidate, 10)
    return high


def _running_named(scene: Scene) -> tuple[str, float] | None:
    asked = "regression_discontinuity" in scene.parts.methods
    numbers = [
        c
        for c in scene.columns.values()
        if c.kind in ("continuous", "whole") and c.levels >= 20 and c.name != scene.outcome
    ]
    named = [
        c
        for c in numbers
        if set(c.words) & vocabulary.RUNNING_WORDS or "running variable" in c.description.lower()
    ]
    in_words = [m.column for m in mentioned(scene.parts.text, numbers) if m.score >= 0.85]
    for column in sorted(
        named, key=lambda c: (c.name not in in_words, "margin" not in c.words and "running" not in c.words)
    ):
        values = scene.frame[column.name].dropna()
        stated = next((c for c in scene.parts.cutoffs if values.min() < c < values.max()), None)
        if stated is not None:
            return column.name, stated
        sign = (
            set(column.words) & {"margin", "running", "forcing"}
            or "running variable" in column.description.lower()
        )
        enough = min(int((values < 0).sum()), int((values >= 0).sum())) >= 2 * _LEAST_SIDE
        if sign and enough and (asked or not scene.who.by_question):
            return column.name, 0.0
    if asked and scene.parts.cutoffs:
        for name in in_words:
            values = scene.frame[name].dropna()
            if values.min() < scene.parts.cutoffs[0] < values.max():
                return name, scene.parts.cutoffs[0]
    return None
