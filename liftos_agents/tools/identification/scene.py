"""The table, its columns and shape, the question, and who is who: what every search for a design reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from liftos_agents.tools.identification.adjustment_set import Adjustment, adjustment
from liftos_agents.tools.identification.column_mentions import mentioned
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

    @property
    def segments(self) -> list[str]:
        """Columns in whose parts the question asks for the effect."""
        others = [
            c
            for c in self.columns.values()
            if c.name not in (self.outcome, self.cause) and c.kind != "constant"
        ]
        phrases = re.split(r",|\s(?:and|und|et|y)\s", self.parts.segments)
        found = (next(iter(mentioned(phrase, others)), None) for phrase in phrases if phrase.strip())
        return list(dict.fromkeys(m.column for m in found if m is not None and m.score >= 0.6))

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
    outcome: str | None = None,
    treatment: str | None = None,
    population: str = "the rows of this table",
) -> Design:
    cause, result = treatment or scene.cause, outcome or scene.outcome
    bonus = scene.named(name)
    return design(
        name,  # type: ignore[arg-type]
        tool,
        arguments,
        outcome=result,
        treatment=cause,
        estimand=f"The average effect of {cause} on {result} among {population}.",
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
