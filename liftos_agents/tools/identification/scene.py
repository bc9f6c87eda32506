"""The table, its columns and shape, the question, and who is who: what every search for a design reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from liftos_agents.tools.identification.adjustment_set import Adjustment, adjustment
from liftos_agents.tools.identification.column_profile import Column
from liftos_agents.tools.identification.design import Design, design
from liftos_agents.tools.identification.question_parts import QuestionParts
from liftos_agents.tools.identification.table_structure import Structure
from liftos_agents.tools.identification.variables import Variables, as_binary

NAMED = 12.0
"""What a design gains when the question names it."""


@dataclass(frozen=True)
class Scene:
    """The table, its columns and shape, the question, and who is who."""

    frame: pd.DataFrame
    columns: Mapping[str, Column]
    structure: Structure
    parts: QuestionParts
    who: Variables

    @property
    def outcome(self) -> str:
        """The outcome's column."""
        return self.who.outcome or ""

    @property
    def cause(self) -> str:
        """The cause's column, or empty."""
        return self.who.cause or ""

    def named(self, name: str) -> float:
        """The bonus of a design that the question names."""
        return NAMED if name in self.parts.methods else 0.0

    def adjustment(self, *others: str) -> Adjustment:
        """What to adjust for; `others` have another role."""
        return adjustment(
            self.frame, self.columns, self.structure, self.parts, self.outcome, self.cause, others
        )


def made(
    scene: Scene,
    name: str,
    tool: str,
    arguments: dict[str, object],
    score: float,
    why: list[str],
    kept: Adjustment | None = None,
    *,
    treatment: str | None = None,
    population: str = "the rows of this table",
) -> Design:
    cause = treatment or scene.cause
    bonus = scene.named(name)
    return design(
        name,  # type: ignore[arg-type]
        tool,
        arguments,
        outcome=scene.outcome,
        treatment=cause,
        estimand=f"The average effect of {cause} on {scene.outcome} among {population}.",
        why=[*why, *(["the question names this design"] if bonus else [])],
        score=score + bonus,
        controls=kept.controls if kept else (),
        left_out=kept.left_out if kept else {},
    )


def start_of(scene: Scene) -> pd.Timestamp | float | None:
    time = scene.structure.time
    if time is None:
        return None
    values = scene.frame[time].dropna()
    if pd.api.types.is_datetime64_any_dtype(values):
        stated = [pd.Timestamp(d) for d in scene.parts.dates] or [
            pd.Timestamp(f"{y}-01-01") for y in scene.parts.years
        ]
    else:
        stated = [float(y) for y in scene.parts.years] or [float(r) for r in scene.parts.rows]
    return next((s for s in stated if values.min() < s <= values.max()), None)


def correlation(frame: pd.DataFrame, one: str, other: str) -> float:
    both = frame[[one, other]].dropna()
    if len(both) < 10:
        return 0.0
    first, second = (
        as_binary(both[c]).to_numpy(np.float64)
        if not pd.api.types.is_numeric_dtype(both[c])
        else both[c].to_numpy(np.float64)
        for c in (one, other)
    )
    if np.ptp(first) == 0.0 or np.ptp(second) == 0.0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])
