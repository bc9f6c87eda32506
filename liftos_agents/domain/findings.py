"""What a specialist hands in, and what becomes of it: findings, claims, recommendations."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Findings(BaseModel):
    """What a specialist submits at the end of its work, by the tool call `submit_findings`.

    Every number in a text is a reference such as `{ev_7f3a…:channels.tv.roas.mean|x}`; a bare number is
    kept only where it is a date or quotes the user's own words.

    Attributes:
        headline: One sentence that answers the goal.
        claims: What was found, a sentence or two each.
        recommendations: What to do, a sentence or two each.
        caveats: Assumptions, failed diagnostics and limits, a sentence or two each.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    headline: str
    claims: tuple[str, ...] = ()
    recommendations: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()


class Claim(BaseModel):
    """A sentence of the answer with the evidence that its numbers come from.

    Attributes:
        text: Rendered, for reading.
        source: The same text with its references, for explaining and checking.
        agent: The specialist that made it.
        evidence: Evidence ids, in order of first use.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    text: str
    source: str = ""
    agent: str = ""
    evidence: tuple[str, ...] = Field(default=())


class Recommendation(Claim):
    """A claim about what to do."""
