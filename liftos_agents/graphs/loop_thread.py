"""An event loop in a thread of its own, so that an engine works from scripts, notebooks and servers alike."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """A running loop; `submit` hands it work from any thread or loop."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, T], ended: Callable[[], None] | None = None) -> Future[T]:
        """The future of `work`; cancelling it cancels the work.

        Args:
            work: Runs on this loop.
            ended: Called on this loop when the work is really over, which is later than a cancelled future.
        """
        future: Future[T] = Future()

        def finish(task: asyncio.Task[T]) -> None:
            if ended is not None:
                ended()
            if task.cancelled():
                future.cancel()
            elif not future.cancelled():
                _copy(task, future)

        def start() -> None:
            task = self._loop.create_task(work)
            task.add_done_callback(finish)
            future.add_done_callback(
                lambda done: self._loop.call_soon_threadsafe(task.cancel) if done.cancelled() else None
            )

        self._loop.call_soon_threadsafe(start)
        return future

    def result(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` returns; an interrupt while waiting cancels it."""
        future = self.submit(work)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """Cancels what still runs and ends the thread."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _copy(task: asyncio.Task[T], future: Future[T]) -> None:
    error = task.exception()
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(task.result())


async def _cancel_all() -> None:
    others = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_default_executor()
