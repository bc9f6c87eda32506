"""Findings from a playbook's sentences: conditions decided, items listed, references bound to evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from liftos_agents.domain.findings import Findings
from liftos_agents.domain.reference import ReferenceFault, show
from liftos_agents.models.offline.conversation import Outcome
from liftos_agents.models.offline.expression import evaluate
from liftos_agents.models.offline.playbook import Intent, Listing, Sentence

_WORDS = re.compile(r"<([$a-z_][\w.\[\]]*)>")
_ASIDE = re.compile(r"\s*\([^()]*\d[^()]*\)")
_EXAMPLE = re.compile(r",? such as (?:'[^']*'|“[^”]*”|\"[^\"]*\")")
_NUMBER = re.compile(r"\{([a-z_]\w*):([^|{}]+?)(?:\|([a-z_]+))?\}")
UNANSWERED = "This could not be worked out from the data at hand."


@dataclass
class Results:
    """What the steps came to so far, what the request says, and the playbook's words for results' keys."""

    slots: Mapping[str, Any]
    outcomes: dict[str, Outcome] = field(default_factory=dict[str, Outcome])
    waiting: set[str] = field(default_factory=set[str])
    words: Mapping[str, str] = field(default_factory=dict[str, str])

    def values(self) -> dict[str, Any]:
        """Names for conditions: slots, results by step id, `failed.<step>`, `evidence.<step>`."""
        found = {i: o.result for i, o in self.outcomes.items() if o.error is None}
        failed = {i: o.error is not None for i, o in self.outcomes.items()}
        evidence = {i: o.evidence for i, o in self.outcomes.items() if o.evidence is not None}
        return {**self.slots, **found, "failed": failed, "evidence": evidence}


class _Unbound(Exception):
    """A sentence whose numbers or words are not there."""


def write_findings(
    intents: Sequence[Intent], results: Results, repairs: Sequence[tuple[str, tuple[str, ...]]] = ()
) -> Findings:
    """The findings of `intents` over `results`, without the texts that `repairs` sent back."""
    flagged = {text for text, _ in repairs}
    headlines: list[str] = []
    parts: dict[str, list[str]] = {"claims": [], "recommendations": [], "caveats": []}
    for intent in intents:
        values = _with_lists(intent.lists, results)
        heads = (t for s in intent.headline for t in _sentences(s, values, results))
        headlines += [text for text in [next((t for t in heads if t not in flagged), "")] if text]
        for part, texts in parts.items():
            for sentence in cast("tuple[Sentence, ...]", getattr(intent, part)):
                texts += [t for t in _sentences(sentence, values, results) if t not in flagged]
    parts["caveats"] += _failures(results)
    unique = {part: tuple(dict.fromkeys(texts)) for part, texts in parts.items()}
    headline = " ".join(dict.fromkeys(headlines)) or (unique["claims"] or (_unanswered(results),))[0]
    return Findings(headline=headline, **unique)


def _with_lists(lists: Sequence[Listing], results: Results) -> dict[str, Any]:
    values = results.values()
    for listing in lists:
        names: list[str] = []
        texts: list[str] = []
        for item in _items(listing.each, listing.where, listing.sort, listing.limit, values):
            variable = _variable(listing.each)
            try:
                text = _fill(listing.text or f"<{variable}>", {**values, variable: item}, results)
            except _Unbound:
                continue
            names.append(item)
            texts.append(text)
        values[listing.name] = names
        values[f"{listing.name}.text"] = joined(texts)
    return values


def _sentences(sentence: Sentence, values: Mapping[str, Any], results: Results) -> Iterator[str]:
    if not evaluate(sentence.when, values):
        return
    scopes: Iterator[Mapping[str, Any]] = iter([values])
    if sentence.each is not None:
        variable = _variable(sentence.each)
        found = _items(sentence.each, sentence.where, sentence.sort, sentence.limit, values)
        scopes = ({**values, variable: item} for item in found)
    for scope in scopes:
        try:
            said = _fill(sentence.text, scope, results)
        except _Unbound:
            continue
        opening = _WORDS.match(sentence.text)
        yield said[:1].upper() + said[1:] if opening and opening.group(1).endswith(".words") else said


def _items(
    each: str, where: str, sort: str | None, limit: int | None, values: Mapping[str, Any]
) -> list[str]:
    variable, by, source = _each(each)
    holder = evaluate(source, values)
    items: list[str] = []
    if by == "at" and isinstance(holder, list | tuple):
        items = [str(i) for i in range(len(cast("Sequence[Any]", holder)))]
    elif by == "in" and isinstance(holder, Mapping):
        items = sorted(cast("Mapping[str, Any]", holder))
    elif by == "in" and isinstance(holder, list | tuple):
        items = [str(v) for v in cast("Sequence[Any]", holder)]
    kept = [item for item in items if evaluate(where, {**values, variable: item})]
    if sort is not None:
        kept.sort(key=lambda item: _rank(evaluate(sort, {**values, variable: item})))
    return kept[:limit]


def _rank(value: Any) -> tuple[int, float]:
    return (0, float(value)) if isinstance(value, int | float) else (1, 0.0)


def _variable(each: str) -> str:
    return _each(each)[0]


def _each(each: str) -> tuple[str, str, str]:
    variable, by, source = each.split(maxsplit=2)
    return variable, by, source


def _fill(text: str, scope: Mapping[str, Any], results: Results) -> str:
    """`text` with words put in and numbers referred to.

    Raises:
        _Unbound: A word, an evidence or a path is not there.
    """

    def word(match: re.Match[str]) -> str:
        name = match.group(1).removesuffix(".words")
        value = scope.get(f"{name}.text", scope.get(name))
        if value is None:
            value = evaluate(name, scope)
        if value is None or value == "" or isinstance(value, Mapping):
            raise _Unbound(name)
        said = [str(v) for v in (cast("list[Any]", value) if isinstance(value, list | tuple) else [value])]
        if match.group(1).endswith(".words"):
            said = [results.words.get(v, v.replace("_", " ")) for v in said]
        return joined(said)

    def number(match: re.Match[str]) -> str:
        step, path, format_name = match.group(1), match.group(2).strip(), match.group(3)
        if step.startswith("ev_"):
            return match.group(0)
        outcome = results.outcomes.get(step)
        if outcome is None or outcome.error is not None or outcome.evidence is None:
            raise _Unbound(step)
        for chosen in (format_name, None):
            try:
                show(outcome.result, path, chosen)
            except (ReferenceFault, ValueError):
                continue
            return f"{{{outcome.evidence}:{path}{f'|{chosen}' if chosen else ''}}}"
        raise _Unbound(path)

    return _NUMBER.sub(number, _WORDS.sub(word, text))


def _unanswered(results: Results) -> str:
    """That there is no answer; of the first failed step whose reason can be told without a figure, which and why."""
    for step, outcome in results.outcomes.items():
        told = "" if outcome.error is None else _without_figures(outcome.error)
        if told:
            return f"The part “{step.replace('_', ' ')}” could not be worked out from the data at hand{told}."
    return UNANSWERED


def _failures(results: Results) -> list[str]:
    texts: list[str] = []
    for step, outcome in results.outcomes.items():
        if outcome.error is not None:
            told = _without_figures(outcome.error)
            texts.append(f"The step “{step.replace('_', ' ')}” could not be carried out{told}.")
    return texts


def _without_figures(error: str) -> str:
    """What can be told of an error when no figure may stand unbound: its sentences, less asides and names with digits."""
    words = _EXAMPLE.sub("", _ASIDE.sub("", error.strip()))
    source, colon, rest = words.partition(": ")
    kept = rest if colon and re.search(r"\d", source) else words
    sentences = [s for s in re.split(r"(?<=\.)\s+", kept) if not re.search(r"\d|[{}<>]", s)]
    return f": {' '.join(sentences).rstrip('.')}" if sentences else ""


def joined(texts: Sequence[str]) -> str:
    """`texts` as a reader lists them: `a, b and c`; with commas of their own, `a, x; b, y`."""
    if any(", " in text for text in texts):
        return "; ".join(texts)
    return " and ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else "".join(texts)
