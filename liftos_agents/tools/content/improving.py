"""Edits that raise the score of given copy, one at a time, the largest gain first."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from liftos_agents.tools.content.clauses import leading_clauses
from liftos_agents.tools.content.copy_score import CopyScorer
from liftos_agents.tools.content.counting import emojis, measured_length
from liftos_agents.tools.content.limits import FieldLimit, PlatformLimits
from liftos_agents.tools.content.lines import Line
from liftos_agents.tools.content.policy import broken, shouted, signs
from liftos_agents.tools.surfacing.injection import strip_invisible

MOST_EDITS = 25
LEAST_GAIN = 0.5
_KINDS = ("clean", "drop_claim", "shorten", "replace", "add", "remove")
_CLAUSES = re.compile(r"(?<=[.!?;])\s+|\s+[–—-]\s+|,\s+")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


@dataclass(frozen=True)
class Edit:
    """One change: `position` is that of the line when the change is made, `before` and `after` its text."""

    kind: str
    field: str
    position: int
    before: str
    after: str
    reasons: tuple[str, ...]
    facts: tuple[str, ...]
    gain: float


def improve(
    copy: Mapping[str, Sequence[str]],
    scorer: CopyScorer,
    limits: PlatformLimits,
    language: str,
    written: Mapping[str, Sequence[Line]],
) -> tuple[dict[str, tuple[str, ...]], tuple[Edit, ...]]:
    """The copy after the edits, and the edits in the order in which they are made.

    A line without a fault stays as it is. New words come from `written`, lines made of the facts, alone.
    """
    now = {f.name: list(copy.get(f.name, ())) for f in limits.fields}
    edits: list[Edit] = []
    while len(edits) < MOST_EDITS:
        base = scorer.score(now)
        best: Edit | None = None
        for edit in _edits(now, scorer, limits, language, written):
            gain = scorer.score(_applied(now, edit)) - base
            if gain >= LEAST_GAIN and (best is None or gain > best.gain + 1e-9):
                best = Edit(
                    edit.kind,
                    edit.field,
                    edit.position,
                    edit.before,
                    edit.after,
                    edit.reasons,
                    edit.facts,
                    gain,
                )
        if best is None:
            break
        now = _applied(now, best)
        edits.append(best)
    return {name: tuple(lines) for name, lines in now.items() if lines}, tuple(edits)


def cleaned(text: str, limits: PlatformLimits) -> str:
    """`text` without markup, hidden characters, decoration, stacked marks or shouting; its words stay."""
    text = html.unescape(_TAG.sub(" ", strip_invisible(text)[0]))
    drop = set(limits.forbidden) | (set() if limits.emoji else set("".join(emojis(text))) | {"\ufe0f"})
    drop |= {s for s in signs(text, "#®™©") if len(s) == 1 and not s.isalnum()} if not limits.emoji else set()
    text = "".join(" " if c in drop else c for c in text)
    text = re.sub(r"[!?]*![!?]*", lambda m: "?" if "?" in m.group(0) else "!", text)
    text = re.sub(r"([^\w\s])(?:\s*\1)+", r"\1", text)
    text = text.replace("!", ".") if not limits.emoji or text.count("!") > 1 else text
    for word in shouted(text):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", word.capitalize(), text)
    text = "\n".join(" ".join(line.split()) for line in text.split("\n"))
    text = re.sub(r"\s+([.,;:?])", r"\1", text).strip(" ,;:–—|/")
    text = re.sub(r"^[=+@]+\s*", "", text)
    return text.rstrip(".") if not limits.emoji and "." not in text[:-1] and len(text) <= 30 else text


def _edits(
    now: Mapping[str, Sequence[str]],
    scorer: CopyScorer,
    limits: PlatformLimits,
    language: str,
    written: Mapping[str, Sequence[Line]],
) -> Iterator[Edit]:
    found: list[Edit] = []
    for field in limits.fields:
        lines = now[field.name]
        held = {line.casefold() for line in lines}
        fresh = [w for w in written.get(field.name, ()) if w.text.casefold() not in held]
        for position, line in enumerate(lines):
            faults = tuple(f.message for f in scorer.findings(field.name, line) if f.severity != "note")
            twin = any(line.casefold() == other.casefold() for other in lines[:position])
            reasons = faults or (("the same as a line before",) if twin else ())
            if not reasons:
                continue
            found += [
                Edit(kind, field.name, position, line, text, reasons, (), 0.0)
                for kind, text in _rewordings(line, field, limits, language)
                if text and text != line and text.casefold() not in held
            ]
            found += [
                Edit("replace", field.name, position, line, w.text, reasons, w.facts, 0.0) for w in fresh
            ]
            if len(lines) > field.least:
                found.append(Edit("remove", field.name, position, line, "", reasons, (), 0.0))
        if len(lines) < field.most:
            found += [
                Edit("add", field.name, len(lines), "", w.text, ("a place is free",), w.facts, 0.0)
                for w in fresh
            ]
    return iter(sorted(found, key=lambda e: _KINDS.index(e.kind)))


def _rewordings(
    line: str, field: FieldLimit, limits: PlatformLimits, language: str
) -> Iterator[tuple[str, str]]:
    """The line cleaned, without the clauses that claim, and cut to its leading clauses."""
    clean = cleaned(line, limits)
    yield "clean", clean
    sober = [c for c in _CLAUSES.split(clean) if not broken(c, language)]
    if 0 < len(sober) < len(_CLAUSES.split(clean)):
        kept = ", ".join(c.rstrip(" .") for c in sober)
        if len(kept.split()) >= 2:
            clean = kept[:1].upper() + kept[1:] + ("." if clean.endswith(".") else "")
            yield "drop_claim", clean
    for room in (field.recommended, field.hard):
        if room is not None and measured_length(clean, limits.counting) > room:
            cut = leading_clauses(clean, room, language, limits.counting)
            if cut:
                yield "shorten", cut


def _applied(now: Mapping[str, Sequence[str]], edit: Edit) -> dict[str, list[str]]:
    after = {name: list(lines) for name, lines in now.items()}
    if edit.kind == "add":
        after[edit.field].append(edit.after)
    elif edit.kind == "remove":
        del after[edit.field][edit.position]
    else:
        after[edit.field][edit.position] = edit.after
    return after
