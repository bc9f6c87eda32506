"""Credit by rows of users or campaigns: which columns say what reached each row, what it cost, and what to hold equal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pandas as pd

from liftos_agents.tools.effects.treated import zero_and_one
from liftos_agents.tools.identification import vocabulary
from liftos_agents.tools.identification.adjustment_set import adjustment
from liftos_agents.tools.identification.column_profile import Column
from liftos_agents.tools.identification.design import Design
from liftos_agents.tools.identification.scene import Scene, made

_MOST = 30
_FEWEST_GROUPS = 30
_LEAST_ROWS = 20
_FEW = 2_000
"""Rows times exposures up to which every estimate is the median of several splits."""

_MANY = 80_000
"""Rows times exposures beyond which a causal forest, unless the question names it, would outlast the tool's time."""

_METHODS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("linear", re.compile(r"\blinear (?:regression|model)\b|\bols\b")),
    ("dml", re.compile(r"\bdouble (?:machine learning|ml)\b|\bdml\b")),
    ("causal_forest", re.compile(r"\b(?:causal |random |honest )?forests?\b")),
)
_KNOWN = vocabulary.COST_WORDS | vocabulary.CLAIM_WORDS | vocabulary.EXPOSURE_WORDS


def row_credits(scene: Scene) -> Iterator[Design]:
    """Each exposure's effect times the rows it reached, where a row is a user or a campaign and several media have a column."""
    if scene.structure.shape == "series" or len(scene.frame) < _LEAST_ROWS:
        return
    columns = [
        c
        for c in scene.columns.values()
        if c.is_number and c.name not in (scene.structure.time, scene.structure.unit)
    ]
    claims = [c for c in columns if set(c.words) & vocabulary.CLAIM_WORDS]
    costs = [c for c in columns if set(c.words) & vocabulary.COST_WORDS and c not in claims]
    media = _media(scene, [c for c in columns if c not in claims and c not in costs]) or _media(scene, costs)
    outcome = _outcome(scene, columns, (*media, *claims, *costs))
    media = [c for c in media if c.name != outcome][:_MOST]
    if len(media) < 2 or outcome is None:
        return
    named = [c for c in media if _stem(c) and _stem(c) <= set(re.findall(r"[^\W_]+", scene.parts.text))]
    exposures = named if len(named) > 1 else media
    work = len(scene.frame) * len(exposures)
    roles = {c.name for c in (*media, *claims, *costs)}
    kept = adjustment(
        scene.frame, scene.columns, scene.structure, scene.parts, outcome, exposures[0].name,
        [*(roles - {exposures[0].name}), *_later(scene, outcome)],
    )  # fmt: skip
    # A medium that is not asked about still reached the rows, so it is held equal.
    held = [*kept.controls, *(c.name for c in media if c not in exposures)]
    rows: dict[str, object] = {
        "outcome": outcome,
        "exposures": [c.name for c in exposures],
        "controls": held,
        "spend": _matched(exposures, costs),
        "claimed": _matched(exposures, claims),
        "cluster": _cluster(scene),
        "methods": _methods(scene.parts.text, work),
        "splits": 1 if work > _FEW else None,
    }
    yield made(
        scene,
        "row_attribution",
        "attribute",
        {"rows": {k: v for k, v in rows.items() if v}},
        74.0,
        [f"{len(exposures)} columns say what reached each row: {', '.join(c.name for c in exposures)}"],
        kept,
        outcome=outcome,
        treatment=" and ".join(c.name for c in exposures),
        population="the rows that each reached",
    )


def _media(scene: Scene, among: Sequence[Column]) -> list[Column]:
    """Columns named after a medium, one a medium: contacts before clicks."""
    found: dict[frozenset[str], Column] = {}
    for column in among:
        words = set(column.words)
        if not words & vocabulary.MEDIUM_WORDS or words & vocabulary.BEFORE_WORDS:
            continue
        if column.labels and not zero_and_one(column.labels)[1]:
            continue
        values = scene.frame[column.name]
        if pd.api.types.is_numeric_dtype(values) and bool((values < 0).any()):
            continue
        stem = frozenset(_stem(column))
        earlier = found.get(stem)
        if earlier is None or _directness(column) < _directness(earlier):
            found[stem] = column
    order = list(scene.columns)
    return sorted(found.values(), key=lambda c: order.index(c.name))


def _directness(column: Column) -> bool:
    return bool(set(column.words) & vocabulary.RESPONSE_WORDS)


def _stem(column: Column) -> set[str]:
    """The words of a name that say which medium it is."""
    return set(column.words) - _KNOWN - vocabulary.RESPONSE_WORDS


def _outcome(scene: Scene, columns: Sequence[Column], taken: Sequence[Column]) -> str | None:
    names = {c.name for c in taken}
    if scene.outcome and scene.outcome not in names and scene.columns[scene.outcome].is_number:
        return scene.outcome
    for words in (vocabulary.CONVERSION_WORDS, vocabulary.VALUE_WORDS, vocabulary.OUTCOME_WORDS):
        for column in columns:
            said = set(column.words)
            if column.name not in names and said & words and not said & vocabulary.BEFORE_WORDS:
                return column.name
    return None


def _later(scene: Scene, outcome: str) -> list[str]:
    """Other outcomes, and responses to the media, which come after them."""
    after = vocabulary.CONVERSION_WORDS | vocabulary.VALUE_WORDS | vocabulary.RESPONSE_WORDS
    return [
        c.name
        for c in scene.columns.values()
        if c.name != outcome and set(c.words) & after and not set(c.words) & vocabulary.BEFORE_WORDS
    ]


def _matched(exposures: Sequence[Column], others: Sequence[Column]) -> dict[str, str]:
    """Exposure to the other column of the same medium."""
    by_stem = {frozenset(_stem(c)): c.name for c in reversed(others)}
    return {c.name: by_stem[key] for c in exposures if (key := frozenset(_stem(c))) in by_stem}


def _cluster(scene: Scene) -> str | None:
    if scene.structure.shape == "panel":
        return scene.structure.unit
    groups = [
        c
        for c in scene.columns.values()
        if c.names_unit and _FEWEST_GROUPS <= c.levels < 0.9 * len(scene.frame)
    ]
    return max(groups, key=lambda c: (c.levels, c.name)).name if groups else None


def _methods(text: str, work: int) -> list[str]:
    """The estimators that the question names; a causal forest is shown beside the others."""
    named = [name for name, pattern in _METHODS if pattern.search(text)]
    if "causal_forest" in named:
        return []
    return named or ([] if work <= _MANY else ["linear", "dml"])


def without_forest(scene: Scene, best: Design) -> list[str]:
    """A sentence where the table is too large for a causal forest that nobody named."""
    rows = best.arguments.get("rows") or {}
    if best.name != "row_attribution" or len(scene.frame) * len(rows["exposures"]) <= _MANY:
        return []
    if any(pattern.search(scene.parts.text) for _, pattern in _METHODS):
        return []
    return ["The table is large, so no causal forest is grown; name it in the question to have one."]
