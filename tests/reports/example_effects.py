"""Effect results as tools hand them back: estimated, downgraded, refused, and a set that is open at one end."""

from __future__ import annotations

from typing import Any

from liftos_agents.domain.effect import (
    Assumption,
    Check,
    ConfidenceInterval,
    EffectResult,
    Explanations,
    Term,
    effect_units,
)
from liftos_agents.domain.evidence import DatasetRef, Evidence
from tests.reports.example_figures import event_study

ASSUMPTIONS = (
    Assumption(
        name="No spill-over between counties",
        how_checked="Nothing in the data speaks to it.",
        verdict="not checked",
    ),
    Assumption(
        name="Trends were parallel before", how_checked="Joint test: p = 0.0021.", verdict="does not hold"
    ),
    Assumption(
        name="No anticipation",
        how_checked="The last step differs by -0.0147.",
        verdict="nothing speaks against it",
    ),
)
CHECKS = (
    Check(
        name="pre_trend",
        value=0.0021,
        threshold=0.05,
        passed=False,
        meaning="The groups moved apart before treatment.",
    ),
    Check(name="clusters", value=500.0, threshold=30.0, passed=True, meaning="Enough clusters."),
    Check(name="weight_on_treated", value=0.054, threshold=None, passed=None, meaning="Only told."),
)
WORDS = Explanations(
    marketer="It fell by 4 %.", analyst="It fell by 4 %, unless trends differed.", statistician="ATT -0.04."
)


def effect(**changes: Any) -> EffectResult:
    fields: dict[str, Any] = {
        "status": "estimated",
        "estimand": "Average effect of the minimum wage on employment in the treated counties.",
        "design": "Difference-in-differences by cohort.",
        "method": "callaway_santanna",
        "outcome": "lemp",
        "treatment": "treat",
        "estimate": -0.0401,
        "standard_error": 0.01203,
        "interval": ConfidenceInterval(low=-0.0597, high=-0.0202, level=0.9),
        "p_value": 0.00087,
        "n": 2500,
        "assumptions": ASSUMPTIONS,
        "checks": CHECKS,
        "terms": {
            "dynamic_0": Term(
                meaning="In the first year",
                estimate=-0.0199,
                standard_error=0.0118,
                low=-0.0394,
                high=-0.0004,
                p_value=0.093,
                n=191,
            ),
            "twfe": Term(meaning='=HYPERLINK("x")', estimate=-0.0365),
        },
        "warnings": ("Two-way fixed effects can mislead.",),
        "advice": ("Give earlier years.",),
        "explanations": WORDS,
        "figures": (event_study(),),
        "units": effect_units(),
        "settings": {"level": 0.9, "comparison": "never_treated"},
    }
    return EffectResult(**{**fields, **changes})


def refusal() -> EffectResult:
    return effect(
        status="refused",
        estimate=None,
        standard_error=None,
        interval=None,
        p_value=None,
        terms={},
        figures=(),
        reasons=("The groups moved apart before treatment.",),
    )


def open_set() -> EffectResult:
    return effect(
        status="downgraded",
        estimate=None,
        standard_error=None,
        p_value=None,
        interval=ConfidenceInterval(low=0.02, high=None),
        terms={},
        reasons=("The instrument is weak.",),
    )


def evidence(given: EffectResult, **changes: Any) -> Evidence:
    fields: dict[str, Any] = {
        "id": "ev_00000000000000aa",
        "tool": "difference_in_differences",
        "version": "1",
        "arguments": {"outcome": "lemp", "treatment": "treat"},
        "datasets": (DatasetRef(id="0" * 64, name="mpdta.csv"),),
        "result": given.model_dump(mode="json"),
    }
    return Evidence(**{**fields, **changes})
