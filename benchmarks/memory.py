"""Remembering and recalling beside what each must do at least: a word search, and a transaction of inserts.

The times of one row are taken in turn, so that a busy machine slows all alike. The embedding's own time is
stated apart; the default without weights is the lexical one.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sqlalchemy import text

from benchmarks.report import write
from liftos_agents.data import Home, SqliteLexicalIndex, open_home
from liftos_agents.domain.memory_record import MemoryRecord
from liftos_agents.memory import Memory, new_record

SIZES = (1_000, 10_000)
ROUNDS = 60
BATCH = 10
GOAL_MS = 10.0
_MEDIA = ["tv", "radio", "search", "social", "display", "email", "print", "video", "podcast", "outdoor"]
_PLACES = ["north", "south", "east", "west", "core", "new", "old", "brand", "generic", "retargeting"]
_VERBS = [
    "saturates",
    "overspends",
    "returns",
    "drives",
    "lifts",
    "wastes",
    "carries",
    "decays",
    "converts",
    "claims",
]
_MEASURES = ["ROAS", "half-life", "marginal return", "share", "contribution", "saturation", "margin"]


def main() -> None:
    """Measure and write `results/memory.json`."""
    rows = [row for size in SIZES for row in _measured(size)]
    write(
        "memory",
        f"Memory: recall and remember (goal p95 < {GOAL_MS:g} ms)",
        rows,
        settings={
            "rounds": ROUNDS,
            "batch": BATCH,
            "words_a_record": 17,
            "load": round(os.getloadavg()[0] / (os.cpu_count() or 1), 1),
        },
        notes=[
            "`ratio` of recall is to the FTS5 search of the whole question over the same records; of remember, to "
            "one transaction that inserts as many rows of the same text and indexes their words.",
            "`load` is the machine's load average over its cores: above 1, absolute times say little.",
            "Remember is measured while the background thread embeds what came before it.",
        ],
    )


def _measured(size: int) -> list[dict[str, object]]:
    rng = random.Random(size)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_home(Path(folder)) as home,
        Memory(home, index_after=None) as memory,
    ):
        memory.remember([_record(rng, i) for i in range(size)])
        memory.settle()
        memory.recall("shop", "warm up")
        index = SqliteLexicalIndex(home.database)
        questions = [_question(rng) for _ in range(ROUNDS)]
        recall = _in_turn(
            [lambda q=q: memory.recall("shop", q) for q in questions],
            [lambda q=q: index.search("shop", q) for q in questions],
            [lambda q=q: memory.embedder.embed([q]) for q in questions],
        )
        batches = [[_record(rng, size + r * BATCH + i) for i in range(BATCH)] for r in range(ROUNDS)]
        with home.database.begin() as connection:
            connection.execute(text("CREATE TABLE plain (id TEXT PRIMARY KEY, body TEXT)"))
        remember = _in_turn(
            [lambda b=b: memory.remember(b) for b in batches],
            [lambda b=b: _insert(home, b) for b in batches],
            [lambda b=b: memory.embedder.embed([r.content for r in b]) for b in batches],
        )
        return [_row("recall", size, recall), _row(f"remember {BATCH}", size, remember)]


def _in_turn(*works: list[Callable[[], object]]) -> list[list[float]]:
    taken: list[list[float]] = [[] for _ in works]
    for turn in zip(*works, strict=True):
        for seconds, work in zip(taken, turn, strict=True):
            started = time.perf_counter()
            work()
            seconds.append((time.perf_counter() - started) * 1000)
    return taken


def _row(what: str, size: int, taken: list[list[float]]) -> dict[str, object]:
    own, reference, embedding = (np.quantile(ms, [0.5, 0.95]) for ms in taken)
    return {
        "what": what,
        "records": size,
        "p50_ms": round(float(own[0]), 2),
        "p95_ms": round(float(own[1]), 2),
        "reference_p50_ms": round(float(reference[0]), 2),
        "ratio": round(float(own[0] / reference[0]), 2),
        "embedding_p50_ms": round(float(embedding[0]), 2),
        "within_goal": bool(own[1] < GOAL_MS),
    }


def _record(rng: random.Random, number: int) -> MemoryRecord:
    channel = f"{rng.choice(_MEDIA)} {rng.choice(_PLACES)}"
    words = " ".join(f"w{rng.randrange(3000)}" for _ in range(4))
    content = f"{channel} {rng.choice(_VERBS)} with {rng.choice(_MEASURES)} {rng.random():.2f} in campaign {words}, revenue"
    day = f"20{rng.randint(18, 24)}-0{rng.randint(1, 9)}-01"
    return new_record(
        "shop", "finding", f"{channel} {number}", content, entities=(channel, "revenue"), valid_to=day
    )


def _question(rng: random.Random) -> str:
    channel = f"{rng.choice(_MEDIA)} {rng.choice(_PLACES)}"
    return f"How does {channel} drive revenue, and what is its {rng.choice(_MEASURES)} in campaign w{rng.randrange(3000)}?"


def _insert(home: Home, records: list[MemoryRecord]) -> None:
    words = SqliteLexicalIndex(home.database)
    with home.database.begin() as connection:
        words.add("plain", [(r.id, r.content) for r in records], connection=connection)
        connection.execute(
            text("INSERT INTO plain VALUES (:id, :body)"), [{"id": r.id, "body": r.content} for r in records]
        )


if __name__ == "__main__":
    main()
