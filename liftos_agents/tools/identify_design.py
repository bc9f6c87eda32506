"""Which design answers a question with a table of any subject: ranked, with assumptions and what would falsify each."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.effect import Explanations, Part
from liftos_agents.domain.verdict import NOT_IDENTIFIED
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.identification.candidates import asked_for_credit, candidates
from liftos_agents.tools.identification.column_profile import Column, profile
from liftos_agents.tools.identification.design import Design, DesignName, design
from liftos_agents.tools.identification.question_parts import read_question
from liftos_agents.tools.identification.refusal import last_reason, reasons_against
from liftos_agents.tools.identification.row_credit import without_forest
from liftos_agents.tools.identification.scene import Scene
from liftos_agents.tools.identification.table_structure import Shape, structure_of
from liftos_agents.tools.identification.told_treated import sides
from liftos_agents.tools.identification.variables import find_variables
from liftos_agents.tools.registry import tool

_SHAPES: dict[Shape, str] = {
    "panel": "units over time",
    "series": "one series over time",
    "repeated_cross_section": "rows at several times, without units that are followed",
    "cross_section": "a cross-section",
}


class IdentifyDesignArguments(BaseModel):
    """What is asked, and what is known of the columns.

    Attributes:
        question: The question in words.
        outcome, treatment: Columns, where the question shall not decide.
        descriptions: Column to what it holds, in words.
        graph: A causal graph (DOT, GML, networkx JSON, or edges in words); with one, the graph decides.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str = Field(default="", description="The question in words")
    outcome: str | None = Field(
        default=None, description="Column of the outcome; read from the question when absent"
    )
    treatment: str | None = Field(
        default=None, description="Column of the cause; read from the question when absent"
    )
    descriptions: dict[str, str] = Field(
        default_factory=dict, description="Column to what it holds, in words"
    )
    graph: str | None = Field(
        default=None, description="A causal graph: DOT, GML, networkx JSON, or edges in words"
    )


class ColumnRole(Part):
    """What a column is taken for: its kind and its part in the recommended design."""

    kind: str
    part: str


class IdentifyDesignResult(BaseModel):
    """The designs that the table supports for the question, or why there is none.

    Attributes:
        status: `identified`; `not_identified`, with `reasons`; or `unclear`, with a `clarification` to ask.
        recommended: The first of `designs`.
        unit, time: Columns that key the rows, or None.
        row_count, unit_count, period_count: Size of the table.
        columns: What each column is taken for.
        units: Path pattern to unit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal["identified", "not_identified", "unclear"]
    outcome: str | None
    treatment: str | None
    shape: Shape
    unit: str | None
    time: str | None
    row_count: int
    unit_count: int
    period_count: int
    recommended: Design | None
    designs: tuple[Design, ...] = ()
    reasons: tuple[str, ...] = ()
    clarification: str | None = None
    advice: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    columns: dict[str, ColumnRole]
    explanations: Explanations
    units: dict[str, str]
    settings: dict[str, Any]


@tool(
    "identify_design",
    version="4",
    summary="Which causal designs a table supports for a question: estimand, adjustment, assumptions, what would falsify each.",
    data="rows",
)
def identify_design(context: ToolContext, arguments: IdentifyDesignArguments) -> IdentifyDesignResult:
    """The ranked designs for the question.

    Raises:
        ToolRetry: A column that was named is not there.
        ToolFailed: The data are no table.
    """
    frame = context.dataset.frame
    if frame is None:
        raise ToolFailed(
            f"identify_design needs a table and {context.dataset.name!r} is a text", fix="Give a table"
        )
    columns = profile(frame, arguments.descriptions)
    for argument, name in (("outcome", arguments.outcome), ("treatment", arguments.treatment)):
        if name is not None and name not in columns:
            raise ToolRetry(
                f"no column {name!r}",
                where=f"identify_design argument {argument}",
                fix=f"The data has {', '.join(list(columns)[:30])}",
            )
    structure = structure_of(frame, columns)
    parts = read_question(arguments.question)
    who = find_variables(parts, columns, structure, arguments.outcome, arguments.treatment)
    scene = Scene(frame, columns, structure, parts, who)
    reasons, advice = reasons_against(scene)
    found: list[Design] = []
    clarification = None
    credit = [] if arguments.graph is not None else asked_for_credit(scene)
    if credit:
        found, reasons, advice = credit, [], []
    elif who.outcome is not None:
        if arguments.graph is not None and who.cause is not None:
            found = [_by_graph(scene, arguments.graph)]
        elif not reasons or who.cause is None:
            # Without a column for the cause, a date, a cohort or a cutoff may still stand for it.
            found = candidates(scene)
        if found:
            reasons, advice = [], []
        elif not reasons:
            reasons, advice = last_reason(scene)
    elif not parts.outcome and _could_be(scene):
        clarification = f"Which column is the outcome: {', '.join(_could_be(scene))}?"
    if found and not credit and parts.cause in who.unknown and not _cause_is_timed(found[0]):
        clarification = _is_it(parts.cause, found[0])
        found, reasons = [], [f"No column is named or described as “{parts.cause}”."]
        advice = ["Name the cause's column, or describe the columns."]
    best = found[0] if found else None
    status = "identified" if best else "unclear" if clarification else "not_identified"
    return IdentifyDesignResult(
        status=status,
        outcome=best.outcome if best else who.outcome,
        treatment=best.treatment if best else who.cause,
        shape=structure.shape,
        unit=structure.unit,
        time=structure.time,
        row_count=len(frame),
        unit_count=structure.units,
        period_count=structure.periods,
        recommended=best,
        designs=tuple(found),
        reasons=tuple(reasons) if best is None else (),
        clarification=clarification,
        advice=tuple(advice),
        warnings=_warnings(scene, best),
        columns={
            c.name.replace(".", "_"): ColumnRole(kind=c.kind, part=_part(c, best, scene))
            for c in columns.values()
        },
        explanations=_explanations(
            scene, found, reasons, advice if clarification is None else [clarification, *advice]
        ),
        units={
            "row_count": "count",
            "unit_count": "count",
            "period_count": "count",
            "designs": "text",
            "designs.*.score": "score",
            "recommended": "text",
            "recommended.score": "score",
            **dict.fromkeys(
                ("reasons", "advice", "warnings", "clarification", "explanations", "columns"), "text"
            ),
        },
        settings=arguments.model_dump(mode="json"),
    )


def _cause_is_timed(best: Design) -> bool:
    """Whether a date or a cutoff stands for the cause, so that it needs no column."""
    return best.name in ("synthetic_control", "interrupted_time_series", "regression_discontinuity")


def _is_it(phrase: str, best: Design) -> str:
    column = best.arguments.get("treatment") or best.arguments.get("cohort") or best.treatment
    return f"No column is named or described as “{phrase}”. Is it what the column {column!r} holds?"


def _by_graph(scene: Scene, graph: str) -> Design:
    name: DesignName = "graph"
    return design(
        name,
        "use_graph",
        {"graph": graph, "outcome": scene.outcome, "treatment": scene.cause},
        outcome=scene.outcome,
        treatment=scene.cause,
        estimand=f"The average effect of {scene.cause} on {scene.outcome}, if the graph is right.",
        why=["a causal graph was given, and it says what to adjust for"],
        score=100.0,
    )


def _could_be(scene: Scene) -> list[str]:
    keys = (scene.structure.unit, scene.structure.time, scene.who.cause)
    return [
        c.name
        for c in scene.columns.values()
        if c.kind in ("continuous", "whole", "binary") and c.name not in keys
    ][:12]


def _part(column: Column, best: Design | None, scene: Scene) -> str:
    if best is None:
        return "not used"
    if column.name == best.outcome:
        return "outcome"
    for argument, value in best.arguments.items():
        if argument != "controls" and (
            value == column.name or (isinstance(value, list) and column.name in value)
        ):
            return argument.rstrip("s") if argument == "instruments" else argument
    if column.name in best.adjustment_set:
        return "control"
    if column.name == scene.structure.time:
        return "time"
    return f"left out: {best.left_out[column.name]}" if column.name in best.left_out else "not used"


def _warnings(scene: Scene, best: Design | None) -> tuple[str, ...]:
    who = scene.who
    said: list[str] = []
    if best is not None and who.outcome_choices:
        said.append(
            f"The outcome is read as {who.outcome!r}; {', '.join(map(repr, who.outcome_choices))} would fit the words as well."
        )
    if best is not None and who.cause_choices:
        said.append(
            f"The cause is read as {who.cause!r}; {', '.join(map(repr, who.cause_choices))} would fit the words as well."
        )
    cause = scene.columns.get(who.cause or "")
    if best is not None and cause is not None:
        said += sides(scene, cause, best.tool)
    if best is not None:
        said += without_forest(scene, best)
    if best is not None and best.name == "adjustment":
        said.append(
            "No design here does without the assumption that everything that matters was observed; a test would settle it."
        )
    return tuple(said)


def _explanations(scene: Scene, found: list[Design], reasons: list[str], advice: list[str]) -> Explanations:
    if not found:
        said = f"{NOT_IDENTIFIED}. {' '.join(reasons)}".strip()
        helped = " ".join(advice)
        shape = f"The table is {_SHAPES[scene.structure.shape]}."
        return Explanations(
            marketer=f"{said} {helped}".strip(),
            analyst=f"{said} {shape} {helped}".strip(),
            statistician=f"{said} {shape} {helped}".strip(),
        )
    best = found[0]
    opening = f"The table supports {best.called}: {'; '.join(best.why)}."
    untestable = [a.name for a in best.assumptions if not a.testable]
    resting = f"It rests on what the table cannot show: {'; '.join(untestable)}." if untestable else ""
    assumed = " ".join(f"{a.name}; what would speak against it: {a.falsified_by}." for a in best.assumptions)
    others = "".join(f" Also possible: {d.called} ({'; '.join(d.why)})." for d in found[1:])
    adjusted = f" Adjusted for: {', '.join(best.adjustment_set)}." if best.adjustment_set else ""
    analyst = f"{opening} What is estimated: {best.estimand} {assumed}{adjusted}{others}"
    left = "".join(f" Not adjusted for: {name} ({why})." for name, why in best.left_out.items())
    return Explanations(
        marketer=f"{opening} {resting}".strip(), analyst=analyst, statistician=f"{analyst}{left}"
    )
