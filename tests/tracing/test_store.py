import os
import stat
import subprocess
import sys
import threading

import pytest

from liftos_agents.domain.decision import Decision
from liftos_agents.errors import ConfigurationError, NotFoundError
from liftos_agents.tracing import Recorder, TraceStore


def test_runs_come_newest_first_and_by_organisation(store, ticking):
    for number, organisation in enumerate(["acme", "globex", "acme"]):
        Recorder(store, f"run_{number}", organisation, question=f"q{number}", clock=ticking).finish(
            "complete"
        )
    assert [run.id for run in store.runs()] == ["run_2", "run_1", "run_0"]
    assert [run.question for run in store.runs(organisation="acme")] == ["q2", "q0"]
    assert len(store.runs(1)) == 1
    assert store.runs()[0].seconds > 0


def test_a_run_is_found_by_the_beginning_of_its_id(store, recorded, make_answer):
    recorded("run_alpha")
    recorded("run_beta")
    run = store.run("run_a")
    assert run.id == "run_alpha"
    assert run.answer == make_answer("run_alpha").model_dump(mode="json")
    assert run.plan == run.answer["plan"]
    assert run.versions["liftos-agents"]
    with pytest.raises(NotFoundError, match="run_alpha, run_beta"):
        store.run("run_")
    for absent in ("", "gone", "%", "_un"):
        with pytest.raises(NotFoundError, match="no run"):
            store.run(absent)


def test_an_id_that_begins_another_is_itself(store, recorded):
    recorded("run")
    recorded("run_1")
    assert store.run("run").id == "run"


def test_one_organisation_does_not_find_the_runs_of_another(store, recorded):
    recorded("run_1", "acme")
    with pytest.raises(NotFoundError):
        store.run("run_1", organisation="globex")


def test_decisions_come_in_order_with_their_span(store, recorded):
    recorded()
    route, call = store.decisions("run_1")
    assert (route.decision.kind, call.decision.kind) == ("route", "tool_call")
    assert route.decision.options == ("a", "b")
    spans = {span.id: span.name for span in store.spans("run_1")}
    assert spans[call.span] == "execute_tool fit_mmm"
    assert call.previous == route.hash


def test_secrets_are_taken_out_of_everything_that_is_stored(store, tmp_path):
    secret = "sk-proj-abcdefghijklmnop1234"
    recorder = Recorder(store, "run", "acme", question=f"use {secret} and mail jane.doe@shop.example")
    with recorder.span("lift", "workflow", {"url": "https://u:pw@host/x", "api_key": "hunter22"}) as span:
        span.event("called", header="Bearer abcdefghijklmnop")
        span.fail(ValueError(f"bad {secret}"))
    recorder.finish("failed", error=f"with {secret}", answer={"note": "jane.doe@shop.example"})
    store.database.close()
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("trace.sqlite*"))
    for leaked in (secret, "jane.doe", "u:pw@", "abcdefghijklmnop", "hunter22"):
        assert leaked.encode() not in raw
    assert store.verify("acme").ok


def test_broken_characters_do_not_lose_a_run(store):
    broken = "caf\udce9 \ud800"
    recorder = Recorder(store, "run", "acme", question=broken)
    with recorder.span(broken, "tool", {"given": broken}) as span:
        span.event("read", text=broken)
        span.fail(broken)
        recorder.decide(Decision(kind="route", actor="router", asked=broken))
    recorder.finish("failed", error=broken, answer={"question": broken})
    assert store.run("run").question == "caf? ?"
    assert store.spans("run")[0].message == "caf? ?"
    assert store.decisions("run")[0].decision.actor == "router"
    assert store.verify("acme").ok


def test_threads_that_finish_at_once_make_one_chain(store):
    def run(number):
        for turn in range(5):
            Recorder(store, f"run_{number}_{turn}", "acme").finish("complete")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report = store.verify("acme")
    assert report.ok
    assert (report.records, report.runs) == (20, 20)


_OTHER_PROCESS = """
import sys
from pathlib import Path
from liftos_agents.data.database import Database
from liftos_agents.tracing import Recorder, TraceStore
folder = Path(sys.argv[1])
store = TraceStore(Database(f"sqlite:///{folder / 'trace.sqlite'}"), folder / "keys")
for turn in range(10):
    Recorder(store, f"run_{sys.argv[2]}_{turn}", "acme").finish("complete")
"""


def test_processes_that_finish_at_once_make_one_chain(store, tmp_path):
    commands = [[sys.executable, "-c", _OTHER_PROCESS, str(tmp_path), str(n)] for n in range(2)]
    running = [subprocess.Popen(command) for command in commands]
    assert [process.wait(60) for process in running] == [0, 0]
    report = store.verify("acme")
    assert report.ok, report.faults
    assert report.runs == 20


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_the_key_is_its_owners_alone_and_stays_the_same(store, database, tmp_path):
    path = store.key.path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert TraceStore(database, tmp_path / "keys").key.public == store.key.public
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        _ = TraceStore(database, tmp_path / "keys").key


def test_a_file_that_is_no_key_is_refused(database, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "trace.ed25519").write_bytes(b"short")
    (folder / "trace.ed25519").chmod(0o600)
    with pytest.raises(ConfigurationError, match="no Ed25519 key"):
        _ = TraceStore(database, folder).key
