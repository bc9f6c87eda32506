"""The two ways in which a tool can fail; the type says whether another try makes sense."""

from __future__ import annotations

from liftos_agents.errors import UserError


class ToolRetry(UserError):
    """The call may succeed with other arguments; `fix` says with which."""


class ToolFailed(UserError):
    """No arguments will make this call succeed on this data."""
