"""Records as JSON lines, out and in."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError

from liftos_agents.domain.memory_record import MemoryRecord
from liftos_agents.errors import DataError
from liftos_agents.memory.record import record_id


def to_lines(records: Iterable[MemoryRecord]) -> str:
    """One JSON object a line."""
    return "".join(record.model_dump_json() + "\n" for record in records)


def from_lines(organisation: str, lines: str) -> list[MemoryRecord]:
    """The records of `lines` as `organisation`'s own; ids follow, and who supersedes whom is worked out anew.

    Raises:
        DataError: A line is no record.
    """
    found: list[MemoryRecord] = []
    for number, line in enumerate(lines.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = MemoryRecord.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "the line"
            raise DataError(
                f"{place}: {first['msg']}", where=f"line {number}", fix="Give lines as `export` wrote them"
            ) from error
        identifier = record_id(organisation, record.kind, record.subject, record.content, record.evidence)
        found.append(
            record.model_copy(update={"organisation": organisation, "id": identifier, "superseded_by": None})
        )
    return found
