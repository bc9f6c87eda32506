"""What a part of a question takes from the other parts, from the thread and from memory, and what it leaves to them."""

from __future__ import annotations

from typing import Any

import pytest

from liftos_agents.domain.task import DatasetBrief, Recalled, SpecialistTask, Turn
from liftos_agents.models.offline.slots import read_slots

TABLE = DatasetBrief(id="t", name="weekly", channels=("facebook", "ooh", "print", "search", "tv"))
SHOP = DatasetBrief(id="c", name="shop", catalogue=True, products=("Oak desk",))
COMPOUND = (
    "Where is my budget wasted, how should I split it, audit the page of the Rimoody car stereo "
    "and write Google ads for it"
)


def slots(goal: str, question: str = COMPOUND, **more: Any) -> dict[str, Any]:
    return read_slots(SpecialistTask(agent="a", goal=goal, question=question, datasets=(TABLE, SHOP), **more))


@pytest.mark.parametrize("goal", ["Where is my budget wasted", "how should I split it"])
def test_a_platform_of_the_ads_is_no_channel_of_the_other_parts(goal: str) -> None:
    assert slots(COMPOUND)["$channels"] == ["search"]
    assert slots(goal)["$channels"] == []


def test_a_price_of_the_product_is_no_budget() -> None:
    question = "How should I split the budget next quarter, and write ads for our lamp at 59 EUR"
    assert slots("How should I split the budget next quarter", question)["$money"] is None


def test_limits_said_beside_the_goal_still_count() -> None:
    question = "We have 500k and keep tv unchanged. Where is it wasted, and how should I split it?"
    found = slots("how should I split it", question)
    assert found["$money"] == 500_000
    assert found["$hold"] == ["tv"]


def test_it_is_the_product_named_before() -> None:
    assert "Rimoody car stereo" in slots("write Google ads for it")["$item"]
    assert "Rimoody" not in slots("write Google ads for the oak desk")["$item"]
    earlier = (Turn(question="Audit the page of the Rimoody car stereo", agents=("a",)),)
    goal = "now write Google ads for it"
    assert "Rimoody" in slots(goal, goal, thread=earlier)["$item"]


MEMORY = (
    Recalled(id="m1", kind="finding", text="Stated margin: 0.9 was a slip."),
    Recalled(id="m2", kind="fact", text="Stated margin: 0.35 of revenue is profit before media."),
)


def test_a_margin_stated_before_is_taken_from_memory() -> None:
    found = slots("Where is my budget wasted", recalled=MEMORY)
    assert (found["$margin"], found["$margin_recalled"]) == (0.35, True)


def test_a_margin_stated_now_in_the_thread_or_by_the_data_comes_first() -> None:
    found = slots("Which channels waste money at a margin of 40 %?", recalled=MEMORY)
    assert (found["$margin"], found["$margin_recalled"]) == (0.4, False)
    call = {"tool": "fit_mmm", "arguments": {"margin": 0.5}}
    found = slots("Where is it wasted", thread=(Turn(question="q", calls=(call,)),), recalled=MEMORY)
    assert found["$margin"] is None
    own = TABLE.model_copy(update={"margin": 0.2})
    task = SpecialistTask(agent="a", goal="Where is it wasted", question="", datasets=(own,), recalled=MEMORY)
    assert read_slots(task)["$margin"] is None
