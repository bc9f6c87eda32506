"""What a user reads when something is wrong: what, where, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """`text` with control characters, line breaks and turns of writing direction replaced by `\ufffd`."""
    return _UNPRINTABLE.sub("\ufffd", text)


class LiftError(Exception):
    """Base of every error that the package raises on purpose."""


class UserError(LiftError):
    """A mistake that the user can put right.

    Commands print it without a traceback and leave with `exit_code`; the server answers 4xx.

    Args:
        what: What is wrong, with the offending value quoted by `!r`.
        where: File, column, row or argument in which it was found.
        fix: What to do about it.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str | None = None, fix: str | None = None) -> None:
        # Names of files and columns come from outside and must not steer the terminal.
        self.what = _clean(what)
        self.where = None if where is None else printable(where)
        self.fix = None if fix is None else _clean(fix)
        super().__init__(self.__str__())

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}. {self.fix}" if self.fix else text


def _clean(text: str) -> str:
    return "\n".join(printable(line) for line in text.split("\n"))


class DataError(UserError):
    """A file or a frame that cannot be read as it stands."""


class AmbiguousRoleError(UserError):
    """Column roles that could be read in more than one way.

    `role` is the role in question and `choices` the columns that fit it.
    """

    def __init__(
        self,
        what: str,
        *,
        role: str,
        choices: Sequence[str],
        where: str | None = None,
        fix: str | None = None,
    ) -> None:
        self.role = role
        self.choices = tuple(choices)
        super().__init__(what, where=where, fix=fix)


class ArgumentError(UserError):
    """An argument outside what the tool, command or route accepts."""


class NotFoundError(UserError):
    """A run, thread, tool, dataset or file that does not exist."""


class ConfigurationError(UserError):
    """A setting that cannot be used."""


class BudgetExceededError(UserError):
    """A cap on steps, tokens or money that the next call would pass."""


class CancelledError(LiftError):
    """Work that was stopped by whoever asked for it; what was done is kept."""
