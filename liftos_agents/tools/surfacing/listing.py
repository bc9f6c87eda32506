"""A product text, read: title, lead, headings, list items, named values, sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any, cast

from liftos_agents.tools.surfacing.injection import set_aside, strip_invisible
from liftos_agents.tools.surfacing.page_text import is_markup, visible_lines

LONGEST_TITLE = 300
LEAD_WORDS = 50
_BULLET = re.compile(r"^\s*(?:[•●▪◦‣✔✓✅★▶►·※–—*+-]|\d{1,2}\s?[.):](?!\d))\s*(?=\S)")
_INLINE_BULLET = re.compile(r"[•●▪◦‣✔✓✅★▶►※]\s*")
_SPACES = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n\s*\n")
_PAIR = re.compile(r"^([^\W\d][\w &/()'’.-]{1,40}?)\s*[:：|]\s*(\S.*)$")
_HEADING = re.compile(r"^\s*(#{1,6})\s+(.+?)\s*#*\s*$")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"“'(]?[A-Z0-9À-Þ])|(?<=[。！？])|(?<=[a-z]{2}[.!?])(?=[A-Z])")
_SECTION = re.compile(
    r"^(?:(?:key |main |product )?(?:features?|highlights)|(?:technical )?spec(?:ification)?s|details|description|overview|bullets?"
    r"|package (?:included|includes|contents?)|what'?s in(?: the box|cluded)|in the box|dimensions|materials?|care(?: instructions)?"
    r"|warranty|reviews|faq|frequently asked questions|delivery|shipping|compatibility|about this item|notes?)\s*[:：]?$",
    re.IGNORECASE,
)
_LLMS = re.compile(r"llms(?:-full)?\.txt", re.IGNORECASE)
_SENTENCE_BOUNDS = re.compile(r"[\n<>]|[.!?](?=\s|$)")
_TITLE_KEYS = ("title", "name", "product", "product_name", "product name")
_LIST_KEYS = ("bullets", "features", "highlights")


@dataclass(frozen=True)
class Listing:
    """A product text as a reader meets it.

    Attributes:
        title: The product's title line.
        lead: The first fifty words after the title.
        opening: The first two sentences after the title, headings apart; none where the text runs on from a title cut off.
        body: Everything after the title, lines kept.
        headings: Level and words of each heading, in order; sections without markup have level 2.
        items: List items, without their marks.
        pairs: Named values such as `("Voltage", "12 V")`; names with contradicting values are left out.
        sentences: Sentences and lines of the whole text, the title first.
        hidden: Pieces that a reader of the page does not see.
        instructions: Sentences that address a machine; they count nowhere else.
        invisible_characters: How many zero-width or direction-changing characters were taken out.
    """

    title: str
    lead: str
    opening: tuple[str, ...]
    body: str
    headings: tuple[tuple[int, str], ...]
    items: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...]
    hidden: tuple[str, ...]
    instructions: tuple[str, ...]
    invisible_characters: int

    @property
    def text(self) -> str:
        """Title and body."""
        return f"{self.title}\n{self.body}"


def read_listing(text: str) -> Listing:
    """The listing that `text` holds: plain text, Markdown, HTML, or one JSON object of a catalogue.

    Mentions of llms.txt are passed over, since the file has no bearing on discoverability.
    """
    text, invisible = strip_invisible(text)
    text = _without_llms_txt(_from_json(text))
    hidden: tuple[str, ...] = ()
    if is_markup(text):
        text, hidden = visible_lines(text)
    text, instructions = set_aside(_EMPTY_LINES.sub("\n\n", _SPACES.sub(" ", text)))
    lines = [piece for line in text.splitlines() for piece in _pieces(line)]
    lines = [line for line in lines if line]

    headings: list[tuple[int, str]] = []
    items: list[str] = []
    pairs: list[tuple[str, str]] = []
    plain: list[str] = []
    for line in lines:
        if heading := _HEADING.match(line):
            headings.append((len(heading.group(1)), heading.group(2)))
            plain.append(heading.group(2))
            continue
        content = _BULLET.sub("", line).strip().removesuffix("|").strip()
        if not content:
            continue
        if content != line.strip() and _BULLET.match(line):
            items.append(content)
        if plain and _SECTION.match(content):
            headings.append((2, content.rstrip(":： ")))
        elif (pair := _PAIR.match(content)) and _is_value(pair.group(2)):
            pairs.append((pair.group(1).strip(), pair.group(2).strip()))
        plain.append(content)

    title, rest, runs_on = _title(plain, headings, pairs)
    sentences = tuple(s for line in (title, *rest) for s in _sentences(line))
    named = {words for _, words in headings}
    told = (s for line in rest if line.rstrip(":： ") not in named for s in _sentences(line))
    return Listing(
        title=title,
        lead=" ".join(" ".join(rest).split()[:LEAD_WORDS]),
        opening=() if runs_on else tuple(islice(told, 2)),
        body="\n".join(rest),
        headings=tuple(headings),
        items=tuple(items),
        pairs=_agreeing(pairs),
        sentences=sentences,
        hidden=hidden,
        instructions=instructions,
        invisible_characters=invisible,
    )


def _from_json(text: str) -> str:
    if not text.lstrip().startswith("{"):
        return text
    try:
        loaded: Any = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(loaded, Mapping):
        return text
    row = cast("Mapping[str, Any]", loaded)
    inner = row.get("fields")
    fields = {
        str(k): v
        for k, v in (cast("Mapping[str, Any]", inner) if isinstance(inner, Mapping) else row).items()
    }
    title = next((str(v) for k, v in fields.items() if k.casefold() in _TITLE_KEYS), "")
    lines = [title]
    for name, value in fields.items():
        key = name.casefold()
        if key in _TITLE_KEYS or value in (None, "", []):
            continue
        if isinstance(value, list | tuple):
            lines += [f"- {entry}" for entry in cast("list[Any]", value)]
        elif key in ("description", "text", "body", *_LIST_KEYS):
            lines.append(str(value))
        elif key not in ("id", "put", "locale", "url"):
            lines.append(f"{name}: {value}")
    return "\n".join(lines)


def _without_llms_txt(text: str) -> str:
    if not _LLMS.search(text):
        return text
    bounds = [
        0,
        *(m.end() if m.group(0) in ".!?>\n" else m.start() for m in _SENTENCE_BOUNDS.finditer(text)),
        len(text),
    ]
    pieces = [text[a:b] for a, b in pairwise(bounds)]
    return "".join(("\n" if p.endswith("\n") else "") if _LLMS.search(p) else p for p in pieces)


def _pieces(line: str) -> list[str]:
    if "【" in line:
        line = re.sub(r"【\s?([^【】]{0,200}?)\s?】\s*[:：]?\s*", r"\n- \1: ", line)
    elif len(_INLINE_BULLET.findall(line)) >= 2:
        line = _INLINE_BULLET.sub("\n- ", line)
    return [piece.strip() for piece in line.split("\n")]


def _title(
    plain: list[str], headings: list[tuple[int, str]], pairs: list[tuple[str, str]]
) -> tuple[str, list[str], bool]:
    """The title, the other lines, and whether the first of them continues a title that was cut off."""
    labelled = next((value for name, value in pairs if name.casefold() in _TITLE_KEYS), None)
    first = next((words for level, words in headings if level == 1), None)
    title = labelled or first or (plain[0] if plain else "")
    runs_on = False
    if len(title) > LONGEST_TITLE:
        sentence = _sentences(title)[0]
        runs_on = len(sentence) > LONGEST_TITLE
        cut = sentence[: LONGEST_TITLE + 1].rpartition(" ")[0] or sentence[:LONGEST_TITLE]
        title = cut if runs_on else sentence
    rest: list[str] = []
    taken = False
    for line in plain:
        if not taken and (line == title or (labelled and line.endswith(labelled)) or line.startswith(title)):
            taken = True
            remainder = "" if labelled or line == title else line[len(title) :].strip()
            if remainder:
                rest.append(remainder)
        else:
            rest.append(line)
    return title, rest, runs_on


def _agreeing(pairs: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Pairs once each, without the names that are given different values."""
    values: dict[str, set[str]] = {}
    for name, value in pairs:
        values.setdefault(name.casefold(), set()).add(value.casefold())
    return tuple(dict.fromkeys(p for p in pairs if len(values[p[0].casefold()]) == 1))


def _is_value(value: str) -> bool:
    return len(value) <= 80 and len(value.split()) <= 12 and not value.startswith("//")


def _sentences(line: str) -> list[str]:
    return [piece.strip() for piece in _SENTENCE_END.split(line) if piece and piece.strip()]
