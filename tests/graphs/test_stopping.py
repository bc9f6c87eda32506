"""Stopping a run while rows are read and written: nothing is left that belongs to nobody."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from liftos_agents.graphs import owner
from liftos_agents.graphs.checkpoints import open_saver
from liftos_agents.graphs.flow import to_the_end
from tests.graphs.conftest import Engine


async def stopped(engine: Engine) -> None:
    engine.model.replies = {"router": [ValueError("early")]}
    with pytest.raises(ValueError, match="early"):
        await engine.ask("Measure", run_id="run_1")
    engine.services.stores.ledger.settle("run_1", "failed")


async def test_cancelling_takes_nothing_from_who_claimed_meanwhile(engine: Engine) -> None:
    await stopped(engine)
    ledger = engine.services.stores.ledger
    seen = ledger.entry("run_1")
    ledger.claim(seen, seen.topology)
    ledger.request_cancel(seen)
    assert ledger.entry("run_1").public.status == "running"
    assert ledger.unwanted() == frozenset()
    assert ledger.settle("run_1", "complete")
    ledger.request_cancel(seen)
    assert ledger.entry("run_1").public.status == "complete"
    assert not ledger.settle("run_1", "cancelled")


async def test_a_cancelled_run_is_not_claimed_by_who_saw_it_before(engine: Engine) -> None:
    await stopped(engine)
    ledger = engine.services.stores.ledger
    seen = ledger.entry("run_1")
    ledger.request_cancel(seen)
    with pytest.raises(Exception, match="another process"):
        ledger.claim(seen, seen.topology)
    assert ledger.entry("run_1").public.status == "cancelled"


async def test_work_on_a_row_ends_before_who_cancelled_it_goes_on() -> None:
    begun, gate, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        gate.wait(60)
        done.set()

    with ThreadPoolExecutor(1) as pool:
        first = asyncio.ensure_future(to_the_end(pool, work))
        second = asyncio.ensure_future(to_the_end(pool, pytest.fail, "begun after it was cancelled"))
        await asyncio.to_thread(begun.wait, 60)
        first.cancel()
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        first.cancel()
        await asyncio.wait([first], timeout=0.01)
        assert not first.done()
        gate.set()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert done.is_set()
        assert await to_the_end(pool, len, "four") == 4
        with pytest.raises(ZeroDivisionError):
            await to_the_end(pool, divmod, 1, 0)


async def test_nothing_is_told_of_a_run_that_has_ended(engine: Engine) -> None:
    engine.model.replies = {"router": [ValueError("early")]}
    run, told = engine.run(), []
    with pytest.raises(ValueError, match="early"):
        await engine.flow.answer(run, "Measure", listener=told.append)
    before = len(told)
    assert before
    run.emit("tool_progress", tool="measure", message="half", fraction=0.5)
    assert len(told) == before


def test_a_new_file_is_opened_while_another_opener_holds_it(tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "threads.sqlite", check_same_thread=False, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    release = threading.Timer(0.05, holder.execute, ("COMMIT",))
    release.start()
    try:
        saver = open_saver(tmp_path / "threads.sqlite")
        saver.conn.close()
    finally:
        release.join()
        holder.close()


def test_containers_that_share_a_name_are_other_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    here, process = owner.this_host(), owner.this_process()
    assert owner.lives(here, process, 1e9)
    monkeypatch.setattr(owner.os, "readlink", lambda _: "pid:[17]")
    assert owner.this_host() != here
    assert owner.lives(here, process, 1.0)
    assert not owner.lives(here, process, owner.STALE_SECONDS)
