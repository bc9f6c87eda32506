"""Writes the snapshots of the system prompts anew: `python -m tests.prompts.refresh_snapshots`."""

from __future__ import annotations

from tests.prompts.test_prompts import PROMPTS, SNAPSHOTS

if __name__ == "__main__":
    SNAPSHOTS.mkdir(exist_ok=True)
    for name, text in PROMPTS.items():
        (SNAPSHOTS / f"{name}.md").write_text(text(), encoding="utf-8")
