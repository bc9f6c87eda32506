"""Chroma as an index: in step with the record, owned by one, rebuilt when it is not what it should be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from liftos_agents.data import Home
from liftos_agents.errors import ArgumentError
from liftos_agents.memory import LexicalEmbedder, Memory, new_record
from liftos_agents.memory import recall as recall_module
from liftos_agents.memory.owner_lock import OwnerLock
from liftos_agents.memory.vector_index import VectorIndex
from liftos_agents.memory.vectors import quantise


def notes(count: int, start: int = 0) -> list:
    return [
        new_record("acme", "finding", f"subject {i}", f"note {i} on channel {i % 7} in week {i % 53}")
        for i in range(start, start + count)
    ]


def test_the_index_catches_up_and_follows_deletions(memory: Memory) -> None:
    memory.remember(notes(30))
    memory.settle(index=True)
    memory.remember(notes(20, start=30))
    acme = memory.status().organisations["acme"]
    assert (acme.indexed, acme.behind) == (30, 20)
    memory.settle(index=True)
    gone = [r.id for r in notes(5)]
    assert memory.forget("acme", ids=gone) == 5
    memory.settle(index=True)
    status = memory.status()
    assert (status.organisations["acme"].indexed, status.index, status.index_error) == (45, "open", None)


def test_a_damaged_index_is_found_out_and_built_anew(home: Home) -> None:
    with Memory(home, index_after=None) as memory:
        memory.remember(notes(30))
        memory.settle(index=True)
    index = VectorIndex(home.root / "memory", "lexical-hash-1")
    assert index.open()
    index.delete("acme", [notes(30)[4].id])
    vector = quantise(LexicalEmbedder().embed(["subject 9"]))[0]
    assert len(index.nearest("acme", vector, 50)) == 29
    index.close()
    with Memory(home, index_after=None) as memory:
        memory.remember(notes(1, start=30))
        memory.settle(index=True)
    assert index.open()
    assert len(index.nearest("acme", vector, 50)) == 31
    index.close()


def test_a_large_organisation_is_recalled_through_the_index_alike(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.remember(notes(200))
    exact = memory.recall("acme", "note 33 on channel 5", limit=10)
    monkeypatch.setattr(recall_module, "EXACT_LIMIT", 50)
    assert memory.recall("acme", "note 33 on channel 5", limit=10) == exact
    memory.rebuild_index("acme")
    assert memory.recall("acme", "note 33 on channel 5", limit=10) == exact
    late = new_record("acme", "finding", "late", "xylophone advertising")
    memory.remember([late])
    (found,) = memory.recall("acme", "xylophone", limit=1)
    assert found.record == late


def test_one_process_owns_the_index_and_another_still_remembers_and_recalls(home: Home) -> None:
    with Memory(home, index_after=None) as owner:
        owner.remember(notes(5))
        owner.rebuild_index()
        code = f"""
from liftos_agents.data import open_home
from liftos_agents.errors import ArgumentError
from liftos_agents.memory import Memory, new_record
with open_home({str(home.root)!r}) as home, Memory(home, index_after=None) as memory:
    memory.remember([new_record("acme", "finding", "guest", "zebra crossing")])
    assert memory.recall("acme", "zebra")[0].record.subject == "guest"
    memory.settle(index=True)
    assert memory.status().index == "owned by another process"
    try:
        memory.rebuild_index()
    except ArgumentError as error:
        print(error)
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert "another process owns the index" in done.stdout
        assert owner.recall("acme", "zebra")[0].record.subject == "guest"
        owner.settle(index=True)
        assert owner.status().organisations["acme"].indexed == 6


def test_background_indexing_starts_by_itself_once_writing_pauses(home: Home) -> None:
    with Memory(home, index_after=0.0) as memory:
        memory.remember(notes(3))
        memory.settle(index=True)
        assert memory.status().organisations["acme"].indexed == 3


def test_a_failing_index_is_told_and_recall_goes_on(home: Home) -> None:
    chroma = home.root / "memory" / "chroma"
    chroma.parent.mkdir(parents=True)
    chroma.write_text("not a folder")
    with Memory(home, index_after=0.0) as memory:
        memory.remember(notes(3))
        memory.settle(index=True)
        assert memory.status().index == "failed"
        assert memory.status().index_error
        assert memory.recall("acme", "note 2 on channel 2")


def test_a_second_memory_in_the_process_does_not_own_the_index(home: Home, memory: Memory) -> None:
    memory.remember(notes(3))
    memory.rebuild_index()
    with Memory(home, index_after=None) as other, pytest.raises(ArgumentError, match="another process"):
        other.rebuild_index()


def test_the_lock_is_free_again_after_release(tmp_path: Path) -> None:
    first, second = OwnerLock(tmp_path / "lock"), OwnerLock(tmp_path / "lock")
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert not first.held
    assert second.acquire()
    second.release()


def test_the_index_agrees_only_with_what_it_holds(tmp_path: Path) -> None:
    index = VectorIndex(tmp_path, "e")
    assert index.open()
    vectors = quantise(np.eye(4, dtype=np.float32))
    index.add("a", ["w", "x", "y", "z"], vectors)
    assert index.nearest("a", vectors[2], 1) == ["y"]
    assert index.agrees("a", 4, ("z", vectors[3]))
    assert not index.agrees("a", 3, ("z", vectors[3]))
    assert not index.agrees("a", 4, ("unknown", vectors[3]))
    index.drop("a")
    assert index.agrees("a", 0, None)
    index.close()
    assert not index.is_open
