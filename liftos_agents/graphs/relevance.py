"""Which remembered records bear on the data and the words of a question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from liftos_agents.data.lexical import terms
from liftos_agents.domain.memory_record import MemoryKind, MemoryRecord, Recall
from liftos_agents.domain.task import DatasetBrief

STANDING: tuple[MemoryKind, ...] = ("fact", "preference")


def relevant(
    found: Iterable[Recall], question: str, briefs: Sequence[DatasetBrief], limit: int
) -> tuple[Recall, ...]:
    """Those of `found` that bear on the data at hand, in their order.

    Facts and preferences always stay. At most `limit` other records do: those of one of the datasets, and those of
    other data that name a channel, outcome, column or product at hand, or something that the question names. A
    record of other data that shares nothing but the outcome's name is about that data. Without data all of them
    bear on the question.

    Args:
        found: Recalled records, best first.
        question: The question; its words count as whole words.
        briefs: The datasets at hand.
        limit: How many records besides facts and preferences.
    """
    kept: list[Recall] = []
    others = 0
    for r in found:
        if r.record.kind in STANDING:
            kept.append(r)
        elif others < limit and (not briefs or _bears(r.record, question, briefs)):
            kept.append(r)
            others += 1
    return tuple(kept)


def _bears(record: MemoryRecord, question: str, briefs: Sequence[DatasetBrief]) -> bool:
    if {b.id for b in briefs} & set(record.datasets):
        return True
    if not record.datasets and not record.entities:
        return True
    names = {_words(name) for b in briefs for name in (*b.columns, *b.channels, b.outcome or "")}
    outcomes = {_words(b.outcome or "") for b in briefs} | {_words(record.edge.target if record.edge else "")}
    texts = [_words(question), *(_words(product) for b in briefs for product in b.products)]
    entities = [words for entity in record.entities if (words := _words(entity))]
    # Two companies both call it revenue: beside another name, the outcome's ties a record to no data.
    telling = [e for e in entities if e not in outcomes] if record.datasets else entities
    return any(e in names or any(_within(e, text) for text in texts) for e in telling or entities)


def _words(name: str) -> tuple[str, ...]:
    return tuple(terms(name, keep_stop_words=True))


def _within(name: tuple[str, ...], text: tuple[str, ...]) -> bool:
    return any(text[i : i + len(name)] == name for i in range(len(text) - len(name) + 1))
