"""The routes of `/v1`, for a host's own app or for ours."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.engine import AskRequest, Engine
from liftos_agents.domain.plan import Plan
from liftos_agents.errors import ArgumentError
from liftos_agents.server.data_roots import allowed_sources
from liftos_agents.server.errors import ErrorBody, PlainErrorRoute
from liftos_agents.server.event_stream import HEARTBEAT_SECONDS, EventStream, Gone, while_connected
from liftos_agents.server.requests import ChatRequest, Health, Modules, PlanRequest
from liftos_agents.server.run_routes import add_run_routes
from liftos_agents.version import __version__

_CLIENT_GONE = 499
_MISTAKES: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorBody, "description": "Something that is named does not exist."},
    413: {"model": ErrorBody, "description": "The body is too large."},
    422: {"model": ErrorBody, "description": "A mistake that the caller can put right."},
    500: {"model": ErrorBody, "description": "A failure of the server; its log has more."},
}
_STREAM_EXAMPLE = (
    'event: run_started\nid: 0\ndata: {"kind":"run_started","run_id":"run_1","sequence":0,"data":{}}\n\n'
)


def create_router(
    engine: Engine,
    *,
    prefix: str = "/v1",
    data_roots: Sequence[Path] | None = None,
    organisations: Collection[str] = (),
    heartbeat: float = HEARTBEAT_SECONDS,
) -> APIRouter:
    """The routes over `engine`, to be included in any FastAPI app.

    Args:
        prefix: Path before every route.
        data_roots: Folders that requests may read data from; the working directory when not given.
        organisations: Organisations that a request may name. With none, a request is the engine's own
            organisation's; a host that knows who is asking makes one router for each, or checks before.
        heartbeat: Seconds of silence after which a stream sends a comment.
    """
    roots = tuple(data_roots) if data_roots is not None else (Path.cwd(),)
    router = APIRouter(prefix=prefix, route_class=PlainErrorRoute)

    async def checked(body: AskRequest) -> AskRequest:
        if body.organisation is not None and body.organisation not in organisations:
            raise ArgumentError(
                f"requests may not name the organisation {body.organisation!r}",
                where="organisation",
                fix="Leave it out",
            )
        data = await anyio.to_thread.run_sync(allowed_sources, body.data, roots)
        return AskRequest(**(body.model_dump(exclude={"stream", "data"})), data=data)

    @router.post(
        "/chat",
        response_model=Answer,
        tags=["chat"],
        summary="Ask a question",
        responses={
            **_MISTAKES,
            200: {
                "description": "The answer, or a stream of events whose last one holds it.",
                "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _STREAM_EXAMPLE}},
            },
        },
    )
    async def chat(body: ChatRequest, request: Request) -> Response:
        """The answer to a question; a client that disconnects stops its run."""
        asked = await checked(body)
        if body.stream or "text/event-stream" in request.headers.get("accept", ""):
            return EventStream(engine.stream(asked), heartbeat=heartbeat)
        try:
            answer = await while_connected(request, engine.answer(asked))
        except Gone:
            return Response(status_code=_CLIENT_GONE)
        return JSONResponse(answer.model_dump(mode="json"))

    @router.post(
        "/plan",
        response_model=Plan,
        tags=["chat"],
        summary="Route a question without answering it",
        responses=_MISTAKES,
    )
    async def plan(body: PlanRequest, request: Request) -> Response:
        """Steps, or a clarifying question, or a refusal."""
        try:
            made = await while_connected(request, engine.route(await checked(body)))
        except Gone:
            return Response(status_code=_CLIENT_GONE)
        return JSONResponse(made.model_dump(mode="json"))

    @router.get(
        "/modules", tags=["engine"], summary="Specialists, tools and models", responses={500: _MISTAKES[500]}
    )
    def modules() -> Modules:
        """What this engine has."""
        return Modules.model_validate(engine.modules())

    add_run_routes(router, engine)
    return router


def create_health_router(engine: Engine) -> APIRouter:
    """`/health` and `/ready`, which say nothing of the inside."""
    router = APIRouter(route_class=PlainErrorRoute, tags=["health"])

    @router.get("/health", summary="Whether the server lives")
    async def health() -> Health:
        """Always ok while the process serves."""
        return Health(ok=True, version=__version__)

    @router.get(
        "/ready",
        response_model=Health,
        summary="Whether the server can answer",
        responses={503: {"model": Health, "description": "A store does not answer."}},
    )
    def ready() -> Response:
        """Whether the stores answer."""
        ok = bool(engine.health().get("ok"))
        return JSONResponse(Health(ok=ok, version=__version__).model_dump(), status_code=200 if ok else 503)

    return router
