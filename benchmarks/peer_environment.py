"""Environments in which peers run, beside our own: made on first use under `benchmarks/.peer`, which git ignores."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).parent / ".peer"


def interpreter(name: str, *packages: str) -> Path:
    """The interpreter of the environment `name` with `packages` installed."""
    found = HOME / name / "bin" / "python"
    if not found.exists():
        subprocess.run([sys.executable, "-m", "venv", str(HOME / name)], check=True)
        subprocess.run([str(found), "-m", "pip", "install", "--quiet", *packages], check=True)
    return found
