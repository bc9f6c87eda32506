"""Reads a scenario file strictly: YAML without surprises, and every fault with its field and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from liftos_agents.errors import DataError, NotFoundError

LARGEST_FILE = 262_144
"""Bytes; a market of a thousand channels takes less."""

_MOST_FAULTS = 12
_Model = TypeVar("_Model", bound=BaseModel)


def read(path: Path) -> str:
    """The text of a scenario file.

    Raises:
        NotFoundError: No such file.
        DataError: It is too large, or no text in UTF-8.
    """
    where = str(path)
    if not path.is_file():
        raise NotFoundError(
            "no such scenario file", where=where, fix="Write one with: liftos simulate new PATH"
        )
    if path.stat().st_size > LARGEST_FILE:
        raise DataError(
            f"the file has {path.stat().st_size:,} bytes; a scenario has at most {LARGEST_FILE:,}",
            where=where,
            fix="Is it the right file?",
        )
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"byte {error.start} is no UTF-8", where=where, fix="Save the file as UTF-8"
        ) from error


def parse(text: str, *, where: str, name: str, model: type[_Model], known_format: int) -> _Model:
    """The content of a scenario file.

    Raises:
        DataError: No YAML, another format, or fields that make no sense; all faults at once, each with its field.
    """
    content = _yaml(text, where)
    stated = content.get("format")
    if stated is None:
        raise DataError(
            "the format of the file is not stated",
            where=f"{where}: format",
            fix=f"Add `format: {known_format}`",
        )
    if stated != known_format or isinstance(stated, bool):
        raise DataError(
            f"format {stated!r} is not known",
            where=f"{where}: format",
            fix=f"This version reads format {known_format}; update the program, or rewrite the file",
        )
    if "name" in content:
        raise DataError(
            "a scenario is called as its file is",
            where=f"{where}: name",
            fix="Remove `name`, or rename the file",
        )
    try:
        return model.model_validate({"name": name, **content})
    except ValidationError as error:
        raise _complaint(error, model, content, where) from error


class _Refused(yaml.YAMLError):
    """YAML that is well formed and not read here."""

    def __init__(self, problem: str, node: yaml.Node | yaml.Event) -> None:
        super().__init__(problem)
        self.problem, self.mark = problem, node.start_mark


class _Loader(yaml.SafeLoader):
    """Plain YAML: no key twice, no aliases that blow a small file up."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise _Refused(f"the alias *{event.anchor} is not read; write the value out", event)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise _Refused(f"{key.value!r} stands twice", key)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def _yaml(text: str, where: str) -> dict[str, Any]:
    try:
        # The loader is SafeLoader's, which builds plain values alone.
        content = yaml.load(text, Loader=_Loader)
    except _Refused as error:
        raise DataError(error.problem, where=_line(where, error.mark), fix="Put it right there") from error
    except yaml.MarkedYAMLError as error:
        raise DataError(
            f"the YAML cannot be read: {error.problem or error.context}",
            where=_line(where, error.problem_mark or error.context_mark),
            fix="Check indentation, colons and quotes there",
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DataError(
            f"the YAML cannot be read: {error}", where=where, fix="Is it a scenario file?"
        ) from error
    if not isinstance(content, dict):
        raise DataError(
            "the file holds no fields" if content is None else "the file is no list of fields with values",
            where=where,
            fix="Write a starting file with: liftos simulate new PATH",
        )
    return {str(key): value for key, value in content.items()}


def _line(where: str, mark: Any) -> str:
    return where if mark is None else f"{where}, line {mark.line + 1}, column {mark.column + 1}"


def _complaint(
    error: ValidationError, model: type[BaseModel], content: Mapping[str, Any], where: str
) -> DataError:
    faults = [_fault(detail, model, content) for detail in error.errors(include_url=False)]
    if len(faults) == 1:
        field, what, fix = faults[0]
        return DataError(what, where=f"{where}: {field}" if field else where, fix=fix)
    lines = [f"  {field or 'the file'}: {what}. {fix}" for field, what, fix in faults[:_MOST_FAULTS]]
    if len(faults) > _MOST_FAULTS:
        lines.append(f"  and {len(faults) - _MOST_FAULTS} more")
    return DataError("\n".join([f"{len(faults)} faults", *lines]), where=where)


def _fault(detail: ErrorDetails, model: type[BaseModel], content: Mapping[str, Any]) -> tuple[str, str, str]:
    """Field, what is wrong, what to do."""
    place = tuple(detail["loc"])
    field = _field(place, content)
    kind, given = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        known = _fields(model, place[:-1])
        return field, "there is no such field", _nearest(str(place[-1]), known)
    if kind == "missing":
        choices = _choices(model, place)
        return field, "it is missing", f"Add it: one of {', '.join(choices)}" if choices else "Add it"
    if kind == "value_error":
        return field, _plain(detail["msg"].removeprefix("Value error, ")), "Put it right there"
    if kind == "literal_error":
        return field, f"{given!r} is not known", _nearest(str(given), _choices(model, place))
    what = _plain(detail["msg"].removeprefix("Input should be "))
    return (
        field,
        f"{_short(given)} will not do",
        f"It must be {what}" if _is_input(detail) else what.capitalize(),
    )


def _is_input(detail: ErrorDetails) -> bool:
    return detail["msg"].startswith("Input should be ")


def _plain(message: str) -> str:
    return message.strip().rstrip(".")


def _short(value: Any) -> str:
    said = repr(value)
    return said if len(said) <= 60 else f"{said[:57]}..."


def _field(place: Sequence[int | str], content: Any) -> str:
    """`market.channels[2] (tv).mean_spend`: elements of lists also by their name."""
    said, at = "", content
    for step in place:
        if isinstance(step, int):
            at = at[step] if isinstance(at, list) and step < len(at) else None
            name = at.get("name") if isinstance(at, dict) else None
            said += f"[{step}]" + (f" ({name})" if isinstance(name, str) else "")
        else:
            at = at.get(step) if isinstance(at, dict) else None
            said += f".{step}" if said else step
    return said


def _nearest(given: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(given, known, n=1, cutoff=0.5)
    listed = f"There are {', '.join(known)}" if known else "Remove it"
    return f"Did you mean {close[0]!r}? {listed}" if close else listed


def _fields(model: type[BaseModel], place: Sequence[int | str]) -> list[str]:
    """Names of the fields of the part at `place`."""
    part = _part(model, place)
    return [] if part is None else [name for name in part.model_fields if name != "name" or part is not model]


def _choices(model: type[BaseModel], place: Sequence[int | str]) -> list[str]:
    """The values that a field of few words may take."""
    part = _part(model, place[:-1])
    if part is None or place[-1] not in part.model_fields:
        return []
    found = part.model_fields[str(place[-1])].annotation
    return [word for word in _words(found) if isinstance(word, str)]


def _words(annotation: Any) -> Iterator[Any]:
    for argument in get_args(annotation):
        if isinstance(argument, str):
            yield argument
        else:
            yield from _words(argument)


def _part(model: type[BaseModel], place: Sequence[int | str]) -> type[BaseModel] | None:
    at: type[BaseModel] | None = model
    for step in place:
        if isinstance(step, int):
            continue
        if at is None or step not in at.model_fields:
            return None
        at = _model_in(at.model_fields[step].annotation)
    return at


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        found = _model_in(argument)
        if found is not None:
            return found
    return None
