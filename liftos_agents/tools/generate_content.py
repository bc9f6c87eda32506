"""Copy from given facts alone, within each platform's limits."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.tools.content.checking import check_copy
from liftos_agents.tools.content.counting import measured_length
from liftos_agents.tools.content.fact_sources import Facts, facts_of, in_language
from liftos_agents.tools.content.facts import GivenFacts
from liftos_agents.tools.content.findings import Finding, Ground
from liftos_agents.tools.content.limits import PlatformLimits, limits_of, platforms_for
from liftos_agents.tools.content.lines import Line, Order
from liftos_agents.tools.content.policy import fault
from liftos_agents.tools.content.writing import write
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.registry import tool

_CAVEAT = "The lines repeat the given facts; whether these are true, and allowed for this product and country, was not checked."


class ContentArguments(BaseModel):
    """Arguments of `generate_content`; facts come from `facts`, from `text`, or from the given document or catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    facts: Facts | None = Field(
        default=None,
        description='Facts, as {"capacity": "12 cups"} or ["Capacity: 12 cups", "Rain cover included"].',
    )
    text: str | None = Field(
        default=None, max_length=200_000, description="A product text to take facts from."
    )
    item: str | None = Field(
        default=None,
        max_length=2_000,
        description="Which product of a catalogue: its id or words of its title.",
    )
    platform: str | list[str] | None = Field(
        default=None,
        description="google_rsa, pmax, meta, tiktok, linkedin, linkedin_text, linkedin_message, x, email, seo or sms; several as a list.",
    )
    request: str | None = Field(
        default=None,
        max_length=4_000,
        description="The user's words; a platform is taken from them where none is given, else google_rsa.",
    )
    language: str | None = Field(
        default=None,
        description="Language of the copy: en, de, fr, es, it, pt, nl or pl; that of the facts where none is given.",
    )
    tone: Literal["neutral", "friendly", "formal"] = "neutral"
    call_to_action: str | None = Field(
        default=None, max_length=40, description="The user's own call to action."
    )
    brand: str | None = Field(default=None, max_length=60)
    product: str | None = Field(default=None, max_length=150)
    paths: tuple[str, ...] = Field(default=(), max_length=2, description="Display paths of the URL.")


class AdLine(BaseModel):
    """A line, its length as the platform counts, its hard limit, and the facts that it is made of."""

    model_config = ConfigDict(frozen=True)

    platform: str
    field: str
    label: str
    text: str
    length: int
    limit: int | None
    facts: tuple[str, ...]


class UsedFact(BaseModel):
    """A fact that the copy may use."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: str
    name: str
    value: str


class FieldCount(BaseModel):
    """How many lines of one sort there are, and how many the platform takes."""

    model_config = ConfigDict(frozen=True)

    platform: str
    field: str
    label: str
    count: int
    least: int
    most: int


class Check(BaseModel):
    """One check of all that was written for a platform."""

    model_config = ConfigDict(frozen=True)

    name: str
    passed: bool
    detail: str


class LeftOut(BaseModel):
    """A fact that the copy does not use, and why."""

    model_config = ConfigDict(frozen=True)

    fact: str
    reason: str


class ContentResult(BaseModel):
    """Copy whose every word stands in a given fact or in the fixed wording of its language.

    Attributes:
        made: What was written, in words: `15 headlines, 4 descriptions and 2 paths for a Google responsive search ad`.
        counts: Lines, facts used, and platforms.
    """

    model_config = ConfigDict(frozen=True)

    platforms: tuple[str, ...]
    language: str
    facts_language: str
    product: str
    brand: str | None
    made: str
    lines: tuple[AdLine, ...]
    fields: tuple[FieldCount, ...]
    counts: dict[str, int]
    facts: tuple[UsedFact, ...]
    limits: dict[str, PlatformLimits]
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    left_out: tuple[LeftOut, ...]
    caveats: tuple[str, ...]
    units: dict[str, str]


_UNITS = {
    "lines.*": "text",
    "lines.*.length": "count",
    "lines.*.limit": "count",
    "fields.*": "text",
    "fields.*.count": "count",
    "fields.*.least": "count",
    "fields.*.most": "count",
    "counts": "count",
    "facts": "text",
    "limits.*.fields.*": "count",
    "checks": "text",
    "findings": "text",
    "left_out": "text",
    "caveats": "text",
    "product": "text",
    "brand": "text",
    "made": "text",
    "platforms": "text",
    "language": "text",
    "facts_language": "text",
}


@tool(
    "generate_content",
    version="7",
    summary="Writes adverts, e-mails, search snippets and messages in eight languages from given facts alone, within the platform's limits, with the facts behind each line.",
    data="product",
    timeout_seconds=60.0,
)
def generate_content(context: ToolContext, arguments: ContentArguments) -> ContentResult:
    """Copy from given facts, every line within the limits and free of what the policy forbids.

    Raises:
        ToolRetry: An unknown platform or language, too few facts, facts in another language of which too few can be
            quoted, or a call to action that cannot be used.
    """
    keys = platforms_for(arguments.platform, arguments.request)
    gathered = facts_of(
        context, arguments.facts, arguments.text, arguments.item, arguments.product, arguments.brand
    )
    _require_enough(gathered)
    given, language, caveats = in_language(gathered, arguments.language)
    call = _call_to_action(arguments.call_to_action, given, language)
    lines: list[AdLine] = []
    counts: list[FieldCount] = []
    checks: list[Check] = []
    findings: list[Finding] = []
    used: set[str] = set()
    for key in keys:
        limits = limits_of(key)
        order = Order(given, language, arguments.tone, call, limits)
        written = write(order, paths=arguments.paths)
        _require_lines(written, limits, key)
        lines += [
            line
            for field in limits.fields
            for line in _measured(key, limits, field.name, written[field.name], len(keys) > 1)
        ]
        counts += [
            FieldCount(
                platform=key,
                field=f.name,
                label=f.label,
                count=len(written[f.name]),
                least=f.least,
                most=f.most,
            )
            for f in limits.fields
        ]
        used |= {i for found in written.values() for line in found for i in line.facts}
        made, found = _checks(key, limits, language, written, given, call)
        checks += made
        findings += found
    subject, brand = given.subject, given.first("brand")
    unused = tuple(
        LeftOut(fact=f.source[:200], reason="no line had room for it")
        for f in given.usable
        if f.id not in used
    )
    return ContentResult(
        platforms=keys,
        language=language,
        facts_language=gathered.language,
        product=subject.value if subject else "",
        brand=brand.value if brand else None,
        made="; ".join(_made(key, counts) for key in keys),
        lines=tuple(lines),
        fields=tuple(counts),
        counts={"lines": len(lines), "facts": len(used), "platforms": len(keys)},
        facts=tuple(UsedFact(id=f.id, kind=f.kind, name=f.name, value=f.value) for f in given.usable),
        limits={key: limits_of(key) for key in keys},
        checks=tuple(checks),
        findings=tuple(findings),
        left_out=tuple(LeftOut(fact=fact, reason=reason) for fact, reason in given.refused) + unused,
        caveats=(_CAVEAT, *caveats),
        units=_UNITS,
    )


def _require_enough(given: GivenFacts) -> None:
    refused = f"; not usable: {given.refused[0][0][:60]!r} ({given.refused[0][1]})" if given.refused else ""
    if given.subject is None:
        raise ToolRetry(
            f"there is no product or brand to write about{refused}",
            fix="Give the argument product, or a product text",
        )
    if not given.details:
        raise ToolRetry(
            f"there is no usable fact about {given.subject.value[:80]!r}{refused}",
            fix="Give facts such as 'Capacity: 12 cups', 'Material: steel', 'Price: €129'",
        )


def _require_lines(written: dict[str, tuple[Line, ...]], limits: PlatformLimits, key: str) -> None:
    for field in limits.fields:
        if len(written[field.name]) < field.least:
            raise ToolRetry(
                f"the facts give {len(written[field.name])} of the {field.least} lines {field.name!r} that {key} needs",
                fix="Give more facts of a few words each, such as 'Capacity: 12 cups', and a short product name",
            )


def _call_to_action(call: str | None, given: GivenFacts, language: str) -> str | None:
    if call is None or not call.strip():
        return None
    text = " ".join(call.split()).rstrip("!.")
    brand = given.first("brand")
    if reason := fault(text, headline=True, brand=brand.value if brand else None, language=language):
        raise ToolRetry(
            f"the call to action {call!r} cannot be used: {reason}",
            fix="Give a plain one, such as 'Shop now'",
        )
    return text


def _measured(
    key: str, limits: PlatformLimits, name: str, written: tuple[Line, ...], several: bool
) -> list[AdLine]:
    field = limits.field(name)
    assert field is not None
    return [
        AdLine(
            platform=key,
            field=name,
            label=f"{limits.title}, {field.label.lower()}" if several else field.label,
            text=line.text,
            length=measured_length(line.text, limits.counting),
            limit=field.hard,
            facts=line.facts,
        )
        for line in written
    ]


def _checks(
    key: str,
    limits: PlatformLimits,
    language: str,
    written: dict[str, tuple[Line, ...]],
    given: GivenFacts,
    call: str | None,
) -> tuple[list[Check], list[Finding]]:
    """The copy held against limits, policy and facts by the same rules as any other copy."""
    sources = (*(f"{f.name} {f.value} {f.source}" for f in given.usable), call or "")
    brand = given.first("brand")
    ground = Ground(key, limits, language, sources, brand.value if brand else None)
    _, findings = check_copy({name: [line.text for line in lines] for name, lines in written.items()}, ground)
    errors: dict[str, list[str]] = {"limits": [], "given_facts_only": [], "policy": []}
    for found in findings:
        group = (
            "given_facts_only"
            if found.rule.endswith("_not_given")
            else "limits"
            if found.rule.startswith("too_")
            else "policy"
        )
        if found.severity == "error" or group == "given_facts_only":
            errors[group].append(f"{found.line!r}: {found.message}")
    said = {
        "limits": "every line is within its limit",
        "given_facts_only": "each word stands in a given fact or in the fixed wording",
        "policy": "no shouting, symbols, contact details or claims",
    }
    return [
        Check(
            name=f"{limits.title}, {name.replace('_', ' ')}",
            passed=not wrong,
            detail="; ".join(wrong) or said[name],
        )
        for name, wrong in errors.items()
    ], [f for f in findings if f.severity != "note"]


def _made(key: str, counts: list[FieldCount]) -> str:
    own = [c for c in counts if c.platform == key and c.count]
    parts = [f"{c.count} × {c.label.lower()}" for c in own]
    return f"{limits_of(key).title}: {', '.join(parts)}"
