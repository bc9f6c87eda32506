"""Which process a run belongs to, and whether that process still lives."""

from __future__ import annotations

import os
import socket
import subprocess
from functools import lru_cache
from pathlib import Path

_PROC = Path("/proc")
_FIRST_SPACE = "pid:[4026531836]"
_DEAD = frozenset("ZXx")
STALE_SECONDS = 60.0
"""A run on another machine counts as dead when it gave no sign for this long."""


def this_host() -> str:
    """The machine's name, and the process ids' name space where it is a container's own.

    Containers that share their machine's name count their processes each from one.
    """
    try:
        space = os.readlink(_PROC / "self/ns/pid")
    except OSError:
        space = _FIRST_SPACE
    name = socket.gethostname()[:200]
    return name if space == _FIRST_SPACE else f"{name}/{space}"


def this_process() -> str:
    """This process: its id, when it started, and which boot of the machine counted that time."""
    return _process(os.getpid())


def lives(host: str, process: str, silent_seconds: float) -> bool:
    """Whether the process that was written down as a run's owner still runs.

    A process id that was given to another process since does not deceive: the start time differs.

    Args:
        host, process: As `this_host` and `this_process` gave them; empty for a run that nobody owns.
        silent_seconds: Since the run's last sign, which decides for other machines.
    """
    if not process:
        return False
    if host != this_host():
        return silent_seconds < STALE_SECONDS
    identifier, _, rest = process.partition(":")
    return identifier.isdigit() and bool(rest) and _describe(int(identifier)) == process


@lru_cache(maxsize=4)
def _process(identifier: int) -> str:
    return _describe(identifier) or f"{identifier}:"


def _describe(identifier: int) -> str:
    """`id:start:boot` of a living process, or nothing."""
    if not _PROC.joinpath("self/stat").exists():
        return _describe_by_ps(identifier)
    try:
        # The command's name stands in brackets and may hold anything; what follows the last one is regular.
        fields = (_PROC / str(identifier) / "stat").read_text().rpartition(")")[2].split()
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
    return "" if fields[0] in _DEAD else f"{identifier}:{fields[19]}:{boot[:8]}"


def _describe_by_ps(identifier: int) -> str:
    """The same where there is no `/proc`."""
    shown = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(identifier)], capture_output=True, text=True, check=False
    ).stdout.split(maxsplit=1)
    if len(shown) != 2 or shown[0][0] in _DEAD:
        return ""
    return f"{identifier}:{'-'.join(shown[1].split())}:ps"
