"""The small language of a playbook's conditions: paths into results, comparisons, and, or, not, arithmetic.

`fit.channels[c].wasteful and fit.fit.r2 >= 0.8`, `length($changes) > 0`. What is missing is `none`; a
comparison with `none` is false unless it asks for `none`. Nothing is called but the functions below.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

Values = Mapping[str, Any]
Node = Callable[[Values], Any]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<string>'[^']*'|\"[^\"]*\")|(?P<name>\$?[A-Za-z_]\w*)"
    r"|(?P<mark>==|!=|<=|>=|[-+*/<>()\[\],.]))"
)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_ARITHMETIC: dict[str, Callable[[float, float], float | None]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else None,
}
_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "none": None}


class ExpressionError(ValueError):
    """A condition that does not follow the language."""


def evaluate(source: str, values: Values) -> Any:
    """The value of `source`, names looked up in `values`.

    Raises:
        ExpressionError: `source` does not follow the language.
    """
    return parse(source)(values)


@lru_cache(maxsize=1024)
def parse(source: str) -> Node:
    """`source` as a function of the values.

    Raises:
        ExpressionError: `source` does not follow the language.
    """
    parser = _Parser(source)
    node = parser.disjunction()
    parser.end()
    return node


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens: list[tuple[str, str]] = []
        position = 0
        text = source.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise ExpressionError(f"cannot read {text[position:]!r} in {source!r}")
            self._tokens.append((match.lastgroup, match.group(match.lastgroup)))
            position = match.end()
        self._next = 0

    def end(self) -> None:
        if self._next < len(self._tokens):
            raise ExpressionError(f"{self._tokens[self._next][1]!r} is not expected in {self._source!r}")

    def disjunction(self) -> Node:
        parts = [self._conjunction()]
        while self._take("or"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else lambda values: any(part(values) for part in parts)

    def _conjunction(self) -> Node:
        parts = [self._negation()]
        while self._take("and"):
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else lambda values: all(part(values) for part in parts)

    def _negation(self) -> Node:
        if self._take("not"):
            inner = self._negation()
            return lambda values: not inner(values)
        return self._comparison()

    def _comparison(self) -> Node:
        left = self._sum()
        for mark in ("==", "!=", "<=", ">=", "<", ">", "in"):
            if self._take(mark):
                return _compared(mark, left, self._sum())
        return left

    def _sum(self) -> Node:
        node = self._product()
        while mark := self._take("+") or self._take("-"):
            node = _calculated(mark, node, self._product())
        return node

    def _product(self) -> Node:
        node = self._unary()
        while mark := self._take("*") or self._take("/"):
            node = _calculated(mark, node, self._unary())
        return node

    def _unary(self) -> Node:
        if self._take("-"):
            return _calculated("-", lambda values: 0.0, self._unary())
        return self._path()

    def _path(self) -> Node:
        node = self._primary()
        while True:
            if self._take("."):
                kind, word = self._advance()
                if kind not in ("name", "number"):
                    raise ExpressionError(f"{word!r} cannot follow a dot in {self._source!r}")
                node = _member(node, _fixed(word))
            elif self._take("["):
                node = _member(node, self.disjunction())
                self._expect("]")
            else:
                return node

    def _primary(self) -> Node:
        kind, word = self._advance()
        if kind == "number":
            return _fixed(float(word) if "." in word else int(word))
        if kind == "string":
            return _fixed(word[1:-1])
        if word == "(":
            node = self.disjunction()
            self._expect(")")
            return node
        if kind != "name":
            raise ExpressionError(f"{word!r} is not expected in {self._source!r}")
        if word in _CONSTANTS:
            return _fixed(_CONSTANTS[word])
        if word in _FUNCTIONS and self._take("("):
            given = [self.disjunction()]
            while self._take(","):
                given.append(self.disjunction())
            self._expect(")")
            return lambda values: _FUNCTIONS[word](*(argument(values) for argument in given))
        return lambda values: values.get(word)

    def _take(self, mark: str) -> str | None:
        if self._next < len(self._tokens):
            kind, word = self._tokens[self._next]
            if word == mark and kind != "string":
                self._next += 1
                return word
        return None

    def _advance(self) -> tuple[str, str]:
        if self._next >= len(self._tokens):
            raise ExpressionError(f"{self._source!r} ends too soon")
        self._next += 1
        return self._tokens[self._next - 1]

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            raise ExpressionError(f"{mark!r} is missing in {self._source!r}")


def _fixed(value: Any) -> Node:
    return lambda values: value


def _member(node: Node, key: Node) -> Node:
    def value(values: Values) -> Any:
        holder, name = node(values), key(values)
        if isinstance(holder, Mapping):
            return cast("Mapping[str, Any]", holder).get(str(name))
        if isinstance(holder, Sequence) and not isinstance(holder, str) and str(name).isdigit():
            items = cast("Sequence[Any]", holder)
            return items[int(name)] if int(name) < len(items) else None
        return None

    return value


def _compared(mark: str, left: Node, right: Node) -> Node:
    def value(values: Values) -> bool:
        a, b = left(values), right(values)
        if mark == "==":
            return a == b
        if mark == "!=":
            return a != b
        if mark == "in":
            return b is not None and a in b
        both_numbers = _is_number(a) and _is_number(b)
        return (both_numbers or (isinstance(a, str) and isinstance(b, str))) and _COMPARISONS[mark](a, b)

    return value


def _calculated(mark: str, left: Node, right: Node) -> Node:
    def value(values: Values) -> float | None:
        a, b = left(values), right(values)
        return _ARITHMETIC[mark](a, b) if _is_number(a) and _is_number(b) else None

    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _length(value: Any) -> int:
    return len(value) if isinstance(value, Mapping | Sequence) else 0  # pyright: ignore[reportUnknownArgumentType]


def _absolute(value: Any) -> float | None:
    return abs(value) if _is_number(value) else None


def _first(*values: Any) -> Any:
    return next((v for v in values if v is not None), None)


def _starts(text: Any, prefix: Any) -> bool:
    return isinstance(text, str) and text.startswith(str(prefix))


def _both(*values: Any) -> list[Any]:
    return [value for value in values if value is not None]


def _constant(names: Any, value: Any) -> dict[str, Any]:
    return {str(name): value for name in cast("Sequence[Any]", names)} if names else {}


def _shifted(parts: Any, key: Any, amounts: Any) -> dict[str, float]:
    if not isinstance(parts, Mapping) or not isinstance(amounts, Mapping):
        return {}
    by_name = cast("Mapping[str, Mapping[str, Any]]", parts)
    moved = cast("Mapping[str, float]", amounts)
    return {
        name: max(0.0, float(by_name[name][key]) + moved[name])
        for name in moved
        if key in by_name.get(name, {})
    }


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "length": _length,
    "abs": _absolute,
    "first": _first,
    "starts": _starts,
    "both": _both,
    "constant": _constant,
    "shifted": _shifted,
}
