"""Strong words need evidence as numbers do: doubled, best, no effect, almost certainly, proves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from liftos_agents.domain.reference import ReferenceFault, resolve
from liftos_agents.graphs.sentences import Results, Shown, ShownText

_MULTIPLES: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile(r"\b(?:doubl(?:e|es|ed|ing)|twice|twofold|verdoppel\w*)\b", re.IGNORECASE), 2.0),
    (re.compile(r"\b(?:tripl(?:e|es|ed|ing)|threefold|verdreifach\w*)\b", re.IGNORECASE), 3.0),
    (re.compile(r"\b(?:halv(?:e|es|ed|ing)|halbier\w*)\b", re.IGNORECASE), 0.5),
    (re.compile(r"\b(?:quadrupl(?:e|es|ed|ing)|vervierfach\w*)\b", re.IGNORECASE), 4.0),
    (re.compile(r"\b(?:quintupl(?:e|es|ed|ing)|verfünffach\w*)\b", re.IGNORECASE), 5.0),
)
_HIGH = re.compile(r"\b(?:best|largest|highest|biggest|strongest|greatest)\b", re.IGNORECASE)
_LOW = re.compile(r"\b(?:worst|smallest|lowest|weakest)\b", re.IGNORECASE)
_NO_EFFECT = re.compile(
    r"\b(?:(?:has|had|have|shows?|showed|with)\s+)?(?:no|zero)\s+(?:\w+\s+)?(?:effect|impact|influence)\b"
    r"|\bdoes nothing\b|\bdid nothing\b",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(
    r"\b(?:prov(?:e|es|ed|en|ing)|guarante(?:e|es|ed|eing)|definitely|undoubtedly|always|never|without (?:a )?doubt)\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:not|no|cannot|can't|doesn't|isn't|nor|nothing|without|neither)\b[\w\s'’,-]{0,24}$", re.IGNORECASE
)
_CERTAIN: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile(r"\balmost certain(?:ly)?\b", re.IGNORECASE), 0.99),
    (re.compile(r"\bvery likely\b", re.IGNORECASE), 0.9),
    (re.compile(r"(?<!very )(?<!more )(?<!most )\blikely\b(?! than)", re.IGNORECASE), 0.8),
    (re.compile(r"\bmore likely than not\b", re.IGNORECASE), 0.6),
)
_UP = re.compile(r"\b(?:rais(?:e|es|ed|ing)|increas(?:e|es|ed|ing)|more|add(?:s|ed|ing)?)\b", re.IGNORECASE)
_DOWN = re.compile(
    r"\b(?:lower(?:s|ed|ing)?|cut(?:s|ting)?|reduc(?:e|es|ed|ing)|decreas(?:e|es|ed|ing)|less)\b",
    re.IGNORECASE,
)
_TOLERANCE = 0.1


def strong_word_faults(text: ShownText, results: Results, quoted: str) -> tuple[str, ...]:
    """Why strong words of `text` have no evidence in their own sentence.

    Args:
        text: The rendered text.
        results: Evidence id to result, for a value's siblings.
        quoted: The user's own words; a strong word that is theirs ("double search") may be repeated.
    """
    prose = text.prose()
    theirs = quoted.lower()
    faults: list[str] = []

    def check(pattern: re.Pattern[str], supported: Callable[[tuple[Shown, ...]], bool], need: str) -> None:
        for match in pattern.finditer(prose):
            word = match.group()
            if word.lower() in theirs or _stem(word) in theirs:
                continue
            if not supported(text.within(text.sentence(match.start()))):
                faults.append(f"{word!r} needs {need} in its sentence")

    for pattern, factor in _MULTIPLES:
        check(pattern, _ratio_near(factor), f"a ratio near {factor:g}")
    check(_HIGH, lambda values: _extreme(values, results, max), "the largest value of its group")
    check(_LOW, lambda values: _extreme(values, results, min), "the smallest value of its group")
    check(_NO_EFFECT, _interval_holds_zero, "an interval that holds zero")
    for match in _ABSOLUTE.finditer(prose):
        if not _NEGATED.search(prose[: match.start()]) and match.group().lower() not in theirs:
            faults.append(f"{match.group()!r} is more than any evidence here can carry")
    for pattern, bound in _CERTAIN:
        check(
            pattern, _probability_at_least(bound), f"a probability of at least {bound:g}, or none beside it"
        )
    return tuple(faults)


def direction_faults(text: ShownText) -> tuple[str, ...]:
    """Why the verb before a signed change of a channel's money says the opposite of its sign."""
    prose = text.prose()
    faults: list[str] = []
    for value in text.values:
        if value.reference.keys[-1] != "change" or value.entity is None or not value.number:
            continue
        before = prose[text.sentence(value.start)[0] : value.start]
        up = max((m.start() for m in _UP.finditer(before)), default=-1)
        down = max((m.start() for m in _DOWN.finditer(before)), default=-1)
        if (up > down and value.number < 0) or (down > up and value.number > 0):
            faults.append(f"{value.text!r} is a change in the other direction than the sentence says")
    return tuple(faults)


def _stem(word: str) -> str:
    """The start that forms of one word share: `halving` and `halve`, `doubling` and `double`."""
    return re.sub(r"(?:ing|ed|es|s|e)$", "", word.lower())


def _ratio_near(factor: float) -> Callable[[tuple[Shown, ...]], bool]:
    def supported(values: tuple[Shown, ...]) -> bool:
        numbers = [(v.unit, v.number) for v in values if v.number is not None]
        for unit, number in numbers:
            if unit == "ratio" and _near(number, factor):
                return True
            if unit == "share" and _near(number + 1.0, factor):
                return True
        return any(
            a and _near(b / a, factor)
            for i, (unit_a, a) in enumerate(numbers)
            for j, (unit_b, b) in enumerate(numbers)
            if i != j and unit_a == unit_b
        )

    return supported


def _near(number: float, factor: float) -> bool:
    return abs(number - factor) <= _TOLERANCE * factor


def _extreme(values: tuple[Shown, ...], results: Results, extreme: Callable[[list[float]], float]) -> bool:
    ranked = [v for v in values if v.number is not None and v.entity is not None and v.siblings]
    if not ranked:
        return bool(values)
    return any(_is_extreme(v, results[v.reference.evidence], extreme) for v in ranked)


def _is_extreme(value: Shown, result: Mapping[str, Any], extreme: Callable[[list[float]], float]) -> bool:
    keys = list(value.reference.keys)
    entity = cast("str", value.entity)
    if entity not in keys:
        return True
    depth = keys.index(entity)
    group: list[float] = []
    for sibling in value.siblings:
        try:
            found = resolve(result, ".".join([*keys[:depth], sibling, *keys[depth + 1 :]]))
        except ReferenceFault:
            continue
        if isinstance(found, Mapping):
            found = cast("Mapping[str, Any]", found).get("mean")
        if isinstance(found, int | float) and not isinstance(found, bool):
            group.append(float(found))
    number = cast("float", value.number)
    sizes = [abs(g) for g in group]
    return number == extreme([number, *group]) or abs(number) == extreme([abs(number), *sizes])


def _interval_holds_zero(values: tuple[Shown, ...]) -> bool:
    for value in values:
        estimate = value.estimate
        if estimate is not None and estimate["p05"] <= 0.0 <= estimate["p95"]:
            return True
    return False


def _probability_at_least(bound: float) -> Callable[[tuple[Shown, ...]], bool]:
    def supported(values: tuple[Shown, ...]) -> bool:
        stated = [v.number for v in values if v.unit == "probability" and v.number is not None]
        return not stated or any(max(p, 1.0 - p) >= bound - 1e-9 for p in stated)

    return supported
