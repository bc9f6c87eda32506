"""The steps shown while a question is worked on, from the events of a real run."""

from __future__ import annotations

import io

from rich.console import Console

from liftos_agents import LiftOS
from liftos_agents.cli import demo_shop
from liftos_agents.cli.steps import Steps


def test_a_run_is_told_step_by_step() -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100)
    frame = demo_shop.frame(demo_shop.market())
    with LiftOS() as lift, Steps(console) as steps:
        lift.ask(demo_shop.QUESTION, {demo_shop.NAME: frame}, interactive=False, on_event=steps.feed)
        first = steps.lines
    with LiftOS() as lift, Steps(console) as steps:
        lift.ask(demo_shop.QUESTION, {demo_shop.NAME: frame}, interactive=False, on_event=steps.feed)
        again = steps.lines
    assert first[0] == "✓ read simulated_shop: 156 rows, 5 channels"
    assert first[1] == "✓ plan: causal analyst, then budget optimiser"
    assert "✓ fit_mmm" in first
    assert "✓ fit_mmm (from evidence)" in again
    assert first[-1] == "✓ budget optimiser"
    assert "causal analyst: Which channels waste money" in screen.getvalue()


def test_a_declined_question_is_told_so() -> None:
    with LiftOS() as lift, Steps(Console(file=io.StringIO())) as steps:
        lift.ask("How is the weather in Paris?", on_event=steps.feed)
    assert steps.lines == ("✓ plan: decline",)
