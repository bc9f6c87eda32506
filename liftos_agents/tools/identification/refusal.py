"""Why a question cannot be answered from a table, and what would have to be there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from liftos_agents.tools.identification.adoption import cohort_column
from liftos_agents.tools.identification.cutoffs import perfect_cut
from liftos_agents.tools.identification.scene import Scene
from liftos_agents.tools.identification.table_structure import constant_within
from liftos_agents.tools.identification.variables import as_binary

LEAST_ROWS = 30


def reasons_against(scene: Scene) -> tuple[list[str], list[str]]:
    """Reasons that no design stands on this table for this question, and what would help; both empty when none is known."""
    who, frame = scene.who, scene.frame
    reasons: list[str] = []
    advice: list[str] = []
    if who.outcome is None:
        reasons.append(_absent("outcome", scene))
        advice.append("Name the outcome's column, or give a table that holds it.")
    elif scene.columns[who.outcome].kind == "constant":
        reasons.append(f"{who.outcome!r} has one value only, so nothing can have moved it.")
    if who.cause is None and who.outcome is not None and cohort_column(scene) is None:
        reasons.append(_absent("cause", scene))
        advice.append(
            "Name the cause's column, or give a table that holds it, with rows that had it and rows that had not."
        )
    constant = _constant_cause(scene)
    if constant is not None:
        reasons.append(f"{constant!r} has one value only: there is no row to compare with.")
        advice.append("Give rows with another value of it, such as units or periods without it.")
    if len(frame) < LEAST_ROWS:
        reasons.append(f"The table has {len(frame)} rows, too few for any of the designs.")
        advice.append(f"Give at least {LEAST_ROWS} rows.")
    if who.cause is not None and who.outcome is not None and constant is None:
        reasons += _entangled(scene, advice)
    return reasons, advice


def last_reason(scene: Scene) -> tuple[list[str], list[str]]:
    """Why a table with both columns supports no design all the same."""
    cause, outcome = scene.cause or "the cause", scene.outcome
    if scene.structure.shape == "series":
        return (
            [
                f"There is one series, and nothing says when {cause} began or what it would have looked like without it."
            ],
            ["Name the day on which it began, and give series that it did not touch, or units without it."],
        )
    if scene.structure.shape == "panel":
        return (
            [
                f"{cause} neither begins at different times in different units nor spares some of them, and no cutoff or instrument is in sight."
            ],
            ["Give units without it, or a staggered start."],
        )
    return (
        [
            f"{cause} and {outcome} can be compared, but the table holds nothing to adjust for, no random assignment, no cutoff, "
            "no instrument and no time before: an association is not an effect."
        ],
        ["Give characteristics from before, or assign it at random in a test (design_experiment plans one)."],
    )


def _absent(role: str, scene: Scene) -> str:
    phrase = scene.parts.outcome if role == "outcome" else scene.parts.cause
    named = f"“{phrase}”" if phrase else f"the {role}"
    there = ", ".join(list(scene.columns)[:20])
    return f"No column holds {named}; the data has {there}."


def _constant_cause(scene: Scene) -> str | None:
    if scene.who.cause is not None:
        return scene.who.cause if scene.columns[scene.who.cause].kind == "constant" else None
    from_words = [
        c
        for c in scene.columns.values()
        if c.kind == "constant" and c.words and any(w in scene.parts.cause.split() for w in c.words)
    ]
    return from_words[0].name if from_words else None


def _entangled(scene: Scene, advice: list[str]) -> list[str]:
    """A cause that is the outcome in other words, or that came to all at one moment."""
    frame, cause, outcome = scene.frame, scene.cause, scene.outcome
    both = frame[[cause, outcome]].dropna()
    if len(both) >= 10 and all(pd.api.types.is_numeric_dtype(both[c]) for c in (cause, outcome)):
        ranks = both.rank().to_numpy(np.float64)
        if (
            np.ptp(ranks[:, 0]) > 0
            and np.ptp(ranks[:, 1]) > 0
            and abs(np.corrcoef(ranks.T)[0, 1]) > 0.9999
            and len(both[cause].unique()) > 2
        ):
            advice.append("Name a cause that is measured on its own.")
            return [f"{cause!r} is {outcome!r} in other units: the one follows from the other by definition."]
    if (
        scene.columns[cause].kind == "binary"
        and perfect_cut(frame[outcome], as_binary(frame[cause])) is not None
    ):
        advice.append("Name a cause that is decided by something else than the outcome.")
        return [
            f"{cause!r} is set by {outcome!r}: it switches where {outcome!r} passes a value, so the one cannot move the other."
        ]
    structure = scene.structure
    if (
        structure.shape == "panel"
        and structure.unit
        and structure.time
        and scene.columns[cause].kind == "binary"
    ):
        coded = as_binary(frame[cause])
        together = frame.assign(_d=coded).groupby(structure.time)["_d"].nunique().max() == 1
        if together and not constant_within(frame, cause, structure.unit):
            advice.append("Give units that it did not reach, or that it reached later.")
            return [
                f"{cause!r} came to every unit of {structure.unit!r} at the same time, so it cannot be told from whatever else changed then."
            ]
    return []
