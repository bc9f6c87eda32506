"""A question's way through the graph with a scripted model and real tools."""

from __future__ import annotations

from typing import Any

from tests.graphs.conftest import Engine, evidence_in, findings, plan_of


def analysis(messages: Any) -> Any:
    ev = evidence_in(messages, "measure")
    return findings(
        f"tv took {{{ev}:channels.tv.share|pct}} of spend.",
        claims=[
            f"tv spent {{{ev}:channels.tv.spend|money}}.",
            f"search spent {{{ev}:channels.search.spend}}.",
        ],
        caveats=["Six weeks are short."],
    )


async def test_one_specialist_answers(engine: Engine) -> None:
    engine.model.replies = {
        "router": [plan_of(("analyst", "measure", []))],
        "analyst": [[("measure", {})], analysis, analysis],
    }
    answer = await engine.ask("How much was spent over six weeks?")
    assert answer.status == "complete"
    assert answer.answer.headline.startswith("tv took 65.9")
    assert [c.id for c in answer.answer.claims] == ["c1", "c2"]
    assert answer.grounding.numbers == answer.grounding.bound == 5
    assert answer.evidence[0].tool == "measure"
    assert any("Few weeks" in c for c in answer.answer.caveats)
