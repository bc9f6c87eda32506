import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from liftos_agents.domain.decision import Decision
from liftos_agents.tracing import Recorder, names


def parents(store, run_id):
    spans = store.spans(run_id)
    by_id = {span.id: span.name for span in spans}
    return {span.name: by_id.get(span.parent, "") for span in spans}


async def test_spans_nest_through_parallel_tasks(store):
    recorder = Recorder(store, "run", "acme")
    started = asyncio.Event()

    async def specialist(name, first):
        async with recorder.span(name, "agent"):
            if first:
                await started.wait()
            else:
                started.set()
            for tool in ("one", "two"):
                with recorder.span(f"{name}_{tool}", "tool"):
                    await asyncio.sleep(0)

    async with recorder.span("lift", "workflow"):
        await asyncio.gather(specialist("analyst", True), specialist("optimiser", False))
    recorder.finish("complete")
    assert parents(store, "run") == {
        "invoke_workflow lift": "",
        "invoke_agent analyst": "invoke_workflow lift",
        "invoke_agent optimiser": "invoke_workflow lift",
        "execute_tool analyst_one": "invoke_agent analyst",
        "execute_tool analyst_two": "invoke_agent analyst",
        "execute_tool optimiser_one": "invoke_agent optimiser",
        "execute_tool optimiser_two": "invoke_agent optimiser",
    }


async def test_spans_nest_through_threads(store):
    recorder = Recorder(store, "run", "acme")

    def work(name):
        with recorder.span(name, "tool"):
            recorder.event("halfway", done=0.5)

    with recorder.span("lift", "workflow"), ThreadPoolExecutor(4) as pool:
        await asyncio.to_thread(work, "by_asyncio")
        list(pool.map(recorder.carry(work), [f"by_pool_{n}" for n in range(8)]))
        thread = threading.Thread(target=recorder.carry(work), args=("by_thread",))
        thread.start()
        thread.join()
    recorder.finish("complete")
    found = parents(store, "run")
    assert len(found) == 11
    assert {parent for name, parent in found.items() if name.startswith("execute")} == {
        "invoke_workflow lift"
    }
    tools = [span for span in store.spans("run") if span.kind == "tool"]
    assert all([event.name for event in span.events] == ["halfway"] for span in tools)


async def test_two_runs_at_once_do_not_meet(store):
    one, other = Recorder(store, "run_a", "acme"), Recorder(store, "run_b", "globex")

    async def run(recorder):
        with recorder.span("lift", "workflow"):
            await asyncio.sleep(0)
            with recorder.span("fit_mmm", "tool"):
                await asyncio.sleep(0)
                recorder.decide(Decision(kind="tool_call", actor=recorder.run_id))
        recorder.finish("complete")

    with one.span("outer"):
        assert other.current is None
        await asyncio.gather(run(one), run(other))
    assert [span.name for span in store.spans("run_b")] == ["invoke_workflow lift", "execute_tool fit_mmm"]
    assert store.spans("run_b")[0].parent == ""
    assert [r.decision.actor for r in store.decisions("run_b")] == ["run_b"]


async def test_an_async_generator_closed_from_elsewhere_leaves_no_span_behind(store):
    recorder = Recorder(store, "run", "acme")

    async def events():
        with recorder.span("lift", "workflow"):
            yield 1
            yield 2

    stream = events()
    await asyncio.create_task(stream.__anext__())
    await asyncio.create_task(stream.aclose())
    assert recorder.current is None
    recorder.finish("cancelled")
    assert store.spans("run")[0].message == ""


def test_an_error_marks_the_span_and_travels_on(store):
    recorder = Recorder(store, "run", "acme")
    with pytest.raises(ZeroDivisionError), recorder.span("fit_mmm", "tool"):
        _ = 1 / 0
    with recorder.span("optimise_budget", "tool") as span:
        span.fail("no plan")
    recorder.finish("failed", error=RuntimeError("gave up"))
    first, second = store.spans("run")
    assert (first.status, first.message, first.attributes[names.ERROR]) == (
        "error",
        "division by zero",
        "ZeroDivisionError",
    )
    assert (second.status, second.message) == ("error", "no plan")
    assert store.run("run").error == "RuntimeError: gave up"


def test_names_and_attributes_follow_the_conventions(store, ticking):
    recorder = Recorder(store, "run", "acme", clock=ticking)
    with recorder.span("gpt", "model", {names.PROVIDER: "openai"}) as span:
        span.set(**{names.INPUT_TOKENS: 12, names.OUTPUT_TOKENS: None})
    recorder.finish("complete")
    (found,) = store.spans("run")
    assert found.name == "chat gpt"
    assert found.attributes == {
        "openinference.span.kind": "LLM",
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt",
        "gen_ai.provider.name": "openai",
        "gen_ai.usage.input_tokens": 12,
    }
    assert found.milliseconds == pytest.approx(0.001)


def test_pinned_names_exist_in_the_conventions_that_are_installed():
    gen_ai = pytest.importorskip("opentelemetry.semconv._incubating.attributes.gen_ai_attributes")
    known = {value for value in vars(gen_ai).values() if isinstance(value, str)}
    ours = {value for value in vars(names).values() if isinstance(value, str)} | names.CONTENT
    assert {name for name in ours if name.startswith("gen_ai.")} <= known
    operations = {member.value for member in gen_ai.GenAiOperationNameValues}
    assert set(names.OPERATIONS.values()) - operations == {"plan", "memory"}


@pytest.mark.parametrize("capture", [False, True])
def test_content_is_kept_only_where_asked(store, capture):
    recorder = Recorder(store, "run", "acme", capture_content=capture)
    with recorder.span("gpt", "model", {names.INPUT: "the prompt"}) as span:
        span.set(**{names.OUTPUT: "the reply"})
    recorder.finish("complete")
    kept = store.spans("run")[0].attributes
    assert (kept.get(names.INPUT), kept.get(names.OUTPUT)) == (
        ("the prompt", "the reply") if capture else (None, None)
    )


def test_a_run_is_written_once_and_with_spans_that_are_still_open(store):
    recorder = Recorder(store, "run", "acme")
    with recorder.span("lift", "workflow"):
        recorder.finish("complete")
        recorder.finish("failed")
    assert store.run("run").status == "complete"
    assert store.spans("run")[0].status == "open"


def test_the_copy_gets_what_was_stored(store):
    copies = []
    recorder = Recorder(store, "run", "acme", copy=lambda run, spans: copies.append((run, spans)))
    with recorder.span("lift", "workflow"):
        pass
    recorder.finish("complete")
    ((run, spans),) = copies
    assert run.id == "run"
    assert spans == store.spans("run")


def test_values_of_any_kind_can_be_attributes(store):
    recorder = Recorder(store, "run", "acme")
    with recorder.span("lift", "workflow", {"path": object, "loss": float("nan"), "ids": ("a", "b")}):
        pass
    recorder.finish("complete")
    kept = store.spans("run")[0].attributes
    assert kept["path"] == str(object)
    assert kept["loss"] == "NaN"
    assert kept["ids"] == ["a", "b"]
