import io
import json
import logging
import subprocess
import sys

import structlog

from liftos_agents.tracing import run_logger


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
