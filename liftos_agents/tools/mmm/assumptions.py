"""What a fit's figures rest on, how each was looked at, and what came of it."""

from __future__ import annotations

from liftos_agents.tools.mmm.result import Assumption, Check, Confounding
from liftos_agents.tools.mmm.stability_check import BASELINE_STABLE, EFFECTS_STABLE


def assumptions(
    dependence: Confounding, checked: tuple[Check, ...], *, lagged: bool
) -> tuple[Assumption, ...]:
    """What the figures rest on; `lagged` says that a lag to purchase was given."""
    passed = {check.name: check.passed for check in checked}
    return (
        Assumption(
            name="No unseen cause drives both spend and sales, demand as modelled apart",
            how_checked="spend's dependence on latent demand and past sales; decision draws allow for what is left",
            verdict=dependence.verdict,
        ),
        *(
            Assumption(
                name=f"Latent demand: {one.name}",
                how_checked=one.meaning,
                verdict={True: "nothing speaks against it", False: "in doubt", None: "not checked"}[
                    one.holds
                ],
            )
            for one in dependence.restrictions
        ),
        Assumption(
            name="Effects carry over geometrically and saturate as the curve says",
            how_checked="held-out forecast error and residual autocorrelation",
            verdict="nothing speaks against it"
            if passed.get("holdout_mape", True) and passed["residual_autocorrelation"]
            else "in doubt",
        ),
        Assumption(
            name="Effects and the baseline's level are constant over the window",
            how_checked="tests for one change at an unknown date",
            verdict="not checked"
            if EFFECTS_STABLE not in passed
            else "nothing speaks against it"
            if passed[EFFECTS_STABLE] and passed[BASELINE_STABLE]
            else "in doubt",
        ),
        Assumption(
            name="Effects are never negative",
            how_checked="assumed",
            verdict="not checked",
        ),
        Assumption(
            name="Channels act independently of each other",
            how_checked="assumed",
            verdict="not checked",
        ),
        *(LAG if lagged else ()),
    )


LAG = (
    Assumption(
        name="What media cause is bought with the lag that was given, in every period alike",
        how_checked="taken as given, not estimated",
        verdict="not checked",
    ),
    Assumption(
        name="What spend before the first period still sold fades as that of steady spend would; it is part of the baseline, and what "
        "is bought after the last period is not counted",
        how_checked="assumed: the data show neither",
        verdict="not checked",
    ),
)
