"""What every test needs: a home of its own, no key, and the folder of the reference data."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads or writes the stores of whoever runs it, nor finds their key."""
    monkeypatch.setenv("LIFTOS_HOME", str(tmp_path / "home"))
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "LIFTOS_MODEL", "LIFTOS_ORGANISATION"):
        monkeypatch.delenv(name, raising=False)
