"""The weeks of a replay one after another in the terminal."""

from __future__ import annotations

import typer
from rich.console import Console

from liftos_agents.cli.simulate import replay_view
from liftos_agents.domain.replay import Replay

_ON = ("\r", "\n", " ", "\x1b[C", "\x1b[B", "\x1bOC", "\x1bOB", "n")
_BACK = ("\x1b[D", "\x1b[A", "\x1bOD", "\x1bOA", "b")
_FIRST = ("\x1b[H", "\x1bOH", "\x1b[1~")
_LAST = ("\x1b[F", "\x1bOF", "\x1b[4~")
_END = ("q", "Q", "\x1b", "\x03", "\x04")


def show(replay: Replay, console: Console, *, keys: bool) -> None:
    """All weeks where nobody can press a key; else one at a time, by Enter and the arrows, until q or past the last."""
    if not keys:
        for number in range(len(replay.settings)):
            console.print(replay_view.week(replay, number))
        replay_view.summary(console, replay)
        return
    number, last = 0, len(replay.settings) - 1
    while 0 <= number <= last:
        console.clear()
        console.print(replay_view.week(replay, number))
        console.print("Enter or → on, ← back, Home first, End last, q ends", style="dim")
        key = _key()
        if key in _END:
            break
        if key in _ON:
            number += 1
        elif key in _BACK:
            number = max(number - 1, 0)
        elif key in _FIRST:
            number = 0
        elif key in _LAST:
            number = last
    replay_view.summary(console, replay)


def _key() -> str:
    try:
        return typer.getchar()
    except (KeyboardInterrupt, EOFError):
        return "q"
