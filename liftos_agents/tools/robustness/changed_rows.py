"""Random common causes, random halves and chosen subsets of the rows."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from liftos_agents.domain.effect import Check
from liftos_agents.tools.adjustment.segments import segments_of
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.robustness.attack import Attack, listed, not_possible
from liftos_agents.tools.robustness.rerun import Found, Rerun

MOST_SHIFT = 0.5
_CAUSES = 3
_CAUSE = "random_common_cause"


def random_common_cause(rerun: Rerun, base: Found) -> Attack:
    """A column of noise among the controls; the estimate must stay."""
    role = next((r for r in ("controls", "covariates") if rerun.takes(r)), None)
    if role is None or not base.standard_error or base.estimate is None:
        return not_possible("random_common_cause", f"{rerun.tool} takes no controls, or gives no error.")
    group = rerun.column("unit")
    found: list[Found] = []
    for number in range(_CAUSES):
        frame = rerun.frame.copy()
        rng = rerun.rng(300 + number)
        if group is None:
            frame[_CAUSE] = rng.standard_normal(len(frame))
        else:
            labels = sorted(frame[group].dropna().unique().tolist())
            noise = dict(zip(labels, rng.standard_normal(len(labels)), strict=True))
            frame[_CAUSE] = frame[group].map(noise).astype(np.float64)
        found.append(rerun.on(frame, f"random cause {number + 1}", **{role: [*rerun.columns(role), _CAUSE]}))
    shifts = [abs(f.estimate - base.estimate) / base.standard_error for f in found if f.estimate is not None]
    if not shifts:
        return not_possible("random_common_cause", found[0].why)
    shift = float(np.median(shifts))
    return Attack(
        Check(
            name="random_common_cause",
            value=shift,
            threshold=MOST_SHIFT,
            passed=shift <= MOST_SHIFT,
            meaning="Median shift of the estimate, in standard errors, when a column of noise is added to the controls.",
        ),
        listed("random_common_cause", tuple(found)),
    )


def random_halves(rerun: Rerun, base: Found, repeats: int) -> Attack:
    """Halves of the rows, clusters or units: their intervals must hold the whole's estimate."""
    if rerun.takes("treated_units"):
        return not_possible(
            "random_halves", "a single treated unit cannot be halved; see the specifications."
        )
    group = rerun.column("unit") or rerun.column("cluster")
    found: list[Found] = []
    for number in range(repeats):
        rerun.context.progress(f"random half {number + 1} of {repeats}", 0.5 + 0.2 * number / repeats)
        rng = rerun.rng(400 + number)
        found.append(rerun.on(rerun.frame[_half(rerun.frame, group, rng)], f"random half {number + 1}"))
    there = [f for f in found if f.estimate is not None and f.low is not None and f.high is not None]
    if len(there) < 2 or base.estimate is None:
        return not_possible("random_halves", f"halves could not be estimated ({found[0].why}).")
    outside = sum(not ((f.low or 0.0) <= base.estimate <= (f.high or 0.0)) for f in there)
    most = max(1, len(there) // 5)
    return Attack(
        Check(
            name="random_halves",
            value=outside / len(there),
            threshold=most / len(there),
            passed=outside <= most,
            meaning=f"{outside} of {len(there)} random halves have an interval without the whole's estimate.",
        ),
        listed("random_half", tuple(found)),
    )


def chosen_subsets(rerun: Rerun, base: Found, columns: tuple[str, ...]) -> tuple[Attack, ...]:
    """The effect within each level of the columns named; none may have the other sign for sure.

    Raises:
        ToolRetry: A column is not there.
    """
    attacks: list[Attack] = []
    for column in columns:
        if column not in rerun.frame.columns:
            raise ToolRetry(
                f"no column {column!r}",
                where="check_robustness argument subsets",
                fix=f"The data has {', '.join(map(str, rerun.frame.columns[:30]))}",
            )
        found = {s.key: rerun.on(rerun.frame[s.rows], s.words) for s in segments_of(rerun.frame, (column,))}
        against = [
            f.label
            for f in found.values()
            if f.excludes_zero and f.estimate is not None and f.estimate * (base.estimate or 0.0) < 0.0
        ]
        name = re.sub(r"[^A-Za-z0-9_-]+", "_", f"subsets_{column}")
        attacks.append(
            Attack(
                Check(
                    name=name,
                    value=float(len(against)),
                    threshold=0.0,
                    passed=not against,
                    meaning=f"Subsets by {column} in which the effect surely has the other sign: {', '.join(against) or 'none'}.",
                ),
                {key: f.term() for key, f in found.items()},
            )
        )
    return tuple(attacks)


def _half(frame: pd.DataFrame, group: str | None, rng: np.random.Generator) -> np.ndarray:
    if group is None:
        return rng.random(len(frame)) < 0.5
    labels = sorted(frame[group].dropna().unique().tolist())
    kept = [labels[i] for i in rng.permutation(len(labels))[: (len(labels) + 1) // 2]]
    return frame[group].isin(kept).to_numpy()
