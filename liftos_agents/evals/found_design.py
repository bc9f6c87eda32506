"""Which design an answer came to, read from the answer that any user gets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.evidence import Evidence
from liftos_agents.errors import UserError
from liftos_agents.evals.sample import Sample
from liftos_agents.evals.tables import table

# An answer of a tool that works on one design alone says which, where nobody asked for the design first.
_OF_ONE_DESIGN = {"fit_mmm": "marketing_mix_model", "attribute_paths": "multi_touch_attribution"}


class FoundDesign(BaseModel):
    """What an answer says of a question that was put to a table.

    Attributes:
        design: The design that was recommended; None where there was none.
        tool: The tool that it calls for, with `arguments`.
        treatment: The cause's column.
        causes: Columns that the answer tells the effects of at once, as a marketing-mix model does of every channel.
        estimated: Whether the answer gives an estimate.
        asked_back: Whether it is a question back.
        said: The headline, or the question back.
    """

    model_config = ConfigDict(frozen=True)

    design: str | None = None
    tool: str | None = None
    outcome: str | None = None
    treatment: str | None = None
    causes: tuple[str, ...] = ()
    arguments: dict[str, Any] = Field(default_factory=dict)
    estimated: bool = False
    asked_back: bool = False
    said: str = ""

    @property
    def declined(self) -> bool:
        """No estimate, and the headline says "Not identified" or the answer asks back."""
        return not self.estimated and (self.asked_back or "not identified" in self.said.lower())


def ask_for_design(lift: Any, sample: Sample) -> tuple[FoundDesign, Answer | None]:
    """The sample put to `LiftOS.ask` (or what has its face), with the answer itself, None where it raised.

    A question back that comes as a user's error, as without a person at the keyboard, is a question back.
    """
    roles = {"descriptions": dict(sample.describe)} if sample.describe else None
    try:
        answer = cast(
            Answer, lift.ask(sample.question, {sample.table: table(str(sample.table))}, roles=roles)
        )
    except UserError as error:
        return FoundDesign(asked_back=True, said=str(error)), None
    return read_design(answer), answer


def read_design(answer: Answer) -> FoundDesign:
    """What an answer says of design, columns and estimate."""
    asked = answer.status == "needs_clarification"
    said = (answer.plan.clarification or answer.answer.headline) if asked else answer.answer.headline
    return read_evidence(answer.evidence, said, asked_back=asked)


def read_evidence(evidence: Sequence[Evidence], said: str, *, asked_back: bool = False) -> FoundDesign:
    """What the calls behind an answer say of design, columns and estimate; `said` is its headline."""
    common: dict[str, Any] = {
        "estimated": any(_estimates(each) for each in evidence),
        "asked_back": asked_back,
        "said": said,
    }
    last = next((e for e in reversed(evidence) if e.tool == "identify_design"), None)
    if last is None:
        lone = next((e for e in evidence if e.tool in _OF_ONE_DESIGN), None)
        return FoundDesign(**common) if lone is None else _of_one_design(lone, common)
    chosen = cast("dict[str, Any] | None", last.result.get("recommended"))
    if chosen is None:
        return FoundDesign(
            outcome=last.result.get("outcome"), treatment=last.result.get("treatment"), **common
        )
    return FoundDesign(
        design=chosen.get("name"),
        tool=chosen.get("tool"),
        outcome=chosen.get("outcome"),
        treatment=chosen.get("treatment"),
        arguments=dict(chosen.get("arguments") or {}),
        **common,
    )


def _of_one_design(evidence: Evidence, common: dict[str, Any]) -> FoundDesign:
    roles = cast("dict[str, Any]", evidence.arguments.get("roles") or {})
    spends = cast("dict[str, list[str]]", roles.get("spend") or {})
    return FoundDesign(
        design=_OF_ONE_DESIGN[evidence.tool],
        tool=evidence.tool,
        outcome=roles.get("outcome"),
        causes=tuple(column for columns in spends.values() for column in columns),
        arguments=evidence.arguments,
        **common,
    )


def _estimates(evidence: Evidence) -> bool:
    if evidence.tool in (*_OF_ONE_DESIGN, "attribute"):
        return evidence.result.get("status") != "refused"
    return evidence.result.get("estimate") is not None
