"""A report, its pictures and its workbook as files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from liftos_agents.domain.evidence import Evidence
from liftos_agents.errors import ArgumentError
from liftos_agents.reports.chart import Chart
from liftos_agents.reports.drawing import png, svg
from liftos_agents.reports.workbook import xlsx

PICTURE_ENDINGS = (".svg", ".png")

_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")


def check_page_path(path: Path) -> None:
    """Nothing, when a page can be written there as far as one can tell beforehand.

    Raises:
        ArgumentError: A folder stands there, or there is no folder to write it in.
    """
    if path.is_dir():
        raise ArgumentError(
            "a folder, not a file", where=str(path), fix=f"Name a file: {path / 'report.html'}"
        )
    if not path.parent.is_dir():
        raise ArgumentError("there is no such folder", where=str(path.parent), fix="Make it first")


def write_page(html: str, path: Path) -> Path:
    """The path written to; an existing report there is replaced whole or not at all.

    Raises:
        ArgumentError: Nothing can be written there.
    """
    return write_bytes(html.encode(), path)


def write_bytes(content: bytes, path: Path) -> Path:
    """The same for any content.

    Raises:
        ArgumentError: Nothing can be written there.
    """
    try:
        _replace(path, content)
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


def write_charts(charts: Sequence[Chart], folder: Path, format: Literal["png", "svg"]) -> tuple[Path, ...]:
    """The files written, one a chart, numbered in the order of the page.

    Raises:
        ArgumentError: The folder cannot be written to.
    """
    written: list[Path] = []
    for position, chart in enumerate(charts, 1):
        path = folder / f"{position:02d}-{_UNSAFE.sub('-', chart.id)}.{format}"
        content = png(chart) if format == "png" else svg(chart).encode()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _replace(path, content)
        except OSError as error:
            raise _unwritable(path, error) from error
        written.append(path)
    return tuple(written)


def check_picture_path(path: Path) -> None:
    """Nothing, when pictures can be written there as far as one can tell beforehand.

    Raises:
        ArgumentError: The ending is of no picture, there is no folder to write in, or a file stands where a folder is meant.
    """
    if path.is_dir():
        return
    if not path.suffix:
        if path.exists():
            raise ArgumentError(
                "a file, not a folder", where=str(path), fix="Name a folder, or a .svg or .png file"
            )
        return
    if path.suffix.lower() not in PICTURE_ENDINGS:
        raise ArgumentError(
            f"the ending {path.suffix!r} is of no picture that can be written",
            where=str(path),
            fix=f"Use {' or '.join(PICTURE_ENDINGS)}, or name a folder",
        )
    if not path.parent.is_dir():
        raise ArgumentError("there is no such folder", where=str(path.parent), fix="Make it first")


def write_pictures(charts: Sequence[Chart], path: Path) -> tuple[Path, ...]:
    """The files written: the first picture as `path`, further ones beside it with a number; all as PNG into a folder.

    Raises:
        ArgumentError: As `check_picture_path`, or nothing can be written there.
    """
    check_picture_path(path)
    if path.is_dir() or not path.suffix:
        return write_charts(charts, path, "png")
    written: list[Path] = []
    for position, chart in enumerate(charts, 1):
        at = path if position == 1 else path.with_name(f"{path.stem}-{position}{path.suffix}")
        content = png(chart) if path.suffix.lower() == ".png" else svg(chart).encode()
        try:
            _replace(at, content)
        except OSError as error:
            raise _unwritable(at, error) from error
        written.append(at)
    return tuple(written)


def check_workbook_path(path: Path) -> None:
    """Nothing, when a workbook can be written there as far as one can tell beforehand.

    Raises:
        ArgumentError: The ending is another, a folder stands there, or there is no folder to write it in.
    """
    if path.suffix.lower() != ".xlsx":
        raise ArgumentError(
            f"the ending {path.suffix!r} is not that of a workbook", where=str(path), fix="Use .xlsx"
        )
    if path.is_dir():
        raise ArgumentError(
            "a folder, not a file", where=str(path), fix=f"Name a file: {path / 'result.xlsx'}"
        )
    if not path.parent.is_dir():
        raise ArgumentError("there is no such folder", where=str(path.parent), fix="Make it first")


def write_workbook(evidence: Iterable[Evidence], path: Path, *, question: str = "") -> Path:
    """The path written to, with the evidence as `xlsx` lays it out.

    Raises:
        ArgumentError: As `check_workbook_path`, or nothing can be written there.
    """
    check_workbook_path(path)
    content = xlsx(evidence, question=question)
    try:
        _replace(path, content)
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> ArgumentError:
    return ArgumentError(
        f"the file cannot be written: {error.strerror or error}",
        where=str(path),
        fix="Name a file in a folder that exists and that you may write to",
    )
