"""LiftOS inside a host's FastAPI app: its router beside the host's own routes. The data is simulated."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient

from liftos_agents import LiftOS, sandbox


def host(folder: Path) -> FastAPI:
    """A host's app; LiftOS keeps its stores in `folder`."""
    lift = LiftOS(home=folder / "liftos")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        lift.close()

    app = FastAPI(lifespan=lifespan)
    app.include_router(lift.router(prefix="/marketing", data_roots=[folder]))

    @app.get("/")
    def own_route() -> dict[str, str]:
        return {"host": "here"}

    return app


def main() -> None:
    """Ask over HTTP, in process."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = folder / "shop.csv"
        sandbox.simulate(sandbox.scenarios.load("shop")).frame().to_csv(table, index=False)
        with TestClient(host(folder)) as client:
            reply = client.post(
                "/marketing/chat", json={"question": "Which channels waste money?", "data": [str(table)]}
            )
            print(reply.status_code, reply.json()["answer"]["headline"])


if __name__ == "__main__":
    main()
