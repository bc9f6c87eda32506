"""The rules that one line of copy is held against: length, form, wording, facts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from liftos_agents.tools.content import policy
from liftos_agents.tools.content.counting import emojis, measured_length, message_size
from liftos_agents.tools.content.fact_words import LANGUAGES, says_nothing
from liftos_agents.tools.content.findings import Finding, Ground, Place, Severity
from liftos_agents.tools.content.lines import SIGNS
from liftos_agents.tools.content.personal_data import personal_data
from liftos_agents.tools.content.phrases import neutral_words
from liftos_agents.tools.content.pixel_width import pixel_width
from liftos_agents.tools.content.traceable import untraceable
from liftos_agents.tools.surfacing.injection import set_aside, strip_invisible

GOOGLE = ("google_rsa", "pmax")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def lengths(place: Place, said: str, open_: bool, ground: Ground) -> Iterator[Finding]:
    field, limits = place.field, ground.limits
    length = measured_length(said, limits.counting)
    if not said.strip() and not open_:
        yield place.finding("error", "empty", "the line is empty", limits.source, "Write it or take it out")
        return
    if field.hard is not None and length > field.hard:
        yield place.finding(
            "error",
            "too_long",
            f"{length} of {field.hard} characters: it is {limits.effect}",
            limits.source,
            f"Take out {length - field.hard}",
        )
    elif field.recommended is not None and length > field.recommended:
        yield place.finding(
            "warning",
            "longer_than_recommended",
            f"{length} characters, and readers see {field.recommended}",
            limits.source,
            f"Take out {length - field.recommended}, or put what counts first",
        )
    if length < field.shortest and not open_:
        severity: Severity = "error" if limits.effect == "refused" else "warning"
        yield place.finding(
            severity,
            "too_short",
            f"{length} of at least {field.shortest} characters",
            limits.source,
            "Say more",
        )
    if field.pixels is not None and (wide := pixel_width(said)) > field.pixels:
        yield place.finding(
            "error",
            "too_wide",
            f"{wide:.0f} of {field.pixels} px: it is {limits.effect}",
            limits.source,
            "Use fewer or narrower words",
        )
    if field.segments is not None and field.recommended_segments is not None:
        size = message_size(said)
        if size.segments > field.segments:
            yield place.finding(
                "error",
                "too_long",
                f"{size.segments} parts of at most {field.segments}",
                limits.source,
                "Shorten it",
            )
        elif size.segments > field.recommended_segments:
            outside = "".join(sorted({c for c in said if message_size(c).encoding == "ucs2"}))
            why = f"; {outside!r} makes a part 70 characters" if outside else ""
            yield place.finding(
                "warning",
                "several_parts",
                f"{size.units} characters in {size.segments} parts{why}",
                limits.source,
                "Shorten it, or leave those characters out" if outside else "Shorten it",
            )


def form(place: Place, said: str, ground: Ground) -> Iterator[Finding]:
    field, limits = place.field, ground.limits
    strict: Severity = "error" if ground.platform in GOOGLE else "warning"
    editorial = "Google Ads policy, Editorial: style and spelling, punctuation and symbols"
    headline = "headline" in field.role
    if "!" in said and ((headline and ground.platform in GOOGLE) or said.count("!") > 1):
        yield place.finding(
            strict,
            "exclamation",
            "an exclamation mark in a headline, or more than one",
            editorial,
            "End with a full stop, or nothing",
        )
    if stacked := policy.repeated(said):
        yield place.finding(
            strict,
            "stacked_punctuation",
            f"stacked punctuation {stacked!r}",
            editorial,
            "Keep one mark",
        )
    if shouted := policy.shouted(said, ground.brand):
        yield place.finding(
            strict,
            "capitals",
            f"all capitals: {', '.join(shouted)}",
            editorial,
            "Write it in lower case",
        )
    if pictures := emojis(said):
        if not limits.emoji:
            yield place.finding(
                "error",
                "emoji",
                f"pictograms are refused: {' '.join(dict.fromkeys(pictures))}",
                limits.source,
                "Take them out",
            )
        elif len(pictures) > 3:
            yield place.finding(
                "warning",
                "emoji",
                f"{len(pictures)} pictograms",
                "Readers of screen readers hear each one",
                "Keep one or two",
            )
    taken = SIGNS.get(field.role, "") + ("*#_•✓✔→|®™©" if limits.emoji else "®™©")
    if signs := [s for s in policy.signs(said, taken) if s not in pictures]:
        yield place.finding(
            strict, "symbols", f"signs as decoration: {' '.join(signs)}", editorial, "Take them out"
        )
    if held := [c for c in limits.forbidden if c in said]:
        yield place.finding(
            "error",
            "forbidden_character",
            f"{ground.limits.title} refuses {' '.join(held)}",
            limits.source,
            "Take them out",
        )
    if _TAG.search(said):
        yield place.finding(
            "warning",
            "markup",
            f"markup is shown as it stands: {_TAG.findall(said)[0]}",
            limits.source,
            "Take it out",
        )
    if strip_invisible(said)[1] or any(unicodedata.category(c) == "Cc" and c != "\n" for c in said):
        yield place.finding(
            "warning",
            "hidden_characters",
            "characters that no reader sees",
            limits.source,
            "Type the line anew",
        )
    if said.startswith(("=", "+", "@", "\t")) or re.match(r"-\D", said):
        yield place.finding(
            "warning",
            "formula",
            "a spreadsheet reads a line that begins so as a formula",
            "OWASP, CSV injection",
            "Begin with a letter or a digit",
        )


def wording(place: Place, said: str, ground: Ground) -> Iterator[Finding]:
    for rule, words in policy.broken(said, ground.language):
        severity: Severity = "error" if rule.severity_on(ground.platform) == "error" else "warning"
        yield place.finding(
            severity, rule.name, f"{rule.name.replace('_', ' ')}: {words!r}", rule.source, rule.fix
        )
    for what, severity in personal_data(said, google=ground.platform in GOOGLE):
        yield place.finding(
            severity,
            "personal_data",
            f"the line holds {what}",
            "GDPR art. 5; Google Ads, Phone number in ad text",
            "Take it out",
        )
    if set_aside(said)[1]:
        yield place.finding(
            "warning",
            "instruction",
            "the line gives a machine orders",
            "Prompt injection: answer engines set such text aside",
            "Speak to the reader",
        )


def facts(place: Place, said: str, ground: Ground) -> Iterator[Finding]:
    if ground.sources is None or place.field.role == "path":
        return
    known = ground.language if ground.language in LANGUAGES else None
    loose = untraceable(said, ground.sources, known)
    silent = says_nothing(ground.language) | (neutral_words(known) if known else frozenset())
    numbers = [w for w in loose if any(c.isdigit() for c in w) or w in "€$£¥%"]
    words = [w for w in loose if w not in numbers and w.casefold() not in silent]
    if numbers:
        yield place.finding(
            "error",
            "number_not_given",
            f"no fact holds {', '.join(numbers)}",
            "The given facts",
            "Use the number of a fact, or give the fact",
        )
    if words:
        yield place.finding(
            "warning",
            "words_not_given",
            f"no fact holds {', '.join(words[:8])}",
            "The given facts",
            "Say what a fact says, or give the fact",
        )
