"""Which failures are worth another try."""

from __future__ import annotations

from langgraph.errors import NodeTimeoutError
from langgraph.types import RetryPolicy

from liftos_agents.errors import LiftError

ATTEMPTS = 2
_PASSING_STATUS = frozenset({408, 409, 425, 429})
_FIRST_SERVER_ERROR = 500


def worth_retrying(error: Exception) -> bool:
    """Whether the same call may succeed a moment later: a lost connection, a slow or busy service.

    LangGraph's own predicate leaves out TimeoutError and OSError; a mistake of the user's, a missing file and
    a node's own time-out stay as they are.
    """
    if isinstance(error, LiftError | NodeTimeoutError | FileNotFoundError | PermissionError):
        return False
    status = getattr(error, "status_code", None) or getattr(
        getattr(error, "response", None), "status_code", None
    )
    if isinstance(status, int):
        return status in _PASSING_STATUS or status >= _FIRST_SERVER_ERROR
    passing = {"APIConnectionError", "APITimeoutError", "ConnectError", "ReadTimeout", "RemoteProtocolError"}
    names = {cls.__name__ for cls in type(error).__mro__}
    return isinstance(error, TimeoutError | OSError) or bool(passing & names)


def retry_policy(attempts: int = ATTEMPTS, initial_interval: float = 0.2) -> RetryPolicy:
    """The policy of nodes that talk to a model or a store."""
    return RetryPolicy(
        max_attempts=attempts, initial_interval=initial_interval, jitter=False, retry_on=worth_retrying
    )
