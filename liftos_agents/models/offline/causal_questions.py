"""Questions of causes in a table of any subject: who answers them, whatever the table is about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from liftos_agents.domain.causal_words import (
    asks_for_credit,
    asks_for_effect,
    is_causal,
    names_columns,
    plans_a_test,
)
from liftos_agents.domain.task import DatasetBrief, SpecialistBrief
from liftos_agents.models.offline.assignment import similarity_of

_ABOUT = "which design identifies the causal effect of a treatment on an outcome in a table of any subject"
_AHEAD = re.compile(
    r"\b(?:forecast\w*|predict (?:next|the next|future)|prognos\w*|vorhersag\w*|instruments? (?:could|can|for)|causal graph)\b",
    re.IGNORECASE,
)
_WRITES = re.compile(
    r"^\W*(?:please |can you |could you )?(?:write|compose|draw|sing|translate|tell me an?)\b", re.IGNORECASE
)
_MONEY = re.compile(
    r"\b(?:budget\w*|allocat\w*|split|spend (?:more|less)|reallocat\w*|optimi[sz]e)\b", re.IGNORECASE
)


def for_causes(
    question: str,
    datasets: Sequence[DatasetBrief],
    specialists: tuple[SpecialistBrief, ...],
    *,
    foreign: bool = False,
) -> str | None:
    """Who answers a question of an effect on what a given table holds, or None when it is none.

    Args:
        foreign: The words speak of something that is nobody's business; then only a cause or a column named speaks for the table.
    """
    if _WRITES.search(question):
        return None
    tables = [d for d in datasets if d.kind == "table" and not d.catalogue]
    other = [d for d in tables if not d.channels and (d.problem or d.descriptions or d.graph)]
    of_another_subject = bool(other) and (
        not foreign
        or is_causal(question)
        or asks_for_credit(question)
        or any(names_columns(question, d) for d in other)
    )
    of_a_column = asks_for_effect(question) and any(names_columns(question, d) for d in tables)
    if not (of_another_subject or of_a_column):
        return None
    return _analyst(specialists)


def for_method(question: str, specialists: tuple[SpecialistBrief, ...]) -> str | None:
    """Who plans a test, forecasts or looks for instruments, when that and no budget is asked for."""
    if _MONEY.search(question) or not (plans_a_test(question) or _AHEAD.search(question)):
        return None
    return _analyst(specialists)


def _analyst(specialists: tuple[SpecialistBrief, ...]) -> str | None:
    on_tables = {brief.name for brief in specialists if brief.needs == "table"}
    scores = similarity_of(specialists).scores(_ABOUT, any_concept=True)
    return next((s.name for s in scores if s.name in on_tables), None)
