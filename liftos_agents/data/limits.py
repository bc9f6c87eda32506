"""How large a dataset may be; checked while it is read, not after."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Caps on what a loader accepts.

    Attributes:
        bytes: Size of all files together; for a workbook, of its unpacked sheets.
        rows: Rows of all files together.
        columns: Columns of a table.
        cell: Characters of one cell.
        text: Characters of a text document.
    """

    bytes: int = 512 * 1024 * 1024
    rows: int = 5_000_000
    columns: int = 2_000
    cell: int = 64 * 1024
    text: int = 2_000_000


DEFAULT_LIMITS = Limits()
