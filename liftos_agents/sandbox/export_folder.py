"""An exported world as a folder: tables as CSV or Parquet, the truth as JSON, and a page that says what they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal, get_args

import pandas as pd

from liftos_agents.data import parquet
from liftos_agents.domain.spreadsheet import guard
from liftos_agents.domain.verdict import SIMULATED
from liftos_agents.errors import ArgumentError, DataError
from liftos_agents.sandbox.export import LABEL, PLATFORM, WorldExport

Format = Literal["csv", "parquet"]
FORMATS: tuple[str, ...] = get_args(Format)

TRUTH, README = "truth.json", "README.txt"

_ABOUT = {
    "weekly": "one row a week: revenue, and each channel's spend, impressions and claimed revenue; ask of this one",
    "orders": "orders and revenue of the till by week and region",
    "spend_by_region": "spend by week, region and channel",
    "experiment": "a geo holdout after the history: revenue and the channel's spend by week and region",
    "experiment_result": "what that holdout shows, with its standard error",
}
_PLATFORM_ABOUT = "what the platform reports of its own campaigns: claims, not effects"


def write(
    export: WorldExport,
    folder: Path,
    *,
    format: Format = "csv",
    force: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """The files written: the same bytes for the same scenario, seed and format.

    Args:
        force: Whether files that are there may be replaced.
        tell: Called with what is being done.

    Raises:
        ArgumentError: Files of these names are there already.
        DataError: The folder cannot be written to.
    """
    tell("tables")
    tables = export.tables()
    files = {name: folder / f"{name}.{format}" for name in tables}
    written = [*files.values(), folder / TRUTH, folder / README]
    there = [path for path in written if path.exists()]
    if there and not force:
        raise ArgumentError(
            f"{there[0].name} is there already",
            where=str(folder),
            fix="Add --force to replace it, or name another folder",
        )
    tell("truth")
    truth = json.dumps(export.truth(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            tell(files[name].name)
            _write(table, files[name], format)
        (folder / TRUTH).write_text(truth, encoding="utf-8", newline="\n")
        (folder / README).write_text(_readme(export, tables, format), encoding="utf-8", newline="\n")
    except OSError as error:
        raise DataError(
            f"the folder cannot be written: {error.strerror}", where=str(folder), fix="Choose another folder"
        ) from error
    return written


def _write(table: pd.DataFrame, path: Path, format: Format) -> None:
    if format == "parquet":
        parquet.write(table, path, keep_names=True)
        return
    shown = table.copy()
    for column in shown.columns:
        if pd.api.types.is_string_dtype(shown[column]):
            shown[column] = shown[column].map(guard)
    shown.to_csv(path, index=False, lineterminator="\n", date_format="%Y-%m-%d", encoding="utf-8")


def _readme(export: WorldExport, tables: dict[str, pd.DataFrame], format: Format) -> str:
    scenario = export.scenario
    lines = [
        f"{SIMULATED}. No such market exists; every number here was made by a simulator.",
        "",
        f"scenario  {scenario.name} (family {scenario.family})",
        f"version   {scenario.version}",
        f"seed      {export.seed}",
        f"currency  {export.spec.currency}",
        f"weeks     {export.spec.weeks}, regions {export.spec.geos.count}, channels {len(export.spec.channels)}",
        f"purpose   {scenario.purpose}",
        "",
        "The same scenario, version, seed and format give the same bytes.",
        f"The column {LABEL} says in every table that it is simulated.",
        "",
        "Tables",
    ]
    for name, table in tables.items():
        about = _PLATFORM_ABOUT if name.startswith(PLATFORM) else _ABOUT[name]
        lines.append(f"  {name}.{format}: {len(table)} rows; {about}")
    lines += [
        f"  {TRUTH}: what is true in this world. Look at it after you have answered.",
        "",
        f'Try: liftos ask "Where is my budget wasted?" --data weekly.{format}',
    ]
    return "\n".join(lines) + "\n"
