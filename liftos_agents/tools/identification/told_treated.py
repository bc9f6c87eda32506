"""Which value of the cause's column a question means by the treatment: the effect of email version B is that of B."""

from __future__ import annotations

import re

from liftos_agents.tools.effects.treated import UNTREATED_WORDS, counts_the_untreated, zero_and_one
from liftos_agents.tools.identification.column_mentions import folded
from liftos_agents.tools.identification.column_profile import Column, words_of
from liftos_agents.tools.identification.scene import Scene

_AGAINST = re.compile(
    r"\b(?:vs|versus|against|compared (?:to|with)|instead of|rather than|over|than|gegen|gegenüber|statt|contre|plutôt que|contra|en lugar de)\b"
)
_KIND = frozenset(["version", "variant", "variante", "group", "gruppe", "groupe", "grupo", "arm", "option", "email", "mail", "page", "design", "creative", "ad", "offer", "cell"])  # fmt: skip
_SHORT = 2


def told_treated(scene: Scene) -> tuple[str, ...]:
    """The one value that the question names as the cause, or none; the value of `X against Y` is X."""
    column = scene.columns.get(scene.cause)
    if column is None or len(column.labels) < 2:
        return ()
    phrase = scene.parts.cause or scene.parts.asked
    named = _named(phrase, column)
    against = _AGAINST.search(phrase)
    if len(named) > 1 and against is not None:
        named = _named(phrase[: against.start()], column)
    return tuple(named) if len(named) == 1 and folded(named[0]) not in UNTREATED_WORDS else ()


def treated_argument(scene: Scene) -> tuple[str, ...]:
    """What `treated` is to be: the value that the question names, unless usual words say the same."""
    told = told_treated(scene)
    labels = scene.columns[scene.cause].labels if scene.cause else ()
    if told and len(labels) == 2:
        (_, one), known = zero_and_one(labels)
        return () if known and one == told[0] else told
    return told


def sides(scene: Scene, cause: Column, tool: str) -> list[str]:
    """A sentence on which value of the cause counts as treated, where its words or its name leave it open."""
    told = told_treated(scene)
    codes = tool in ("estimate_effect", "measure_incrementality")
    if told and codes:
        rest = " or ".join(repr(label) for label in cause.labels if label not in told)
        return [f"The effect is that of {told[0]!r} against {rest}, as the question says."]
    if counts_the_untreated(cause.name, cause.labels or ("0", "1")) and cause.kind == "binary":
        read = (
            "its yes is read as untreated."
            if codes
            else "the effect of what they missed is the estimate with its sign turned."
        )
        return [f"{cause.name!r} counts those who were held out: {read}"]
    if len(cause.labels) == 2:
        (zero, one), known = zero_and_one(cause.labels)
        why = "as the words say" if known else f"as the words of {cause.name!r} sort"
        return [f"The effect is that of {one!r} against {zero!r}, {why}."]
    return []


def _named(phrase: str, column: Column) -> list[str]:
    said = re.findall(r"[^\W_]+", folded(phrase))
    kinds = _KIND | set(column.words)
    found: list[str] = []
    for label in column.labels:
        words = [w for part in words_of(label) for w in re.findall(r"[^\W_]+", folded(part))]
        places = [i for i in range(len(said)) if words and said[i : i + len(words)] == words]
        # A short value such as A is a word of its own elsewhere, so it must stand behind what it is a value of.
        short = sum(map(len, words)) <= _SHORT
        if any(not short or (i > 0 and said[i - 1] in kinds) for i in places):
            found.append(label)
    whole = [f" {' '.join(words_of(label))} " for label in found]
    return [
        label
        for label, mine in zip(found, whole, strict=True)
        if not any(mine in other and mine != other for other in whole)
    ]
