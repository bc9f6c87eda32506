"""One finding about a line of copy, and what copy is held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from liftos_agents.tools.content.limits import FieldLimit, PlatformLimits

Severity = Literal["error", "warning", "note"]


class Finding(BaseModel):
    """One thing about one line (or about a field, where `position` is None) that is wrong or could be better."""

    model_config = ConfigDict(frozen=True)

    field: str
    label: str
    position: int | None
    line: str
    severity: Severity
    rule: str
    message: str
    source: str
    fix: str


@dataclass(frozen=True)
class Ground:
    """What copy is held against: the platform, the language, facts (None where none were given), placeholders' values."""

    platform: str
    limits: PlatformLimits
    language: str
    sources: tuple[str, ...] | None = None
    brand: str | None = None
    values: Mapping[str, str | Sequence[str]] | None = None


@dataclass(frozen=True)
class Place:
    """Which line a finding is about: the field, the position (None for the whole field) and the line's text."""

    field: FieldLimit
    position: int | None
    text: str

    def finding(self, severity: Severity, rule: str, message: str, source: str, fix: str) -> Finding:
        """A finding about this line."""
        return Finding(
            field=self.field.name,
            label=self.field.label,
            position=self.position,
            line=self.text,
            severity=severity,
            rule=rule,
            message=message,
            source=source,
            fix=fix,
        )
