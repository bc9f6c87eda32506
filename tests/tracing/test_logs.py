import io
import json
import logging
import subprocess
import sys

import pytest
import structlog

from liftos_agents.domain.decision import Decision
from liftos_agents.errors import ConfigurationError
from liftos_agents.tracing import LogStyle, Recorder, TraceStore, log_style, run_logger


def test_every_line_names_its_run_and_holds_no_secret():
    stream = io.StringIO()
    log = run_logger("run_1", "acme", stream=stream)
    log.info("tool finished", tool="fit_mmm", api_key="abc", who=["jane@shop.example"], seconds=0.5)
    log.debug("not shown")
    line = json.loads(stream.getvalue())
    assert (line["run_id"], line["organisation"], line["level"]) == ("run_1", "acme", "info")
    assert (line["event"], line["tool"], line["seconds"]) == ("tool finished", "fit_mmm", 0.5)
    assert line["who"] == ["[redacted e-mail]"]
    assert line["api_key"] == "[redacted]"
    assert line["timestamp"].endswith("Z")


def test_two_runs_log_apart_and_nothing_global_changes():
    before = structlog.is_configured(), logging.getLogger().handlers[:]
    one, other = io.StringIO(), io.StringIO()
    run_logger("run_1", "acme", stream=one).warning("careful")
    run_logger("run_2", "acme", stream=other, level=logging.ERROR).warning("careful")
    assert "run_1" in one.getvalue()
    assert other.getvalue() == ""
    assert (structlog.is_configured(), logging.getLogger().handlers[:]) == before


def test_text_is_for_people():
    stream = io.StringIO()
    run_logger("run_1", "acme", stream=stream, form="text").error("failed", tool="fit_mmm")
    assert "failed" in stream.getvalue()
    assert "tool=fit_mmm" in stream.getvalue()
    run_logger("run_1", "acme", stream=stream, form="text").error("failed", password="hunter22")
    assert "hunter22" not in stream.getvalue()


def test_opening_the_room_imports_no_database_and_no_telemetry():
    code = (
        "import sys, liftos_agents.tracing;"
        "heavy = {'sqlalchemy', 'opentelemetry', 'structlog', 'cryptography'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def logged(database, keys, level):
    stream = io.StringIO()
    store = TraceStore(database, keys, log=LogStyle(level, "json", stream))
    recorder = Recorder(store, "run_1", "acme", question="a private question", model="offline")
    with recorder.span("router", "plan"):
        recorder.decide(Decision(kind="route", actor="router", chosen="analyst"))
    with pytest.raises(ZeroDivisionError), recorder.span("fit_mmm", "tool"):
        _ = 1 / 0
    recorder.finish("failed", error="key sk-proj-abcdefghijklmnop1234")
    return stream.getvalue()


def test_a_run_is_logged_as_it_goes(database, tmp_path):
    text = logged(database, tmp_path / "keys", logging.DEBUG)
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["event"] for line in lines] == [
        "run started",
        "decision",
        "plan router",
        "execute_tool fit_mmm",
        "run finished",
    ]
    assert [line["level"] for line in lines] == ["info", "info", "debug", "warning", "error"]
    assert lines[3]["error"] == "division by zero"
    assert "private" not in text
    assert "sk-proj" not in text


def test_the_level_leaves_lines_out(database, tmp_path):
    lines = logged(database, tmp_path / "keys", logging.WARNING).splitlines()
    assert len(lines) == 2


def test_levels_by_name():
    assert log_style("Info") == LogStyle(logging.INFO, "json")
    assert log_style("") is None
    assert log_style("off") is None
    with pytest.raises(ConfigurationError, match="loud"):
        log_style("loud")
