"""Difference-in-differences when units adopt at different times: effects, their errors, and what speaks against them."""

from __future__ import annotations

from liftos_agents.tools.staggered_adoption.adoption import TOOL, SwitchedOff
from liftos_agents.tools.staggered_adoption.analysis import analyse
from liftos_agents.tools.staggered_adoption.answer import answer
from liftos_agents.tools.staggered_adoption.cross_section_answer import compare_cross_sections
from liftos_agents.tools.staggered_adoption.reading import Roles, read_panel
from liftos_agents.tools.staggered_adoption.result import (
    UNITS,
    DifferenceInDifferencesArguments,
    DifferenceInDifferencesResult,
)

__all__ = [
    "TOOL",
    "UNITS",
    "DifferenceInDifferencesArguments",
    "DifferenceInDifferencesResult",
    "Roles",
    "SwitchedOff",
    "analyse",
    "answer",
    "compare_cross_sections",
    "read_panel",
]
