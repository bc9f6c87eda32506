"""A judgement of one answer."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Score(BaseModel):
    """A value from 0 to 1 and why."""

    model_config = ConfigDict(frozen=True)

    value: float
    why: str = ""
