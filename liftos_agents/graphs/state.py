"""The state of a run, JSON-plain: ids and small values; tables, posteriors and results stay in the stores."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

STATE_VERSION = 2

ReportStatus = Literal["done", "clarification", "failed"]


class DroppedText(TypedDict):
    """A sentence that could not be verified."""

    text: str
    reasons: list[str]


class Call(TypedDict):
    """A tool call that was answered with evidence."""

    evidence: str
    tool: str
    arguments: dict[str, Any]


class Report(TypedDict):
    """What one specialist handed in; texts hold references, not values."""

    step: int
    agent: str
    status: ReportStatus
    headline: str
    claims: list[str]
    recommendations: list[str]
    caveats: list[str]
    dropped: list[DroppedText]
    calls: list[Call]
    message: str


class Pending(TypedDict):
    """A question that waits for the user's reply.

    `kind` is `roles` (columns of the data), `data` (none was given), or `words` (the request itself).
    """

    kind: Literal["roles", "data", "words"]
    question: str
    role: str
    choices: list[str]
    columns: list[str]


def merge_reports(
    left: dict[str, dict[str, Report]] | None, right: dict[str, dict[str, Report]] | None
) -> dict[str, dict[str, Report]]:
    """Reports of one run, by run id and step; those of an earlier run of the thread make way."""
    if not right:
        return left or {}
    run = next(iter(right))
    return {run: {**(left or {}).get(run, {}), **right[run]}}


class RunState(TypedDict, total=False):
    """One thread's state.

    Attributes:
        version, topology: Shape of this state and of the graph that wrote it.
        question: The question being answered; after a clarification it is the original one.
        asked: What the user typed.
        datasets: Ids of the thread's data, in the order given.
        overrides: Column roles that the user named.
        briefs: The datasets as a model sees them.
        role_problem: Why the table's roles are unclear, when they are.
        turns: Earlier questions of the thread and what was done about them.
        turn: This question as a turn, once it is answered.
        reports: Run id to step to report.
        texts: The composed answer, with references.
        answer, grounding: The rendered answer and how its numbers stand.
        evidence: Evidence ids in the order of the answer.
        pending: A question back to the user.
    """

    version: int
    topology: str
    run: str
    question: str
    asked: str
    datasets: list[str]
    overrides: dict[str, Any]
    briefs: list[dict[str, Any]]
    role_problem: dict[str, Any] | None
    recalled: list[dict[str, Any]]
    plan: dict[str, Any]
    reports: Annotated[dict[str, dict[str, Report]], merge_reports]
    texts: dict[str, Any]
    answer: dict[str, Any]
    grounding: dict[str, Any]
    evidence: list[str]
    status: str
    turns: list[dict[str, Any]]
    turn: dict[str, Any]
    pending: Pending | None


class StepInput(RunState, total=False):
    """What one specialist is sent."""

    step: int


def reports_of(state: RunState) -> dict[int, Report]:
    """This run's reports by step, in order."""
    own = state.get("reports", {}).get(state.get("run", ""), {})
    return {int(step): own[step] for step in sorted(own, key=int)}
