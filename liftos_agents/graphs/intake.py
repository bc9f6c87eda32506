"""Getting a question's data ready: loaded once, known by content, its columns' roles worked out."""

from __future__ import annotations

import asyncio
import glob
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from liftos_agents import data
from liftos_agents.data import Dataset, brief, is_catalogue, load, work_out_roles
from liftos_agents.data.date_format import DateOrder
from liftos_agents.data.descriptions import described_columns
from liftos_agents.domain.task import DatasetBrief
from liftos_agents.errors import ArgumentError, UserError
from liftos_agents.graphs.services import Run, Services

_ID_LENGTH = 64


async def load_sources(run: Run) -> list[Dataset]:
    """The datasets that the run was given, each at hand and in the workspace.

    An override `date_order` is for reading, not a column's role: it is used up here.

    Raises:
        DataError, NotFoundError: A source cannot be read.
    """
    loop = asyncio.get_running_loop()
    order = run.overrides.pop("date_order", None)
    return await loop.run_in_executor(run.services.pool, _load_all, run.services, run.sources, order)


def datasets_at_hand(services: Services, identifiers: list[str]) -> list[Dataset]:
    """Datasets by id: from memory, else from the workspace.

    Raises:
        NotFoundError: The workspace holds no such dataset.
    """
    return [_by_id(services, identifier) for identifier in identifiers]


def describe(
    datasets: list[Dataset], overrides: Mapping[str, Any]
) -> tuple[list[DatasetBrief], UserError | None]:
    """The datasets as a model sees them, and what keeps the media table from making a panel.

    That is an AmbiguousRoleError when a column's role is unclear, else whatever is wrong with the table.

    Raises:
        ArgumentError: A role was named by hand and fits no column.
    """
    briefs: list[DatasetBrief] = []
    problem: UserError | None = None
    for dataset in datasets:
        roles = None
        if dataset.kind == "table" and not is_catalogue(dataset):
            try:
                roles = work_out_roles(dataset, overrides) if overrides else dataset.roles
                dataset.panel(roles)
            except ArgumentError:
                raise
            except UserError as error:
                problem = problem or error
        described = brief(dataset, roles)
        if dataset.kind == "table" and not described.catalogue:
            described = _with_words(described, overrides)
        if problem is not None and roles is None and dataset.kind == "table" and not described.catalogue:
            described = described.model_copy(update={"problem": str(problem)})
        briefs.append(described)
    return briefs, problem


def _with_words(described: DatasetBrief, overrides: Mapping[str, Any]) -> DatasetBrief:
    """The brief with what the user says of its columns.

    Raises:
        ArgumentError: Descriptions were given and none is of a column of the table.
    """
    said = cast("Mapping[str, str]", overrides.get("descriptions") or {})
    known = described_columns(said, described.columns)
    if said and not known:
        raise ArgumentError(
            f"none of the columns described ({', '.join(list(said)[:5])}) is in {described.name!r}",
            where="descriptions",
            fix=f"The data has {', '.join(described.columns[:30])}",
        )
    return described.model_copy(update={"descriptions": known, "graph": overrides.get("graph")})


def _load_all(services: Services, sources: tuple[Any, ...], order: DateOrder | None) -> list[Dataset]:
    loaded = [_load(services, source, order) for source in sources]
    loaded = _parted(loaded)
    for dataset in loaded:
        if dataset.id not in services.stores.shelf:
            services.home.evidence.put_dataset(dataset)
            services.stores.shelf[dataset.id] = dataset
    return [services.stores.shelf[d.id] if services.stores.shelf[d.id].name == d.name else d for d in loaded]


def _parted(loaded: list[Dataset]) -> list[Dataset]:
    """Media tables made one, then catalogues made one, then texts: products have no place among weeks of spend."""
    catalogues = [d for d in loaded if is_catalogue(d)]
    tables = [d for d in loaded if d.kind == "table" and d not in catalogues]
    return [
        *([data.unify(tables)] if tables else []),
        *([data.unify_catalogues(catalogues)] if catalogues else []),
        *(d for d in loaded if d.kind != "table"),
    ]


def _load(services: Services, source: Any, order: DateOrder | None) -> Dataset:
    if isinstance(source, Dataset):
        return source
    if isinstance(source, tuple):
        name, content = cast("tuple[str, Any]", source)
        return replace(_load(services, content, order), name=name)
    if isinstance(source, str) and len(source) == _ID_LENGTH and set(source) <= set("0123456789abcdef"):
        return _by_id(services, source)
    if not isinstance(source, str | Path):
        return load(source, date_order=order)
    version = _version_of(str(source))
    if version is None:
        return load(source, date_order=order)
    key = f"{version} {order}"
    if key not in services.stores.loaded:
        services.stores.loaded[key] = load(source, date_order=order)
    return services.stores.loaded[key]


def _version_of(source: str) -> str | None:
    """What identifies the files behind a path or glob as they are now: name, size, time, inode."""
    files = sorted(glob.glob(source)) if glob.has_magic(source) else [source]
    try:
        stats = [(os.path.abspath(f), os.stat(f)) for f in files]
    except (OSError, ValueError):
        return None
    return repr([(name, s.st_size, s.st_mtime_ns, s.st_ino) for name, s in stats]) if stats else None


def _by_id(services: Services, identifier: str) -> Dataset:
    if identifier not in services.stores.shelf:
        services.stores.shelf[identifier] = services.home.evidence.get_dataset(identifier)
    return services.stores.shelf[identifier]
