"""What a user's graph allows, assumes and gets wrong, in words."""

from __future__ import annotations

from collections.abc import Sequence

from liftos_agents.domain.effect import Assumption, AssumptionVerdict, Check, Explanations
from liftos_agents.tools.causal_graphs.graph import CausalGraph
from liftos_agents.tools.causal_graphs.identify import Identification, Strategy
from liftos_agents.tools.causal_graphs.implied_independences import TestedIndependence
from liftos_agents.tools.causal_graphs.nested_effect import Estimated

_MOST_SHOWN = 3


def not_identified(found: Identification) -> list[str]:
    """Why the graph does not allow the effect to be told; empty when it does."""
    t, y = found.treatment, found.outcome
    if found.reversed:
        return [f"In this graph {y} causes {t}, so {t} has no effect on {y} to be estimated."]
    if not found.has_effect:
        return [f"In this graph no arrows lead from {t} to {y}: it says that the effect is nil."]
    if found.strategies:
        return []
    paths = "; ".join(found.open_paths[:_MOST_SHOWN])
    more = f" (and {len(found.open_paths) - _MOST_SHOWN} more)" if len(found.open_paths) > _MOST_SHOWN else ""
    opened = f" These paths stay open: {paths}{more}." if paths else ""
    return [
        f"The effect of {t} on {y} is not identifiable from this graph: no column blocks every back-door path, no observed mediators "
        f"carry the whole effect without common causes of their own, and there is no instrument.{opened}"
    ]


def advice_without(found: Identification) -> list[str]:
    """What would make the effect identifiable."""
    if found.reversed:
        return ["Turn the arrows round, or ask about the effect the other way."]
    if not found.has_effect:
        return [f"Draw an arrow from {found.treatment} towards {found.outcome} to have its size estimated."]
    return [
        "Measure an unobserved node on one of the open paths (they stand in brackets), vary the treatment at random, or add an instrument "
        "or a mediator to graph and data."
    ]


def identified_explanations(
    found: Identification, how: str, tests: Sequence[TestedIndependence]
) -> Explanations:
    """That the effect is identified, in words, where it was not to be estimated."""
    opening = f"By this graph, the effect of {found.treatment} on {found.outcome} can be estimated. {how}."
    marketer = " ".join([opening, *failures(tests)])
    part = _tested_part(tests)
    sets = "; ".join("{" + ", ".join(s) + "}" for s in found.adjustment_sets)
    analyst = f"{marketer} Assumption, {part.verdict}: {part.name}. {part.how_checked}"
    listed = f" Minimal adjustment sets: {sets}." if sets else ""
    return Explanations(marketer=marketer, analyst=analyst, statistician=analyst + listed)


def design(found: Identification, strategy: Strategy | None, made: Estimated | None = None) -> str:
    """How the effect is identified, in words."""
    if strategy is None:
        return "Causal graph: the effect is not identified"
    if made is None:
        return f"Causal graph: {_by(found, strategy)}"
    parts = {
        "back_door": f"back-door adjustment for {_listed(made.controls)}",
        "front_door": f"front-door through {_listed(made.mediators)}",
        "instruments": f"instruments {_listed(made.instruments)}",
    }
    held = f", holding {_listed(made.controls)} equal" if strategy != "back_door" and made.controls else ""
    return f"Causal graph: {parts[strategy]}{held}"


def graph_assumptions(graph: CausalGraph, tests: Sequence[TestedIndependence]) -> tuple[Assumption, ...]:
    """What the graph assumes as a whole: the part that data can contradict, and the part that they cannot."""
    unseen = sorted(graph.latent)
    drawn = f" It draws {_listed(unseen)} as unobserved." if unseen else " It draws no unobserved cause."
    return (
        _tested_part(tests),
        Assumption(
            name="Arrows point the right way, and every unobserved common cause is drawn",
            how_checked=f"Graphs that imply the same independences fit equally well, so data cannot confirm a graph.{drawn}",
            verdict="not checked",
        ),
    )


def checks(tests: Sequence[TestedIndependence]) -> tuple[Check, ...]:
    """Whether the data contradict the graph."""
    done = [t for t in tests if t.p_value is not None]
    if not done:
        return ()
    failed = [t for t in done if t.verdict == "does not hold"]
    return (
        Check(
            name="graph_fits_data",
            value=float(len(failed)),
            threshold=0.0,
            passed=not failed,
            meaning=f"Of {len(done)} independences that the graph implies, {len(failed)} fail."
            + (f" The strongest: {_told(_strongest(failed)[0])}." if failed else ""),
        ),
    )


def failures(tests: Sequence[TestedIndependence]) -> list[str]:
    """The implied independences that fail, as one reason for a downgrade."""
    failed = _strongest([t for t in tests if t.verdict == "does not hold"])
    if not failed:
        return []
    shown = "; ".join(_told(t) for t in failed[:_MOST_SHOWN])
    more = f" (and {len(failed) - _MOST_SHOWN} more)" if len(failed) > _MOST_SHOWN else ""
    return [f"The data contradict the graph: {shown}{more}."]


def warnings(tests: Sequence[TestedIndependence]) -> tuple[str, ...]:
    """What must be said of the graph's test."""
    found: list[str] = []
    if not tests:
        found.append(
            "The graph implies nothing that these columns could contradict, so it could not be tested."
        )
    untested = sum(t.p_value is None for t in tests)
    if untested:
        found.append(f"{untested} of {len(tests)} implied independences could not be tested.")
    return tuple(found)


def _tested_part(tests: Sequence[TestedIndependence]) -> Assumption:
    done = [t for t in tests if t.p_value is not None]
    failed = _strongest([t for t in done if t.verdict == "does not hold"])
    doubtful = _strongest([t for t in done if t.verdict == "doubtful"])
    verdict: AssumptionVerdict = (
        "does not hold" if failed else "doubtful" if doubtful else "nothing speaks against it"
    )
    if not done:
        how, verdict = "The graph implies nothing that these columns could contradict.", "not checked"
    else:
        how = f"{len(done)} implied independences were tested (Holm's correction): {len(failed)} fail."
        worst = (failed or doubtful)[:1]
        how += f" {_told(worst[0])}." if worst else ""
    return Assumption(name="No arrow is missing between columns", how_checked=how, verdict=verdict)


def _strongest(tests: Sequence[TestedIndependence]) -> list[TestedIndependence]:
    return sorted(tests, key=lambda t: (-(t.strength or 0.0), t.independence.statement))


def _told(test: TestedIndependence) -> str:
    return f"{test.independence.statement}, it says, and is not (partial correlation {test.strength or 0.0:.2g}, p = {test.p_value or 0.0:.2g})"


def _by(found: Identification, strategy: Strategy) -> str:
    if strategy == "back_door":
        return f"back-door adjustment for {_listed(found.adjustment_sets[0])}"
    if strategy == "front_door":
        return f"front-door through {_listed(found.front_doors[0].mediators)}"
    return f"instruments {_listed([i.name for i in found.instruments])}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "nothing"
