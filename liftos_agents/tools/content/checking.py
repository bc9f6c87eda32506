"""Copy held against a platform's limits, the policy, and the facts that it may use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Literal

from pydantic import BaseModel, ConfigDict

from liftos_agents.tools.content import line_rules
from liftos_agents.tools.content.counting import measured_length, message_size
from liftos_agents.tools.content.fact_words import LANGUAGES
from liftos_agents.tools.content.findings import Finding, Ground, Place, Severity
from liftos_agents.tools.content.limits import FieldLimit
from liftos_agents.tools.content.pixel_width import pixel_width
from liftos_agents.tools.content.placeholders import expand
from liftos_agents.tools.surfacing.lexicon import stop_words, tokens

Status = Literal["ok", "note", "warning", "error"]
ALIKE = 0.75


class MeasuredLine(BaseModel):
    """A line as the platform counts it, placeholders filled in; `limit` is the hard one."""

    model_config = ConfigDict(frozen=True)

    field: str
    label: str
    text: str
    length: int
    limit: int | None
    recommended: int | None
    pixels: float | None
    parts: int | None
    status: Status


def check_copy(
    copy: Mapping[str, Sequence[str]], ground: Ground
) -> tuple[tuple[MeasuredLine, ...], tuple[Finding, ...]]:
    """Each line with its length and status, and what was found, field by field."""
    lines: list[MeasuredLine] = []
    findings: list[Finding] = []
    for field in ground.limits.fields:
        texts = copy.get(field.name, ())
        findings += _of_field(field, texts, ground)
        for position, text in enumerate(texts):
            found = list(_of_line(field, position, text, ground))
            findings += found
            lines.append(_measured(field, text, ground, found))
    return tuple(lines), tuple(findings)


def alike(one: str, two: str) -> float:
    """Share of content words that two lines have in common, by the shorter of them."""
    first, second = _content(one), _content(two)
    if not first or not second:
        return 1.0 if one.casefold() == two.casefold() else 0.0
    return len(first & second) / min(len(first), len(second))


def _content(text: str) -> frozenset[str]:
    silent = frozenset().union(*(stop_words(code) for code in LANGUAGES))
    return frozenset(t for t in tokens(text) if t not in silent)


def _of_field(field: FieldLimit, texts: Sequence[str], ground: Ground) -> Iterator[Finding]:
    limits = ground.limits
    place = Place(field, None, "")
    if len(texts) < field.least:
        yield place.finding(
            "error",
            "too_few_lines",
            f"{len(texts)} of at least {field.least} lines",
            limits.source,
            f"Write {field.least - len(texts)} more",
        )
    if len(texts) > field.most:
        yield place.finding(
            "error",
            "too_many_lines",
            f"{len(texts)} of at most {field.most} lines",
            limits.source,
            f"Take out {len(texts) - field.most}",
        )
    for (_, one), (position, two) in combinations(enumerate(texts), 2):
        if one.strip().casefold() == two.strip().casefold():
            yield Place(field, position, two).finding(
                "error" if ground.platform in line_rules.GOOGLE else "warning",
                "same_line",
                f"the same as {one[:60]!r}",
                limits.source,
                "Say something else",
            )
        elif field.role == "headline" and len(_content(two)) > 1 and alike(one, two) > ALIKE:
            yield Place(field, position, two).finding(
                "note",
                "alike",
                f"says much the same as {one[:60]!r}",
                "Google Ads Help, ad strength: headlines differ",
                "Use another fact",
            )


def _of_line(field: FieldLimit, position: int, text: str, ground: Ground) -> Iterator[Finding]:
    place = Place(field, position, text)
    expansion = expand(text, ground.values or {}, ground.limits.counting)
    said = expansion.text
    yield from line_rules.lengths(place, said, bool(expansion.unknown), ground)
    for name in expansion.unknown:
        yield place.finding(
            "warning",
            "placeholder",
            f"the placeholder {name!r} has no value, so the length is not known",
            "Measured after expansion",
            "Give its longest value, or a default",
        )
    yield from line_rules.form(place, said, ground)
    yield from line_rules.wording(place, said, ground)
    yield from line_rules.facts(place, said, ground)


def _measured(field: FieldLimit, text: str, ground: Ground, found: Sequence[Finding]) -> MeasuredLine:
    said = expand(text, ground.values or {}, ground.limits.counting).text
    worst: list[Severity] = [
        f.severity for s in ("error", "warning", "note") for f in found if f.severity == s
    ]
    return MeasuredLine(
        field=field.name,
        label=field.label,
        text=text,
        length=measured_length(said, ground.limits.counting),
        limit=field.hard,
        recommended=field.recommended,
        pixels=round(pixel_width(said), 1) if field.pixels is not None else None,
        parts=message_size(said).segments if field.segments is not None else None,
        status=worst[0] if worst else "ok",
    )
