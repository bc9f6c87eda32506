"""Search queries out of a table such as a search report."""

from __future__ import annotations

import re

from liftos_agents.data.dataset import Dataset
from liftos_agents.tools.errors import ToolFailed

MOST_QUERIES = 5_000
_NAMES = re.compile(
    r"(?:search[ _]?)?(?:quer(?:y|ies)|keywords?|terms?)|suchbegriffe?|suchanfragen?|suchwort|requ[eê]tes?|mots?[ _]cl[eé]s?"
    r"|consultas?|palabras?[ _]clave|chiavi?|parole?[ _]chiave|palavras?[ _]chave|zoekopdracht(?:en)?|zoekterm(?:en)?|zapytani[ae]|検索語句|キーワード|关键词|搜索词",
    re.IGNORECASE,
)


def queries_of_table(dataset: Dataset) -> tuple[str, ...]:
    """The distinct queries of the table's column of queries, in order.

    Raises:
        ToolFailed: The table has no such column.
    """
    assert dataset.frame is not None
    column = next((c for c in dataset.frame.columns if _NAMES.fullmatch(str(c).strip())), None)
    if column is None:
        columns = ", ".join(str(c) for c in dataset.frame.columns[:12])
        raise ToolFailed(
            f"the table {dataset.name!r} is neither a catalogue nor a list of queries; its columns are {columns}",
            fix="Name a column query, or title and description",
        )
    cells = (" ".join(str(value).split()) for value in dataset.frame[column].dropna())
    return tuple(dict.fromkeys(cell for cell in cells if cell))[:MOST_QUERIES]
