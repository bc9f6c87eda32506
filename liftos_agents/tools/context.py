"""What a tool is handed besides its arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from liftos_agents.data.dataset import Dataset
from liftos_agents.data.store import Store
from liftos_agents.domain.evidence import Evidence, evidence_seed
from liftos_agents.domain.panel import Panel
from liftos_agents.domain.roles import ColumnRoles
from liftos_agents.errors import CancelledError, UserError
from liftos_agents.tools.errors import ToolFailed

Progress = Callable[[str, float | None], None]


class NestedRun(Protocol):
    """Runs another tool on the same dataset and roles."""

    def __call__(self, name: str, arguments: dict[str, Any]) -> Evidence:
        """The evidence of that call."""
        ...


@dataclass
class ToolContext:
    """One tool call's surroundings: data, seed, artifacts, progress and other tools; no model, clock or network.

    Attributes:
        evidence_id: Id of the evidence that this call will produce; `seed` derives from it.
        given_roles: Roles of the columns, or None for a text or a table whose roles are unclear.
        role_problem: Why `given_roles` is None although there is a table.
        used: Evidence ids of the nested calls, in order of first use.
        lacking: Packages that were not installed and that the result does without; a nested call that fails for one adds it.
    """

    evidence_id: str
    store: Store
    given_dataset: Dataset | None = None
    given_roles: ColumnRoles | None = None
    role_problem: UserError | None = None
    nested: NestedRun | None = None
    report: Progress | None = None
    cancelled: Callable[[], bool] | None = None
    used: list[str] = field(default_factory=list[str])
    lacking: set[str] = field(default_factory=set[str])

    @cached_property
    def seed(self) -> int:
        """A 63-bit seed that depends on tool, version, arguments and data alone."""
        return evidence_seed(self.evidence_id)

    @property
    def dataset(self) -> Dataset:
        """The dataset of this call.

        Raises:
            ToolFailed: There is none.
        """
        if self.given_dataset is None:
            raise ToolFailed("this call has no data", fix="Give a file with --data")
        return self.given_dataset

    @property
    def roles(self) -> ColumnRoles:
        """The roles of the dataset's columns.

        Raises:
            AmbiguousRoleError: A role could be read in more than one way.
            DataError: The table has no date or no outcome.
        """
        if self.given_roles is None:
            raise self.role_problem or ToolFailed("this call has no table")
        return self.given_roles

    @property
    def panel(self) -> Panel:
        """The dataset as a regular panel under `roles`, built on first use.

        Raises:
            DataError: The rows make no regular calendar.
        """
        return self.dataset.panel(self.roles)

    @property
    def text(self) -> str | None:
        """The document of this call, or None."""
        return self.given_dataset.text if self.given_dataset else None

    def progress(self, message: str, fraction: float | None = None) -> None:
        """Reports how far the tool is (`fraction` in [0, 1]); a long tool calls it often.

        Raises:
            CancelledError: Whoever asked for the call no longer wants it.
        """
        if self.cancelled is not None and self.cancelled():
            raise CancelledError(f"stopped at: {message}")
        if self.report is not None:
            self.report(message, fraction)

    def put_artifact(self, content: bytes) -> str:
        """Keeps bytes (a posterior, a picture) and returns their sha256."""
        return self.store.put_artifact(content)

    def get_artifact(self, identifier: str) -> bytes:
        """The bytes with this sha256.

        Raises:
            NotFoundError: The store holds none.
        """
        return self.store.get_artifact(identifier)

    def run(self, name: str, **arguments: Any) -> Evidence:
        """The evidence of another tool on the same dataset and roles, from the store when it is there.

        Raises:
            ToolRetry: The arguments do not fit that tool.
        """
        if self.nested is None:
            raise ToolFailed(f"{name!r} cannot be run from here")
        try:
            found = self.nested(name, arguments)
        except ToolFailed as error:
            if isinstance(error.__cause__, ImportError):
                self.lacking.add(error.__cause__.name or str(error.__cause__))
            raise
        self.lacking.update(found.arguments.get("lacking", ()))
        if found.id not in self.used:
            self.used.append(found.id)
        return found
