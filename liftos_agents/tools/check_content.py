"""Copy checked against a platform's limits, the policy, and given facts."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.tools.content.checking import MeasuredLine, check_copy
from liftos_agents.tools.content.copy_text import sorted_copy
from liftos_agents.tools.content.fact_sources import Facts, copy_language, sources_of
from liftos_agents.tools.content.findings import Finding, Ground
from liftos_agents.tools.content.limits import limits_of, platforms_for
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.registry import tool


class CheckArguments(BaseModel):
    """Arguments of `check_content`; the copy comes from `fields` or `text`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    platform: str | list[str] | None = Field(
        default=None,
        description="google_rsa, pmax, meta, tiktok, linkedin, linkedin_text, linkedin_message, x, email, seo or sms.",
    )
    fields: dict[str, str | list[str]] | None = Field(
        default=None, description='The copy by field, as {"headlines": ["…"], "descriptions": ["…"]}.'
    )
    text: str | None = Field(
        default=None,
        max_length=50_000,
        description="The copy as text, a line each, with or without `Headline:` before it.",
    )
    request: str | None = Field(
        default=None,
        max_length=4_000,
        description="The user's words; a platform is taken from them where none is given, else google_rsa.",
    )
    language: str | None = Field(
        default=None,
        description="Language of the copy, one of en, de, fr, es, it, pt, nl, pl, ja, zh; told from the copy where not given.",
    )
    facts: Facts | None = Field(
        default=None, description="What the copy may say; without it, what it claims is not checked."
    )
    item: str | None = Field(
        default=None, max_length=2_000, description="Which product of a catalogue the copy is about."
    )
    brand: str | None = Field(default=None, max_length=60, description="A brand that is written in capitals.")
    values: dict[str, str | list[str]] = Field(
        default_factory=dict,
        description='Values of placeholders, as {"first_name": ["Bartholomew"]}; the longest is measured.',
    )


class CheckResult(BaseModel):
    """What was found in the copy, worst first within each line.

    Attributes:
        passed: Whether there is no error.
        rules: Rule to how often it was broken.
        facts_checked: Whether facts were given to hold the copy against.
    """

    model_config = ConfigDict(frozen=True)

    platform: str
    title: str
    language: str
    passed: bool
    facts_checked: bool
    counts: dict[str, int]
    lines: tuple[MeasuredLine, ...]
    findings: tuple[Finding, ...]
    rules: dict[str, int]
    source: str
    retrieved: str
    caveats: tuple[str, ...]
    units: dict[str, str]


_UNITS = {
    "counts": "count",
    "lines.*": "text",
    "lines.*.length": "count",
    "lines.*.limit": "count",
    "lines.*.recommended": "count",
    "lines.*.pixels": "number",
    "lines.*.parts": "count",
    "findings": "text",
    "rules": "count",
    "platform": "text",
    "title": "text",
    "language": "text",
    "source": "text",
    "retrieved": "text",
    "caveats": "text",
}


@tool(
    "check_content",
    version="2",
    summary="Checks given copy against a platform's hard and recommended limits, the policy of wording and form, and given facts; each finding with its source and a fix.",
    data="product",
    timeout_seconds=30.0,
)
def check_content(context: ToolContext, arguments: CheckArguments) -> CheckResult:
    """Findings for each line of the copy, and for each field.

    Raises:
        ToolRetry: There is no copy, or no such platform, field or language.
    """
    key = platforms_for(arguments.platform, arguments.request)[0]
    limits = limits_of(key)
    text = arguments.text if arguments.text is not None or arguments.fields else context.text
    copy = sorted_copy(arguments.fields, text, limits, arguments.request)
    language = copy_language(copy, arguments.language)
    sources = sources_of(
        context, arguments.facts, arguments.item, own_text=text is not None and text == context.text
    )
    ground = Ground(key, limits, language, sources, arguments.brand, arguments.values)
    lines, findings = check_copy(copy, ground)
    counts = {
        "lines": len(lines),
        "errors": sum(f.severity == "error" for f in findings),
        "warnings": sum(f.severity == "warning" for f in findings),
        "notes": sum(f.severity == "note" for f in findings),
        "clean": sum(line.status == "ok" for line in lines),
    }
    rules: dict[str, int] = {}
    for found in findings:
        rules[found.rule] = rules.get(found.rule, 0) + 1
    caveats = [
        "The policy is held against lists of words: what they do not name is not found, and a platform may judge otherwise."
    ]
    if not limits.verified:
        caveats.append(f"The limits of {limits.title} are not confirmed at their source: {limits.source}.")
    if sources is None:
        caveats.append("No facts were given, so what the copy claims was not checked.")
    return CheckResult(
        platform=key,
        title=limits.title,
        language=language,
        passed=counts["errors"] == 0,
        facts_checked=sources is not None,
        counts=counts,
        lines=lines,
        findings=findings,
        rules=dict(sorted(rules.items())),
        source=limits.source,
        retrieved=limits.retrieved,
        caveats=tuple(caveats),
        units=_UNITS,
    )
