"""Copy as a user gives it, sorted into a platform's fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from liftos_agents.tools.content.counting import measured_length
from liftos_agents.tools.content.limits import FieldLimit, PlatformLimits
from liftos_agents.tools.errors import ToolRetry

MOST_LINES = 200
_LABELLED = re.compile(r"^\s*(?:[-*•]\s*)?([^\W\d_][\w -]{2,24}?)\s*\d{0,2}\s*[:：]\s*(.*)$")
_BULLET = re.compile(r"^\s*(?:[*•]|-(?=\s)|\d{1,2}[.)])\s+")
_WORDS = {
    "headline": "headlines headline title titel überschrift überschriften titre titres titular titulares titolo título kop nagłówek",
    "description": "descriptions description beschreibung beschreibungen descripción descripciones descrizione descrição beschrijving opis",
    "subject": "subject betreff objet asunto oggetto assunto onderwerp temat",
    "preheader": "preheader vorschautext préheader preview",
    "body": "body text mail nachricht corps cuerpo corpo",
    "primary": "primary text post anzeigentext texte texto intro",
    "path": "path paths pfad chemin ruta",
}


def sorted_copy(
    fields: Mapping[str, str | Sequence[str]] | None,
    text: str | None,
    limits: PlatformLimits,
    request: str | None = None,
) -> dict[str, tuple[str, ...]]:
    """Field to its lines.

    A text is read a line at a time: `Headline: …` goes to the field so called; a line without a label to the field
    before, or to the narrowest field that takes it. Labelled lines of a request go before the text taken from it.

    Raises:
        ToolRetry: There is no copy, or a field that the platform does not have.
    """
    copy: dict[str, list[str]] = {}
    for name, value in (fields or {}).items():
        field = limits.field(name) or _by_word(name, limits)
        if field is None:
            raise ToolRetry(
                f"{limits.title} has no field {name!r}",
                fix=f"It has: {', '.join(f.name for f in limits.fields)}",
            )
        copy.setdefault(field.name, []).extend([value] if isinstance(value, str) else value)
    labelled = [raw for raw in (request or "").splitlines() if _field_of(raw, limits)] if not fields else []
    for field, line in _read("\n".join(labelled) or text or "", limits):
        copy.setdefault(field.name, []).append(line)
    if not any(copy.values()):
        raise ToolRetry(
            "there is no copy to look at",
            fix=f"Give fields, as {{{limits.fields[0].name!r}: […]}}, or a text with a line each",
        )
    if sum(map(len, copy.values())) > MOST_LINES:
        raise ToolRetry(
            f"the copy has {sum(map(len, copy.values()))} lines, and {MOST_LINES} are read at once",
            fix="Give one advert or letter at a time",
        )
    return {name: tuple(lines) for name, lines in copy.items()}


def _read(text: str, limits: PlatformLimits) -> list[tuple[FieldLimit, str]]:
    found: list[tuple[FieldLimit, str]] = []
    current: FieldLimit | None = None
    for raw in text.splitlines():
        labelled = _LABELLED.match(raw)
        field = _field_of(raw, limits)
        if labelled and field is not None:
            current = field
            line = labelled.group(2).strip()
        elif current is not None and current.role == "body":
            found[-1:] = [(current, f"{found[-1][1]}\n{raw}".strip())] if found else [(current, raw)]
            continue
        else:
            line = _BULLET.sub("", raw).strip()
        if line:
            found.append((current or _by_length(line, limits), line))
    return found


def _field_of(raw: str, limits: PlatformLimits) -> FieldLimit | None:
    labelled = _LABELLED.match(raw)
    return (limits.field(labelled.group(1)) or _by_word(labelled.group(1), limits)) if labelled else None


def _by_word(label: str, limits: PlatformLimits) -> FieldLimit | None:
    key = label.casefold().strip()
    for role, words in _WORDS.items():
        if key in words.split():
            fitting = [
                f for f in limits.fields if role in f.role or (role == "primary" and f.role == "message")
            ]
            if fitting:
                return fitting[0]
    return None


def _by_length(line: str, limits: PlatformLimits) -> FieldLimit:
    """The field of the running text where there is one; else the narrowest that takes the line, else the widest."""
    running = [f for f in limits.fields if f.role in ("primary", "message")]
    if running:
        return running[0]
    open_ = [f for f in limits.fields if f.role not in ("path", "brand")]
    within = [
        f
        for f in open_
        if f.hard is None or measured_length(line, limits.counting) <= (f.recommended or f.hard)
    ]
    chosen = within or open_
    return min(chosen, key=_size) if within else max(chosen, key=_size)


def _size(field: FieldLimit) -> int:
    return field.recommended or field.hard or 10_000
