"""Copy held against a platform's limits, the policy, and the facts that it may use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from pydantic import BaseModel, ConfigDict

from liftos_agents.tools.content import policy
from liftos_agents.tools.content.counting import emojis, measured_length, message_size
from liftos_agents.tools.content.fact_words import LANGUAGES, says_nothing
from liftos_agents.tools.content.limits import FieldLimit, PlatformLimits
from liftos_agents.tools.content.lines import SIGNS
from liftos_agents.tools.content.personal_data import personal_data
from liftos_agents.tools.content.phrases import neutral_words
from liftos_agents.tools.content.pixel_width import pixel_width
from liftos_agents.tools.content.placeholders import expand
from liftos_agents.tools.content.traceable import untraceable
from liftos_agents.tools.surfacing.injection import set_aside, strip_invisible
from liftos_agents.tools.surfacing.lexicon import stop_words, tokens

Severity = Literal["error", "warning", "note"]
ALIKE = 0.75
_GOOGLE = ("google_rsa", "pmax")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


class Finding(BaseModel):
    """One thing about one line (or about a field, where `position` is None) that is wrong or could be better."""

    model_config = ConfigDict(frozen=True)

    field: str
    label: str
    position: int | None
    line: str
    severity: Severity
    rule: str
    message: str
    source: str
    fix: str


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
    status: Literal["ok", "note", "warning", "error"]


@dataclass(frozen=True)
class Ground:
    """What copy is held against: the platform, the language, facts (None where none were given), placeholders' values."""

    platform: str
    limits: PlatformLimits
    language: str
    sources: tuple[str, ...] | None = None
    brand: str | None = None
    values: Mapping[str, str | Sequence[str]] | None = None


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
    about = (field, None, "")
    if len(texts) < field.least:
        yield _finding(
            about,
            "error",
            "too_few_lines",
            f"{len(texts)} of at least {field.least}",
            limits.source,
            f"Write {field.least - len(texts)} more",
        )
    if len(texts) > field.most:
        yield _finding(
            about,
            "error",
            "too_many_lines",
            f"{len(texts)} of at most {field.most}",
            limits.source,
            f"Take out {len(texts) - field.most}",
        )
    for (_, one), (position, two) in combinations(enumerate(texts), 2):
        if one.strip().casefold() == two.strip().casefold():
            yield _finding(
                (field, position, two),
                "error" if ground.platform in _GOOGLE else "warning",
                "same_line",
                f"the same as {one[:60]!r}",
                limits.source,
                "Say something else",
            )
        elif field.role == "headline" and len(_content(two)) > 1 and alike(one, two) > ALIKE:
            yield _finding(
                (field, position, two),
                "note",
                "alike",
                f"says much the same as {one[:60]!r}",
                "Google Ads Help, ad strength: headlines differ",
                "Use another fact",
            )


def _of_line(field: FieldLimit, position: int, text: str, ground: Ground) -> Iterator[Finding]:
    about = (field, position, text)
    expansion = expand(text, ground.values or {}, ground.limits.counting)
    said = expansion.text
    yield from _lengths(about, said, bool(expansion.unknown), ground)
    for name in expansion.unknown:
        yield _finding(
            about,
            "warning",
            "placeholder",
            f"the placeholder {name!r} has no value, so the length is not known",
            "Measured after expansion",
            "Give its longest value, or a default",
        )
    yield from _form(about, said, ground)
    yield from _wording(about, said, ground)
    yield from _facts(about, said, ground)


def _lengths(
    about: tuple[FieldLimit, int | None, str], said: str, open_: bool, ground: Ground
) -> Iterator[Finding]:
    field, limits = about[0], ground.limits
    length = measured_length(said, limits.counting)
    if not said.strip() and not open_:
        yield _finding(about, "error", "empty", "the line is empty", limits.source, "Write it or take it out")
        return
    if field.hard is not None and length > field.hard:
        yield _finding(
            about,
            "error",
            "too_long",
            f"{length} of {field.hard} characters: it is {limits.effect}",
            limits.source,
            f"Take out {length - field.hard}",
        )
    elif field.recommended is not None and length > field.recommended:
        yield _finding(
            about,
            "warning",
            "longer_than_recommended",
            f"{length} characters, and readers see {field.recommended}",
            limits.source,
            f"Take out {length - field.recommended}, or put what counts first",
        )
    if length < field.shortest and not open_:
        severity: Severity = "error" if limits.effect == "refused" else "warning"
        yield _finding(
            about,
            severity,
            "too_short",
            f"{length} of at least {field.shortest} characters",
            limits.source,
            "Say more",
        )
    if field.pixels is not None and (wide := pixel_width(said)) > field.pixels:
        yield _finding(
            about,
            "error",
            "too_wide",
            f"{wide:.0f} of {field.pixels} px: it is {limits.effect}",
            limits.source,
            "Use fewer or narrower words",
        )
    if field.segments is not None and field.recommended_segments is not None:
        size = message_size(said)
        if size.segments > field.segments:
            yield _finding(
                about,
                "error",
                "too_long",
                f"{size.segments} parts of at most {field.segments}",
                limits.source,
                "Shorten it",
            )
        elif size.segments > field.recommended_segments:
            outside = "".join(sorted({c for c in said if message_size(c).encoding == "ucs2"}))
            why = f"; {outside!r} makes a part 70 characters" if outside else ""
            yield _finding(
                about,
                "warning",
                "several_parts",
                f"{size.units} characters in {size.segments} parts{why}",
                limits.source,
                "Shorten it, or leave those characters out" if outside else "Shorten it",
            )


def _form(about: tuple[FieldLimit, int | None, str], said: str, ground: Ground) -> Iterator[Finding]:
    field, limits = about[0], ground.limits
    strict: Severity = "error" if ground.platform in _GOOGLE else "warning"
    editorial = "Google Ads policy, Editorial: style and spelling, punctuation and symbols"
    headline = "headline" in field.role
    if "!" in said and ((headline and ground.platform in _GOOGLE) or said.count("!") > 1):
        yield _finding(
            about,
            strict,
            "exclamation",
            "an exclamation mark in a headline, or more than one",
            editorial,
            "End with a full stop, or nothing",
        )
    if stacked := policy.repeated(said):
        yield _finding(
            about,
            strict,
            "stacked_punctuation",
            f"stacked punctuation {stacked!r}",
            editorial,
            "Keep one mark",
        )
    if shouted := policy.shouted(said, ground.brand):
        yield _finding(
            about,
            strict,
            "capitals",
            f"all capitals: {', '.join(shouted)}",
            editorial,
            "Write it in lower case",
        )
    if pictures := emojis(said):
        if not limits.emoji:
            yield _finding(
                about,
                "error",
                "emoji",
                f"pictograms are refused: {' '.join(dict.fromkeys(pictures))}",
                limits.source,
                "Take them out",
            )
        elif len(pictures) > 3:
            yield _finding(
                about,
                "warning",
                "emoji",
                f"{len(pictures)} pictograms",
                "Readers of screen readers hear each one",
                "Keep one or two",
            )
    taken = SIGNS.get(field.role, "") + ("*#_•✓✔→|®™©" if limits.emoji else "®™©")
    if signs := [s for s in policy.signs(said, taken) if s not in pictures]:
        yield _finding(
            about, strict, "symbols", f"signs as decoration: {' '.join(signs)}", editorial, "Take them out"
        )
    if held := [c for c in limits.forbidden if c in said]:
        yield _finding(
            about,
            "error",
            "forbidden_character",
            f"{ground.limits.title} refuses {' '.join(held)}",
            limits.source,
            "Take them out",
        )
    if _TAG.search(said):
        yield _finding(
            about,
            "warning",
            "markup",
            f"markup is shown as it stands: {_TAG.findall(said)[0]}",
            limits.source,
            "Take it out",
        )
    if strip_invisible(said)[1] or any(unicodedata.category(c) == "Cc" and c != "\n" for c in said):
        yield _finding(
            about,
            "warning",
            "hidden_characters",
            "characters that no reader sees",
            limits.source,
            "Type the line anew",
        )
    if said.startswith(("=", "+", "@", "\t")) or re.match(r"-\D", said):
        yield _finding(
            about,
            "warning",
            "formula",
            "a spreadsheet reads a line that begins so as a formula",
            "OWASP, CSV injection",
            "Begin with a letter or a digit",
        )


def _wording(about: tuple[FieldLimit, int | None, str], said: str, ground: Ground) -> Iterator[Finding]:
    for rule, words in policy.broken(said, ground.language):
        severity: Severity = "error" if rule.severity_on(ground.platform) == "error" else "warning"
        yield _finding(
            about, severity, rule.name, f"{rule.name.replace('_', ' ')}: {words!r}", rule.source, rule.fix
        )
    for what, severity in personal_data(said, google=ground.platform in _GOOGLE):
        yield _finding(
            about,
            severity,
            "personal_data",
            f"the line holds {what}",
            "GDPR art. 5; Google Ads, Phone number in ad text",
            "Take it out",
        )
    if set_aside(said)[1]:
        yield _finding(
            about,
            "warning",
            "instruction",
            "the line gives a machine orders",
            "Prompt injection: answer engines set such text aside",
            "Speak to the reader",
        )


def _facts(about: tuple[FieldLimit, int | None, str], said: str, ground: Ground) -> Iterator[Finding]:
    if ground.sources is None or about[0].role == "path":
        return
    known = ground.language if ground.language in LANGUAGES else None
    loose = untraceable(said, ground.sources, known)
    silent = says_nothing(ground.language) | (neutral_words(known) if known else frozenset())
    numbers = [w for w in loose if any(c.isdigit() for c in w) or w in "€$£¥%"]
    words = [w for w in loose if w not in numbers and w.casefold() not in silent]
    if numbers:
        yield _finding(
            about,
            "error",
            "number_not_given",
            f"no fact holds {', '.join(numbers)}",
            "The given facts",
            "Use the number of a fact, or give the fact",
        )
    if words:
        yield _finding(
            about,
            "warning",
            "words_not_given",
            f"no fact holds {', '.join(words[:8])}",
            "The given facts",
            "Say what a fact says, or give the fact",
        )


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


def _finding(
    about: tuple[FieldLimit, int | None, str],
    severity: Severity,
    rule: str,
    message: str,
    source: str,
    fix: str,
) -> Finding:
    field, position, text = about
    return Finding(
        field=field.name,
        label=field.label,
        position=position,
        line=text,
        severity=severity,
        rule=rule,
        message=message,
        source=source,
        fix=fix,
    )
