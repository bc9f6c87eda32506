"""May this plan be spent? Its rehearsal held against fixed bounds, under every assumption that was swept.

Never a confidence bound over simulated draws: that shrinks by simulating more.
"""

from __future__ import annotations

from collections.abc import Mapping

from liftos_agents.domain.promotion import GateCheck, Verdict
from liftos_agents.sandbox.realism import LEAST_P, Realism
from liftos_agents.sandbox.rehearsal import CONDITIONAL, Sweep

LEAST_WORLDS = 1000
LEAST_PROBABILITY = 0.8
LARGEST_LOSS = 0.02
"""Of the plan's money: how much the worst tenth of the worlds may lose on average against holding."""


def plan_gate(
    *,
    plan: str,
    valid_for: Mapping[str, str],
    code: str,
    worlds: int,
    probability_beats_hold: float,
    cvar10: float,
    budget: float,
    sweeps: Mapping[str, Sweep],
    realism: Realism | None,
    fit_accepted: bool,
) -> Verdict:
    """The verdict on a plan.

    Args:
        plan: Evidence id of the plan.
        valid_for: Content hashes of plan, rehearsal and data.
        budget: The plan's money.
        sweeps: The rehearsal under harsher assumptions.
        realism: Whether its twin may be trusted; None counts as not.
    """
    limit = -LARGEST_LOSS * budget
    checks = [
        GateCheck.held("worlds", worlds, LEAST_WORLDS, "Worlds played, one draw of the posterior each."),
        _beats(
            "probability_beats_hold",
            probability_beats_hold,
            "Share of the worlds in which the plan earns more than holding.",
        ),
        _tail(
            "cvar10", cvar10, limit, "Mean gain in the worst tenth of the worlds, against 2 % of the money."
        ),
    ]
    for name, sweep in sweeps.items():
        checks += [
            _beats(
                f"probability_beats_hold under {name}",
                sweep.probability_beats_hold,
                f"The same, should this be so: {sweep.assumption}.",
            ),
            _tail(
                f"cvar10 under {name}",
                sweep.cvar10,
                limit,
                f"Mean gain in the worst tenth, should this be so: {sweep.assumption}.",
            ),
        ]
    checks.append(
        GateCheck(
            name="twin_trusted",
            value=None if realism is None else realism.p_value,
            bound=LEAST_P,
            passed=realism is not None and realism.trusted,
            meaning="The twin looks like the market that it was fitted to (joint posterior-predictive p, quarters told apart).",
            unit="p",
        )
    )
    checks.append(
        GateCheck.held(
            "fit_accepted",
            1.0 if fit_accepted else 0.0,
            1.0,
            "The fit passed its own checks and was not downgraded.",
            unit="flag",
        )
    )
    return Verdict(
        kind="plan",
        subject=plan,
        verdict="promote" if all(check.passed for check in checks) else "hold_back",
        checks=tuple(checks),
        valid_for=dict(valid_for),
        code=code,
        label=CONDITIONAL,
    )


def _beats(name: str, value: float, meaning: str) -> GateCheck:
    return GateCheck.held(name, value, LEAST_PROBABILITY, meaning, unit="share")


def _tail(name: str, value: float, limit: float, meaning: str) -> GateCheck:
    return GateCheck.held(name, value, limit, meaning, unit="money")
