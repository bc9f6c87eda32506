"""Candidates in order: what speaks for each, what against, and what would break it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.amount import format_number, format_share
from liftos_agents.domain.effect import Explanations, Part
from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries
from liftos_agents.tools.instruments.candidates import Screen
from liftos_agents.tools.instruments.hints import RANDOM, UNKNOWN, Hint
from liftos_agents.tools.instruments.strength import VERY_WEAK, WEAK

if TYPE_CHECKING:
    import pandas as pd

CandidateVerdict = Literal["worth arguing for", "weak", "doubtful", "too weak", "cannot serve"]

_RELATED_P = 0.01
_RELATED_R2 = 0.05


class CandidateInstrument(Part):
    """One column looked at as an instrument.

    Attributes:
        effective_f: Strength of its first stage (Montiel Olea and Pflueger, 2013); None where it cannot serve.
        partial_r2: Share of the treatment's variation that it explains, the controls held fixed.
        direction: Sign in which it moves the treatment; None for a column of words.
        reduced_form_p: That it is unrelated to the outcome.
        direct_p: That it is unrelated to the outcome once the treatment is held fixed. Ambiguous: with hidden causes of treatment and
            outcome a valid instrument is related too, as holding the treatment fixed ties it to them.
        balance_p, balance_r2: That the controls do not explain it, and how much of it they do.
        agrees, disagrees: Other candidates whose effect is, or is not, compatible with its own.
        kind: What its name suggests.
        breaks_exclusion: What would let it move the outcome past the treatment.
        why: What led to the verdict, in words.
    """

    name: str
    rank: int
    verdict: CandidateVerdict
    effective_f: float | None = None
    partial_r2: float | None = None
    direction: Literal["up", "down"] | None = None
    reduced_form_p: float | None = None
    direct_p: float | None = None
    balance_p: float | None = None
    balance_r2: float | None = None
    agrees: tuple[str, ...] = ()
    disagrees: tuple[str, ...] = ()
    kind: str
    breaks_exclusion: str
    why: str
    n: int


class InstrumentCandidatesResult(BaseModel):
    """Candidates in order; none of them is shown to be valid, as data cannot show that.

    Attributes:
        status: `ranked`, or `none` where no column is even worth arguing for.
        candidates: Best first.
        suggested: Names of those worth arguing for.
        units: Path pattern to unit.
        settings: What produced it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal["ranked", "none"]
    outcome: str
    treatment: str
    candidates: tuple[CandidateInstrument, ...]
    suggested: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    explanations: Explanations
    figures: tuple[Figure, ...] = ()
    units: dict[str, str]
    settings: dict[str, Any]

    def summary(self) -> str:
        """One line a candidate, best first, then the warnings."""
        lines = [f"Candidate instruments for {self.treatment} on {self.outcome}"]
        lines += [f"{c.rank}. {c.name}: {c.verdict}. {c.why}" for c in self.candidates]
        return "\n".join([*lines, *(f"Warning: {text}" for text in self.warnings)])

    def tidy(self) -> pd.DataFrame:
        """One row a candidate."""
        import pandas as pd

        return pd.DataFrame([c.model_dump() for c in self.candidates])

    def plot(self, kind: str | None = None) -> Figure:
        """The first picture, or the one of `kind`.

        Raises:
            ValueError: There is no such picture.
        """
        for figure in self.figures:
            if kind in (None, figure.kind):
                return figure
        raise ValueError(f"no picture of kind {kind!r}")


RANKING_UNITS = {
    "candidates.*.rank": "count",
    "candidates.*.effective_f": "number",
    "candidates.*.partial_r2": "share",
    "candidates.*.reduced_form_p": "probability",
    "candidates.*.direct_p": "probability",
    "candidates.*.balance_p": "probability",
    "candidates.*.balance_r2": "share",
    "candidates.*.n": "count",
    **dict.fromkeys(("warnings", "advice", "explanations", "suggested"), "text"),
}


def judge_candidate(
    name: str, screen: Screen, hint: Hint, *, named: bool, disagrees: tuple[str, ...], agrees: tuple[str, ...]
) -> CandidateInstrument:
    """The candidate with its verdict, its rank still open.

    Args:
        named: The caller named it, so a name that suggests nothing is no mark against it.
    """
    strength = screen.relevance
    f = strength.effective_f
    related = (
        screen.balance_p is not None
        and screen.balance_r2 is not None
        and screen.balance_p < _RELATED_P
        and screen.balance_r2 >= _RELATED_R2
    )
    outvoted = len(disagrees) > len(agrees)
    said = [
        f"Effective F {format_number(f)}, it explains {format_share(strength.partial_r2)} of the treatment"
    ]
    verdict: CandidateVerdict = "worth arguing for"
    if f < VERY_WEAK:
        verdict = "too weak"
    elif hint.standing == "doubtful" or outvoted or (hint.standing == "unknown" and not named):
        verdict = "doubtful"
    elif f < WEAK:
        verdict = "weak"
    said.append(
        f"its name suggests {hint.kind}" if hint.standing != "unknown" else "its name suggests nothing"
    )
    if related:
        said.append(
            f"the controls explain {format_share(screen.balance_r2 or 0.0)} of it, so it is not as good as random without them"
        )
    elif screen.balance_p is not None:
        said.append("the controls hardly explain it")
    if disagrees:
        said.append(f"its effect contradicts that of {', '.join(disagrees)}")
    if screen.direct_p < _RELATED_P:
        said.append(
            "it is related to the outcome with the treatment held fixed, which a breach of exclusion brings about, and hidden causes "
            "of the treatment as well"
        )
    return CandidateInstrument(
        name=name,
        rank=0,
        verdict=verdict,
        effective_f=f,
        partial_r2=strength.partial_r2,
        direction=None if not screen.direction else "up" if screen.direction > 0 else "down",
        reduced_form_p=screen.reduced_form_p,
        direct_p=screen.direct_p,
        balance_p=screen.balance_p,
        balance_r2=screen.balance_r2,
        agrees=agrees,
        disagrees=disagrees,
        kind=hint.kind,
        breaks_exclusion=hint.breaks_exclusion,
        why="; ".join(said) + ".",
        n=screen.n,
    )


def unusable(name: str, why: str, hint: Hint) -> CandidateInstrument:
    """A column that cannot serve, with the reason."""
    return CandidateInstrument(
        name=name,
        rank=0,
        verdict="cannot serve",
        kind=hint.kind,
        breaks_exclusion=hint.breaks_exclusion,
        why=f"{why[:1].upper()}{why[1:]}.",
        n=0,
    )


_ORDER: tuple[CandidateVerdict, ...] = ("worth arguing for", "weak", "doubtful", "too weak", "cannot serve")


def ranked(candidates: list[CandidateInstrument]) -> tuple[CandidateInstrument, ...]:
    """By verdict, chance first and no known kind last, then by strength."""
    ordered = sorted(
        candidates,
        key=lambda c: (
            _ORDER.index(c.verdict),
            c.kind != RANDOM,
            c.kind == UNKNOWN.kind,
            -(c.effective_f or 0.0),
            c.name,
        ),
    )
    return tuple(c.model_copy(update={"rank": i}) for i, c in enumerate(ordered, start=1))


def explained(outcome: str, treatment: str, candidates: tuple[CandidateInstrument, ...]) -> Explanations:
    """The ranking in words at three lengths."""
    good = [c for c in candidates if c.verdict in ("worth arguing for", "weak")]
    if good:
        best = good[0]
        opening = (
            f"The column that is most worth arguing for as an instrument for {treatment} is {best.name} ({best.kind}, effective F "
            f"{format_number(best.effective_f or 0.0)})."
        )
        risk = f" What would break it: {best.breaks_exclusion}"
    else:
        opening = f"No column is worth arguing for as an instrument for {treatment}."
        risk = ""
    limit = f" Data can show that an instrument moves {treatment}; that it moves {outcome} in no other way has to be argued."
    listed = " ".join(f"{c.rank}. {c.name}: {c.verdict}. {c.why}" for c in candidates[:10])
    broken = " ".join(f"{c.name} would be broken by: {c.breaks_exclusion}" for c in good[:5])
    figures = " ".join(
        f"{c.name}: partial R² {format_number(c.partial_r2 or 0.0)}, reduced form p {format_number(c.reduced_form_p or 0.0)}, "
        f"given treatment p {format_number(c.direct_p or 0.0)}."
        for c in candidates[:10]
        if c.effective_f is not None
    )
    analyst = f"{opening}{limit} {listed} {broken}".strip()
    return Explanations(
        marketer=f"{opening}{risk}{limit}", analyst=analyst, statistician=f"{analyst} {figures}".strip()
    )


def strengths(treatment: str, candidates: tuple[CandidateInstrument, ...]) -> tuple[Figure, ...]:
    """Bars of the effective F, with the two bars it is held against."""
    shown = [c for c in candidates if c.effective_f is not None][:20]
    if not shown:
        return ()
    points = tuple(FigurePoint(x=c.name, y=c.effective_f, label=c.verdict) for c in shown)
    strongest = max(shown, key=lambda c: c.effective_f or 0.0)
    return (
        Figure(
            kind="bars",
            title=f"How strongly candidates move {treatment}",
            summary=f"Effective F of {len(shown)} candidates, best ranked first; the strongest is {strongest.name} with "
            f"{format_number(strongest.effective_f or 0.0)}.",
            y_title="effective F",
            series=(FigureSeries(name="effective F", role="main", draw="bars", points=points),),
            horizontal=((VERY_WEAK, "very weak below"), (WEAK, "weak below")),
        ),
    )
