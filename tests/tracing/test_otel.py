from opentelemetry import trace
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from liftos_agents.tracing import Recorder, SpanExport, names


def provider(processor, **options):
    made = TracerProvider(**options)
    made.add_span_processor(processor)
    return made


def record(store, export, run_id="run", tools=1):
    recorder = Recorder(store, run_id, "acme", thread_id="thread", copy=export.send)
    with recorder.span("lift", "workflow"):
        for _ in range(tools):
            with recorder.span("fit_mmm", "tool", {names.EVIDENCE: ["ev_1"], "odd": {"a": 1}}) as span:
                span.event("cached", hit=True)
    with recorder.span("broken", "model") as span:
        span.fail("no reply for jane@shop.example")
    recorder.finish("complete")


def test_a_host_gets_the_same_spans(store):
    memory = InMemorySpanExporter()
    export = SpanExport(provider(SimpleSpanProcessor(memory)))
    record(store, export)
    found = {span.name: span for span in memory.get_finished_spans()}
    stored = {span.name: span for span in store.spans("run")}
    assert set(found) == set(stored) == {"invoke_workflow lift", "execute_tool fit_mmm", "chat broken"}
    root, tool = found["invoke_workflow lift"], found["execute_tool fit_mmm"]
    assert tool.parent.span_id == root.context.span_id
    assert root.parent is None
    assert found["chat broken"].parent is None
    assert tool.attributes[names.SPAN] == stored[tool.name].id
    assert tool.attributes[names.SESSION] == "thread"
    assert tool.attributes[names.EVIDENCE] == ("ev_1",)
    assert tool.attributes["odd"] == "{'a': 1}"
    assert (tool.start_time, tool.end_time) == (stored[tool.name].started_ns, stored[tool.name].ended_ns)
    assert tool.events[0].name == "cached"
    assert "jane" not in found["chat broken"].status.description
    assert (export.sent, export.dropped) == (3, 0)


def test_a_burst_that_would_overflow_the_queue_is_not_lost(store):
    memory = InMemorySpanExporter()
    export = SpanExport(provider(BatchSpanProcessor(memory)))
    record(store, export, tools=5_000)
    export.close()
    assert len(memory.get_finished_spans()) == 5_002
    assert (export.sent, export.dropped) == (5_002, 0)


class Failing(SpanProcessor):
    def on_end(self, span):
        raise OSError("collector gone")


class Unconfirmed(SpanProcessor):
    def force_flush(self, timeout_millis=30_000):
        return False


def test_what_the_host_refuses_is_counted_and_no_run_fails(store):
    export = SpanExport(provider(Failing()))
    record(store, export)
    assert (export.sent, export.dropped) == (0, 3)
    assert store.run("run").status == "complete"


def test_what_no_flush_confirms_is_counted_as_dropped(store):
    export = SpanExport(provider(Unconfirmed()))
    record(store, export)
    assert (export.sent, export.dropped) == (3, 0)
    export.close()
    assert (export.sent, export.dropped) == (0, 3)


def test_what_the_host_does_not_sample_is_neither_sent_nor_dropped(store):
    export = SpanExport(provider(SimpleSpanProcessor(InMemorySpanExporter()), sampler=ALWAYS_OFF))
    record(store, export)
    assert (export.sent, export.dropped) == (0, 0)


def test_the_global_provider_is_left_alone(store):
    before = trace.get_tracer_provider()
    record(store, SpanExport(provider(SimpleSpanProcessor(InMemorySpanExporter()))))
    assert trace.get_tracer_provider() is before
