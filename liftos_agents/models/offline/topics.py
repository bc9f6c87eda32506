"""What a sentence asks for, by its concepts: topics that no specialist's name occurs in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, cast

import yaml

from liftos_agents.domain.task import SpecialistBrief
from liftos_agents.models.offline.quantities import plain, quantities
from liftos_agents.models.offline.spelling import fold
from liftos_agents.models.offline.words import subjects

ACTIVE = 2.5
_COUNT = re.compile(
    r"\b(?:two|three|four|five|six|eight|ten|twelve|fifteen|twenty|zwei|drei|vier|funf|sechs|acht|zehn|zwolf|deux|trois|quatre|cinq|six|huit"
    r"|dix|douze|dos|tres|cuatro|cinco|seis|ocho|diez|doce|due|tre|quattro|cinque|sei|otto|dieci|dois|duas|quatro|oito|dez|twee|drie|vijf|zes"
    r"|tien|twaalf|dwa|dwie|trzy|cztery|piec|szesc|osiem|dziesiec|kilka|several|a few|ein paar|mehrere|quelques|algunos|unos|alcuni|qualche"
    r"|alguns|umas|een paar|enkele)\b|[一二两兩三四五六七八九十几幾数][条條个個篇版句本つ案種点]"
)
_WISH = re.compile(
    r"\b(?:need|want|i'd like|would like|brauch\w*|bräucht\w*|möchte\w*|hätte\w* gern\w*|il me faut|il nous faut|voudr\w+|besoin|necesit\w+|quier\w+"
    r"|queremos|vorre\w+|serv\w+|precis\w+|queria|gostar\w+|graag|nodig|potrzeb\w+|poprosz\w+|chcia\w+|chcę)\b|ください|ほしい|欲しい|想要|需要|来[一个條条封]",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"\b(?:where|wo|wohin|worein|ou|donde|adonde|dove|onde|aonde|waar|waarheen|gdzie|dokad|how much|wie viel|wieviel|combien|cuanto|quanto|hoeveel|ile)\b"
    r"|どこ|いくら|哪|多少"
)
_OWNED_SHARE = 0.3
_PLAIN = 0.9
_TELLING = 1.4


@dataclass(frozen=True)
class Topic:
    """Weights of concepts alone, and of two of them together."""

    name: str
    alone: Mapping[str, float]
    together: tuple[tuple[frozenset[str], frozenset[str], float], ...]


def evidence(found: Iterable[str]) -> dict[str, float]:
    """How strongly concepts speak for each topic."""
    concepts = frozenset(found)
    scores: dict[str, float] = {}
    for topic in _topics():
        value = sum(topic.alone[c] for c in sorted(concepts & topic.alone.keys()))
        for left, right, weight in topic.together:
            first, second = concepts & left, concepts & right
            if first and second and len(first | second) > 1:
                value += weight
        scores[topic.name] = value
    return scores


def own_evidence(found: Iterable[str]) -> dict[str, float]:
    """How strongly concepts speak for each topic that belong to it more than to any other, and are no everyday ones."""
    concepts = frozenset(found)
    mine = _belonging()
    scores: dict[str, float] = {}
    for topic in _topics():
        own = frozenset(c for c in concepts if mine.get(c) == topic.name)
        value = sum(topic.alone[c] for c in sorted(own))
        for left, right, weight in topic.together:
            first, second = concepts & left, concepts & right
            if (
                first
                and second
                and len(first | second) > 1
                and (weight >= _TELLING or (first | second) & own)
            ):
                value += weight
        scores[topic.name] = value
    return scores


def said_of(text: str, language: str | None = None) -> tuple[str, ...]:
    """The subjects of `text`, with `#money` or `#share` for its quantities."""
    kinds = {q.kind for q in quantities(plain(text))} & {"money", "share", "number"}
    kinds |= {"number"} if _COUNT.search(fold(text)) else set()
    kinds |= {"where"} if _WHERE.search(fold(text)) else set()
    kinds |= {"wish"} if _WISH.search(text) else set()
    return (*subjects(text, language), *sorted(f"#{kind}" for kind in kinds))


@lru_cache(maxsize=32)
def owners(specialists: tuple[SpecialistBrief, ...]) -> dict[str, str]:
    """Topic to the specialist who speaks of it most, where anybody does."""
    shares: dict[str, list[tuple[float, str]]] = {}
    for brief in specialists:
        phrases = (brief.purpose, *brief.handles, *brief.examples)
        counts: dict[str, float] = {}
        for phrase in phrases:
            scores = evidence(said_of(phrase, "en"))
            best = max(scores, key=lambda name: scores[name])
            if scores[best] >= 0.6 * ACTIVE:
                counts[best] = counts.get(best, 0.0) + 1.0 / len(phrases)
        for topic, share in counts.items():
            shares.setdefault(topic, []).append((share, brief.name))
    best_of = {topic: max(found, key=lambda entry: entry[0]) for topic, found in shares.items()}
    return {topic: name for topic, (share, name) in best_of.items() if share >= _OWNED_SHARE}


@lru_cache(maxsize=1)
def _topics() -> tuple[Topic, ...]:
    text = resources.files(__package__ or "").joinpath("topics.yaml").read_text("utf-8")
    content = cast("dict[str, Any]", yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    classes = {
        name: frozenset(str(members).replace("'", "").split())
        for name, members in cast("dict[str, str]", content["classes"]).items()
    }
    found: list[Topic] = []
    for name, table in cast("dict[str, dict[str, str]]", content["topics"]).items():
        alone: dict[str, float] = {}
        for concept, weight in _weights(table["alone"]):
            for member in sorted(classes.get(concept, frozenset((concept,)))):
                alone.setdefault(member, weight)
        together = tuple(
            (*(classes.get(side, frozenset((side,))) for side in pair.split("+")), weight)
            for pair, weight in _weights(table["together"])
        )
        found.append(Topic(name, alone, cast("Any", together)))
    return tuple(found)


@lru_cache(maxsize=1)
def _belonging() -> dict[str, str]:
    """Concept to the topic that it speaks for, where it does so plainly."""
    best: dict[str, tuple[float, str]] = {}
    for topic in _topics():
        for concept, weight in topic.alone.items():
            if weight >= _PLAIN and weight > best.get(concept, (0.0, ""))[0]:
                best[concept] = (weight, topic.name)
    return {concept: name for concept, (_, name) in best.items()}


def _weights(listed: str) -> Sequence[tuple[str, float]]:
    pairs = (entry.split() for entry in listed.split(",") if entry.strip())
    return [(name, float(weight)) for name, weight in pairs]
