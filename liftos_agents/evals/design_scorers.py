"""Scorers of a design that was found: the design itself, its columns, and whether it was right to answer at all."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from liftos_agents.evals.found_design import FoundDesign
from liftos_agents.evals.sample import Sample
from liftos_agents.evals.score import Score


def design_match(sample: Sample, found: FoundDesign) -> Score:
    """1 when the recommended design is one of those that are right."""
    if found.design in sample.expect.designs:
        return Score(value=1.0)
    wanted = " or ".join(sample.expect.designs)
    return Score(value=0.0, why=f"expected {wanted}, got {found.design or found.said or 'no design'}")


def variables_match(sample: Sample, found: FoundDesign) -> Score:
    """1 when outcome, treatment and every argument that the sample names are as it says."""
    expected, wrong = sample.expect, list[str]()
    if expected.outcome and found.outcome not in expected.outcome:
        wrong.append(f"outcome {found.outcome!r}, not {' or '.join(expected.outcome)}")
    if expected.treatment and not {found.treatment, *found.causes} & set(expected.treatment):
        wrong.append(f"treatment {found.treatment!r}, not {' or '.join(expected.treatment)}")
    for name, value in expected.arguments.items():
        if _plain(found.arguments.get(name)) != _plain(value):
            wrong.append(f"{name} {found.arguments.get(name)!r}, not {value!r}")
    for name, columns in expected.includes.items():
        missing = [c for c in columns if c not in _columns(found, name)]
        wrong += [f"{name} lack {', '.join(missing)}"] if missing else []
    for name, columns in expected.excludes.items():
        foreign = [c for c in columns if c in _columns(found, name)]
        wrong += [f"{name} hold {', '.join(foreign)}"] if foreign else []
    return Score(value=float(not wrong), why="; ".join(wrong))


def answers(sample: Sample, found: FoundDesign) -> Score:
    """1 when a question that can be answered got an estimate."""
    return Score(value=float(found.estimated), why="" if found.estimated else f"no estimate: {found.said}")


def declined(sample: Sample, found: FoundDesign) -> Score:
    """1 when a question that cannot be answered got no estimate, and was told so or asked back."""
    if found.declined:
        return Score(value=1.0)
    what = (
        f"estimated by {found.design}" if found.estimated else "no estimate, yet not said to be unidentified"
    )
    return Score(value=0.0, why=f"not declined: {what}: {found.said}")


def design_solved(sample: Sample, found: FoundDesign) -> Score:
    """1 when design and columns are right, or the question was declined where that was due."""
    if sample.expect.kind == "declined":
        return declined(sample, found)
    first, second = design_match(sample, found), variables_match(sample, found)
    return Score(value=first.value * second.value, why="; ".join(s.why for s in (first, second) if s.why))


def _columns(found: FoundDesign, argument: str) -> Collection[str]:
    return cast("list[str]", found.arguments.get(argument) or [])


def _plain(value: Any) -> Any:
    # 1991, 1991.0 and "1991" are one point in time, as are a date with and without its midnight.
    if isinstance(value, list | tuple):
        return sorted((_plain(v) for v in cast("list[Any]", value)), key=repr)
    if isinstance(value, bool) or value is None:
        return value
    try:
        return float(value)
    except (TypeError, ValueError):
        pass
    try:
        return datetime.fromisoformat(str(value)).isoformat()
    except ValueError:
        return str(value)
