"""A file that says in words what each column holds: JSON, or a line a column."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from liftos_agents.errors import ArgumentError

LARGEST = 2_000_000
_LINE = re.compile(
    r"^\s*[-*]?\s*(?P<name>\"[^\"]+\"|'[^']+'|`[^`]+`|[^\s:=\t|]+)\s*(?:[:=|\t]|\s[-–—]\s|\s{2,})\s*(?P<text>\S.*)$"
)


def read_descriptions(path: str | Path) -> dict[str, str]:
    """Column to what it holds, from a JSON object or from lines such as `educ: years of schooling`.

    In JSON a value may be a text, or an object with `description` or `label`. Lines that name no column are passed over.

    Raises:
        ArgumentError: The file cannot be read, or describes no column.
    """
    file = Path(path)
    where = f"--describe {file.name}"
    try:
        if file.stat().st_size > LARGEST:
            raise ArgumentError(
                "the file is too large for a description of columns", where=where, fix="Give at most 2 MB"
            )
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ArgumentError(
            f"the file cannot be read: {error}", where=where, fix="Give a text or JSON file in UTF-8"
        ) from None
    found = _of_json(text, where) if text.lstrip().startswith("{") else _of_lines(text)
    if not found:
        raise ArgumentError(
            "the file describes no column",
            where=where,
            fix='Write a line a column, such as "educ: years of schooling", or a JSON object',
        )
    return found


def described_columns(descriptions: Mapping[str, str], columns: tuple[str, ...]) -> dict[str, str]:
    """The descriptions under the names that the data has, whatever their case."""
    names = {c.casefold(): c for c in columns}
    return {names[k.casefold()]: v for k, v in descriptions.items() if k.casefold() in names}


def _of_json(text: str, where: str) -> dict[str, str]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise ArgumentError(
            f"the file is not JSON: {error}", where=where, fix='Write {"column": "what it holds"}'
        ) from None
    if isinstance(value.get("columns"), dict):
        value = value["columns"]
    found: dict[str, str] = {}
    for name, said in value.items():
        words = said.get("description") or said.get("label") if isinstance(said, dict) else said
        if isinstance(words, str) and words.strip():
            found[str(name)] = _plain(words)
    return found


def _of_lines(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is not None:
            found[match["name"].strip("\"'`")] = _plain(match["text"])
    return found


def _plain(words: str) -> str:
    """One line; braces would be taken for references."""
    return " ".join(words.replace("{", "(").replace("}", ")").split())[:500]
