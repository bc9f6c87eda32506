"""What is said of credits on rows: estimand, assumptions, warnings, and the whole in words at three lengths."""

from __future__ import annotations

from collections.abc import Mapping

from liftos_agents.data.role_words import outcome_kind
from liftos_agents.domain.amount import format_number, format_share
from liftos_agents.domain.effect import EffectResult, Explanations
from liftos_agents.domain.estimate import Estimate
from liftos_agents.domain.verdict import NOT_IDENTIFIED
from liftos_agents.tools.adjustment import advertising
from liftos_agents.tools.attribution.exposures import Exposed
from liftos_agents.tools.attribution.result import Method, MethodSummary
from liftos_agents.tools.attribution.row_contract import RowAttribution, RowChannel, RowCredit, RowMethod
from liftos_agents.tools.attribution.row_estimates import Found

SAID: dict[str, str] = {
    "naive": "the naive difference",
    "linear": "linear regression",
    "dml": "double machine learning",
    "causal_forest": "the causal forest",
}
STANDS_ON: dict[RowMethod, str] = {
    "linear": "Stands on straight lines through the other exposures and the controls, within exposed and unexposed rows; what "
    "bends is left in the credit.",
    "dml": "Stands on learners of outcome and exposure fitted out of fold (double machine learning of the partially linear "
    "model); rows whose exposure was open count most, and their effect is taken for all exposed rows.",
    "causal_forest": "Stands on an honest forest of effects that may differ by row, with a doubly robust score out of fold; for "
    "exposures of two values it is the average over the exposed rows.",
}
CLAIMED = "Stands on each platform's own counting: sales that others also claim, or that would have come anyway, are in it."
NAIVE = "Nothing is held equal: this is a difference between rows, not an effect."
REFUSED_THROUGHOUT = "It refuses every exposure."


def units_of(outcome: str) -> tuple[str, str]:
    """Unit of the outcome, and of outcome per spend."""
    return ("money", "ratio") if outcome_kind(outcome) == "revenue" else ("outcome", "outcome_per_spend")


def estimand(given: RowAttribution, there: Exposed) -> str:
    """What a credit is, by kind of exposure."""
    parts: list[str] = []
    if any(e.kind == "reached" for e in there.exposures):
        parts.append(
            "for an exposure of two values, the average effect on the exposed rows times the exposed rows (by DML the average over "
            "rows weighted by how open their exposure was, times the exposed rows)"
        )
    if any(e.kind == "dose" for e in there.exposures):
        parts.append("for a dose, the average effect of one more unit times all units")
    return (
        f"{given.outcome} that would have been missing over {there.rows} rows without an exposure, the other exposures as they "
        f"were: {'; '.join(parts)}."
    )


def why_different(methods: tuple[RowMethod, ...], there: Exposed) -> tuple[str, ...]:
    """What makes the methods differ, a sentence each."""
    said = ["The naive difference credits an exposure with everything in which exposed rows differ."]
    if "linear" in methods:
        said.append(
            "Linear regression takes out only the straight part of what controls and other exposures do; what bends stays in "
            "the credit."
        )
    if "dml" in methods:
        said.append(
            "DML takes out what bends too, assumes one effect for all rows, and leans on the rows whose exposure was open."
        )
    if "causal_forest" in methods:
        said.append(
            "The causal forest lets the effect differ by row"
            + (
                " and averages it over the exposed."
                if any(e.kind == "reached" for e in there.exposures)
                else "."
            )
        )
    if any(e.claimed is not None for e in there.exposures):
        said.append(
            "Platforms each count on their own, so one sale can be claimed twice, and sales that would have come anyway are "
            "claimed too."
        )
    return tuple(said)


def nothing_credited(found: Found) -> tuple[str, ...]:
    """Why no method credits anything."""
    reasons: dict[str, None] = {}
    for method, by_key in found.items():
        for one in by_key.values():
            for reason in one.effect.reasons if one.effect else (one.missing,):
                reasons[f"{SAID[method].capitalize()}: {reason}"] = None
    return tuple(reasons)


def warnings(there: Exposed, channels: Mapping[str, RowChannel], conflict: bool) -> tuple[str, ...]:
    """What to keep in mind, beyond the warning of all observational attribution."""
    said: list[str] = []
    if conflict:
        said.append("The methods conflict, so no money should be moved on this attribution alone.")
    said += [
        f"No row has less than {format_number(e.lowest)} of {e.column}, so its credit reaches beyond the data, down to a dose of zero."
        for e in there.exposures
        if e.lowest > 0.0
    ]
    for key, channel in channels.items():
        refusing = [SAID[m] for m, credit in _credits(channel) if credit.status == "refused"]
        if refusing:
            column = channels[key].column
            said.append(f"{column} is credited with nothing by {' and '.join(refusing)}, which refused.")
    if there.dropped:
        said.append(f"{there.dropped} rows were left out because a value was missing.")
    if there.gaps:
        said.append(f"Missing values of {', '.join(there.gaps)} count as nothing.")
    return tuple(said)


def assumptions(
    given: RowAttribution, there: Exposed, effects: Mapping[tuple[RowMethod, str], EffectResult]
) -> tuple[str, ...]:
    """What every credit rests on; each estimate's own assumptions stand in its evidence."""
    held = (
        f"the other exposures and {len(given.controls)} controls" if given.controls else "the other exposures"
    )
    if len(there.exposures) == 1:
        held = f"{len(given.controls)} controls" if given.controls else "nothing"
    said = [
        f"Nothing that is not measured drives both an exposure and {given.outcome}, with {held} held equal. The data cannot show it.",
        "No exposure follows from another one, and no control from an exposure: a search click after a display ad would take "
        "away display's credit. Not checked beyond names and copies.",
        "One row's exposure does not reach another row's outcome. Not visible in the data.",
        "Each exposure is taken away alone: where channels help each other their credits add up to more than all of them did, where "
        "they replace each other to less.",
    ]
    if any(e.kind == "dose" for e in there.exposures):
        said.append(
            "Every unit of a dose does as much as the average unit: diminishing returns are averaged over."
        )
    if any(m == "dml" for m, _ in effects) and any(e.kind == "reached" for e in there.exposures):
        said.append("By DML, exposed rows respond as rows do whose exposure was open.")
    said.append("A method's total has an interval as wide as if the errors of all channels moved together.")
    return tuple(said)


def explanations(
    given: RowAttribution,
    there: Exposed,
    channels: Mapping[str, RowChannel],
    summaries: Mapping[Method, MethodSummary],
    base: RowMethod | None,
    conflict: bool,
) -> Explanations:
    """The credits in words for a marketer, an analyst and a statistician."""
    if base is None:
        short = f"{NOT_IDENTIFIED}: these rows cannot tell what any exposure added to {given.outcome}."
    else:
        told = [_told(channel, base, given.outcome) for channel in channels.values()]
        short = f"By {SAID[base]}: {'; '.join(told)}."
    if conflict:
        short += " The methods conflict, so no money should be moved on this alone."
    marketer = f"{short} {advertising.WARNING}"
    rows = [
        f"{channel.column}: "
        + "; ".join(
            [f"{SAID['naive']} {_shown(channel.naive.contribution)}"]
            + [
                f"{SAID[m]} {_shown(c.contribution) if c.contribution else c.status}"
                for m, c in _credits(channel)
            ]
        )
        + "."
        for channel in channels.values()
    ]
    analyst = " ".join([marketer, estimand(given, there), *rows])
    stands = [f"{SAID.get(m, 'Platform claims').capitalize()}: {s.stands_on}" for m, s in summaries.items()]
    refusals = [
        f"{channel.column} by {SAID[m]} is {c.status}: {' '.join(c.reasons)}"
        for channel in channels.values()
        for m, c in _credits(channel)
        if c.status != "estimated"
    ]
    evidence = sorted(
        {c.evidence for channel in channels.values() for _, c in _credits(channel) if c.evidence}
    )
    traced = [f"Estimates: {', '.join(evidence)}."] if evidence else []
    return Explanations(
        marketer=marketer, analyst=analyst, statistician=" ".join([analyst, *stands, *refusals, *traced])
    )


def _told(channel: RowChannel, base: RowMethod, outcome: str) -> str:
    credit: RowCredit | None = getattr(channel, base)
    if credit is None or credit.contribution is None:
        return f"what {channel.column} added cannot be told"
    share = "" if credit.share is None else f", {format_share(credit.share)} of all"
    claim = (
        ""
        if channel.over_claim is None
        else f", and its platform claims {channel.over_claim.mean:.1f} times that"
    )
    return f"{channel.column} added {_shown(credit.contribution)} {outcome}{share}{claim}"


def _shown(amount: Estimate | None) -> str:
    if amount is None:
        return "nothing"
    return f"{format_number(amount.mean)} (90 % interval {format_number(amount.p05)} to {format_number(amount.p95)})"


def _credits(channel: RowChannel) -> list[tuple[RowMethod, RowCredit]]:
    by_method: tuple[tuple[RowMethod, RowCredit | None], ...] = (
        ("linear", channel.linear),
        ("dml", channel.dml),
        ("causal_forest", channel.causal_forest),
    )
    return [(method, credit) for method, credit in by_method if credit is not None]
