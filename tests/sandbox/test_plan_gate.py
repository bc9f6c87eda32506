import pytest

from liftos_agents.domain.estimate import Estimate
from liftos_agents.sandbox.gates.plan_gate import LARGEST_LOSS, plan_gate
from liftos_agents.sandbox.realism import Realism
from liftos_agents.sandbox.rehearsal import Sweep

TRUSTED = Realism(
    statistics={},
    p_value=0.6,
    told_apart=None,
    told_apart_low=None,
    told_apart_high=None,
    blocks=3,
    trusted=True,
)


def sweep(probability=0.9, cvar10=-10.0):
    return Sweep(
        assumption="Media are dearer",
        difference=Estimate.of([1.0, 2.0, 3.0]),
        probability_beats_hold=probability,
        cvar10=cvar10,
    )


def judged(**changed):
    given = {
        "plan": "ev_1",
        "valid_for": {"plan": "a", "data": "b"},
        "code": "1",
        "worlds": 1000,
        "probability_beats_hold": 0.8,
        "cvar10": -20.0,
        "budget": 1000.0,
        "sweeps": {"dearer_media": sweep()},
        "realism": TRUSTED,
        "fit_accepted": True,
    }
    return plan_gate(**(given | changed))


def test_a_plan_that_keeps_every_bound_is_promoted_on_the_bounds_themselves():
    found = judged()
    assert found.verdict == "promote"
    assert not found.failed
    assert "onditional on the model" in found.label
    assert LARGEST_LOSS * 1000.0 == 20.0


@pytest.mark.parametrize(
    ("changed", "failed"),
    [
        ({"worlds": 999}, "worlds"),
        ({"probability_beats_hold": 0.799}, "probability_beats_hold"),
        ({"cvar10": -20.1}, "cvar10"),
        ({"sweeps": {"dearer_media": sweep(probability=0.79)}}, "probability_beats_hold under dearer_media"),
        ({"sweeps": {"dearer_media": sweep(cvar10=-21.0)}}, "cvar10 under dearer_media"),
        ({"realism": None}, "twin_trusted"),
        ({"realism": TRUSTED.model_copy(update={"trusted": False})}, "twin_trusted"),
        ({"fit_accepted": False}, "fit_accepted"),
    ],
)
def test_each_bound_alone_holds_a_plan_back(changed, failed):
    found = judged(**changed)
    assert found.verdict == "hold_back"
    assert [check.name for check in found.failed] == [failed]
