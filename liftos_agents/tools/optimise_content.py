"""Given copy brought to the rules, edit by edit, without a word that neither it nor the facts hold."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.tools.content.checking import MeasuredLine, check_copy
from liftos_agents.tools.content.copy_score import CopyScorer, ScorePart
from liftos_agents.tools.content.copy_text import sorted_copy
from liftos_agents.tools.content.fact_sources import Facts, copy_language, facts_of, in_language
from liftos_agents.tools.content.facts import GivenFacts
from liftos_agents.tools.content.findings import Finding, Ground
from liftos_agents.tools.content.improving import improve
from liftos_agents.tools.content.limits import PlatformLimits, limits_of, platforms_for
from liftos_agents.tools.content.lines import Line, Order
from liftos_agents.tools.content.writing import write
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.registry import tool

_OBJECTIVE = (
    "The score says how far the copy keeps to rules: limits, policy, the facts, lines that differ, places filled. "
    "It is no forecast of clicks or sales."
)
_KINDS = {
    "clean": "Form put right",
    "drop_claim": "Claim taken out",
    "shorten": "Shortened",
    "replace": "Replaced by a line from the facts",
    "add": "Line added from the facts",
    "remove": "Line taken out",
}


class OptimiseArguments(BaseModel):
    """Arguments of `optimise_content`; the copy comes from `fields` or `text`, the facts from `facts` or the data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    platform: str | list[str] | None = Field(
        default=None,
        description="google_rsa, pmax, meta, tiktok, linkedin, linkedin_text, linkedin_message, x, email, seo or sms.",
    )
    fields: dict[str, str | list[str]] | None = Field(
        default=None, description='The copy by field, as {"headlines": ["…"], "descriptions": ["…"]}.'
    )
    text: str | None = Field(default=None, max_length=50_000, description="The copy as text, a line each.")
    facts: Facts | None = Field(default=None, description="What the copy may say.")
    item: str | None = Field(
        default=None, max_length=2_000, description="Which product of a catalogue the copy is about."
    )
    request: str | None = Field(
        default=None,
        max_length=4_000,
        description="The user's words; a platform is taken from them where none is given, else google_rsa.",
    )
    language: str | None = Field(
        default=None, description="Language of the copy; told from it where not given."
    )
    tone: Literal["neutral", "friendly", "formal"] = "neutral"
    brand: str | None = Field(default=None, max_length=60)
    product: str | None = Field(default=None, max_length=150)
    values: dict[str, str | list[str]] = Field(
        default_factory=dict, description="Values of placeholders; the longest is measured."
    )


class ContentEdit(BaseModel):
    """One edit, in the order of what it gains; `what` says in words what it does."""

    model_config = ConfigDict(frozen=True)

    kind: str
    what: str
    field: str
    label: str
    before: str
    after: str
    reasons: tuple[str, ...]
    facts: tuple[str, ...]
    gain: float


class CopyState(BaseModel):
    """A version of the copy: its score with its parts, its lines, and what is found in them."""

    model_config = ConfigDict(frozen=True)

    score: float
    parts: tuple[ScorePart, ...]
    lines: tuple[MeasuredLine, ...]
    findings: tuple[Finding, ...]
    counts: dict[str, int]


class OptimiseResult(BaseModel):
    """The copy before and after, and the edits between."""

    model_config = ConfigDict(frozen=True)

    platform: str
    title: str
    language: str
    objective: str
    before: CopyState
    after: CopyState
    gain: float
    edits: tuple[ContentEdit, ...]
    counts: dict[str, int]
    caveats: tuple[str, ...]
    units: dict[str, str]


_STATE = {
    "score": "score",
    "parts": "text",
    "parts.*.value": "share",
    "parts.*.weight": "score",
    "lines.*": "text",
    "lines.*.length": "count",
    "lines.*.limit": "count",
    "lines.*.recommended": "count",
    "lines.*.pixels": "number",
    "lines.*.parts": "count",
    "findings": "text",
    "counts": "count",
}
_UNITS = {
    **{f"{state}.{path}": unit for state in ("before", "after") for path, unit in _STATE.items()},
    "gain": "score",
    "edits": "text",
    "edits.*.gain": "score",
    "counts": "count",
    "caveats": "text",
    "objective": "text",
    "title": "text",
    "platform": "text",
    "language": "text",
}


@tool(
    "optimise_content",
    version="6",
    summary="Improves given copy by ranked edits: limits kept, faults of policy removed, missing strong facts used, headlines spread; before and after with a rule-based score, nothing invented.",
    data="product",
    timeout_seconds=60.0,
)
def optimise_content(context: ToolContext, arguments: OptimiseArguments) -> OptimiseResult:
    """Edits ranked by what they add to a rule-based score, and the copy after them.

    Raises:
        ToolRetry: There is no copy, or no such platform, field or language.
    """
    key = platforms_for(arguments.platform, arguments.request)[0]
    limits = limits_of(key)
    own_text = arguments.text is None and arguments.fields is None
    copy = sorted_copy(
        arguments.fields, context.text if own_text else arguments.text, limits, arguments.request
    )
    language = copy_language(copy, arguments.language)
    given, caveats = _facts(context, arguments, own_text, language)
    sources = tuple(f"{f.name} {f.value} {f.source}" for f in given.usable) if given else None
    brand = given.first("brand") if given else None
    ground = Ground(
        key, limits, language, sources, brand.value if brand else arguments.brand, arguments.values
    )
    scorer = CopyScorer(ground, given)
    written = _written(given, language, arguments.tone, limits)
    after, edits = improve(copy, scorer, limits, language, written)
    states = [_state(version, scorer, ground) for version in (copy, after)]
    labels = {f.name: f.label for f in limits.fields}
    return OptimiseResult(
        platform=key,
        title=limits.title,
        language=language,
        objective=_OBJECTIVE,
        before=states[0],
        after=states[1],
        gain=round(states[1].score - states[0].score, 2),
        edits=tuple(
            ContentEdit(
                kind=e.kind,
                what=_KINDS[e.kind],
                field=e.field,
                label=labels[e.field],
                before=e.before,
                after=e.after,
                reasons=e.reasons,
                facts=e.facts,
                gain=round(e.gain, 2),
            )
            for e in edits
        ),
        counts={"edits": len(edits), "errors_left": states[1].counts["errors"]},
        caveats=(_OBJECTIVE, *caveats),
        units=_UNITS,
    )


def _facts(
    context: ToolContext, arguments: OptimiseArguments, own_text: bool, language: str
) -> tuple[GivenFacts | None, tuple[str, ...]]:
    missing = "Without facts about the product, lines are only put right in form, shortened or taken out."
    if not arguments.facts and (own_text or context.given_dataset is None):
        return None, (missing,)
    try:
        gathered = facts_of(
            context, arguments.facts, None, arguments.item, arguments.product, arguments.brand
        )
        given, _, caveats = in_language(gathered, language)
    except (ToolRetry, ToolFailed) as problem:
        return None, (missing, f"The facts could not be used: {problem.what}.")
    return given, caveats


def _written(
    given: GivenFacts | None, language: str, tone: str, limits: PlatformLimits
) -> dict[str, tuple[Line, ...]]:
    if given is None or given.subject is None:
        return {}
    written = write(Order(given, language, tone, None, limits))
    return {f.name: written[f.name] for f in limits.fields if f.role != "path"}


def _state(copy: dict[str, tuple[str, ...]], scorer: CopyScorer, ground: Ground) -> CopyState:
    lines, findings = check_copy(copy, ground)
    return CopyState(
        score=round(scorer.score(copy), 2),
        parts=scorer.parts(copy),
        lines=lines,
        findings=findings,
        counts={
            "lines": len(lines),
            "errors": sum(f.severity == "error" for f in findings),
            "warnings": sum(f.severity == "warning" for f in findings),
        },
    )
