"""The tool `check_quality`: whether a table can carry an analysis."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.data.media_quality import Severity
from liftos_agents.data.quality import check
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.registry import tool

UNITS = {
    "rows": "count",
    "errors": "count",
    "warnings": "count",
    "findings.*.count": "count",
    "findings.*.message": "text",
    "findings.*.fix": "text",
    "verdict": "text",
    "problems": "text",
}


class CheckQualityArguments(BaseModel):
    """The check takes no arguments."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class QualityFinding(BaseModel):
    """One thing that is wrong, where, and what to do.

    `rows` counts from 1 for the first row below the header and holds at most twenty.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    severity: Severity
    message: str
    count: int
    rows: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    fix: str | None = None
    fix_name: str | None = None


class CheckQualityResult(BaseModel):
    """All findings, worst first.

    Attributes:
        ok: There is no error; warnings weaken an analysis and do not stop it.
        verdict: The outcome in a sentence.
        problems: Messages of errors and warnings, in one text.
        passed: Checks that found nothing.
        not_run: Checks that need roles or a regular calendar that this table does not give.
    """

    model_config = ConfigDict(frozen=True)

    ok: bool
    verdict: str
    rows: int
    errors: int
    warnings: int
    findings: tuple[QualityFinding, ...]
    problems: str
    passed: tuple[str, ...]
    not_run: tuple[str, ...]
    units: dict[str, str] = Field(default_factory=lambda: dict(UNITS))


@tool(
    "check_quality",
    version="2",
    summary="Check the data before modelling: gaps, duplicates, outliers, impossible values, collinear or "
    "unvarying spend, spend that follows sales, and whether the series is long enough.",
    data="table",
    timeout_seconds=60.0,
)
def check_quality(context: ToolContext, arguments: CheckQualityArguments) -> CheckQualityResult:
    """Findings on the table of this call, each with rows and a proposed fix."""
    quality = check(context.dataset, context.given_roles, context.role_problem)
    findings = tuple(
        QualityFinding.model_validate(finding, from_attributes=True) for finding in quality.findings
    )
    errors = sum(finding.severity == "error" for finding in findings)
    warnings = sum(finding.severity == "warning" for finding in findings)
    frame = context.dataset.frame
    return CheckQualityResult(
        ok=errors == 0,
        verdict=_verdict(errors, warnings),
        rows=0 if frame is None else len(frame),
        errors=errors,
        warnings=warnings,
        findings=findings,
        problems="; ".join(f.message for f in findings if f.severity != "info") or "none",
        passed=quality.passed,
        not_run=quality.not_run,
    )


def _verdict(errors: int, warnings: int) -> str:
    if errors:
        return "The data cannot be modelled until the errors are put right"
    if warnings:
        return "The data can be modelled, with reservations"
    return "The data can be modelled as it is"
