from __future__ import annotations

import json

import pytest

from liftos_agents.cli.entry import run


def test_the_demo_ends_with_a_rehearsal_of_its_own_recommendation(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["demo"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    rehearsed = printed.index("Rehearsal in 1,000 simulated worlds")
    assert printed.index("Beside the truth of the simulation") < rehearsed
    assert "In truth it earns" in printed[rehearsed:]
    assert run(["demo", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    (played,) = [e["result"] for e in body["answer"]["evidence"] if e["tool"] == "simulate_plan"]
    assert played["worlds"] == 1000
    for sweep in played["sweeps"].values():
        assert sweep["assumption"].split(" ")[-1] in printed[rehearsed:]
