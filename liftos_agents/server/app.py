"""The app around the routes: health, the page, host names, life and death."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from liftos_agents.domain.engine import Engine
from liftos_agents.server.errors import ErrorBody, ErrorDetail
from liftos_agents.server.event_stream import HEARTBEAT_SECONDS
from liftos_agents.server.reference import reference
from liftos_agents.server.routes import create_health_router, create_router
from liftos_agents.version import __version__

LOOPBACK = ("127.0.0.1", "localhost", "::1")
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[Any]]


def create_app(
    engine: Engine,
    *,
    prefix: str = "/v1",
    data_roots: Sequence[Path] | None = None,
    organisations: Collection[str] = (),
    allowed_hosts: Sequence[str] = ("*",),
    lifespan: Lifespan | None = None,
    heartbeat: float = HEARTBEAT_SECONDS,
) -> FastAPI:
    """An app of its own over `engine`: the routes, `/health`, `/ready`, `/docs`, and a page at `/`.

    Args:
        allowed_hosts: Names in the `Host` header that are answered; loopback names keep a foreign page from
            reaching a local server by DNS rebinding.
        lifespan: Opens and closes what the host needs around the app.
        prefix, data_roots, organisations, heartbeat: As `create_router`.
    """

    @asynccontextmanager
    async def alive(app: FastAPI) -> AsyncIterator[None]:
        if lifespan is None:
            yield
        else:
            async with lifespan(app):
                yield

    app = FastAPI(
        title="LiftOS Agents",
        version=__version__,
        description="Questions of marketing data, answered with numbers that are bound to evidence.",
        lifespan=alive,
        docs_url=None,
        redoc_url=None,
    )
    app.include_router(
        create_router(
            engine, prefix=prefix, data_roots=data_roots, organisations=organisations, heartbeat=heartbeat
        )
    )
    app.include_router(create_health_router(engine))
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts))
    app.add_exception_handler(HTTPException, _http_error)

    @app.get("/", include_in_schema=False)
    async def page() -> HTMLResponse:
        text = _file("page.html")
        return _html(
            text.replace("__PREFIX__", html.escape(prefix)),
            f"script-src {_hash(text, 'script')}; connect-src 'self'",
            text,
        )

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        text = _file("reference.html")
        return _html(text.replace("__REFERENCE__", reference(app.openapi())), "", text)

    return app


def serve(
    engine: Engine, *, host: str = "127.0.0.1", port: int = 8080, data_roots: Sequence[Path] | None = None
) -> None:
    """Serves `engine` until interrupted; on loopback only loopback host names are answered."""
    hosts = (*LOOPBACK, "[::1]") if host in LOOPBACK else ("*",)
    app = create_app(engine, data_roots=data_roots, allowed_hosts=hosts)
    uvicorn.run(app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=5)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "invalid_request")
    body = ErrorBody(
        error=ErrorDetail(
            type=kind, message=str(error.detail), where=request.url.path, fix="See /docs for the routes"
        )
    )
    return JSONResponse(
        body.model_dump(exclude_none=True), status_code=error.status_code, headers=error.headers
    )


def _html(text: str, policy: str, template: str) -> HTMLResponse:
    """A page whose style, and whose script if it has one, is allowed by the hash of its own text alone."""
    rules = f"default-src 'none'; style-src {_hash(template, 'style')}; {policy}"
    fixed = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return HTMLResponse(
        text,
        headers={
            "Content-Security-Policy": f"{rules.rstrip('; ')}; {fixed}",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        },
    )


@cache
def _file(name: str) -> str:
    return resources.files("liftos_agents.server").joinpath(name).read_text("utf-8")


def _hash(text: str, tag: str) -> str:
    match = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    assert match is not None
    digest = hashlib.sha256(match.group(1).encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
