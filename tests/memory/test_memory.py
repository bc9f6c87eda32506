"""Remember, recall, supersede, forget, export: on a real database."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from liftos_agents.data import Home, open_home
from liftos_agents.domain.memory_record import CausalEdge, MemoryRecord
from liftos_agents.errors import ArgumentError, DataError
from liftos_agents.memory import Memory, new_record


def finding(subject: str, content: str, *, organisation: str = "acme", **more: object) -> MemoryRecord:
    return new_record(organisation, "finding", subject, content, **more)  # type: ignore[arg-type]


def edge(source: str, target: str, *, effect: float = 2.0, valid_to: str = "2024-06-30") -> MemoryRecord:
    return new_record(
        "acme",
        "causal_edge",
        f"{source} → {target}",
        f"{source} → {target}: ROAS {effect}",
        entities=(source, target),
        evidence=("ev_" + valid_to.replace("-", ""),),
        valid_to=valid_to,
        edge=CausalEdge(
            source=source,
            source_kind="channel",
            target=target,
            target_kind="kpi",
            measure="ROAS",
            effect=effect,
            low=effect - 0.5,
            high=effect + 0.5,
            method="MMM",
            evidence="ev_1",
        ),
    )


NOTES = [
    finding("tv: roas", "TV returns little at the present spend", entities=("tv",)),
    finding("search: saturation", "Search is saturated above forty thousand a week", entities=("search",)),
    finding("season", "December doubles demand for toys"),
    new_record("acme", "preference", "currency", "Reports in euro, thousands separated by points"),
]


def test_what_was_remembered_is_recalled_with_every_signal_explained(memory: Memory) -> None:
    assert memory.remember(NOTES) == 4
    best, *_ = memory.recall("acme", "is search saturated?")
    assert best.record == NOTES[1]
    assert best.score == pytest.approx(sum(best.signals.values()), abs=1e-6)
    assert {"dense", "lexical", "graph"} <= set(best.signals)
    assert best.embedding == "lexical-hash-1"


def test_a_question_that_nothing_bears_on_recalls_nothing(memory: Memory) -> None:
    memory.remember(NOTES)
    assert memory.recall("acme", "poems about rainy weather") == ()
    assert memory.recall("acme", "") == ()
    assert memory.recall("nobody", "is search saturated?") == ()
    assert memory.recall("acme", "is search saturated?", limit=0) == ()


def test_recording_twice_changes_nothing(memory: Memory) -> None:
    memory.remember(NOTES)
    before = memory.recall("acme", "search saturation")
    assert memory.remember([*NOTES, NOTES[0]]) == 0
    assert memory.recall("acme", "search saturation") == before
    assert memory.records("acme") == NOTES


def test_organisations_do_not_meet(memory: Memory) -> None:
    memory.remember([NOTES[0], finding("tv: secret", "TV is our rival's secret", organisation="rival")])
    assert {r.record.organisation for r in memory.recall("acme", "tv secret", limit=50)} == {"acme"}
    assert memory.forget("acme", everything=True) == 1
    assert len(memory.records("rival")) == 1


def test_kinds_narrow_a_recall(memory: Memory) -> None:
    memory.remember(NOTES)
    found = memory.recall("acme", "thousands in euro, search", kinds=["preference"])
    assert [r.record.kind for r in found] == ["preference"]


def test_newer_supersedes_older_whatever_came_first_and_never_erases(memory: Memory) -> None:
    old = finding("tv: roas", "TV ROAS was 1.1", valid_to="2023-06-30")
    new = finding("tv: roas", "TV ROAS is 0.7", valid_to="2024-06-30")
    memory.remember([new])
    memory.remember([old])
    assert [r.record.content for r in memory.recall("acme", "tv roas")] == [new.content]
    both = memory.recall("acme", "tv roas", superseded=True)
    assert {r.record.content for r in both} == {old.content, new.content}
    assert [r.superseded_by for r in memory.records("acme")] == [None, new.id]


def test_equal_validity_lets_both_stand_but_the_later_preference_wins(memory: Memory) -> None:
    claims = [finding("tv: roas", f"TV ROAS is {v}", valid_to="2024-06-30") for v in ("0.7", "1.9")]
    wishes = [new_record("acme", "preference", "currency", f"Report in {c}") for c in ("euro", "dollar")]
    memory.remember(claims)
    memory.remember(wishes[:1])
    memory.recall("acme", "currency of the report")
    memory.remember(wishes[1:])
    assert len(memory.recall("acme", "tv roas")) == 2
    assert [r.record.content for r in memory.recall("acme", "report currency")] == ["Report in dollar"]


def test_recall_depends_on_the_records_and_not_on_when_vectors_came(tmp_path: Path) -> None:
    rng = random.Random(3)
    things = ["tv", "search", "radio", "email", "print", "social"]
    notes = [
        finding(
            f"{rng.choice(things)} {i}", f"{rng.choice(things)} note {i % 40}", entities=(rng.choice(things),)
        )
        for i in range(300)
    ]
    answers = []
    for name, pause in (("waits", True), ("hurries", False)):
        with open_home(tmp_path / name) as home, Memory(home, index_after=None) as memory:
            for start in range(0, 300, 50):
                memory.remember(notes[start : start + 50])
                if pause:
                    memory.settle()
                    memory.recall("acme", "warm up")
            answers.append(memory.recall("acme", "what of radio and tv note 7?", limit=20))
    with open_home(tmp_path / "waits") as home, Memory(home, index_after=None) as reopened:
        answers.append(reopened.recall("acme", "what of radio and tv note 7?", limit=20))
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0]) == 20
    assert [(-r.score, r.record.id) for r in answers[0]] == sorted(
        (-r.score, r.record.id) for r in answers[0]
    )


def test_two_memories_of_one_home_see_each_others_records(home: Home, memory: Memory) -> None:
    with Memory(home, index_after=None) as other:
        memory.remember(NOTES[:1])
        assert len(other.recall("acme", "tv returns")) == 1
        other.remember(NOTES[1:2])
        assert len(memory.recall("acme", "search saturated")) == 1
        other.forget("acme", subject="tv")
        assert memory.recall("acme", "tv returns") == ()


def test_writers_in_many_threads_lose_nothing(memory: Memory) -> None:
    def write(worker: int) -> None:
        for i in range(10):
            memory.remember([finding(f"worker {worker}", f"worker {worker} wrote {i}")])
            memory.recall("acme", f"worker {worker}")

    threads = [threading.Thread(target=write, args=(w,)) for w in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    memory.settle()
    assert memory.status().organisations["acme"].records == 40


def test_the_graph_carries_recall_from_a_kpi_to_its_channels(memory: Memory) -> None:
    plain = [finding(f"note {i}", f"unrelated matter {i}") for i in range(20)]
    memory.remember([*plain, edge("radio", "sign_ups")])
    (found,) = memory.recall("acme", "what drives sign ups?", limit=1)
    assert found.record.edge is not None
    assert found.signals["graph"] > 0


def test_a_question_in_other_words_finds_what_is_about_the_same(memory: Memory) -> None:
    memory.remember([*NOTES, edge("radio", "revenue")])
    (found,) = memory.recall("acme", "which channels waste money?", kinds=["causal_edge"])
    assert found.signals["conceptual"] > 0
    assert "lexical" not in found.signals


def test_forgetting_is_for_good_and_lets_the_older_stand_again(memory: Memory) -> None:
    old = finding("tv: roas", "TV ROAS was 1.1", valid_to="2023-06-30", entities=("tv",))
    new = finding("tv: roas", "TV ROAS is 0.7", valid_to="2024-06-30", entities=("tv",))
    memory.remember([old, new])
    assert memory.forget("acme", ids=[new.id]) == 1
    assert [r.record.content for r in memory.recall("acme", "tv roas")] == [old.content]
    assert memory.forget("acme", subject="tv") == 1
    assert memory.forget("acme", subject="tv") == 0
    assert memory.recall("acme", "tv roas", superseded=True) == ()
    for wrong in ({}, {"ids": [], "everything": True}):
        with pytest.raises(ArgumentError):
            memory.forget("acme", **wrong)  # type: ignore[arg-type]


def test_a_subject_with_wildcards_forgets_itself_alone(memory: Memory) -> None:
    memory.remember([finding("a", "one", entities=("100%",)), finding("b", "two", entities=("100 euro",))])
    assert memory.forget("acme", subject="100%") == 1


def test_export_and_import_carry_everything_to_another_organisation(memory: Memory) -> None:
    memory.remember([*NOTES, edge("tv", "revenue"), edge("tv", "revenue", valid_to="2025-06-30")])
    lines = memory.export("acme")
    assert memory.import_("acme", lines) == 0
    assert memory.import_("branch", lines) == 6
    copied = memory.records("branch")
    assert [r.content for r in copied] == [r.content for r in memory.records("acme")]
    assert [r.superseded_by for r in copied][4] == copied[5].id
    with pytest.raises(DataError, match="line 2"):
        memory.import_("branch", lines.splitlines()[0] + '\n{"id": 3}\n')


def test_status_tells_embedding_and_counts(memory: Memory) -> None:
    memory.remember(NOTES)
    status = memory.status()
    assert status.embedder == "lexical-hash-1"
    assert "lexical" in status.reason
    acme = status.organisations["acme"]
    assert (acme.records, acme.standing, acme.kinds) == (4, 4, {"finding": 3, "preference": 1})
    assert (acme.indexed, acme.behind, status.index) == (0, 4, "not opened")


def test_remembering_and_recalling_open_neither_chroma_nor_networkx(home: Home) -> None:
    code = f"""
import sys
from liftos_agents.data import open_home
from liftos_agents.memory import Memory, new_record
with open_home({str(home.root)!r}) as home, Memory(home) as memory:
    memory.remember([new_record("acme", "fact", "office", "The office is in Jena")])
    assert memory.recall("acme", "where is the office?")
    assert memory.status().index == "not opened"
print({{"chromadb", "networkx", "onnxruntime"}} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_remembers_without_its_parents_thread(home: Home) -> None:
    code = f"""
import os
from liftos_agents.data import open_home
from liftos_agents.memory import Memory, new_record
home = open_home({str(home.root)!r})
memory = Memory(home, index_after=None)
memory.remember([new_record("acme", "fact", "parent", "the parent wrote this")])
memory.settle(index=True)
home.database.close()
child = os.fork()
if child == 0:
    memory.remember([new_record("acme", "fact", "child", "the child wrote this")])
    memory.settle(index=True)
    assert memory.status().index == "owned by another process"
    memory.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
memory.recall("acme", "who wrote this?")
memory.settle(index=True)
print(memory.status().organisations["acme"].indexed)
memory.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "2"


def test_a_database_alone_needs_a_root(home: Home) -> None:
    with pytest.raises(ArgumentError, match="root"):
        Memory(home.database)


def test_long_and_hostile_queries_are_only_text(memory: Memory) -> None:
    memory.remember(NOTES)
    for query in ('") OR 1=1 --', "search " * 20_000, "\x00 NEAR(search, 2)", "säkert ünïcode 検索"):
        memory.recall("acme", query)
    assert memory.records("acme") == NOTES
