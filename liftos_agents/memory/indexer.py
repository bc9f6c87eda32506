"""Work behind the request: vectors are kept, and the index catches up once there is nothing better to do."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

_log = logging.getLogger(__name__)


class Indexer:
    """One background thread that starts on the first piece of work.

    Args:
        keep: Keeps an organisation's vectors; called soon after each write.
        index: Brings an organisation's index up to date; called when no write came for `quiet` seconds, or
            after `patience` seconds of writes without a pause.
        quiet: Seconds without a write after which indexing may start; None leaves the index to `drain`.
        patience: Seconds after which it starts anyway.
    """

    def __init__(
        self,
        keep: Callable[[str], None],
        index: Callable[[str], None],
        *,
        quiet: float | None = 5.0,
        patience: float = 60.0,
    ) -> None:
        self._keep, self._index = keep, index
        self._quiet, self._patience = quiet, patience
        self._wake = threading.Condition()
        self._to_keep: dict[str, None] = {}
        self._to_index: dict[str, float] = {}
        self._last_write = 0.0
        self._busy = False
        self._closing = False
        self._hurry = False
        self._thread: threading.Thread | None = None
        self.error: str | None = None

    def written(self, organisation: str) -> None:
        """Notes that the organisation has something new; returns at once."""
        with self._wake:
            if self._closing:
                return
            self._last_write = time.monotonic()
            self._to_keep[organisation] = None
            self._to_index.setdefault(organisation, self._last_write)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="liftos-memory", daemon=True)
                self._thread.start()
            self._wake.notify_all()

    def drain(self, *, index: bool = False) -> None:
        """Waits until vectors are kept; with `index`, until the index is up to date as well.

        What fails on the way is found in `error`.
        """
        with self._wake:
            self._hurry |= index
            self._wake.notify_all()
            self._wake.wait_for(lambda: self._thread is None or self._closing or not self._pending(index))

    def close(self) -> None:
        """Keeps the last vectors, leaves the index as it is, and ends the thread."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while (work := self._next()) is not None:
            organisation, act = work
            try:
                act(organisation)
                self.error = None
            except Exception as error:  # noqa: BLE001
                # The record is safe and recall needs neither step, so the failure is told, not raised.
                self.error = f"{type(error).__name__}: {error}"
                _log.warning("memory index of %r: %s", organisation, self.error)
            with self._wake:
                self._busy = False
                self._wake.notify_all()

    def _next(self) -> tuple[str, Callable[[str], None]] | None:
        with self._wake:
            while True:
                if self._to_keep:
                    self._busy = True
                    return self._take(self._to_keep), self._keep
                if self._closing:
                    return None
                due = self._seconds_to_index()
                if due is not None and due <= 0:
                    self._busy = True
                    return self._take(self._to_index), self._index
                self._wake.wait(due)

    def _pending(self, index: bool) -> bool:
        return bool(self._busy or self._to_keep or (index and self._to_index))

    def _seconds_to_index(self) -> float | None:
        if not self._to_index:
            self._hurry = False
            return None
        if self._hurry:
            return 0.0
        if self._quiet is None:
            return None
        oldest = min(self._to_index.values())
        return min(self._last_write + self._quiet, oldest + self._patience) - time.monotonic()

    @staticmethod
    def _take(waiting: dict[str, Any]) -> str:
        organisation = min(waiting)
        del waiting[organisation]
        return organisation
