"""What contestants are called."""

from __future__ import annotations

NAMES = ("mmm_greedy", "optimiser", "optimiser:openai:NAME")
