"""Runs leave as JSON lines, Parquet and OTLP, without secrets, and what does not arrive is counted."""

from __future__ import annotations

import json
import math

import duckdb
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from liftos_agents.domain.decision import Decision
from liftos_agents.errors import ConfigurationError
from liftos_agents.tracing import Recorder, export
from liftos_agents.tracing.otlp import OtlpSender, encode_spans
from tests.tracing.collector import Collector

SECRET = "sk-proj-abcdefghijklmnop1234"


@pytest.fixture
def full(store, recorded):
    recorded("run_1")
    recorder = Recorder(store, "run_2", "acme", question="mail jane.doe@shop.example")
    recorder.note(asked=f"use {SECRET}")
    recorder.keep_reply("a" * 64, "router", [("system", "1")], {"content": f"the key is {SECRET}"})
    with (
        recorder.span("lift", "workflow"),
        recorder.span("offline", "model", {"tokens": 5, "share": 0.5}) as span,
    ):
        span.event("asked", header="Bearer abcdefghijklmnop")
        span.fail("no answer")
    recorder.finish("failed", error="no answer")
    return store


def test_json_lines_hold_every_record_and_no_secret(full, tmp_path):
    path = tmp_path / "out.jsonl"
    count = export.write_jsonl(full, ["run_1", "run_2"], path)
    text = path.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert len(lines) == count
    kinds = [line["record"] for line in lines if line["run_id"] == "run_2"]
    assert kinds == ["run", "span", "span", "reply", "inputs"]
    assert [line["record"] for line in lines].count("decision") == 2
    for leaked in (SECRET, "jane.doe", "abcdefghijklmnop"):
        assert leaked not in text
    assert SECRET in json.dumps(full.inputs("run_2"))
    assert SECRET in full.replies("run_2")[0].reply["content"]


def test_parquet_holds_the_same(full, tmp_path):
    path = tmp_path / "out.parquet"
    count = export.write_parquet(full, ["run_1", "run_2"], path)
    found = duckdb.sql(f"SELECT record, count(*) FROM read_parquet('{path}') GROUP BY 1").fetchall()
    assert dict(found) == {"run": 2, "span": 5, "decision": 2, "reply": 1, "inputs": 1}
    assert sum(n for _, n in found) == count


def test_an_otlp_file_is_an_export_request(full, tmp_path):
    path = tmp_path / "out.json"
    assert export.write_otlp(full, ["run_1", "run_2"], path) == 5
    (resource,) = json.loads(path.read_text())["resourceSpans"]
    spans = resource["scopeSpans"][0]["spans"]
    by_name = {span["name"]: span for span in spans}
    assert by_name["execute_tool fit_mmm"]["parentSpanId"] == by_name["invoke_agent causal_analyst"]["spanId"]
    assert [e["name"] for e in by_name["execute_tool fit_mmm"]["events"]] == ["liftos.decision"]
    assert len({span["traceId"] for span in spans}) == 2
    assert {len(span["traceId"]) for span in spans} == {32}
    assert by_name["chat offline"]["kind"] == 3
    assert by_name["chat offline"]["status"] == {"code": 2, "message": "no answer"}
    values = {a["key"]: a["value"] for a in by_name["chat offline"]["attributes"]}
    assert values["tokens"] == {"intValue": "5"}
    assert values["share"] == {"doubleValue": 0.5}


def sent(store, sender):
    sender.send(store.run("run_1"), store.spans("run_1"), store.decisions("run_1"))


@pytest.mark.parametrize("protocol", ["http/json", "http/protobuf", ""])
def test_a_collector_gets_every_span(full, protocol):
    with Collector() as collector:
        sender = OtlpSender(collector.url, headers="x-key=a%20b,broken", protocol=protocol)
        sent(full, sender)
    ((path, headers, body),) = collector.bodies
    assert (path, headers["x-key"]) == ("/v1/traces", "a b")
    assert (sender.sent, sender.dropped) == (3, 0)
    if protocol == "http/json":
        assert len(json.loads(body)["resourceSpans"][0]["scopeSpans"][0]["spans"]) == 3
        return
    message = ExportTraceServiceRequest.FromString(body)
    spans = message.resource_spans[0].scope_spans[0].spans
    assert [span.span_id.hex() for span in spans] == [span.id for span in full.spans("run_1")]
    assert spans[2].parent_span_id == spans[1].span_id


@pytest.mark.parametrize(
    ("status", "reply", "dropped"), [(503, None, 3), (200, {"partialSuccess": {"rejectedSpans": "2"}}, 2)]
)
def test_what_does_not_arrive_is_counted(full, status, reply, dropped):
    with Collector(status, reply) as collector:
        sender = OtlpSender(f"{collector.url}/v1/traces", protocol="http/json")
        sent(full, sender)
    assert (sender.sent, sender.dropped) == (3 - dropped, dropped)
    assert sender.problem


def test_nobody_at_home_is_counted_too(full):
    with Collector() as collector:
        address = collector.url
    sender = OtlpSender(address)
    sent(full, sender)
    assert (sender.sent, sender.dropped) == (0, 3)
    assert "ConnectError" in sender.problem


@pytest.mark.parametrize(
    "given",
    [
        {"endpoint": "localhost:4318"},
        {"endpoint": "http://x:port"},
        {"endpoint": "http://x", "protocol": "grpc"},
        {"endpoint": "http://x", "headers": "key=€"},
    ],
)
def test_what_cannot_be_sent_to_is_a_mistake_with_a_fix(given):
    with pytest.raises(ConfigurationError):
        OtlpSender(**given)


@pytest.mark.parametrize("protocol", ["http/json", "http/protobuf"])
def test_a_span_of_odd_values_arrives_and_breaks_no_run(store, protocol):
    odd = {"ratio": math.nan, "most": -math.inf, "far": 2**70, "half": "\ud800 pair"}
    with Collector() as collector:
        sender = OtlpSender(collector.url, protocol=protocol)
        recorder = Recorder(store, "run_odd", "acme", copy=sender.send)
        with recorder.span("\udfff", attributes=odd):
            pass
        recorder.finish("completed")
    assert (sender.sent, sender.dropped, sender.problem) == (1, 0, "")
    if protocol == "http/json":
        json.loads(collector.bodies[0][2], parse_constant=pytest.fail)


def test_what_was_decided_in_no_span_is_told_where_the_run_begins(store):
    recorder = Recorder(store, "run_bare", "acme")
    with recorder.span("lift", "workflow"):
        pass
    recorder.decide(Decision(kind="approval", actor="ada", chosen="approved"))
    recorder.finish("completed")
    (span,) = encode_spans(store.run("run_bare"), store.spans("run_bare"), store.decisions("run_bare"))
    assert [event["name"] for event in span["events"]] == ["liftos.decision"]
