"""Where an answer comes from: run, model, versions, cost, and, apart from them, how long it took."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from liftos_agents.domain.amount import format_count
from liftos_agents.domain.answer import Answer
from liftos_agents.reports.markup import Markup, element, pairs
from liftos_agents.version import __version__


def about(answer: Answer, versions: Mapping[str, str], asked_at: datetime | None) -> Markup:
    """The end of a page."""
    grounding, cost, timings = answer.grounding, answer.cost, answer.timings
    facts = [
        ("Run", answer.run_id),
        ("Thread", answer.thread_id),
        ("Status", answer.status.replace("_", " ")),
        ("Asked", f"{asked_at.day} {asked_at:%B %Y, %H:%M} {asked_at:%Z}".strip() if asked_at else ""),
        ("Model", answer.model),
        ("Report", f"LiftOS Agents {__version__}, answer schema {answer.schema_version}"),
        ("Versions", ", ".join(f"{name} {versions[name]}" for name in sorted(versions))),
        ("Numbers", f"{grounding.bound} of {grounding.numbers} bound to evidence"),
        (
            "Cost",
            f"${cost.usd:.4f}; {format_count(cost.input_tokens)} tokens in, {format_count(cost.output_tokens)} out",
        ),
    ]
    times = [
        ("In all", f"{timings.total_ms:,.0f} ms"),
        ("Tools", f"{timings.tools_ms:,.0f} ms"),
        ("Overhead", f"{timings.overhead_ms:,.0f} ms"),
    ]
    why = element("p", "Ask again why: ", element("code", f"liftos trace why {answer.run_id} c1"))
    return element(
        "footer",
        element("h2", "About this run"),
        pairs(facts),
        why if answer.answer.claims else None,
        element("h4", "Time"),
        pairs(times),
    )
