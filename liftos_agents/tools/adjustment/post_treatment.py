"""Controls that must not be controlled for: the outcome in another form, the treatment itself, what comes after it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.tools.adjustment.balance import balance_test
from liftos_agents.tools.adjustment.study import Study

Array = NDArray[np.float64]

NEAR_COPY = 0.995
_AFTER = re.compile(
    r"(?:^|_)(?:post|after|afterwards|following|followup|follow_up|endline|later|subsequent|final|exit|next|"
    r"post_?treatment|post_?campaign|post_?period)(?:_|$|\d)"
)
_BEFORE = re.compile(
    r"(?:^|_)(?:pre|before|baseline|prior|previous|past|lag(?:ged)?|initial|historic(?:al)?)(?:_|$|\d)"
)


@dataclass(frozen=True)
class Suspect:
    """A control that should not be one.

    Attributes:
        certain: Refuse on it; otherwise only warn.
        why: A sentence.
    """

    control: str
    certain: bool
    why: str


def suspects(
    study: Study, *, outcome: str, treatment: str, randomised: bool, measured_before: tuple[str, ...]
) -> tuple[Suspect, ...]:
    """Controls that are copies of outcome or treatment, or that look affected by the treatment.

    A control is held to be affected when its name or its number says that it is measured after the treatment (`post_`,
    `after`, `re79` beside the outcome `re78`) and it moves with the treatment given the other controls (p < .05); or,
    where treatment was assigned at random, when it alone moves with it (p < 1e-5 after Bonferroni) and the
    others do not (p > .01). A name without a test, and a test without a name in observational data, prove nothing.
    """
    found: list[Suspect] = []
    columns = list(dict.fromkeys(study.sources))
    for name in columns:
        copies = _copy_of(study, name)
        if copies is not None:
            what = outcome if copies == "outcome" else treatment
            found.append(
                Suspect(name, True, f"{name} is nearly the same as {what} (correlation above {NEAR_COPY:g}).")
            )
            continue
        if name in measured_before:
            continue
        late = said_later(name, outcome)
        if late is None and not randomised:
            continue
        p = _moves_with_treatment(study, name)
        if late is not None:
            if p < 0.05:
                why = f"{name} {late}, and given the other controls it moves with {treatment} (p = {p:.2g}): it looks like a consequence of {treatment}."
                found.append(Suspect(name, True, why))
            else:
                found.append(
                    Suspect(
                        name, False, f"{name} {late}, though it does not move with {treatment} (p = {p:.2g})."
                    )
                )
        elif p * len(columns) < 1e-5:
            others = balance_test(study, without=name)
            if others is None or others > 0.01:
                why = (
                    f"{treatment} was assigned at random, and yet {name} differs between the groups (p = {p:.2g}) while the other "
                    f"controls do not: it looks like a consequence of {treatment}, or {treatment} was not assigned at random."
                )
                found.append(Suspect(name, True, why))
    return tuple(found)


def said_later(name: str, outcome: str) -> str | None:
    """What in a column's name says that it is measured after the treatment, in words; None when nothing does."""
    folded = _folded(name)
    if _BEFORE.search(folded):
        return None
    if _AFTER.search(folded):
        return "has a name that says it is measured afterwards"
    stem, number = _numbered(folded)
    outcome_stem, outcome_number = _numbered(_folded(outcome))
    if (
        number is not None
        and outcome_number is not None
        and stem == outcome_stem
        and number >= outcome_number
    ):
        return f"is {outcome} of a later time by its number"
    return None


def earlier_outcomes(outcome: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Columns that are the outcome before the treatment by their names: `re75` for `re78`, `sales_before` for `sales`."""
    stem, number = _numbered(_folded(outcome))
    found: list[tuple[float, str]] = []
    for name in columns:
        folded = _folded(name)
        other_stem, other = _numbered(folded)
        if number is not None and other is not None and other_stem == stem and other < number:
            found.append((-other, name))
        elif _BEFORE.search(folded) and stem.strip("_") in folded:
            found.append((0.0, name))
    return tuple(name for _, name in sorted(found))


def _folded(name: str) -> str:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).casefold()
    return re.sub(r"[^a-z0-9]+", "_", snake).strip("_")


def _numbered(folded: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"(.*?[a-z_])_?(\d{1,4})", folded)
    return (match.group(1).rstrip("_"), int(match.group(2))) if match else (folded, None)


def _copy_of(study: Study, name: str) -> str | None:
    for column in study.controls[:, [k for k, source in enumerate(study.sources) if source == name]].T:
        for what, values in (("outcome", study.outcome), ("treatment", study.treatment)):
            if abs(float(np.corrcoef(column, values)[0, 1])) > NEAR_COPY:
                return what
    return None


def _moves_with_treatment(study: Study, name: str) -> float:
    """p-value of the control's columns in a regression of treatment on all controls."""
    own = np.array([source == name for source in study.sources])
    x = np.hstack([np.ones((len(study), 1)), study.controls])
    rest = x[:, np.r_[True, ~own]]
    whole = _left_over(x, study.treatment)
    without = _left_over(rest, study.treatment)
    freedom = len(study) - x.shape[1]
    if freedom < 2:
        return 1.0
    return float(stats.f.sf((without - whole) / own.sum() / (whole / freedom + 1e-300), own.sum(), freedom))


def _left_over(x: Array, y: Array) -> float:
    residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    return float(residual @ residual)
