"""An effect result on the terminal: what is estimated and how first, then figures, assumptions, warnings and words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from liftos_agents.reports.effect_words import (
    NOTHING,
    STATUS,
    EstimateRow,
    assumptions,
    estimates,
    failed_checks,
    level,
    sentences,
    shown,
    title,
)

MOST_TERMS = 30
ROOM_FOR_MEANINGS = 120
_STYLES = {"estimated": "green", "downgraded": "yellow", "refused": "red"}
_VERDICTS = {
    "nothing speaks against it": "green",
    "doubtful": "yellow",
    "does not hold": "red",
    "not checked": "dim",
}


def view(result: Mapping[str, Any], width: int = 80) -> RenderableType:
    """An effect result, refused ones marked as such, as one renderable for `width` columns."""
    return Group(*_parts(result, width))


def estimate_table(result: Mapping[str, Any], most: int = MOST_TERMS, *, meanings: bool = False) -> Table:
    """The estimate and its terms, with what each means if `meanings`; of a refusal, why there is none."""
    status = str(result.get("status"))
    heading = Text.assemble(
        (title(result), "bold"), (f"  {STATUS.get(status, status)}", _STYLES.get(status, ""))
    )
    table = Table(
        title=heading, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0)
    )
    found = estimates(result)
    if not found:
        table.add_column("No estimate is given")
        for reason in sentences(result, "reasons") or ["No reason is stated."]:
            table.add_row(Text(reason))
        return table
    columns = ("", "Estimate", f"{level(result)} interval".strip(), "Standard error", "p", "n")
    cells = [(row.name, *row[2:7]) for row in found]
    used = [i for i in range(6) if i < 2 or any(row[i] != NOTHING for row in cells)]
    for i in used:
        table.add_column(columns[i], justify="right" if i else "left", no_wrap=True)
    if meanings:
        table.add_column("Meaning")
    for row, row_cells in list(zip(found, cells, strict=True))[:most]:
        said = [Text(_meaning(row))] if meanings else []
        table.add_row(*(Text(row_cells[i]) for i in used), *said, style=None if row.path else "bold")
    if len(found) > most:
        table.add_row(Text(f"… {len(found) - most} more", style="dim"))
    return table


def _meaning(row: EstimateRow) -> str:
    return row.meaning if row.path else ""


def _parts(result: Mapping[str, Any], width: int) -> Iterator[RenderableType]:
    yield _labelled("Estimand", result.get("estimand"))
    yield _labelled("Design", result.get("design"))
    yield _labelled("Method", f"{result.get('method')}, {shown(result, 'n')} rows")
    status = str(result.get("status"))
    if status != "estimated":
        style = _STYLES.get(status, "yellow")
        reasons = "\n".join(sentences(result, "reasons")) or "No reason is stated."
        yield Padding(
            Panel(Text(reasons), title=STATUS.get(status, status), border_style=style), (1, 0, 0, 0)
        )
    if estimates(result):
        several = len(result.get("terms") or {}) > 1
        wide = several and width >= ROOM_FOR_MEANINGS
        yield Padding(estimate_table(result, meanings=wide), (1, 0, 0, 0))
    if assumptions(result):
        yield Padding(_assumption_table(result), (1, 0, 0, 0))
    for name, meaning in failed_checks(result):
        yield Text.assemble((f"Check failed, {name}: ", "bold red"), meaning)
    for warning in sentences(result, "warnings"):
        yield Text.assemble(("Warning: ", "bold yellow"), warning)
    explanation = (result.get("explanations") or {}).get("analyst")
    if explanation:
        yield Padding(Group(Text("In words", style="bold underline"), Text(str(explanation))), (1, 0, 0, 0))
    advice = sentences(result, "advice")
    if advice and status != "estimated":
        lines = [Text.assemble(("·  ", "dim"), line) for line in advice]
        yield Padding(Group(Text("What would help", style="bold underline"), *lines), (1, 0, 0, 0))


def _labelled(label: str, words: Any) -> Text:
    return Text.assemble((f"{label}: ", "bold"), str(words or NOTHING))


def _assumption_table(result: Mapping[str, Any]) -> Table:
    table = Table(
        "Assumption",
        "Verdict",
        "How checked",
        title="What it rests on",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for name, verdict, how in assumptions(result):
        table.add_row(Text(name), Text(verdict, style=_VERDICTS.get(verdict, "")), Text(how))
    return table
