"""An effect that another tool estimates, once the graph has said with which columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from liftos_agents.domain.effect import Assumption, Check, ConfidenceInterval, Term
from liftos_agents.domain.figure import Figure
from liftos_agents.tools.causal_graphs.graph import CausalGraph
from liftos_agents.tools.causal_graphs.identify import Identification
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolRetry

_TAKEN = ("status", "method", "estimate", "standard_error", "p_value", "n", "diagnostics")
_UNITS = ("estimate", "standard_error", "interval", "terms", "checks", "diagnostics", "p_value", "n")


@dataclass(frozen=True)
class Estimated:
    """An estimate and the columns that it used.

    Attributes:
        fields: Fields of an `EffectResult`.
        units: Of those fields.
        evidence: Id of the call that made it; None when it was made here.
    """

    fields: dict[str, Any]
    controls: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    mediators: tuple[str, ...] = ()
    units: dict[str, str] = field(default_factory=dict[str, str])
    evidence: str | None = None
    estimator: str = ""


def back_door_effect(
    context: ToolContext,
    found: Identification,
    controls: tuple[str, ...],
    level: float,
    further: Mapping[str, Any],
) -> Estimated:
    """The effect with a back-door set held equal, by `estimate_effect`; the graph vouches that the set comes before the treatment."""
    asked = {
        "outcome": found.outcome,
        "treatment": found.treatment,
        "controls": controls,
        "measured_before": controls,
        "level": level,
    }
    return _nested(context, "estimate_effect", asked, further, controls=controls)


def instruments_effect(
    context: ToolContext,
    graph: CausalGraph,
    found: Identification,
    level: float,
    further: Mapping[str, Any],
) -> Estimated:
    """The effect by the first instrument, and all that are valid with the same controls, by `instrumental_variables`."""
    controls = found.instruments[0].controls
    back = graph.without_arrows_from(found.treatment)
    names = tuple(
        i.name
        for i in found.instruments
        if i.name not in controls
        and back.separated(i.name, found.outcome, controls)
        and not graph.separated(i.name, found.treatment, controls)
    )
    asked = {
        "outcome": found.outcome,
        "treatment": found.treatment,
        "instruments": names,
        "controls": controls,
        "level": level,
    }
    return _nested(context, "instrumental_variables", asked, further, controls=controls, instruments=names)


def _nested(
    context: ToolContext,
    name: str,
    asked: dict[str, Any],
    further: Mapping[str, Any],
    *,
    controls: tuple[str, ...],
    instruments: tuple[str, ...] = (),
) -> Estimated:
    twice = sorted(set(asked) & set(further))
    if twice:
        raise ToolRetry(
            f"{', '.join(twice)} of {name} is what the graph decides",
            where="use_graph argument estimator",
            fix=f"Leave {', '.join(twice)} out of `estimator`",
        )
    evidence = context.run(name, **asked, **further)
    given = evidence.result
    interval = given.get("interval")
    fields = {key: given[key] for key in _TAKEN if key in given}
    fields |= {
        "interval": ConfidenceInterval.model_validate(interval) if interval else None,
        "assumptions": tuple(Assumption.model_validate(a) for a in given["assumptions"]),
        "checks": tuple(Check.model_validate(c) for c in given["checks"]),
        "terms": {key: Term.model_validate(term) for key, term in given["terms"].items()},
        "figures": tuple(Figure.model_validate(f) for f in given["figures"]),
        **{key: tuple(given[key]) for key in ("reasons", "warnings", "advice")},
    }
    units = {path: unit for path, unit in given["units"].items() if path.split(".")[0] in _UNITS}
    return Estimated(fields, controls, instruments, (), units, evidence.id, name)
