"""The designs that a table supports for one cause and one outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from liftos_agents.tools.identification import variables as v
from liftos_agents.tools.identification.column_mentions import label_in, mentioned
from liftos_agents.tools.identification.column_profile import Column
from liftos_agents.tools.identification.design import Design, design
from liftos_agents.tools.identification.question_parts import QuestionParts
from liftos_agents.tools.identification.table_structure import Structure, constant_within

NAMED = 12.0
"""What a design gains when the question names it."""
_FEW_TREATED = 3
_LEAST_DONORS = 4
_LEAST_BEFORE = 6
_LEAST_SIDE = 20


@dataclass(frozen=True)
class Scene:
    """The table, its columns and shape, the question, and who is who."""

    frame: pd.DataFrame
    columns: Mapping[str, Column]
    structure: Structure
    parts: QuestionParts
    who: v.Variables

    @property
    def outcome(self) -> str:
        """The outcome's column."""
        return self.who.outcome or ""

    @property
    def cause(self) -> str:
        """The cause's column, or empty."""
        return self.who.cause or ""

    def named(self, name: str) -> float:
        """The bonus of a design that the question names."""
        return NAMED if name in self.parts.methods else 0.0

    def adjustment(self, *others: str) -> v.Adjustment:
        """What to adjust for; `others` have another role."""
        return v.adjustment(
            self.frame, self.columns, self.structure, self.parts, self.outcome, self.cause, others
        )


def candidates(scene: Scene) -> list[Design]:
    """Every design that the table supports, the best first."""
    finders: tuple[Callable[[Scene], Iterator[Design]], ...] = (
        _experiment,
        _discontinuity,
        _instruments,
        _staggered,
        _before_after_groups,
        _synthetic,
        _series,
        _adjusted,
    )
    found = [item for finder in finders for item in finder(scene)]
    return sorted(found, key=lambda item: (-item.score, item.name))


def cohort_column(scene: Scene) -> str | None:
    """The column that holds each unit's first treated period, or None."""
    frame, structure = scene.frame, scene.structure
    if structure.unit is None or structure.time is None:
        return None
    time = frame[structure.time]
    for column in scene.columns.values():
        if column.name in (structure.unit, structure.time, scene.outcome) or column.kind in (
            "binary",
            "constant",
            "category",
        ):
            continue
        if not set(column.words) & v.COHORT_WORDS and "first" not in column.description.lower():
            continue
        values = frame[column.name]
        if pd.api.types.is_datetime64_any_dtype(values) != pd.api.types.is_datetime64_any_dtype(time):
            continue
        known = values.dropna()
        if pd.api.types.is_numeric_dtype(known):
            known = known[(known != 0) & np.isfinite(known)]
        within = known.between(time.min(), time.max())
        if len(known) and bool(within.any()) and constant_within(frame, column.name, structure.unit):
            return column.name
    return None


def _experiment(scene: Scene) -> Iterator[Design]:
    if not scene.cause or scene.columns[scene.cause].kind not in ("binary", "category", "whole"):
        return
    column = scene.columns[scene.cause]
    said = column.text
    by_name = any(word in said for word in v.RANDOM_WORDS)
    by_question = "experiment" in scene.parts.methods
    if not (by_name or by_question) or column.levels > 2:
        return
    why = [
        "the question says that treatment was randomised"
        if by_question
        else f"{scene.cause!r} reads as a random assignment"
    ]
    structure = scene.structure
    if (
        structure.shape == "panel"
        and structure.unit
        and constant_within(scene.frame, scene.cause, structure.unit)
    ):
        arguments = {
            "outcome": scene.outcome,
            "treatment": scene.cause,
            "unit": structure.unit,
            "time": structure.time,
        }
        spend = next((c.name for c in scene.columns.values() if {"spend", "cost"} & set(c.words)), None)
        if scene.parts.dates:
            arguments["treatment_time"] = scene.parts.dates[0]
        yield _made(
            scene, "geo_experiment", "measure_incrementality", {**arguments, "spend": spend}, 88.0, why
        )
        return
    kept = scene.adjustment()
    arguments = {
        "outcome": scene.outcome,
        "treatment": scene.cause,
        "controls": list(kept.controls),
        "randomised": True,
    }
    yield _made(scene, "experiment", "estimate_effect", arguments, 90.0, why, kept)


def _discontinuity(scene: Scene) -> Iterator[Design]:
    frame = scene.frame
    treated = scene.columns.get(scene.cause)
    if treated is not None and treated.kind == "binary":
        coded = v.as_binary(frame[scene.cause])
        for column in scene.columns.values():
            if (
                column.kind not in ("continuous", "whole")
                or column.name == scene.outcome
                or column.levels < 20
            ):
                continue
            cut = _perfect_cut(frame[column.name], coded)
            if cut is not None and scene.structure.time != column.name:
                why = [f"{scene.cause!r} switches exactly where {column.name!r} passes a value"]
                yield _cut_design(scene, column.name, cut[0], 92.0, why, side=cut[1])
                return
    running = _running_named(scene)
    if running is None:
        return
    column, cut = running
    fuzzy = None
    why = [f"{column!r} is a running variable with a cutoff"]
    if treated is not None and treated.kind == "binary" and treated.name != column and scene.who.by_question:
        fuzzy = scene.cause
        why.append(f"{scene.cause!r} follows the cutoff without being decided by it alone")
    yield _cut_design(scene, column, cut, 78.0, why, fuzzy=fuzzy)


def _cut_design(
    scene: Scene,
    running: str,
    cutoff: float,
    score: float,
    why: list[str],
    *,
    fuzzy: str | None = None,
    side: str = "above",
) -> Design:
    arguments = {"outcome": scene.outcome, "running": running, "cutoff": cutoff, "fuzzy": fuzzy}
    if side == "below":
        arguments["treated_side"] = "below"
    return _made(
        scene,
        "regression_discontinuity",
        "regression_discontinuity",
        arguments,
        score,
        why,
        treatment=fuzzy or scene.cause or running,
        population=f"rows at the cutoff of {running}",
    )


def _perfect_cut(running: pd.Series, treated: pd.Series) -> tuple[float, str] | None:
    both = pd.DataFrame({"x": running, "d": treated}).dropna()
    on, off = both["x"][both["d"] == 1.0], both["x"][both["d"] == 0.0]
    if len(on) < _LEAST_SIDE or len(off) < _LEAST_SIDE or both["x"].nunique() < 20:
        return None
    if on.min() > off.max() or (on.min() >= off.max() and on.min() != off.max()):
        return _round_between(float(off.max()), float(on.min())), "above"
    if on.max() < off.min():
        return _round_between(float(on.max()), float(off.min())), "below"
    return None


def _round_between(low: float, high: float) -> float:
    """The roundest number in (low, high]."""
    span = high - low
    power = np.floor(np.log10(span)) if span > 0 else 0
    for exponent in range(int(power) + 3, int(power) - 3, -1):
        step = 10.0**exponent
        candidate = float(np.floor(high / step) * step)
        if low < candidate <= high:
            return round(candidate, 10)
    return high


def _running_named(scene: Scene) -> tuple[str, float] | None:
    asked = "regression_discontinuity" in scene.parts.methods
    numbers = [
        c
        for c in scene.columns.values()
        if c.kind in ("continuous", "whole") and c.levels >= 20 and c.name != scene.outcome
    ]
    named = [
        c for c in numbers if set(c.words) & v.RUNNING_WORDS or "running variable" in c.description.lower()
    ]
    in_words = [m.column for m in mentioned(scene.parts.text, numbers) if m.score >= 0.85]
    for column in sorted(
        named, key=lambda c: (c.name not in in_words, "margin" not in c.words and "running" not in c.words)
    ):
        values = scene.frame[column.name].dropna()
        stated = next((c for c in scene.parts.cutoffs if values.min() < c < values.max()), None)
        if stated is not None:
            return column.name, stated
        sign = (
            set(column.words) & {"margin", "running", "forcing"}
            or "running variable" in column.description.lower()
        )
        enough = min(int((values < 0).sum()), int((values >= 0).sum())) >= 2 * _LEAST_SIDE
        if sign and enough and (asked or not scene.who.by_question):
            return column.name, 0.0
    if asked and scene.parts.cutoffs:
        for name in in_words:
            values = scene.frame[name].dropna()
            if values.min() < scene.parts.cutoffs[0] < values.max():
                return name, scene.parts.cutoffs[0]
    return None


def _instruments(scene: Scene) -> Iterator[Design]:
    if not scene.cause or scene.columns[scene.cause].kind not in ("binary", "whole", "continuous"):
        return
    others = [
        c
        for c in scene.columns.values()
        if c.name not in (scene.cause, scene.outcome, scene.structure.unit, scene.structure.time)
    ]
    usable = [c for c in others if c.kind in ("binary", "whole", "continuous")]
    asked = [
        m.column
        for phrase in scene.parts.instruments.replace(" and ", ",").split(",")
        for m in mentioned(phrase, usable)[:1]
    ]
    hinted = [
        c.name
        for c in usable
        if set(c.words) & v.INSTRUMENT_WORDS
        or any(
            w in c.description.lower()
            for w in ("instrument", "lottery", "random", "encourag", "near ", "distance to", "eligib")
        )
    ]
    chosen = asked or hinted
    if not chosen or set(scene.columns[scene.cause].words) & {"assigned", "offered"}:
        return
    strong = [
        c for c in chosen if abs(_correlation(scene.frame, c, scene.cause)) > 1.5 / np.sqrt(len(scene.frame))
    ]
    if not strong:
        return
    kept = scene.adjustment(*chosen)
    controls = tuple(c for c in kept.controls if c not in hinted)
    arguments = {
        "outcome": scene.outcome,
        "treatment": scene.cause,
        "instruments": strong,
        "controls": list(controls),
    }
    why = [
        f"{', '.join(map(repr, strong))} may move {scene.cause!r} from outside"
        + (", as the question says" if asked else "")
    ]
    score = 86.0 if asked else 72.0
    assigned = {
        "lottery",
        "assigned",
        "offered",
        "encouraged",
        "encouragement",
        "invited",
        "randomised",
        "draft",
    }
    if any(
        set(scene.columns[c].words) & assigned or "random" in scene.columns[c].description.lower()
        for c in strong
    ):
        score = max(score, 82.0)
    yield _made(
        scene,
        "instrumental_variables",
        "instrumental_variables",
        arguments,
        score,
        why,
        v.Adjustment(controls, kept.left_out),
        population="rows whose treatment the instrument moves",
    )


def _staggered(scene: Scene) -> Iterator[Design]:
    structure = scene.structure
    if structure.shape != "panel" or structure.unit is None or structure.time is None:
        return
    cohort = cohort_column(scene)
    arguments = {"outcome": scene.outcome, "unit": structure.unit, "time": structure.time}
    if cohort is not None and (scene.cause in ("", cohort) or _goes_with(scene, cohort)):
        why = [
            f"units of {structure.unit!r} over {structure.time!r}",
            f"{cohort!r} holds the first treated period, at different times",
        ]
        yield _made(
            scene,
            "difference_in_differences",
            "difference_in_differences",
            {**arguments, "cohort": cohort},
            84.0,
            why,
            treatment=scene.cause or cohort,
            population="treated units, after they are treated",
        )
        return
    if (
        not scene.cause
        or scene.columns[scene.cause].kind != "binary"
        or not v.switches_once(scene.frame, scene.cause, structure)
    ):
        return
    coded = v.as_binary(scene.frame[scene.cause])
    ever = coded.groupby(scene.frame[structure.unit]).max()
    if bool((ever == 1.0).all()) and _one_start(scene, coded):
        return
    treated = int((ever == 1.0).sum())
    score = 84.0 if treated > _FEW_TREATED else 66.0
    yield _made(
        scene,
        "difference_in_differences",
        "difference_in_differences",
        {**arguments, "treatment": scene.cause},
        score,
        [f"{scene.cause!r} switches on within units of {structure.unit!r} and stays on"],
        population="treated units, after they are treated",
    )
    if treated <= _FEW_TREATED and len(ever) - treated >= _LEAST_DONORS:
        starts = scene.frame[structure.time][coded == 1.0]
        labels = [str(u) for u in ever.index[ever == 1.0]]
        yield _synthetic_design(
            scene, structure.unit, sorted(labels), starts.min(), 80.0, [f"only {treated} treated"]
        )


def _one_start(scene: Scene, coded: pd.Series) -> bool:
    time, unit = scene.structure.time, scene.structure.unit
    return scene.frame[time][coded == 1.0].groupby(scene.frame[unit]).min().nunique() == 1


def _goes_with(scene: Scene, cohort: str) -> bool:
    column = scene.columns[scene.cause]
    if column.kind != "binary":
        return not scene.who.by_question
    values = scene.frame[cohort]
    ever = values.notna() & (values != 0) if pd.api.types.is_numeric_dtype(values) else values.notna()
    agree = (v.as_binary(scene.frame[scene.cause]) == ever.astype(float)).mean()
    return bool(agree > 0.99) or v.switches_once(scene.frame, scene.cause, scene.structure)


def _before_after_groups(scene: Scene) -> Iterator[Design]:
    """A group flag and an after flag, in a panel or in repeated cross-sections."""
    binary = [c for c in scene.columns.values() if c.kind == "binary" and c.name != scene.outcome]
    after = next((c for c in binary if set(c.words) & v.POST_WORDS), None)
    structure = scene.structure
    group = scene.columns.get(scene.cause)
    if group is None or group.kind != "binary" or group is after:
        return
    arguments = {"outcome": scene.outcome, "treatment": scene.cause}
    constant = structure.unit is None or constant_within(scene.frame, scene.cause, structure.unit)
    crossed = after is not None and scene.frame.groupby([scene.cause, after.name]).ngroups == 4
    if (
        after is not None
        and constant
        and crossed
        and not (structure.unit and constant_within(scene.frame, after.name, structure.unit))
    ):
        time = after.name
        unit = structure.unit if structure.shape == "panel" else None
        yield _made(
            scene,
            "difference_in_differences",
            "difference_in_differences",
            {**arguments, "time": time, "unit": unit},
            82.0,
            [f"{scene.cause!r} tells the groups and {after.name!r} before from after"],
            population="the treated group, afterwards",
        )


def _synthetic(scene: Scene) -> Iterator[Design]:
    structure = scene.structure
    if structure.time is None or structure.shape != "panel":
        return
    start = _start(scene)
    if start is None:
        return
    for column in scene.columns.values():
        if column.kind != "category" and column.name != structure.unit:
            continue
        labels = [str(x) for x in scene.frame[column.name].dropna().unique()]
        treated = label_in(scene.parts.text, labels)
        if treated is None or bool(scene.frame[[column.name, structure.time]].dropna().duplicated().any()):
            continue
        before = scene.frame[structure.time][scene.frame[structure.time] < start].nunique()
        if len(labels) > _LEAST_DONORS and before >= _LEAST_BEFORE:
            yield _synthetic_design(
                scene,
                column.name,
                [treated],
                start,
                80.0,
                [f"one treated unit, {treated!r}, and donors beside it"],
            )
            return


def _synthetic_design(
    scene: Scene, unit: str, treated: list[str], start: object, score: float, why: list[str]
) -> Design:
    when = start.date().isoformat() if isinstance(start, pd.Timestamp) else start
    if isinstance(when, float) and when.is_integer():
        when = int(when)
    return _made(
        scene,
        "synthetic_control",
        "synthetic_control",
        {
            "outcome": scene.outcome,
            "unit": unit,
            "time": scene.structure.time,
            "treated_units": treated,
            "treatment_time": when,
        },
        score,
        [*why, f"many periods of {scene.structure.time!r} before"],
        treatment=scene.cause or scene.parts.cause or "the intervention",
        population=f"{', '.join(treated)}, after {when}",
    )


def _start(scene: Scene) -> pd.Timestamp | float | None:
    time = scene.structure.time
    if time is None:
        return None
    values = scene.frame[time].dropna()
    if pd.api.types.is_datetime64_any_dtype(values):
        stated = [pd.Timestamp(d) for d in scene.parts.dates] or [
            pd.Timestamp(f"{y}-01-01") for y in scene.parts.years
        ]
    else:
        stated = [float(y) for y in scene.parts.years] or [float(r) for r in scene.parts.rows]
    return next((s for s in stated if values.min() < s <= values.max()), None)


def _series(scene: Scene) -> Iterator[Design]:
    structure = scene.structure
    panel = structure.shape == "panel"
    if panel or (structure.shape == "cross_section" and not scene.parts.rows):
        return
    frame = scene.frame
    start = _start(scene)
    flag = scene.columns.get(scene.cause)
    ordered = frame if structure.time is None else frame.sort_values(structure.time, kind="stable")
    if start is None and scene.parts.rows and structure.time is None:
        start = float(scene.parts.rows[0])
    why = ["one series with a known start of the intervention"]
    if start is None and flag is not None and flag.kind == "binary" and structure.time is not None:
        coded = v.as_binary(ordered[flag.name]).to_numpy()
        switches = np.flatnonzero(np.diff(coded) != 0)
        if len(switches) == 1 and coded[0] == 0.0:
            first = ordered[structure.time].iloc[int(switches[0]) + 1]
            start = first if isinstance(first, pd.Timestamp) else float(first)
            why = [f"{flag.name!r} switches on once and stays on"]
    if start is None or structure.shape == "repeated_cross_section":
        return
    when = (
        start.date().isoformat()
        if isinstance(start, pd.Timestamp)
        else int(start)
        if float(start).is_integer()
        else start
    )
    used = {scene.outcome, structure.time, flag.name if flag is not None and flag.kind == "binary" else None}
    controls = [
        c.name
        for c in scene.columns.values()
        if c.kind in ("continuous", "whole") and c.name not in used and not c.names_time and c.missing < 0.05
    ]
    controls = [c for c in controls if not v.copies(frame, c, scene.outcome)]
    arguments = {"outcome": scene.outcome, "intervention": when, "time": structure.time, "controls": controls}
    kept = v.Adjustment(tuple(controls), {})
    treatment = scene.cause or scene.parts.cause or "the intervention"
    score = 70.0 if controls else 48.0
    yield _made(
        scene, "interrupted_time_series", "causal_impact", arguments, score, why, kept, treatment=treatment,
        population=f"the time from {when} on",
    )  # fmt: skip


def _adjusted(scene: Scene) -> Iterator[Design]:
    if not scene.cause or scene.structure.shape == "series":
        return
    column = scene.columns[scene.cause]
    if column.kind not in ("binary", "whole", "continuous"):
        return
    hinted = [
        c.name for c in scene.columns.values() if set(c.words) & v.INSTRUMENT_WORDS and c.name != scene.cause
    ]
    kept = scene.adjustment(*hinted)
    if not kept.controls:
        return
    arguments = {"outcome": scene.outcome, "treatment": scene.cause, "controls": list(kept.controls)}
    if scene.structure.shape == "panel":
        arguments["cluster"] = scene.structure.unit or ""
    yield _made(
        scene,
        "adjustment",
        "estimate_effect",
        arguments,
        50.0,
        [f"{len(kept.controls)} characteristics to adjust for, and no design that would do without them"],
        kept,
    )


def _made(
    scene: Scene,
    name: str,
    tool: str,
    arguments: dict[str, object],
    score: float,
    why: list[str],
    kept: v.Adjustment | None = None,
    *,
    treatment: str | None = None,
    population: str = "the rows of this table",
) -> Design:
    cause = treatment or scene.cause
    bonus = scene.named(name)
    return design(
        name,  # type: ignore[arg-type]
        tool,
        arguments,
        outcome=scene.outcome,
        treatment=cause,
        estimand=f"The average effect of {cause} on {scene.outcome} among {population}.",
        why=[*why, *(["the question names this design"] if bonus else [])],
        score=score + bonus,
        controls=kept.controls if kept else (),
        left_out=kept.left_out if kept else {},
    )


def _correlation(frame: pd.DataFrame, one: str, other: str) -> float:
    both = frame[[one, other]].dropna()
    if len(both) < 10:
        return 0.0
    first, second = (
        v.as_binary(both[c]).to_numpy(np.float64)
        if not pd.api.types.is_numeric_dtype(both[c])
        else both[c].to_numpy(np.float64)
        for c in (one, other)
    )
    if np.ptp(first) == 0.0 or np.ptp(second) == 0.0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])
