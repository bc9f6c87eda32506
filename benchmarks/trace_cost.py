"""What recording a run costs: 100 spans, 20 decisions and a 60 kB answer, chained, signed and committed.

Runs alternate with one plain commit of a row of the same answer, so that a busy machine slows both alike.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text

from benchmarks.report import write
from liftos_agents.data.database import Database
from liftos_agents.domain.decision import Decision
from liftos_agents.tracing import Recorder, TraceStore
from liftos_agents.tracing.names import EVIDENCE, TOOL_CALL

SPANS, DECISIONS, ROUNDS = 100, 20, 200
GOAL_MILLISECONDS = 6.0
ANSWER = {
    "headline": "TV returns less than it costs.",
    "evidence": [
        {"id": f"ev_{n}", "result": {"curve": [0.123456789012 * i for i in range(750)]}} for n in range(4)
    ],
}

PARTS = [(f"message {n}", "0123456789abcdef") for n in range(12)]
REPLY = {
    "content": "",
    "tool_calls": [{"name": "fit_mmm", "args": {"draws": 500}, "id": "call_1"}],
    "usage": None,
}


def main() -> None:
    """Measure and write `results/trace_cost.json`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = Database(f"sqlite:///{folder / 'trace.sqlite'}")
        store = TraceStore(database, folder / "keys")
        with database.begin() as connection:
            connection.execute(text("CREATE TABLE plain (id TEXT PRIMARY KEY, answer TEXT NOT NULL)"))
        answer = str(ANSWER)
        kinds = ("plain", "spans", "finish", "whole", "save", "reply")
        taken: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
        for turn in range(ROUNDS + 10):
            plain = _timed(lambda turn=turn: _plain(database, turn, answer))
            recorder = Recorder(store, f"run_{turn}", "bench", question="Which channel wastes money?")
            spans = _timed(lambda recorder=recorder: _record(recorder))
            reply = _timed(lambda recorder=recorder: recorder.keep_reply("a" * 64, "analyst", PARTS, REPLY))
            save = _timed(recorder.save)
            finish = _timed(lambda recorder=recorder: recorder.finish("complete", answer=ANSWER))
            if turn >= 10:
                whole = (spans[0] + finish[0], spans[1] + finish[1])
                for kind, one in zip(taken, (plain, spans, finish, whole, save, reply), strict=True):
                    taken[kind].append(one)
        started = time.perf_counter()
        report = store.verify("bench")
        verifying = time.perf_counter() - started
        assert report.ok
        database.close()
    reference = statistics.median(wall for wall, _ in taken["plain"])
    names = {
        "plain": "a plain commit of the answer",
        "spans": f"opening and closing {SPANS} spans, {DECISIONS} decisions",
        "finish": "finish: redact, chain, sign, commit",
        "whole": "a recorded run",
        "save": "saving an unfinished run, for a later attempt",
        "reply": "writing a model's reply before it is used",
    }
    rows = [
        {
            "what": names[kind],
            "p50_ms": round(1e3 * statistics.median(wall for wall, _ in both), 3),
            "p95_ms": round(1e3 * statistics.quantiles([wall for wall, _ in both], n=20)[-1], 3),
            "cpu_p50_ms": round(1e3 * statistics.median(cpu for _, cpu in both), 3),
            "ratio": round(statistics.median(wall for wall, _ in both) / reference, 2),
            "goal_ms": GOAL_MILLISECONDS if kind == "whole" else None,
        }
        for kind, both in taken.items()
    ]
    write(
        "trace_cost",
        "What a recorded run costs beside a plain commit",
        rows,
        settings={"spans": SPANS, "decisions": DECISIONS, "answer_bytes": len(answer), "rounds": ROUNDS},
        notes=[
            f"Verifying {report.runs} runs with {report.records} records took {verifying:.2f} s.",
            f"Load of the machine while measuring: {os.getloadavg()[0]:.1f}; CPU time is what the work itself took.",
        ],
    )


def _record(recorder: Recorder) -> None:
    with recorder.span("lift", "workflow"):
        for number in range(SPANS - 1):
            attributes = {
                TOOL_CALL: f"call_{number}",
                EVIDENCE: ["ev_1"],
                "a": 1,
                "b": 2.0,
                "c": "text",
                "d": True,
            }
            with recorder.span("fit_mmm", "tool", attributes) as span:
                span.event("cached", hit=True)
                if number % 5 == 0:
                    recorder.decide(
                        Decision(
                            kind="tool_call",
                            actor="causal_analyst",
                            asked="find out which channels waste money",
                            options=("fit_mmm", "attribute"),
                            chosen="fit_mmm",
                            reason="it measures every channel",
                            evidence=("ev_1",),
                        )
                    )


def _plain(database: Database, turn: int, answer: str) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("INSERT INTO plain VALUES (?, ?)", (str(turn), answer))


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    main()
