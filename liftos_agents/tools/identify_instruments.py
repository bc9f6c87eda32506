"""Which columns could serve as instruments: how strongly each moves the treatment, what speaks against it, what would break it."""

from __future__ import annotations

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import refuse_same, take
from liftos_agents.tools.effects.columns import MOST_LEVELS, refuse_constant
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.instruments.candidates import MOST_COMPARED, Screen, disagreements, screen
from liftos_agents.tools.instruments.hints import hint_of
from liftos_agents.tools.instruments.ranking import (
    RANKING_UNITS,
    CandidateInstrument,
    InstrumentCandidatesResult,
    explained,
    judge_candidate,
    ranked,
    strengths,
    unusable,
)
from liftos_agents.tools.instruments.strength import VERY_WEAK
from liftos_agents.tools.registry import tool

_TOOL = "identify_instruments"
_MOST = 300


class IdentifyInstrumentsArguments(BaseModel):
    """Columns to look at.

    Attributes:
        outcome: Column that the treatment may move.
        treatment: Column whose effect is wanted.
        candidates: Columns to look at as instruments; all others when none is named.
        controls: Columns held fixed.
        level: Level that the result is asked for at; tests between candidates use 5 %.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: str
    treatment: str
    candidates: tuple[str, ...] = Field(
        default=(), description="Columns to look at; all others when none is named."
    )
    controls: tuple[str, ...] = Field(default=(), description="Columns held fixed.")
    level: float = Field(default=0.9, gt=0.5, lt=1.0)


@tool(
    _TOOL,
    version="2",
    summary="Columns that could serve as instruments, ranked by strength and plausibility, with what would break each.",
    data="rows",
)
def identify_instruments(
    context: ToolContext, arguments: IdentifyInstrumentsArguments
) -> InstrumentCandidatesResult:
    """The candidates in order; validity is never claimed, as exclusion and independence cannot be seen in data.

    Raises:
        ToolRetry: A column named is not there or does not do for its role.
        ToolFailed: There are too few rows, or no column is left to look at.
    """
    a = arguments
    refuse_same(_TOOL, outcome=a.outcome, treatment=a.treatment, candidates=a.candidates, controls=a.controls)
    rows = take(context, _TOOL, numbers={"outcome": a.outcome, "treatment": a.treatment}, controls=a.controls)
    for role, column in (("outcome", a.outcome), ("treatment", a.treatment)):
        refuse_constant(rows, _TOOL, role, column)
    frame = context.dataset.frame
    assert frame is not None
    for name in a.candidates:
        take(context, _TOOL, numbers={}, keys={"candidates": name, "outcome": a.outcome}, optional=[name])
    taken = {a.outcome, a.treatment, *a.controls}
    names = sorted(set(a.candidates) or {str(c) for c in frame.columns if str(c) not in taken})
    if not names:
        raise ToolFailed(
            "no column is left to look at as an instrument",
            where=context.dataset.name,
            fix="Give data with more columns than the outcome, the treatment and the controls",
        )
    left_out = names[_MOST:]
    screens, found = _screened(context, a, frame, names[:_MOST])
    strong = sorted(
        (name for name, one in screens.items() if one.relevance.effective_f >= VERY_WEAK),
        key=lambda name: (hint_of(name).standing != "argued for", -screens[name].relevance.effective_f, name),
    )[:MOST_COMPARED]
    against = disagreements(context, _TOOL, a.outcome, a.treatment, strong, a.controls)
    for name, one in screens.items():
        others = against.get(name, ())
        agreeing = tuple(o for o in strong if o != name and o not in others) if name in against else ()
        found.append(
            judge_candidate(
                name, one, hint_of(name), named=bool(a.candidates), disagrees=others, agrees=agreeing
            )
        )
    candidates = ranked(found)
    suggested = tuple(c.name for c in candidates if c.verdict in ("worth arguing for", "weak"))
    return InstrumentCandidatesResult(
        status="ranked" if suggested else "none",
        outcome=a.outcome,
        treatment=a.treatment,
        candidates=candidates,
        suggested=suggested,
        warnings=_warnings(a, strong, left_out),
        advice=_advice(a, suggested),
        explanations=explained(a.outcome, a.treatment, candidates),
        figures=strengths(a.treatment, candidates),
        units=RANKING_UNITS,
        settings=a.model_dump(mode="json"),
    )


def _screened(
    context: ToolContext, a: IdentifyInstrumentsArguments, frame: pd.DataFrame, names: list[str]
) -> tuple[dict[str, Screen], list[CandidateInstrument]]:
    """Figures of those that can serve, and those that cannot with the reason."""
    screens: dict[str, Screen] = {}
    refused: list[CandidateInstrument] = []
    for number, name in enumerate(names):
        context.progress(f"first stage of {name}", 0.6 * number / len(names))
        why = _identifier(frame[name])
        if why is None:
            try:
                screens[name] = screen(context, _TOOL, a.outcome, a.treatment, name, a.controls)
                continue
            except (ToolRetry, ToolFailed) as error:
                why = error.what
        refused.append(unusable(name, why, hint_of(name)))
    return screens, refused


def _identifier(values: pd.Series) -> str | None:
    """Why the column is a name of rows rather than a measurement, or None."""
    if pd.api.types.is_numeric_dtype(values):
        whole = values.dropna()
        if len(whole) > 1 and whole.is_unique and bool((whole == whole.round()).all()):
            steps = whole.sort_values().diff().dropna()
            if bool((steps == 1.0).all()):
                return "it numbers the rows"
        return None
    if pd.api.types.is_datetime64_any_dtype(values):
        return "it is a date: time moves outcomes by itself"
    if values.nunique() > MOST_LEVELS:
        return f"it holds {values.nunique()} different words, as an identifier does"
    return None


def _warnings(a: IdentifyInstrumentsArguments, strong: list[str], left_out: list[str]) -> tuple[str, ...]:
    said = [
        "A rank is no proof: that an instrument moves the outcome through the treatment alone, and is as good as random, cannot be seen "
        "in data.",
    ]
    if not a.controls:
        said.append("No controls were given, so nothing could be said of how candidates relate to them.")
    if len(strong) > 1:
        said.append(
            "Candidates that agree may still be wrong alike, and valid ones may differ when effects differ between those they move."
        )
    if left_out:
        said.append(
            f"{len(left_out)} columns were not looked at; name them as candidates to have them ranked."
        )
    return tuple(said)


def _advice(a: IdentifyInstrumentsArguments, suggested: tuple[str, ...]) -> tuple[str, ...]:
    if not suggested:
        return (
            "Look for something that moves the treatment for reasons of its own: a lottery, a rule, a distance, a cost.",
        )
    return (f"Argue for the exclusion of {suggested[0]} first, then run instrumental_variables with it.",)
