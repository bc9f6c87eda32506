"""A treatment that cannot have an effect: given to others at random, at another cutoff, or to another unit."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from liftos_agents.domain.effect import Check
from liftos_agents.tools.robustness.attack import Attack, listed, not_possible
from liftos_agents.tools.robustness.rerun import Found, Rerun

NAME = "placebo_treatment"
_CHANCE = 0.02


def placebo_treatment(rerun: Rerun, repeats: int, level: float) -> Attack:
    """The share of placebos whose interval leaves out zero, against what chance alone gives."""
    if rerun.tool == "regression_discontinuity":
        found = _other_cutoffs(rerun)
    elif rerun.takes("treated_units"):
        found = _other_units(rerun, repeats)
    elif rerun.column("treatment") is not None or rerun.column("cohort") is not None:
        found = _shuffled(rerun, repeats)
    else:
        return not_possible(NAME, f"{rerun.tool} has no treatment column that could be shuffled.")
    there = tuple(one for one in found if one.estimate is not None and one.low is not None)
    if len(there) < 2:
        why = found[0].why if found else "there is nothing to give the treatment to"
        return not_possible(NAME, f"fewer than two placebos could be estimated ({why}).")
    wrong = sum(one.excludes_zero for one in there)
    most = int(stats.binom.ppf(1.0 - _CHANCE, len(there), 1.0 - level))
    share = wrong / len(there)
    return Attack(
        Check(
            name=NAME,
            value=share,
            threshold=most / len(there),
            passed=wrong <= most,
            meaning=f"{wrong} of {len(there)} placebo treatments have an interval without zero; chance alone gives up to {most}.",
        ),
        listed(NAME, found),
        fatal=True,
        curve=there,
    )


def _shuffled(rerun: Rerun, repeats: int) -> tuple[Found, ...]:
    """Treatment (with its instruments, or the unit's whole path) given to rows, clusters or units at random."""
    roles = ("treatment", "cohort") if rerun.column("unit") else ("treatment",)
    columns = [c for c in (rerun.column(role) for role in roles) if c]
    columns += [c for c in rerun.columns("instruments") if c in rerun.frame.columns]
    group = rerun.column("unit") or _assigned_by(rerun, columns)
    found: list[Found] = []
    for number in range(repeats):
        rerun.context.progress(f"placebo treatment {number + 1} of {repeats}", 0.1 + 0.3 * number / repeats)
        rng = rerun.rng(100 + number)
        frame = rerun.frame.copy()
        if group is None:
            there = np.flatnonzero(frame[columns].notna().all(axis=1).to_numpy())
            frame.loc[frame.index[there], columns] = frame[columns].to_numpy()[rng.permutation(there)]
        elif not _swap_paths(frame, columns, group, rerun.column("time"), rng):
            return (Found("shuffled", None, why="units do not share their periods"),)
        found.append(rerun.on(frame, f"treatment shuffled, {number + 1}"))
    return tuple(found)


def _assigned_by(rerun: Rerun, columns: list[str]) -> str | None:
    """The cluster column, where whole clusters are treated alike."""
    cluster = rerun.column("cluster")
    if cluster is None:
        return None
    alike = (rerun.frame.groupby(cluster)[columns].nunique() <= 1).all().all()
    return cluster if alike else None


def _swap_paths(
    frame: pd.DataFrame, columns: list[str], group: str, time: str | None, rng: np.random.Generator
) -> bool:
    """Gives each group another group's values, period by period; False where groups have other periods."""
    groups = sorted(frame[group].dropna().unique().tolist())
    other = dict(zip(groups, [groups[i] for i in rng.permutation(len(groups))], strict=True))
    if time is None or (frame.groupby(group)[columns].nunique() <= 1).all().all():
        first = frame.groupby(group)[columns].first()
        for column in columns:
            frame[column] = frame[group].map(other).map(first[column])
        return True
    path = frame.drop_duplicates([group, time]).set_index([group, time])[columns]
    wanted = pd.MultiIndex.from_arrays([frame[group].map(other), frame[time]])
    if not wanted.isin(path.index).all():
        return False
    taken = path.loc[wanted]
    for column in columns:
        frame[column] = taken[column].to_numpy()
    return True


def _other_cutoffs(rerun: Rerun) -> tuple[Found, ...]:
    running = rerun.column("running")
    if running is None:
        return ()
    cutoff = float(rerun.arguments["cutoff"])
    values = rerun.frame[running].to_numpy(np.float64)
    found: list[Found] = []
    for words, side in (("below", values < cutoff), ("above", values >= cutoff)):
        for share in (0.3, 0.5, 0.7):
            if int(side.sum()) < 60:
                continue
            at = float(np.nanquantile(values[side], share))
            label = f"cutoff {at:.4g}, {words} the true one alone"
            changes: dict[str, object] = {"cutoff": at, "fuzzy": None, "bandwidth": None}
            found.append(
                rerun.on(rerun.frame[side], label, **{k: v for k, v in changes.items() if rerun.takes(k)})
            )
    return tuple(found)


def _other_units(rerun: Rerun, repeats: int) -> tuple[Found, ...]:
    unit = rerun.column("unit")
    if unit is None:
        return ()
    treated = set(rerun.columns("treated_units"))
    labels = rerun.frame[unit].map(lambda v: f"{v:.15g}" if isinstance(v, float) else str(v))
    pool = sorted(set(rerun.columns("donors")) or (set(labels) - treated))
    pool = [p for p in pool if p not in rerun.columns("exclude")]
    chosen = sorted(rerun.rng(200).permutation(len(pool))[:repeats].tolist())
    frame = rerun.frame[~labels.isin(treated).to_numpy()]
    found: list[Found] = []
    for number, position in enumerate(chosen):
        rerun.context.progress(
            f"placebo unit {number + 1} of {len(chosen)}", 0.1 + 0.3 * number / len(chosen)
        )
        name = pool[position]
        changes: dict[str, object] = {"treated_units": [name]}
        if rerun.columns("donors"):
            changes["donors"] = [p for p in pool if p != name]
        found.append(rerun.on(frame, f"{name} as if treated", **changes))
    return tuple(found)
