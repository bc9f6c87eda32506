"""Where a conversation's lines come from: an editing prompt with history on a terminal, plain lines otherwise."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

HISTORY_FILE = "chat_history"
PROMPT = "› "


def lines(home: Path, commands: Mapping[str, Any], *, console: Console, plain: bool = False) -> Iterator[str]:
    """Lines as they are typed, until the end of input.

    On a terminal they can be edited, the arrow keys bring earlier ones back (also of earlier sittings), and Tab
    completes commands and file names. Ctrl-C drops the line, Ctrl-D ends.
    """
    if plain or not sys.stdin.isatty():
        yield from (readable(line.rstrip("\n")) for line in sys.stdin)
        return
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import NestedCompleter, PathCompleter
    from prompt_toolkit.history import FileHistory

    home.mkdir(parents=True, exist_ok=True)
    paths = PathCompleter(expanduser=True)
    completer = NestedCompleter(
        {f"/{name}": paths if name in ("data", "report") else None for name in commands}
    )
    session: PromptSession[str] = PromptSession(
        history=FileHistory(str(home / HISTORY_FILE)), completer=completer, complete_while_typing=False
    )
    while True:
        try:
            yield session.prompt(PROMPT)
        except KeyboardInterrupt:
            continue
        except EOFError:
            console.print("")
            return


def readable(line: str) -> str:
    """What was typed; bytes that are no text of the terminal's encoding, which no store can hold, become `�`."""
    return line.encode(errors="surrogateescape").decode(errors="replace")
