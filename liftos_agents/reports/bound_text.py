"""Sentences whose every number opens what it stands on: tool, version, arguments, path, exact value, data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.reference import (
    Reference,
    ReferenceFault,
    references,
    render,
    resolve,
    show,
    unit_of,
)
from liftos_agents.reports.arguments import brief
from liftos_agents.reports.figures import interval
from liftos_agents.reports.markup import Markup, element, escape, joined, pairs

_NUMERAL = re.compile(r"[^\s(\"“]*\d\S*?(?: %)?(?=[.,;:!?)\"”]*(?:\s|$))")
_AMOUNT = re.compile(r"^(.+?) \(90 % interval (.+) to (.+)\)$")
_STOP = re.compile(r"[.,;:!?)]+")
_PER_CENT = re.compile(r"(?<=\d) %")
_END_OF_VALUE = {"mean", "p05", "p50", "p95"}


class _Note(NamedTuple):
    """A number that was written: the name of its box, and how it was first shown."""

    name: str
    shown: str


class BoundText:
    """Writes sentences, and keeps what their numbers stand on until the page asks for it."""

    def __init__(self, evidence: Iterable[Evidence]) -> None:
        self._evidence = {item.id: item for item in evidence}
        self._marks = {identifier: f"E{n}" for n, identifier in enumerate(self._evidence, 1)}
        self._notes: dict[tuple[str, str], _Note] = {}

    def sentence(self, text: str, source: str) -> Markup:
        """`text` with its numbers bound as `source` says; as it stands when the two do not agree."""
        found = references(source)
        try:
            shown = [self._shown(reference) for reference in found]
        except ReferenceFault:
            return escape(text)
        literals = [source[a:b] for a, b in _between(found, len(source))]
        whole = "".join(f"{literal}{value}" for literal, value in zip(literals, [*shown, ""], strict=True))
        if not _same(whole, text):
            return escape(together(text))
        parts: list[Any] = [together(literals[0])]
        for reference, value, literal in zip(found, shown, literals[1:], strict=True):
            stop = _STOP.match(literal)
            close = stop.group() if stop else ""
            parts += [self._bound(reference, value, close), together(literal[len(close) :])]
        return joined(parts)

    def paragraphs(self, text: str, source: str) -> list[Markup]:
        """`text` in the lines of its source, each as `sentence` writes it; one line when the two do not agree."""
        lines = [line for line in source.splitlines() if line.strip()]
        results = {identifier: item.result for identifier, item in self._evidence.items()}
        try:
            shown = [render(line, results) for line in lines]
        except ReferenceFault:
            return [escape(text)]
        if not _same(" ".join(shown), text):
            return [escape(together(text))]
        return [self.sentence(words, line) for words, line in zip(shown, lines, strict=True)]

    def marks(self, identifiers: Iterable[str]) -> Markup:
        """Links to the evidence of a sentence: E1, E2."""
        known = [i for i in dict.fromkeys(identifiers) if i in self._evidence]
        if not known:
            return Markup("")
        links = [
            element("a", self._marks[i], href=f"#{i}", title=f"Evidence: {self._evidence[i].tool}")
            for i in known
        ]
        return element("span", joined(links, " "), class_="marks")

    def mark(self, identifier: str) -> str:
        """The short name of one piece of evidence."""
        return self._marks.get(identifier, identifier)

    def notes(self) -> Markup:
        """What the numbers written so far stand on, one box each, closed until a number opens it."""
        return joined(
            _box(note, self._evidence[identifier], self._marks[identifier], path)
            for (identifier, path), note in self._notes.items()
        )

    def on_paper(self) -> Markup:
        """The same as a table, for a print where nothing can be opened; nothing when no number was bound."""
        if not self._notes:
            return Markup("")
        rows = [
            element(
                "tr",
                element("td", note.shown),
                element(
                    "td",
                    "; ".join(
                        f"{term}: {said}" for term, said in _exact(self._evidence[identifier].result, path)
                    ),
                ),
                element("td", element("code", path)),
                element("td", self._marks[identifier]),
            )
            for (identifier, path), note in self._notes.items()
        ]
        head = element(
            "tr", *(element("th", title, scope="col") for title in ("Number", "Exactly", "Where", "Evidence"))
        )
        return element(
            "section",
            element("h2", "What each number stands on"),
            element("table", element("thead", head), element("tbody", *rows)),
            class_="only-print",
        )

    def _shown(self, reference: Reference) -> str:
        item = self._evidence.get(reference.evidence)
        if item is None:
            raise ReferenceFault(f"no evidence {reference.evidence!r}")
        return show(item.result, reference.path, reference.format)

    def _bound(self, reference: Reference, value: str, close: str) -> Markup:
        found = resolve(self._evidence[reference.evidence].result, reference.path)
        if isinstance(found, str | list | tuple):
            return self._numerals(reference, value, close)
        target = self._note(reference, value)
        amount = _AMOUNT.match(value)
        if amount is None:
            return _button(value, target, close)
        mean, low, high = amount.groups()
        ends = (_button(low, target, first=False), _button(high, target, f"){close}", first=False))
        words = element("span", "(90\xa0% interval ", ends[0], " to ", ends[1], class_="interval")
        return joined((_button(mean, target), " ", words))

    def _numerals(self, reference: Reference, value: str, close: str) -> Markup:
        parts: list[Any] = []
        position = 0
        for numeral in _NUMERAL.finditer(value):
            target = self._note(reference, value)
            parts += [value[position : numeral.start()], _button(numeral.group(), target, first=not parts)]
            position = numeral.end()
        return joined([*parts, value[position:], close])

    def _note(self, reference: Reference, value: str) -> str:
        key = (reference.evidence, reference.path)
        if key not in self._notes:
            self._notes[key] = _Note(f"n{len(self._notes) + 1}", value)
        return self._notes[key].name


def together(text: str) -> str:
    """`text` with a space that parts a figure from its per cent sign unbreakable."""
    return _PER_CENT.sub("\xa0%", text)


def _between(found: tuple[Reference, ...], length: int) -> list[tuple[int, int]]:
    starts = [0, *(reference.end for reference in found)]
    return list(zip(starts, [*(reference.start for reference in found), length], strict=True))


def _button(label: str, target: str, close: str = "", *, first: bool = True) -> Markup:
    """A number; what closes the sentence after it stays on its line."""
    button = element(
        "button",
        label,
        type="button",
        class_="number",
        popovertarget=target,
        aria_controls=target,
        tabindex=None if first else "-1",
    )
    return element("span", button, close, class_="whole") if close else button


def _box(note: _Note, item: Evidence, mark: str, path: str) -> Markup:
    facts = [
        *_exact(item.result, path),
        ("Where", element("code", path)),
        ("Tool", f"{item.tool}, version {item.version}"),
        ("Arguments", brief(item.arguments) or "its defaults"),
        ("Data", ", ".join(f"{d.name} ({d.id[:12]})" for d in item.datasets) or "none"),
        ("Evidence", element("a", f"{mark} · {item.id}", href=f"#{item.id}")),
    ]
    return element(
        "div",
        element("p", note.shown, class_="shown"),
        pairs(facts),
        id=note.name,
        popover="auto",
        class_="note",
        role="dialog",
        aria_label=f"What {note.shown if len(note.shown) < 60 else 'this'} stands on",
    )


def _exact(result: Mapping[str, Any], path: str) -> list[tuple[str, Any]]:
    value = resolve(result, path)
    unit = unit_of(result, path)
    in_unit = f" ({unit})" if unit and unit != "text" else ""
    whole, _, last = path.rpartition(".")
    around = resolve(result, whole) if whole and last in _END_OF_VALUE else value
    facts: list[tuple[str, Any]] = []
    if isinstance(value, Mapping):
        facts.append(("Mean", f"{_full(value.get('mean'))}{in_unit}"))
    elif isinstance(value, bool) or not isinstance(value, int | float):
        facts.append(("Value", ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)))
    else:
        facts.append(("Value", f"{_full(value)}{in_unit}"))
    found = interval(around) if isinstance(around, Mapping) else None
    if found is not None:
        facts.append(("90 % interval", f"{_full(around.get('p05'))} to {_full(around.get('p95'))}"))
        if "p50" in around:
            facts.append(("Median", _full(around["p50"])))
    return facts


def _full(value: Any) -> str:
    return format(value, ",").replace("-", "−") if isinstance(value, int | float) else str(value)


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()) == " ".join(other.split())
