"""The bar of what is simulated: what it counts, on a terminal alone."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from liftos_agents.cli.simulate import simulation_bar as bars


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, width=120, color_system=None)
    monkeypatch.setattr(bars, "Console", lambda stderr: console)
    return shown


def test_it_counts_what_is_done_and_what_failed(terminal: io.StringIO) -> None:
    with bars.simulation_bar("worlds") as tell:
        tell(4, 40, "")
        tell(16, 40, "thompson on [market]", resumed=4, failed=3)
    last = terminal.getvalue()
    assert "thompson on [market]" in last
    assert "16/40 worlds" in last
    assert "/s" in last
    assert "3 failed" in last


def test_nobody_fails_aloud_where_nobody_fails(terminal: io.StringIO) -> None:
    with bars.simulation_bar("weeks") as tell:
        tell(1, 2, "hold")
    assert "1/2 weeks" in terminal.getvalue()
    assert "failed" not in terminal.getvalue()


def test_a_file_gets_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(bars, "Console", lambda stderr: Console(file=shown))
    with bars.simulation_bar("weeks") as tell:
        tell(1, 2, "hold")
    assert shown.getvalue() == ""
