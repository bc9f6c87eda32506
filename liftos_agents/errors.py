"""What a user reads when something is wrong: what, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence


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
        self.what = what
        self.where = where
        self.fix = fix
        super().__init__(self.__str__())

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}. {self.fix}" if self.fix else text


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
