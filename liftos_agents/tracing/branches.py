"""An explanation as nested lines, for a terminal or a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, ConfigDict

from liftos_agents.tracing.records import DecisionRecord

if TYPE_CHECKING:
    from liftos_agents.tracing.explain import DataUsed, Explanation, NumberExplained


class Branch(BaseModel):
    """A line of an explanation with the lines below it."""

    model_config = ConfigDict(frozen=True)

    label: str
    below: tuple[Branch, ...] = ()


def tree_of(explanation: Explanation) -> Branch:
    """A claim, below it its tool calls with their values, arguments, data and decisions."""
    by_evidence: dict[str, list[NumberExplained]] = {}
    for number in explanation.numbers:
        by_evidence.setdefault(number.evidence, []).append(number)
    below = [_evidence_branch(numbers) for numbers in by_evidence.values()]
    below += [_decision_branch(record) for record in explanation.decisions]
    by = f" ({explanation.agent})" if explanation.agent else ""
    return Branch(label=f"{explanation.claim}{by}: {explanation.text}", below=tuple(below))


def _evidence_branch(numbers: list[NumberExplained]) -> Branch:
    """One tool call with every value of the claim that came from it."""
    first = numbers[0]
    below = [_number_branch(number) for number in numbers]
    given = {name: value for name, value in first.arguments.items() if value not in (None, [], {}, "")}
    roles = given.pop("roles", None)
    if given:
        below.append(Branch(label=f"arguments: {_pairs(given)}"))
    if isinstance(roles, dict):
        used = {
            name: value
            for name, value in cast("dict[str, Any]", roles).items()
            if name != "notes" and value not in (None, [], {}, "")
        }
        below.append(Branch(label=f"columns: {_pairs(used)}"))
    below += [_data_branch(data) for data in first.data]
    below += [_decision_branch(record) for record in first.decisions]
    return Branch(label=f"{first.evidence}: {first.tool} version {first.version}", below=tuple(below))


def _number_branch(number: NumberExplained) -> Branch:
    unit = f" ({number.unit})" if number.unit else ""
    return Branch(label=f"{number.shown} is {number.path}{unit}")


def _data_branch(data: DataUsed) -> Branch:
    below: list[Branch] = []
    if data.rows is not None:
        window = f", {data.start} to {data.end}" if data.start and data.end else ""
        every = f" by {data.frequency}" if data.frequency else ""
        below.append(Branch(label=f"{data.rows:,} rows × {data.columns} columns{window}{every}"))
    if data.used:
        below.append(Branch(label=f"columns read: {', '.join(data.used)}"))
    return Branch(label=f"data: {data.name}, sha256 {data.id}", below=tuple(below))


def _pairs(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {_plain(value)}" for name, value in values.items())


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        inner = (f"{name}: {_plain(part)}" for name, part in cast("dict[str, Any]", value).items())
        return f"({'; '.join(inner)})"
    if isinstance(value, list | tuple):
        return " + ".join(_plain(part) for part in cast("list[Any]", value))
    return str(value)


def _decision_branch(record: DecisionRecord) -> Branch:
    decision = record.decision
    reason = f": {decision.reason}" if decision.reason else ""
    if decision.kind == "claim":
        return Branch(label=f"decision {record.position}: {decision.actor} claimed this{reason}")
    asked = f", asked {decision.asked!r}" if decision.asked else ""
    return Branch(
        label=f"decision {record.position}: {decision.actor} chose {decision.chosen}{asked}{reason}"
    )
