"""Processes of this machine for the arena and the gates: they hear nothing of Ctrl-C, and leave where nobody waits for them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Literal, TypeVar, cast

import joblib

from liftos_agents.errors import ArgumentError, CancelledError

IDLE_SECONDS = 20.0
"""After which a process without work leaves; joblib's own 300 are long where a run was killed and nobody ends its processes."""

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


def in_processes(
    run: Callable[[_Task, int], _Result],
    tasks: Iterable[_Task],
    jobs: int,
    return_as: Literal["generator", "generator_unordered"],
) -> Iterator[_Result]:
    """What `run` makes of each task, in so many processes; −1 is one a core.

    Args:
        run: Takes a task, and the number of this process for `check_wanted`.

    Raises:
        ArgumentError: A process was killed from outside, or by what ran in it.
    """
    work = joblib.Parallel(
        n_jobs=jobs,
        backend="loky",
        return_as=return_as,
        idle_worker_timeout=IDLE_SECONDS,
        initializer=_hear_nothing,
    )
    asking = os.getpid()
    try:
        with _deaf_from_the_start():
            found = work(joblib.delayed(run)(task, asking) for task in tasks)
        yield from cast("Iterator[_Result]", found)
    except BrokenProcessPool as error:
        raise ArgumentError(
            "one of the processes was killed, as the system does where memory runs out",
            where="jobs",
            fix="Go on with fewer of them",
        ) from error


def check_wanted(by: int) -> None:
    """Called in a process before it goes on for the process whose number is `by`.

    What a killed run had handed out would else be played to its end, beside the run that resumes it and into the same files.

    Raises:
        CancelledError: Who asked for it is gone.
    """
    # joblib runs everything here where there is one core.
    if by not in (os.getppid(), os.getpid()):
        raise CancelledError("whoever asked for this is gone")


def _hear_nothing() -> None:
    """A terminal sends Ctrl-C to all: who asked for a process ends it, and says what is kept."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _deaf_from_the_start() -> Iterator[None]:
    """A process inherits that a signal is ignored, and would else print a traceback if Ctrl-C came while it starts."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
