"""The routes of `/v1/runs`: how runs stand, and what can be done about one that was stopped or waits."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.engine import Engine
from liftos_agents.domain.run import RunEntry, RunStatus
from liftos_agents.server.errors import ErrorBody
from liftos_agents.server.event_stream import Gone, while_connected
from liftos_agents.server.requests import Runs

_CLIENT_GONE = 499
_MISTAKES: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorBody, "description": "There is no such run or approval."},
    422: {"model": ErrorBody, "description": "It cannot be done as the run stands."},
    500: {"model": ErrorBody, "description": "A failure of the server; its log has more."},
}


class ResumeRequest(BaseModel):
    """How far a resumed run may go."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"max_seconds": 600}]}
    )

    max_seconds: float | None = Field(default=None, gt=0, description="Time cap of this attempt.")


class DecisionRequest(BaseModel):
    """A person's decision: on one approval of the run, or on all that are pending."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"by": "Ada", "note": "tested in May"}]},
    )

    approval_id: str | None = Field(default=None, max_length=64)
    by: str = Field(default="", max_length=200)
    note: str = Field(default="", max_length=2_000)


def add_run_routes(router: APIRouter, engine: Engine) -> None:
    """Adds the routes over `engine` to `router`."""

    @router.get("/runs", tags=["runs"], summary="The latest runs", responses=_without(404))
    def runs(limit: Annotated[int, Query(ge=1, le=500)] = 20, status: RunStatus | None = None) -> Runs:
        """The latest runs, newest first, without their answers; those of a status alone when one is given."""
        return Runs(runs=engine.runs(limit) if status is None else engine.runs(limit, status))

    @router.get("/runs/{run_id}", tags=["runs"], summary="One run with its answer", responses=_MISTAKES)
    def run(run_id: str) -> dict[str, Any]:
        """One run: question, how it stands, plan, answer, versions, times, and what was asked of persons."""
        return engine.run(run_id)

    @router.post(
        "/runs/{run_id}/resume",
        response_model=Answer,
        tags=["runs"],
        summary="Go on with a run that was stopped",
        responses=_MISTAKES,
    )
    async def resume(run_id: str, request: Request, body: ResumeRequest | None = None) -> Response:
        """The answer, on from where the run was; a client that disconnects stops it again."""
        seconds = body.max_seconds if body else None
        return await _answered(request, engine.resume(run_id, max_seconds=seconds))

    @router.post(
        "/runs/{run_id}/cancel",
        response_model=RunEntry,
        tags=["runs"],
        summary="Stop a run",
        responses=_MISTAKES,
    )
    async def cancel(run_id: str) -> Response:
        """How the run stands; what it found is kept, and it can be resumed."""
        return JSONResponse(await engine.cancel(run_id))

    @router.post(
        "/runs/{run_id}/approve",
        response_model=Answer,
        tags=["runs"],
        summary="Approve a plan that waits for a person",
        responses=_MISTAKES,
    )
    async def approve(run_id: str, request: Request, body: DecisionRequest | None = None) -> Response:
        """The answer: whole after the last decision, waiting before."""
        return await _decided(run_id, request, body, approved=True)

    @router.post(
        "/runs/{run_id}/deny",
        response_model=Answer,
        tags=["runs"],
        summary="Deny a plan that waits for a person",
        responses=_MISTAKES,
    )
    async def deny(run_id: str, request: Request, body: DecisionRequest | None = None) -> Response:
        """The answer, without what rested on the plan after the last decision."""
        return await _decided(run_id, request, body, approved=False)

    async def _decided(
        run_id: str, request: Request, body: DecisionRequest | None, *, approved: bool
    ) -> Response:
        said = body or DecisionRequest()
        work = engine.decide(run_id, approved, approval_id=said.approval_id, by=said.by, note=said.note)
        return await _answered(request, work)


async def _answered(request: Request, work: Any) -> Response:
    try:
        answer: Answer = await while_connected(request, work)
    except Gone:
        return Response(status_code=_CLIENT_GONE)
    return JSONResponse(answer.model_dump(mode="json"))


def _without(code: int) -> dict[int | str, dict[str, Any]]:
    return {key: value for key, value in _MISTAKES.items() if key != code}
