"""Processes of this machine for the arena and the gates, which leave where nobody waits for them any more."""

from __future__ import annotations

import os
from typing import Literal

import joblib

from liftos_agents.errors import CancelledError

IDLE_SECONDS = 20.0
"""After which a process without work leaves; joblib's own 300 are long where a run was killed and nobody ends its processes."""


def processes(jobs: int, return_as: Literal["generator", "generator_unordered"]) -> joblib.Parallel:
    """So many processes; −1 is one a core."""
    return joblib.Parallel(n_jobs=jobs, backend="loky", return_as=return_as, idle_worker_timeout=IDLE_SECONDS)


def check_wanted(by: int) -> None:
    """Called in a process before it goes on for the process whose number is `by`.

    What a killed run had handed out would else be played to its end, beside the run that resumes it and into the same files.

    Raises:
        CancelledError: Who asked for it is gone.
    """
    # joblib runs everything here where there is one core.
    if by not in (os.getppid(), os.getpid()):
        raise CancelledError("whoever asked for this is gone")
