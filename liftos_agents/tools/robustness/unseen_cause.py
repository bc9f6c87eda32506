"""What an unmeasured common cause would need: robustness value, proportional selection, E-value."""

from __future__ import annotations

from liftos_agents.domain.amount import format_number, format_share
from liftos_agents.domain.effect import Check
from liftos_agents.domain.evidence import Evidence
from liftos_agents.tools.adjustment.sensitivity import Sensitivity
from liftos_agents.tools.robustness.attack import Attack, not_possible

NAMES = ("robustness_value", "oster_delta", "e_value")


def unseen_cause(evidence: Evidence) -> tuple[Attack, ...]:
    """Each figure against the strongest measured control, where the effect rests on measured controls."""
    given = evidence.result.get("sensitivity") if evidence.tool == "estimate_effect" else None
    if given is None:
        why = "the design does not rest on having measured every common cause."
        return tuple(not_possible(name, why) for name in NAMES)
    found = Sensitivity.model_validate(given)
    if found.strongest_control is None:
        why = "no control is there to compare an unmeasured cause with."
        return tuple(not_possible(name, why) for name in NAMES)
    as_strong = found.estimate_if_as_strong
    survives = as_strong is not None and as_strong * found.linear_estimate > 0.0
    left = "no effect" if as_strong is None else format_number(as_strong)
    return (
        Attack(
            Check(
                name="robustness_value",
                value=found.robustness_value,
                threshold=None,
                passed=survives,
                meaning=f"A cause would have to explain {format_share(found.robustness_value)} of what is left of treatment and outcome to "
                f"bring the linear estimate to zero; one as strong as {found.strongest_control} leaves {left} of {format_number(found.linear_estimate)}.",
            )
        ),
        _oster(found.oster_delta),
        _e_value(found),
    )


def _oster(delta: float | None) -> Attack:
    if delta is None:
        return not_possible("oster_delta", "the controls do not move the linear estimate.")
    return Attack(
        Check(
            name="oster_delta",
            value=delta,
            threshold=1.0,
            passed=delta < 0.0 or delta >= 1.0,
            meaning="Selection on unmeasured causes, relative to the measured, that brings the linear estimate to zero (R² at most 1.3 times "
            "the measured one); below zero, adjusting moves the estimate away from zero.",
        )
    )


def _e_value(found: Sensitivity) -> Attack:
    if found.e_value is None or found.e_value_strongest is None:
        return not_possible("e_value", "it is defined for a treatment of two values.")
    return Attack(
        Check(
            name="e_value",
            value=found.e_value,
            threshold=found.e_value_strongest,
            passed=found.e_value > found.e_value_strongest,
            meaning=f"Risk ratio that an unmeasured cause must have with both treatment and outcome; the strongest control, {found.strongest_control}, "
            f"is worth {format_number(found.e_value_strongest)}.",
        )
    )
