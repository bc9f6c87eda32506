"""Sentences whose every number opens what it stands on: tool, version, arguments, path, exact value, data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

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
from liftos_agents.reports.markup import Markup, element, escape, joined

_NUMERAL = re.compile(r"\d[\d.,:/]*\d|\d")
_AMOUNT = re.compile(r"^(.+?) \(90 % interval (.+) to (.+)\)$")
_END_OF_VALUE = {"mean", "p05", "p50", "p95"}


class BoundText:
    """Writes sentences, and keeps what their numbers stand on until the page asks for it."""

    def __init__(self, evidence: Iterable[Evidence]) -> None:
        self._evidence = {item.id: item for item in evidence}
        self._marks = {identifier: f"E{n}" for n, identifier in enumerate(self._evidence, 1)}
        self._notes: dict[tuple[str, str], tuple[str, Markup]] = {}

    def sentence(self, text: str, source: str) -> Markup:
        """`text` with its numbers bound as `source` says; as it stands when the two do not agree."""
        found = references(source)
        try:
            shown = [self._shown(reference) for reference in found]
        except ReferenceFault:
            return escape(text)
        pieces: list[str] = []
        parts: list[Any] = []
        position = 0
        for reference, value in zip(found, shown, strict=True):
            literal = source[position : reference.start]
            pieces += [literal, value]
            parts += [literal, self._bound(reference, value)]
            position = reference.end
        pieces.append(source[position:])
        parts.append(source[position:])
        if _same("".join(pieces), text):
            return joined(parts)
        return escape(text)

    def rendered(self, source: str) -> str:
        """`source` with its references shown; as it stands when one leads nowhere."""
        try:
            return render(source, {i: item.result for i, item in self._evidence.items()})
        except ReferenceFault:
            return source

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
        return joined(box for _, box in self._notes.values())

    def _shown(self, reference: Reference) -> str:
        item = self._evidence.get(reference.evidence)
        if item is None:
            raise ReferenceFault(f"no evidence {reference.evidence!r}")
        return show(item.result, reference.path, reference.format)

    def _bound(self, reference: Reference, value: str) -> Markup:
        item = self._evidence[reference.evidence]
        found = resolve(item.result, reference.path)
        if isinstance(found, str | list | tuple):
            return self._numerals(reference, value)
        target = self._note(reference, value)
        whole = _AMOUNT.match(value)
        if whole is None:
            return _button(value, target)
        mean, low, high = whole.groups()
        ends = (_button(low, target, first=False), _button(high, target, first=False))
        return joined(
            (
                _button(mean, target),
                " ",
                element("span", "(90 % interval ", ends[0], " to ", ends[1], ")", class_="interval"),
            )
        )

    def _numerals(self, reference: Reference, value: str) -> Markup:
        parts: list[Any] = []
        position = 0
        for numeral in _NUMERAL.finditer(value):
            target = self._note(reference, value)
            parts += [value[position : numeral.start()], _button(numeral.group(), target, first=not parts)]
            position = numeral.end()
        return joined([*parts, value[position:]])

    def _note(self, reference: Reference, value: str) -> str:
        key = (reference.evidence, reference.path)
        if key not in self._notes:
            name = f"n{len(self._notes) + 1}"
            item = self._evidence[reference.evidence]
            self._notes[key] = (name, _box(name, item, self._marks[item.id], reference.path, value))
        return self._notes[key][0]


def _button(label: str, target: str, *, first: bool = True) -> Markup:
    return element(
        "button",
        label,
        type="button",
        class_="number",
        popovertarget=target,
        aria_controls=target,
        tabindex=None if first else "-1",
    )


def _box(name: str, item: Evidence, mark: str, path: str, value: str) -> Markup:
    facts = [
        *_exact(item.result, path),
        ("Where", element("code", path)),
        ("Tool", f"{item.tool}, version {item.version}"),
        ("Arguments", brief(item.arguments) or "its defaults"),
        ("Data", ", ".join(f"{d.name} ({d.id[:12]})" for d in item.datasets) or "none"),
        ("Evidence", element("a", f"{mark} · {item.id}", href=f"#{item.id}")),
    ]
    listed = joined(element("dt", term) + element("dd", said) for term, said in _markup(facts))
    return element(
        "div",
        element("p", value, class_="shown"),
        element("dl", Markup(listed)),
        id=name,
        popover="auto",
        class_="note",
        role="dialog",
        aria_label=f"What {value if len(value) < 60 else 'this'} stands on",
    )


def _markup(facts: list[tuple[str, Any]]) -> list[tuple[Markup, Markup]]:
    return [(escape(term), escape(said)) for term, said in facts]


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
