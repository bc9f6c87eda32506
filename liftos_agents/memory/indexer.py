"""Work behind the request: vectors are kept, and the index catches up once there is nothing better to do."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

_MOMENT, _MOMENTS = 0.2, 2.0
_log = logging.getLogger(__name__)


class Indexer:
    """One background thread that starts on the first piece of work.

    Args:
        keep: Keeps an organisation's vectors; called once writing has paused for a moment, so that it does not
            compete with the request that wrote.
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
        self._vectors = _Chore(keep, quiet=_MOMENT, patience=_MOMENTS)
        self._index = _Chore(index, quiet=quiet, patience=patience)
        self._wake = threading.Condition()
        self._busy = False
        self._closing = False
        self._thread: threading.Thread | None = None

    @property
    def error(self) -> str | None:
        """What failed when either kind of work was last done, or None."""
        return self._vectors.error or self._index.error

    def written(self, organisation: str) -> None:
        """Notes that the organisation has something new; returns at once."""
        with self._wake:
            if self._closing:
                return
            now = time.monotonic()
            self._vectors.add(organisation, now)
            self._index.add(organisation, now)
            self._start()

    def drain(self, *, index: bool = False) -> None:
        """Waits until vectors are kept; with `index`, until the index is up to date as well.

        What fails on the way is found in `error`.
        """
        chores = [self._vectors, self._index] if index else [self._vectors]
        with self._wake:
            for chore in chores:
                chore.hurry = bool(chore.waiting)
            if any(chore.waiting for chore in chores):
                self._start()
            self._wake.wait_for(lambda: self._closing or not (self._busy or any(c.waiting for c in chores)))

    def close(self) -> None:
        """Keeps the last vectors, leaves the index as it is, and ends the thread."""
        with self._wake:
            self._closing = True
            self._vectors.hurry = True
            self._wake.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _start(self) -> None:
        # A forked child inherits the object but not the thread.
        if self._thread is None or not self._thread.is_alive():
            self._busy = False
            self._thread = threading.Thread(target=self._run, name="liftos-memory", daemon=True)
            self._thread.start()
        self._wake.notify_all()

    def _run(self) -> None:
        while (work := self._next()) is not None:
            organisation, chore = work
            try:
                chore.act(organisation)
                chore.error = None
            except Exception as error:  # noqa: BLE001
                # The record is safe and recall needs neither step, so the failure is told, not raised.
                chore.error = f"{type(error).__name__}: {error}"
                _log.warning("memory index of %r: %s", organisation, chore.error)
            with self._wake:
                self._busy = False
                self._wake.notify_all()

    def _next(self) -> tuple[str, _Chore] | None:
        with self._wake:
            while True:
                chores = [self._vectors] if self._closing else [self._vectors, self._index]
                now = time.monotonic()
                waits: list[float] = []
                for chore in chores:
                    due = chore.due_in(now)
                    if due is not None and due <= 0:
                        self._busy = True
                        return chore.take(), chore
                    waits += [] if due is None else [due]
                if self._closing:
                    return None
                self._wake.wait(min(waits, default=None))


class _Chore:
    """Organisations that wait for one kind of work, and when it is due."""

    def __init__(self, act: Callable[[str], None], *, quiet: float | None, patience: float) -> None:
        self.act = act
        self.waiting: dict[str, float] = {}
        self.hurry = False
        self.error: str | None = None
        self._quiet, self._patience = quiet, patience
        self._last = 0.0

    def add(self, organisation: str, now: float) -> None:
        self._last = now
        self.waiting.setdefault(organisation, now)

    def due_in(self, now: float) -> float | None:
        if not self.waiting:
            return None
        if self.hurry:
            return 0.0
        if self._quiet is None:
            return None
        return min(self._last + self._quiet, min(self.waiting.values()) + self._patience) - now

    def take(self) -> str:
        organisation = min(self.waiting)
        del self.waiting[organisation]
        self.hurry &= bool(self.waiting)
        return organisation
