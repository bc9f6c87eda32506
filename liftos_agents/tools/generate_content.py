"""Ads from given facts alone, within the platform's limits."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.tools.content.given_facts import GivenFacts, gather
from liftos_agents.tools.content.limits import PlatformLimits, limits_of, measured_length
from liftos_agents.tools.content.policy import fault, untraceable
from liftos_agents.tools.content.responsive_search_ad import Line, descriptions, headlines, paths
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.registry import tool
from liftos_agents.tools.surfacing.language import detect, hits

LEAST_DETAILS = 1
_TELLING = 4


class ContentArguments(BaseModel):
    """Arguments of `generate_content`; facts come from `facts`, from `text`, or from the given document."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    facts: dict[str, str | int | float | bool | list[str]] | list[str] | None = Field(
        default=None,
        description='Facts, as {"capacity": "12 cups"} or ["Capacity: 12 cups", "Rain cover included"].',
    )
    text: str | None = Field(
        default=None, max_length=200_000, description="A product text to take facts from."
    )
    platform: Literal["google_rsa"] = Field(
        default="google_rsa", description="Responsive search ad on Google."
    )
    language: Literal["en"] = Field(default="en", description="Language of the facts and of the ad.")
    tone: Literal["neutral", "friendly", "formal"] = "neutral"
    call_to_action: str | None = Field(
        default=None, max_length=40, description="The user's own call to action."
    )
    brand: str | None = Field(default=None, max_length=60)
    product: str | None = Field(default=None, max_length=150)
    paths: tuple[str, ...] = Field(default=(), max_length=2, description="Display paths of the URL.")


class AdLine(BaseModel):
    """A line, its length as the platform counts, and the facts that it is made of."""

    model_config = ConfigDict(frozen=True)

    text: str
    length: int
    facts: tuple[str, ...]


class UsedFact(BaseModel):
    """A fact that the ad may use."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: str
    name: str
    value: str


class Check(BaseModel):
    """One check of the whole ad."""

    model_config = ConfigDict(frozen=True)

    name: str
    passed: bool
    detail: str


class LeftOut(BaseModel):
    """A fact that the ad does not use, and why."""

    model_config = ConfigDict(frozen=True)

    fact: str
    reason: str


class ContentResult(BaseModel):
    """An ad whose every word stands in a given fact or in a short list of neutral words."""

    model_config = ConfigDict(frozen=True)

    platform: str
    language: str
    product: str
    brand: str | None
    headlines: tuple[AdLine, ...]
    descriptions: tuple[AdLine, ...]
    paths: tuple[AdLine, ...]
    counts: dict[str, int]
    facts: tuple[UsedFact, ...]
    limits: PlatformLimits
    checks: tuple[Check, ...]
    left_out: tuple[LeftOut, ...]
    caveats: tuple[str, ...]
    units: dict[str, str]


_UNITS = {
    "headlines.*.text": "text",
    "headlines.*.length": "count",
    "descriptions.*.text": "text",
    "descriptions.*.length": "count",
    "paths.*.text": "text",
    "paths.*.length": "count",
    "counts": "count",
    "facts.*.value": "text",
    "limits.headlines": "count",
    "limits.descriptions": "count",
    "limits.paths": "count",
    "checks.*.name": "text",
    "checks.*.detail": "text",
    "left_out.*.fact": "text",
    "left_out.*.reason": "text",
    "caveats": "text",
    "product": "text",
    "brand": "text",
    "platform": "text",
    "language": "text",
}


@tool(
    "generate_content",
    version="1",
    summary="Writes a Google responsive search ad from given facts alone, within Google's limits, with the facts behind each line.",
    data="text",
    timeout_seconds=30.0,
)
def generate_content(context: ToolContext, arguments: ContentArguments) -> ContentResult:
    """An ad from given facts, every line within the limits and free of what the policy forbids.

    Raises:
        ToolRetry: Too few facts, facts in another language, or a call to action that cannot be used.
    """
    text = arguments.text if arguments.text is not None else context.text
    given = gather(arguments.facts, text, product=arguments.product, brand=arguments.brand)
    _require_enough(given)
    _require_english(given)
    call = _call_to_action(arguments.call_to_action, given)
    limits = limits_of(arguments.platform)
    heads = headlines(given, limits, arguments.tone, call)
    bodies = descriptions(given, limits, arguments.tone, call)
    if len(heads) < limits.headlines.least or len(bodies) < limits.descriptions.least:
        raise ToolRetry(
            f"the facts give {len(heads)} headlines and {len(bodies)} descriptions that fit, and an ad needs "
            f"{limits.headlines.least} and {limits.descriptions.least}",
            fix="Give more facts of a few words each, such as 'Capacity: 12 cups'",
        )
    slugs = paths(given, limits, arguments.paths)
    used = {i for line in (*heads, *bodies) for i in line.facts}
    product, brand = given.first("product") or given.first("brand"), given.first("brand")
    return ContentResult(
        platform=arguments.platform,
        language=arguments.language,
        product=product.value if product else "",
        brand=brand.value if brand else None,
        headlines=_measured(heads, limits),
        descriptions=_measured(bodies, limits),
        paths=_measured(slugs, limits),
        counts={
            "headlines": len(heads),
            "descriptions": len(bodies),
            "paths": len(slugs),
            "facts": len(used),
        },
        facts=tuple(UsedFact(id=f.id, kind=f.kind, name=f.name, value=f.value) for f in given.usable),
        limits=limits,
        checks=_checks(heads, bodies, slugs, given, limits, call),
        left_out=tuple(LeftOut(fact=fact, reason=reason) for fact, reason in given.refused)
        + tuple(
            LeftOut(fact=f.source, reason="no line had room for it") for f in given.usable if f.id not in used
        ),
        caveats=(
            "The ad repeats the given facts; whether they are true, and allowed for this product and country, was not checked.",
        ),
        units=_UNITS,
    )


def _require_enough(given: GivenFacts) -> None:
    subject = given.first("product") or given.first("brand")
    details = [f for f in given.usable if f.kind not in ("product", "brand")]
    refused = f"; not usable: {given.refused[0][0][:60]!r} ({given.refused[0][1]})" if given.refused else ""
    if subject is None:
        raise ToolRetry(
            f"there is no product or brand to write about{refused}",
            fix="Give the argument product, or a product text",
        )
    if len(details) < LEAST_DETAILS:
        raise ToolRetry(
            f"there is no usable fact about {subject.value!r}{refused}",
            fix="Give facts such as 'Capacity: 12 cups', 'Material: steel', 'Price: €129'",
        )


def _require_english(given: GivenFacts) -> None:
    text = ". ".join(f.value for f in given.usable)
    spoken = detect(text)
    if spoken not in ("en", "und") and hits(text, spoken) >= max(_TELLING, 2 * hits(text, "en")):
        raise ToolRetry(
            f"the facts are in {spoken!r}, and ads are written in English alone",
            fix="Give the facts in English",
        )


def _call_to_action(call: str | None, given: GivenFacts) -> str | None:
    if call is None or not call.strip():
        return None
    text = " ".join(call.split()).rstrip("!.")
    brand = given.first("brand")
    if reason := fault(text, headline=True, brand=brand.value if brand else None):
        raise ToolRetry(
            f"the call to action {call!r} cannot be used: {reason}",
            fix="Give a plain one, such as 'Shop now'",
        )
    return text


def _measured(lines: tuple[Line, ...], limits: PlatformLimits) -> tuple[AdLine, ...]:
    return tuple(
        AdLine(
            text=line.text,
            length=measured_length(line.text, double_width=limits.double_width),
            facts=line.facts,
        )
        for line in lines
    )


def _checks(
    heads: tuple[Line, ...],
    bodies: tuple[Line, ...],
    slugs: tuple[Line, ...],
    given: GivenFacts,
    limits: PlatformLimits,
    call: str | None,
) -> tuple[Check, ...]:
    sources: dict[str, Any] = {f.id: f"{f.name} {f.source}" for f in given.usable}
    brand = given.first("brand")
    made: list[Check] = []
    for name, lines, limit in (
        ("headlines", heads, limits.headlines),
        ("descriptions", bodies, limits.descriptions),
        ("paths", slugs, limits.paths),
    ):
        longest = max(
            (measured_length(line.text, double_width=limits.double_width) for line in lines), default=0
        )
        made.append(
            _check(
                f"{name}_count",
                limit.least <= len(lines) <= limit.most,
                f"{len(lines)} of {limit.least} to {limit.most}",
            )
        )
        made.append(
            _check(
                f"{name}_length",
                longest <= limit.characters,
                f"the longest has {longest} of {limit.characters}",
            )
        )
    lines = (*heads, *bodies)
    distinct = len({line.text.casefold() for line in lines}) == len(lines)
    loose = [
        w for line in lines for w in untraceable(line.text, (*(sources[i] for i in line.facts), call or ""))
    ]
    faults = [
        f"{line.text!r}: {why}"
        for i, line in enumerate(lines)
        if (why := fault(line.text, headline=i < len(heads), brand=brand.value if brand else None))
    ]
    made.append(_check("distinct_lines", distinct, "no two lines are the same"))
    made.append(
        _check(
            "given_facts_only",
            not loose,
            ", ".join(loose) or "each word stands in a fact of its line or is neutral",
        )
    )
    made.append(
        _check(
            "policy", not faults, "; ".join(faults) or "no shouting, symbols, contact details or superlatives"
        )
    )
    return tuple(made)


def _check(name: str, passed: bool, detail: str) -> Check:
    return Check(name=name, passed=passed, detail=detail)
