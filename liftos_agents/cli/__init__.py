"""The terminal: every command of `liftos`.

`main` is the entry point; each module holds the commands of one noun.
"""

from liftos_agents.cli.entry import main

__all__ = ["main"]
