"""The tools there are, and how a call becomes evidence."""

from __future__ import annotations

import difflib
import importlib
import math
import pkgutil
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_type_hints

import pandas as pd
from pydantic import BaseModel, ValidationError

from liftos_agents.config import Settings
from liftos_agents.data.dataset import Dataset
from liftos_agents.data.home import Home, open_home
from liftos_agents.data.loader import load
from liftos_agents.data.roles import work_out_roles
from liftos_agents.data.store import Store
from liftos_agents.domain.evidence import Evidence, evidence_id
from liftos_agents.domain.roles import ColumnRoles
from liftos_agents.errors import LiftError, NotFoundError, UserError
from liftos_agents.tools.context import Progress, ToolContext
from liftos_agents.tools.errors import ToolFailed, ToolRetry

Needs = Literal["panel", "table", "rows", "optional_table", "text", "product", "none"]
Data = pd.DataFrame | str | Path | Dataset

_PLUMBING = frozenset({"context", "errors", "registry"})
_ROLE_KEYWORDS = frozenset(ColumnRoles.model_fields) - {"notes"} | {"value", "channel", "date_order"}
_RESULT_DIGITS = 12


@dataclass(frozen=True)
class ToolSpec:
    """One tool; calling it calls its function.

    Attributes:
        version: Raised whenever the tool's result could change; part of every evidence id.
        data: What it reads: a `panel`, a `table` with its roles where they are clear, `rows` of any subject without roles, an
            `optional_table`, a `text` or a `product` (a catalogue or a text; both may be absent), or `none`.
        timeout_seconds: Cap on its wall time, kept by whoever runs it off the event loop.
    """

    name: str
    version: str
    summary: str
    data: Needs
    timeout_seconds: float
    function: Callable[[ToolContext, Any], BaseModel]
    arguments_model: type[BaseModel]
    result_model: type[BaseModel]

    @property
    def arguments_schema(self) -> dict[str, Any]:
        """JSON schema of the arguments."""
        return self.arguments_model.model_json_schema()

    @property
    def result_schema(self) -> dict[str, Any]:
        """JSON schema of the result."""
        return self.result_model.model_json_schema(mode="serialization")

    def __call__(self, context: ToolContext, arguments: Any) -> BaseModel:
        """The result of the tool's function."""
        return self.function(context, arguments)


def tool(
    name: str, *, version: str, summary: str, data: Needs, timeout_seconds: float = 120.0
) -> Callable[[Callable[[ToolContext, Any], BaseModel]], ToolSpec]:
    """A decorator that makes a tool of `function(context, arguments) -> result`.

    The annotations of `arguments` and of the result must be Pydantic models; they become its schemas.
    """

    def decorate(function: Callable[[ToolContext, Any], BaseModel]) -> ToolSpec:
        hints = get_type_hints(function)
        result_model = hints.pop("return")
        arguments_model = list(hints.values())[-1]
        return ToolSpec(
            name, version, summary, data, timeout_seconds, function, arguments_model, result_model
        )

    return decorate


class Registry:
    """A set of tools; immutable, so that two hosts in one process never meet.

    Args:
        homes: Tool name to the module that defines it, imported on first use; the room's own tools when absent.
        tools: Tools that are at hand already; they go before `homes`.
    """

    def __init__(self, homes: Mapping[str, str] | None = None, tools: Iterable[ToolSpec] = ()) -> None:
        self._homes = dict(_built_in() if homes is None else homes)
        self._tools = {given.name: given for given in tools}

    def with_tools(self, *tools: ToolSpec) -> Registry:
        """A registry that has `tools` as well."""
        return Registry(self._homes, (*self._tools.values(), *tools))

    def names(self) -> tuple[str, ...]:
        """Names of all tools, sorted; imports none of them."""
        return tuple(sorted({*self._homes, *self._tools}))

    def spec(self, name: str) -> ToolSpec:
        """The tool called `name`.

        Raises:
            NotFoundError: There is none; the message names close matches.
        """
        if name in self._tools:
            return self._tools[name]
        if name not in self._homes:
            close = difflib.get_close_matches(name, self.names(), 3)
            fix = f"Did you mean {' or '.join(close)}?" if close else f"There are: {', '.join(self.names())}"
            raise NotFoundError(f"no tool {name!r}", fix=fix)
        return getattr(importlib.import_module(self._homes[name]), name)

    def result(self, evidence: Evidence) -> BaseModel:
        """The typed result in `evidence`: for effects, with `summary()`, `tidy()` and `plot()`.

        Raises:
            NotFoundError: Its tool is not among these.
        """
        return self.spec(evidence.tool).result_model.model_validate(evidence.result)

    def run(
        self,
        name: str,
        data: Data | None = None,
        *,
        home: Home | str | Path | None = None,
        store: Store | None = None,
        progress: Progress | None = None,
        **arguments: Any,
    ) -> Evidence:
        """The evidence of one call, with column roles among the keywords (`outcome=`, `spend=[…]`).

        A keyword that the tool takes as an argument is that argument; other names of roles override
        the roles worked out. Evidence is kept in `store`, else in `home` (`LIFTOS_HOME`, or `.liftos`, when
        absent), so that the same call is answered from there; a `TransientStore` keeps it for the call alone.

        Raises:
            NotFoundError: No such tool or file.
            AmbiguousRoleError: A role could be read in more than one way.
            ToolRetry, ToolFailed: As the tool says.
        """
        fields = self.spec(name).arguments_model.model_fields
        overrides = {k: v for k, v in arguments.items() if k in _ROLE_KEYWORDS and k not in fields}
        rest = {k: v for k, v in arguments.items() if k not in overrides}
        dataset = None if data is None else load(data, date_order=overrides.pop("date_order", None))
        roles = work_out_roles(dataset, overrides) if dataset is not None and overrides else None
        if isinstance(home, Home):
            store = store or home.evidence
            home = None
        if store is not None:
            return self.run_call(name, dataset, rest, roles=roles, store=store, progress=progress)
        with open_home(Settings.from_environment() if home is None else home) as opened:
            return self.run_call(name, dataset, rest, roles=roles, store=opened.evidence, progress=progress)

    def run_call(
        self,
        name: str,
        dataset: Dataset | None,
        arguments: Mapping[str, Any],
        *,
        roles: ColumnRoles | None = None,
        store: Store,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Evidence:
        """The evidence of one call: from the store when it is there, computed and kept otherwise.

        A result that a package was lacking for says so among its arguments (`lacking`), and is never taken from the store.

        Raises:
            ToolRetry: The arguments do not fit the tool, or the tool asks for others.
            ToolFailed: The tool gives up, or the data is not of the kind it reads.
            AmbiguousRoleError: The tool reads a panel and a role is unclear.
        """
        wanted = self.spec(name)
        given = _validated(wanted, arguments)
        subject = _subject(wanted, dataset)
        known, problem = _known_roles(wanted, subject, roles)
        filled = given.model_dump(mode="json")
        if known is not None:
            filled["roles"] = known.model_dump(mode="json")
        datasets = () if subject is None else (subject.ref,)
        identifier = evidence_id(name, wanted.version, filled, tuple(ref.id for ref in datasets))
        cached = store.get(identifier)
        if cached is not None:
            # The same content under another name: what the caller called it counts, not what the first one did.
            return cached if cached.datasets == datasets else cached.model_copy(update={"datasets": datasets})

        def nested(name: str, arguments: dict[str, Any]) -> Evidence:
            return self.run_call(
                name, subject, arguments, roles=known, store=store, progress=progress, cancelled=cancelled
            )

        context = ToolContext(identifier, store, subject, known, problem, nested, progress, cancelled)
        context.progress(f"{name} started", 0.0)
        started = time.perf_counter()
        result = canonical_result(wanted.function(context, given), name)
        if context.lacking:
            # Kept under an id of its own, so that the call is computed anew once the package is there.
            filled["lacking"] = sorted(context.lacking)
            identifier = evidence_id(name, wanted.version, filled, tuple(ref.id for ref in datasets))
        found = Evidence(
            id=identifier,
            tool=name,
            version=wanted.version,
            arguments=filled,
            datasets=datasets,
            result=result,
            seconds=time.perf_counter() - started,
        )
        store.put(found)
        return found


@cache
def _built_in() -> dict[str, str]:
    """Each module of the room that is no plumbing is a tool of its own name."""
    room = __package__ or ""
    modules = pkgutil.iter_modules(importlib.import_module(room).__path__)
    return {m.name: f"{room}.{m.name}" for m in modules if not m.ispkg and m.name not in _PLUMBING}


def canonical_result(result: BaseModel, name: str) -> dict[str, Any]:
    """A tool's result as plain JSON with floats at twelve significant digits.

    Raises:
        LiftError: The tool returned a number that is not finite.
    """
    return _canonical(result.model_dump(mode="json"), name, "result")


def _canonical(value: Any, name: str, path: str) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _canonical(v, name, f"{path}.{k}") for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(v, name, f"{path}.{i}") for i, v in enumerate(value)]
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise LiftError(f"tool {name!r} returned {value!r} at {path}")
        return float(f"{value:.{_RESULT_DIGITS - 1}e}") + 0.0
    raise LiftError(f"tool {name!r} returned a {type(value).__name__} at {path}")


def _validated(wanted: ToolSpec, arguments: Mapping[str, Any]) -> BaseModel:
    fields = wanted.arguments_model.model_fields
    unknown = sorted(set(arguments) - set(fields))
    if unknown:
        close = difflib.get_close_matches(unknown[0], list(fields), 1)
        takes = f"It takes: {', '.join(fields) or 'no arguments'}"
        raise ToolRetry(
            f"{wanted.name} has no argument {unknown[0]!r}",
            fix=f"Did you mean {close[0]!r}? {takes}" if close else takes,
        )
    try:
        return wanted.arguments_model.model_validate(dict(arguments))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ToolRetry(
            f"{first['msg']}, got {first['input']!r}",
            where=f"{wanted.name} argument {where}" if where else wanted.name,
            fix=f"{error.error_count()} argument(s) to put right" if error.error_count() > 1 else None,
        ) from error


def _subject(wanted: ToolSpec, dataset: Dataset | None) -> Dataset | None:
    if wanted.data == "none":
        return None
    if wanted.data == "text":
        return dataset if dataset is not None and dataset.kind == "text" else None
    if wanted.data == "product":
        return dataset
    if wanted.data == "optional_table":
        return dataset if dataset is not None and dataset.kind == "table" else None
    if dataset is None:
        raise ToolFailed(f"{wanted.name} needs a table and was given no data", fix="Give a file with --data")
    if dataset.kind != "table":
        raise ToolFailed(f"{wanted.name} needs a table and {dataset.name!r} is a text", fix="Give a table")
    return dataset


def _known_roles(
    wanted: ToolSpec, subject: Dataset | None, roles: ColumnRoles | None
) -> tuple[ColumnRoles | None, UserError | None]:
    if subject is None or subject.kind != "table" or wanted.data in ("product", "rows"):
        return None, None
    if roles is not None:
        return roles, None
    try:
        return subject.roles, None
    except UserError as problem:
        if wanted.data == "panel":
            raise
        return None, problem


_DEFAULT = Registry()
names = _DEFAULT.names
spec = _DEFAULT.spec
run = _DEFAULT.run
run_call = _DEFAULT.run_call
result = _DEFAULT.result

__all__ = [
    "Registry",
    "ToolContext",
    "ToolFailed",
    "ToolRetry",
    "ToolSpec",
    "canonical_result",
    "names",
    "result",
    "run",
    "run_call",
    "spec",
    "tool",
]
