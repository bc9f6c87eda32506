"""Every field of a scenario file as Markdown, read off the models: what it means, what it may be, what it is by default."""

from __future__ import annotations

import datetime as dt
import inspect
import re
from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from liftos_agents.sandbox.scenarios import Scenario

_TYPES = {float: "number", int: "whole number", str: "text", bool: "true or false", dt.date: "date"}
_NOT_WRITTEN = {(Scenario, "name")}
_STATED = {(Scenario, "format")}
"""Has a default in the program and none in a file."""
_ATTRIBUTE = re.compile(r"^ {4}([a-z_]+(?:, [a-z_]+)*): (.*)$")


def markdown() -> str:
    """A table a part, the scenario itself first."""
    return "\n\n".join(_table(part, path) for part, path in parts())


def parts() -> Iterator[tuple[type[BaseModel], str]]:
    """The models that a scenario file is made of, each with where it stands."""
    waiting: list[tuple[type[BaseModel], str]] = [(Scenario, "")]
    seen: set[type[BaseModel]] = set()
    while waiting:
        part, path = waiting.pop(0)
        if part in seen:
            continue
        seen.add(part)
        yield part, path
        for name, field in part.model_fields.items():
            inner = _model(field.annotation)
            if inner is not None:
                several = "[]" if _is_list(field.annotation) else ""
                waiting.append((inner, f"{path}.{name}{several}".lstrip(".")))


def explained(part: type[BaseModel]) -> dict[str, str]:
    """What the docstring says of each field."""
    found: dict[str, str] = {}
    names: list[str] = []
    for line in (inspect.getdoc(part) or "").partition("Attributes:\n")[2].splitlines():
        match = _ATTRIBUTE.match(line)
        if match:
            names = match[1].split(", ")
            found.update(dict.fromkeys(names, match[2]))
        elif line.startswith("        "):
            for name in names:
                found[name] += f" {line.strip()}"
        elif line.strip():
            break
    return found


def _table(part: type[BaseModel], path: str) -> str:
    summary = (inspect.getdoc(part) or "").partition("\nAttributes:")[0].strip().replace("\n", " ")
    said = explained(part)
    rows = [
        f"| `{name}` | {_kind(field)} | {_default(part, name, field)} | {_cell(said.get(name, ''))} |"
        for name, field in part.model_fields.items()
        if (part, name) not in _NOT_WRITTEN
    ]
    heading = f"### `{path}`" if path else "### The file"
    return "\n".join(
        [
            heading,
            "",
            " ".join(summary.split()),
            "",
            "| field | may be | default | meaning |",
            "|---|---|---|---|",
            *rows,
        ]
    )


def _kind(field: FieldInfo) -> str:
    return _cell(_named(field.annotation) + _bounds(field))


def _named(annotation: Any) -> str:
    if annotation in _TYPES:
        return _TYPES[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return "one of " + ", ".join(f"`{word}`" for word in arguments)
    if origin in (Union, UnionType):
        return _named(next(a for a in arguments if a is not NoneType))
    if origin is tuple:
        inner = [a for a in arguments if a is not Ellipsis]
        each = _named(inner[0])
        if Ellipsis not in arguments:
            return f"[{', '.join(map(_named, inner))}]"
        return f"list of {each}s" if each[-1].isalpha() else f"list of {each}"
    if origin is dict:
        return f"{_named(arguments[1])} by channel"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "part"
    return _named(arguments[0]) if arguments else str(annotation)


def _bounds(field: FieldInfo) -> str:
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    said = [
        f"{sign} {getattr(bound, name):g}"
        for bound in field.metadata
        for name, sign in signs.items()
        if getattr(bound, name, None) is not None
    ]
    return f" {', '.join(said)}" if said else ""


def _default(part: type[BaseModel], name: str, field: FieldInfo) -> str:
    if field.is_required() or (part, name) in _STATED:
        return "**required**"
    value = field.default
    if value is None:
        return "absent"
    if isinstance(value, BaseModel):
        return "its own defaults"
    if value in ((), {}):
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(f"{item:g}" for item in value) + "]"
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 10_000 else f"{value:g}"
    return str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for a in get_args(annotation) if (found := _model(a)) is not None), None)


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is tuple
