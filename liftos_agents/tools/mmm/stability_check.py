"""What a change in mid-window means, in words: two checks, and a warning where one fails."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.estimate import significant
from liftos_agents.tools.mmm.result import Check
from liftos_agents.tools.mmm.stability import ALL_MEDIA, Change, Stability

EFFECTS_STABLE = "effects_stable"
BASELINE_STABLE = "baseline_stable"
Dates = NDArray[np.datetime64]


def stability_checks(found: Stability | None, dates: Dates) -> tuple[Check, ...]:
    """Both checks, their value the probability by chance; none where it could not be told."""
    if found is None:
        return ()
    both = " A shift of the baseline at that time would fit as well." if found.either else ""
    effects = (
        f"{_whose(found.effects)} {_way(found.effects, 'more', 'less')} from about {dates[found.effects.period]} on than before: the figures "
        f"are a mean of two states, right for neither.{both}"
        if found.effects.found
        else "Nothing shows that effects changed within the window."
    )
    other = " A change of media's effects at that time would fit as well." if found.either else ""
    baseline = (
        f"Sales without media {_way(found.baseline, 'rose', 'fell')} at about {dates[found.baseline.period]} and stayed there: media "
        f"may be credited or charged with it.{other}"
        if found.baseline.found
        else "Nothing shows that the baseline's level shifted within the window."
    )
    return _check(EFFECTS_STABLE, found.effects, effects), _check(BASELINE_STABLE, found.baseline, baseline)


def stability_warnings(found: Stability | None, dates: Dates) -> list[str]:
    """What to do about a change that was found."""
    warnings: list[str] = []
    if found is not None and found.effects.found:
        warnings.append(
            f"Effects look different from about {dates[found.effects.period]} on: fit the window after it alone, or, if it is known what "
            "changed then, give that as a control. A decision on next period's budget should not rest on the mean of both."
        )
    if found is not None and found.baseline.found:
        warnings.append(
            f"The baseline shifted at about {dates[found.baseline.period]}: give the change as a control (0 before, 1 from then on), or fit "
            "the window after it alone."
        )
    return warnings


def _whose(change: Change) -> str:
    return "All channels together brought" if change.what == ALL_MEDIA else f"{change.what} brought"


def _way(change: Change, up: str, down: str) -> str:
    return up if change.statistic > 0.0 else down


def _check(name: str, change: Change, meaning: str) -> Check:
    return Check(
        name=name,
        value=significant(change.p_value),
        threshold=change.limit,
        passed=not change.found,
        meaning=meaning,
    )
