"""A design that a table supports for a question: the call that estimates it, what it assumes, what would break it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from liftos_agents.domain.effect import Part

DesignName = Literal[
    "graph",
    "experiment",
    "geo_experiment",
    "regression_discontinuity",
    "instrumental_variables",
    "difference_in_differences",
    "synthetic_control",
    "interrupted_time_series",
    "marketing_mix_model",
    "multi_touch_attribution",
    "row_attribution",
    "adjustment",
]


class DesignAssumption(Part):
    """What a design assumes, and what in the data would speak against it.

    Attributes:
        testable: Whether the data can speak to it at all.
    """

    name: str
    falsified_by: str
    testable: bool


class Design(Part):
    """One way to answer the question with this table.

    Attributes:
        tool: The analysis tool that estimates it.
        arguments: Its arguments.
        estimand: Whose average effect of what on what.
        why: What in the table and in the question speaks for it.
        adjustment_set: Columns that are adjusted for.
        left_out: Columns that are not, with the reason.
        score: From 0 to 100; designs stand in its order.
    """

    name: DesignName
    called: str
    tool: str
    arguments: dict[str, Any]
    outcome: str
    treatment: str
    estimand: str
    why: tuple[str, ...]
    assumptions: tuple[DesignAssumption, ...]
    adjustment_set: tuple[str, ...] = ()
    left_out: dict[str, str] = Field(default_factory=dict)
    score: float = Field(ge=0.0, le=100.0)


WORDS: dict[DesignName, str] = {
    "graph": "identification from the causal graph that was given",
    "experiment": "a randomised experiment",
    "geo_experiment": "an experiment over regions",
    "regression_discontinuity": "regression discontinuity",
    "instrumental_variables": "instrumental variables",
    "difference_in_differences": "difference in differences",
    "synthetic_control": "a synthetic control",
    "interrupted_time_series": "an interrupted time series with controls",
    "marketing_mix_model": "a marketing-mix model",
    "multi_touch_attribution": "multi-touch attribution over paths",
    "row_attribution": "credit by the effect of each exposure on the rows it reached",
    "adjustment": "adjustment for what was observed",
}

ASSUMPTIONS: dict[DesignName, tuple[tuple[str, str, bool], ...]] = {
    "graph": (
        ("The graph holds every common cause", "An implied conditional independence that the data contradict", True),
        ("Arrows point as drawn", "Knowledge of timing; data seldom tell", False),
    ),
    "experiment": (
        ("Treatment was assigned at random", "Characteristics from before that differ between the groups; group sizes off their plan", True),
        ("One row's treatment does not move another row's outcome", "Effects on untreated neighbours; the table cannot show them", False),
        ("Nobody dropped out because of the treatment", "Missing outcomes that differ between the groups", True),
    ),
    "geo_experiment": (
        ("Regions would have moved alike without the test", "Groups that diverge before it starts", True),
        ("No spill-over between regions", "Sales that cross borders; the table cannot show them", False),
        ("Nothing else changed in the treated regions at that time", "Local events; knowledge of the market", False),
    ),
    "regression_discontinuity": (
        ("Outcomes would be continuous at the cutoff without treatment", "A jump of a covariate at the cutoff", True),
        ("Nobody can place themselves just above it", "A jump in the density of the running variable", True),
        ("Nothing else changes at the cutoff", "Another rule with the same cutoff; the table cannot show it", False),
    ),
    "instrumental_variables": (
        ("The instrument moves the treatment", "A weak first stage (effective F below ten)", True),
        ("The instrument is as good as random, given the controls", "Characteristics from before that go with it", True),
        ("It moves the outcome through the treatment alone", "With several instruments, estimates that disagree; with one, the table cannot show it", False),
        ("It moves nobody's treatment the wrong way", "The table cannot show it", False),
    ),
    "difference_in_differences": (
        ("Parallel trends: without treatment both groups would have moved alike", "Different movements before treatment", True),
        ("No anticipation", "Effects before the start", True),
        ("Treated units do not move the outcome of the others", "The table cannot show it", False),
    ),
    "synthetic_control": (
        ("A weighted mean of the donors moves as the treated unit would have", "A poor fit before treatment", True),
        ("Donors are not touched by the treatment", "Knowledge of the case; the table cannot show it", False),
        ("Nothing else happened to the treated unit alone", "Knowledge of the case; the table cannot show it", False),
    ),
    "interrupted_time_series": (
        ("Controls and season would have carried on predicting the series", "Forecast errors before the intervention that are larger than stated", True),
        ("The intervention does not move the controls", "A break of a control at the intervention", True),
        ("Nothing else happened at that time", "Knowledge of the case; the table cannot show it", False),
    ),
    "marketing_mix_model": (
        ("Spend is not set by what sales would have been, beyond the demand that is modelled", "Spend that follows sales", True),
        ("Effects carry over and saturate as modelled", "Poor forecasts of a hold-out", True),
    ),
    "multi_touch_attribution": (
        ("Contacts cause conversions rather than go with intent", "A holdout test; paths alone cannot show it", False),
    ),
    "row_attribution": (
        ("Everything that moves both an exposure and the outcome is among the controls and the other exposures", "A holdout test; the table cannot show it", False),
        ("No exposure follows from another one", "Timing of the contacts; the table cannot show it", False),
        ("Every kind of row could have been reached or not", "Exposures that the controls predict almost perfectly", True),
    ),
    "adjustment": (
        ("Everything that moves both treatment and outcome is among the controls", "The table cannot show it; sensitivity analysis says how much would be needed", False),
        ("Every kind of row could have had either treatment", "Treatment that the controls predict almost perfectly", True),
        ("No control is itself moved by the treatment", "Timing of the columns; names and descriptions", False),
    ),
}  # fmt: skip


def design(
    name: DesignName,
    tool: str,
    arguments: dict[str, Any],
    *,
    outcome: str,
    treatment: str,
    estimand: str,
    why: list[str],
    score: float,
    controls: tuple[str, ...] = (),
    left_out: dict[str, str] | None = None,
) -> Design:
    """A design with its standing words and assumptions."""
    return Design(
        name=name,
        called=WORDS[name],
        tool=tool,
        arguments={k: v for k, v in arguments.items() if v not in (None, [], ())},
        outcome=outcome,
        treatment=treatment,
        estimand=estimand,
        why=tuple(why),
        assumptions=tuple(
            DesignAssumption(name=a, falsified_by=f, testable=t) for a, f, t in ASSUMPTIONS[name]
        ),
        adjustment_set=controls,
        left_out=left_out or {},
        score=max(0.0, min(100.0, score)),
    )
