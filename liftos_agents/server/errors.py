"""What a client reads when something is wrong: one shape for every failure, and nothing of the inside."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from liftos_agents.errors import (
    AmbiguousRoleError,
    BudgetExceededError,
    CancelledError,
    NotFoundError,
    UserError,
)

MOST_BODY_BYTES = 1_000_000
_log = logging.getLogger("liftos_agents.server")


class ErrorDetail(BaseModel):
    """What was wrong, where, and what to do about it; `choices` when one of several must be named."""

    model_config = ConfigDict(frozen=True)

    type: str
    message: str
    where: str | None = None
    fix: str | None = None
    role: str | None = None
    choices: tuple[str, ...] | None = None


class ErrorBody(BaseModel):
    """The body of every answer that is no success."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "example": {
                "error": {
                    "type": "not_found",
                    "message": "there is no file 'sales.csv'",
                    "where": "data",
                    "fix": "Name a file within the folders that the server reads data from",
                }
            }
        },
    )

    error: ErrorDetail = Field(description="What was wrong.")


class PlainErrorRoute(APIRoute):
    """A route whose failures are answered in our own shape, in whichever app it is mounted."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with every exception turned into an `ErrorBody`."""
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handler(Request(request.scope, _bounded(request.receive)))
            except HTTPException as error:
                if isinstance(error.__cause__, BodyTooLarge):
                    return error_response(error.__cause__)
                raise
            except Exception as error:  # noqa: BLE001
                return error_response(error)

        return guarded


class BodyTooLarge(UserError):
    """A request body above `MOST_BODY_BYTES`."""


def error_response(error: Exception) -> JSONResponse:
    """The response for `error`; one that is no user's mistake is logged and shown without its text."""
    status, body = described(error)
    return JSONResponse(body.model_dump(mode="json", exclude_none=True), status_code=status)


def described(error: Exception) -> tuple[int, ErrorBody]:
    """HTTP status and body for `error`."""
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        more = f" ({len(error.errors())} problems)" if len(error.errors()) > 1 else ""
        return 422, _body(
            "invalid_request", f"{first['msg']}{more}", where=where, fix="See /docs for what the route takes"
        )
    if isinstance(error, AmbiguousRoleError):
        detail = ErrorDetail(
            type="ambiguous_role",
            message=error.what,
            where=error.where,
            fix=error.fix,
            role=error.role,
            choices=error.choices,
        )
        return 422, ErrorBody(error=detail)
    if isinstance(error, NotFoundError):
        return 404, _body("not_found", error.what, where=error.where, fix=error.fix)
    if isinstance(error, BudgetExceededError):
        return 422, _body("budget_exceeded", error.what, where=error.where, fix=error.fix)
    if isinstance(error, BodyTooLarge):
        return 413, _body("too_large", error.what, fix=error.fix)
    if isinstance(error, UserError):
        return 422, _body("invalid_request", error.what, where=error.where, fix=error.fix)
    if isinstance(error, CancelledError):
        return 409, _body("cancelled", "the run was stopped", fix="Ask again")
    reference = uuid.uuid4().hex[:12]
    _log.error("failure %s", reference, exc_info=error)
    return 500, _body(
        "internal", "something went wrong on the server", fix=f"Its log has more, under {reference}"
    )


def _bounded(receive: Receive) -> Receive:
    """`receive` that stops a body as soon as it has grown too large, whatever length it announces."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MOST_BODY_BYTES:
            raise BodyTooLarge(
                f"the body is larger than {MOST_BODY_BYTES:,} bytes", fix="Give data by path, not in the body"
            )
        return message

    return counted


def _body(kind: str, message: str, *, where: str | None = None, fix: str | None = None) -> ErrorBody:
    return ErrorBody(error=ErrorDetail(type=kind, message=message, where=where, fix=fix))
