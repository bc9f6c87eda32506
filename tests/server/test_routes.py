"""The routes over a real connection."""

import asyncio
import json

import httpx
import pytest
from fastapi import FastAPI

from liftos_agents.server import create_app, create_router
from liftos_agents.version import __version__


def sse(text):
    """Frames of a stream as (event, id, data), comments left out; parsed as the HTML standard says."""
    frames = []
    for block in text.split("\n\n"):
        fields = {}
        for line in block.split("\n"):
            if line and not line.startswith(":"):
                name, _, value = line.partition(":")
                fields.setdefault(name, []).append(value.removeprefix(" "))
        if "data" in fields:
            frames.append((fields["event"][0], fields["id"][0], json.loads("\n".join(fields["data"]))))
    return frames


def test_a_question_is_answered_as_json(client):
    response = client.post("/v1/chat", json={"question": "how many words here"})
    assert response.status_code == 200
    assert response.json()["answer"]["headline"] == "4 words"
    assert response.json()["schema_version"]


def test_the_engine_gets_everything_that_was_asked(client, engine, data_root):
    body = {
        "question": "a b",
        "data": ["sales.csv"],
        "roles": {"outcome": "revenue"},
        "thread_id": "t7",
        "max_usd": 0.5,
    }
    assert client.post("/v1/chat", json={**body, "interactive": False}).json()["thread_id"] == "t7"
    asked = engine.asked[0]
    assert asked.data == (str(data_root / "sales.csv"),)
    assert asked.roles == {"outcome": "revenue"}
    assert asked.max_usd == 0.5
    assert not asked.interactive


@pytest.mark.parametrize("way", ["body", "header"])
def test_a_stream_ends_with_the_answer(client, way):
    body = {"question": "two words"} | ({"stream": True} if way == "body" else {})
    response = client.post(
        "/v1/chat", json=body, headers={"Accept": "text/event-stream"} if way == "header" else {}
    )
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    frames = sse(response.text)
    assert [(kind, number) for kind, number, _ in frames] == [("run_started", "0"), ("answer", "1")]
    assert frames[-1][2]["data"]["answer"]["headline"] == "2 words"
    assert frames[-1][2]["data"]["answer"]["claims"][0]["text"] == "line one\nline two"


def test_a_failure_within_a_stream_is_its_last_event(client):
    frames = sse(client.post("/v1/chat", json={"question": "ambiguous columns", "stream": True}).text)
    assert [kind for kind, _, _ in frames] == ["run_started", "error"]
    assert frames[-1][2]["error"]["type"] == "ambiguous_role"
    assert frames[-1][2]["error"]["choices"] == ["a", "b"]


def test_a_secret_stays_inside_when_a_stream_breaks(client):
    text = client.post("/v1/chat", json={"question": "broken engine", "stream": True}).text
    assert sse(text)[-1][2]["error"]["type"] == "internal"
    assert "passwd" not in text


def test_silence_is_filled_with_comments_and_leaving_stops_the_run(client, engine):
    with client.stream("POST", "/v1/chat", json={"question": "slow work", "stream": True}) as response:
        lines = response.iter_lines()
        assert next(line for line in lines if line.startswith(":")) == ": alive"
        assert engine.started.is_set()
        assert not engine.stopped.is_set()
    assert engine.stopped.wait(5)


def test_leaving_stops_a_run_that_was_asked_for_as_json(client, engine):
    with pytest.raises(httpx.ReadTimeout):
        client.post("/v1/chat", json={"question": "slow work"}, timeout=0.3)
    assert engine.started.is_set()
    assert engine.stopped.wait(5)


def test_a_stream_that_runs_does_not_hold_up_others(client, engine):
    with client.stream("POST", "/v1/chat", json={"question": "slow work", "stream": True}) as response:
        lines = response.iter_lines()
        assert next(lines) == "event: run_started"
        assert (
            client.post("/v1/chat", json={"question": "quick one"}).json()["answer"]["headline"] == "2 words"
        )
        assert not engine.stopped.is_set()
    assert engine.stopped.wait(5)


async def test_many_at_once_get_their_own_answers(client):
    async with httpx.AsyncClient(base_url=client.base_url, timeout=10) as many:
        questions = [" ".join(["word"] * n) for n in range(1, 41)]
        answers = await asyncio.gather(*(many.post("/v1/chat", json={"question": q}) for q in questions))
    assert [a.json()["answer"]["headline"] for a in answers] == [f"{n} words" for n in range(1, 41)]
    assert [a.json()["question"] for a in answers] == questions


def test_a_plan_alone(client):
    assert client.post("/v1/plan", json={"question": "count"}).json()["steps"][0]["agent"] == "counter"


def test_modules_and_runs(client):
    assert client.get("/v1/modules").json() == {
        "agents": [{"name": "counter"}],
        "tools": [],
        "models": ["words"],
    }
    run = client.post("/v1/chat", json={"question": "kept run"}).json()["run_id"]
    assert client.get("/v1/runs").json() == {"runs": [{"id": run, "question": "kept run"}]}
    assert client.get(f"/v1/runs/{run}").json()["answer"]["answer"]["headline"] == "2 words"


def test_what_can_be_done_with_a_run(client):
    run = client.post("/v1/chat", json={"question": "kept run"}).json()["run_id"]
    assert client.get("/v1/runs", params={"status": "complete"}).json()["runs"]
    assert client.get("/v1/runs", params={"status": "failed"}).json() == {"runs": []}
    assert client.get("/v1/runs", params={"status": "lost"}).status_code == 422
    assert client.post(f"/v1/runs/{run}/resume").json()["answer"]["headline"] == "2 words"
    assert client.post(f"/v1/runs/{run}/resume", json={"max_seconds": 0}).status_code == 422
    assert client.post(f"/v1/runs/{run}/approve", json={"by": "Ada"}).json()["status"] == "complete"
    denied = client.post(f"/v1/runs/{run}/deny", json={"by": "Ada"})
    assert denied.status_code == 422
    assert denied.json()["error"]["message"] == "approved already by Ada"
    assert client.post(f"/v1/runs/{run}/cancel").status_code == 422
    assert client.post("/v1/runs/none/resume").status_code == 404


def test_health_says_nothing_of_the_inside(client, engine):
    assert client.get("/health").json() == {"ok": True, "version": __version__}
    assert client.get("/ready").json() == {"ok": True, "version": __version__}
    engine.ready = False
    assert client.get("/ready").status_code == 503
    assert client.get("/health").status_code == 200


@pytest.mark.parametrize(
    ("question", "status", "kind"),
    [
        ("ambiguous one", 422, "ambiguous_role"),
        ("missing one", 404, "not_found"),
        ("costly one", 422, "budget_exceeded"),
        ("stopped one", 409, "cancelled"),
        ("broken one", 500, "internal"),
    ],
)
def test_each_failure_has_the_same_shape(client, question, status, kind):
    response = client.post("/v1/chat", json={"question": question})
    assert response.status_code == status
    assert response.json()["error"]["type"] == kind
    assert response.json()["error"]["message"]
    assert "passwd" not in response.text


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/chat", {}, 422),
        ("POST", "/v1/chat", {"question": ""}, 422),
        ("POST", "/v1/chat", {"question": "a", "unknown": 1}, 422),
        ("POST", "/v1/chat", {"question": "a", "organisation": "others"}, 422),
        ("POST", "/v1/chat", {"question": "a", "data": ["x.csv"] * 51}, 422),
        ("POST", "/v1/plan", {"question": "missing"}, 404),
        ("GET", "/v1/runs?limit=0", None, 422),
        ("GET", "/v1/runs/none", None, 404),
        ("GET", "/v1/nothing", None, 404),
        ("GET", "/v1/chat", None, 405),
    ],
)
def test_mistakes_of_a_caller(client, method, path, body, status):
    response = client.request(method, path, json=body)
    assert response.status_code == status
    assert response.json()["error"]["message"]


def test_broken_json_is_a_callers_mistake(client):
    response = client.post("/v1/chat", content="{", headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert response.json()["error"]["type"] == "invalid_request"


def test_a_foreign_page_cannot_post_without_a_preflight(client, engine):
    response = client.post("/v1/chat", content='{"question": "a"}', headers={"Content-Type": "text/plain"})
    assert response.status_code == 422
    assert engine.asked == []


def test_only_known_host_names_are_answered(engine, data_root, serve_app):
    with serve_app(create_app(engine, data_roots=[data_root], allowed_hosts=["127.0.0.1"])) as client:
        assert client.get("/health").status_code == 200
        assert client.get("/health", headers={"Host": "evil.example"}).status_code == 400


def test_the_router_lives_in_a_hosts_own_app(engine, data_root, serve_app):
    host = FastAPI()
    host.include_router(
        create_router(engine, prefix="/marketing", data_roots=[data_root], organisations=["acme"])
    )
    with serve_app(host) as client:
        body = {"question": "one two", "organisation": "acme"}
        assert client.post("/marketing/chat", json=body).json()["answer"]["headline"] == "2 words"
        assert engine.asked[0].organisation == "acme"
        assert (
            client.post("/marketing/chat", json={"question": "broken"}).json()["error"]["type"] == "internal"
        )
        assert client.post("/marketing/chat", json={}).json()["error"]["type"] == "invalid_request"


def test_a_hosts_lifespan_opens_and_closes_around_the_app(engine, serve_app):
    from contextlib import asynccontextmanager

    seen = []

    @asynccontextmanager
    async def lifespan(app):
        seen.append("open")
        yield
        seen.append("closed")

    with serve_app(create_app(engine, lifespan=lifespan)) as client:
        assert client.get("/health").status_code == 200
        assert seen == ["open"]
    assert seen == ["open", "closed"]


def test_openapi_names_examples_and_errors(client):
    api = client.get("/openapi.json").json()
    assert set(api["paths"]) == {
        "/v1/chat",
        "/v1/plan",
        "/v1/modules",
        "/v1/runs",
        "/v1/runs/{run_id}",
        "/v1/runs/{run_id}/resume",
        "/v1/runs/{run_id}/cancel",
        "/v1/runs/{run_id}/approve",
        "/v1/runs/{run_id}/deny",
        "/health",
        "/ready",
    }
    chat = api["paths"]["/v1/chat"]["post"]
    assert chat["responses"]["422"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/ErrorBody"
    }
    assert "text/event-stream" in chat["responses"]["200"]["content"]
    assert chat["responses"]["200"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Answer"
    }
    assert api["components"]["schemas"]["ChatRequest"]["examples"][0]["question"]
    assert all(op.get("summary") for path in api["paths"].values() for op in path.values())


def test_a_body_that_is_too_large_is_refused(client, engine):
    response = client.post("/v1/chat", json={"question": "a", "roles": {"outcome": "x" * 1_100_000}})
    assert response.status_code == 413
    assert response.json()["error"]["message"]
    assert engine.asked == []
