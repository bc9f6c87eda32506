"""Kills the compound question at random moments and compares what comes of it with a run that nobody killed.

Each kill is a SIGKILL of a real process that works on a question which needs four specialists: half of them at a moment
drawn from the whole time that it takes, half of them up to 30 ms after an event drawn from all that it tells of, for most
of the time is one fit and most of the writing is elsewhere. Another process
then resumes the run, sometimes to be killed as well; a third approves the plan, which lies outside the guardrails, and
some of these are killed too. Compared with the whole run: evidence, answer, what was learnt, what was asked of a person.
A tool that had finished must not be computed again: evidence rows that an attempt adds are counted against the
computations that it began.

Run with `python -m benchmarks.survival --kills 100`; children are forked from a process that has imported everything, so
that the moments fall into the work and not into imports.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import random
import re
import signal
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import liftos_agents
from benchmarks.report import write
from liftos_agents import LiftOS
from liftos_agents.config import Guardrails, Settings
from liftos_agents.domain.answer import Answer
from liftos_agents.domain.event import Event
from liftos_agents.errors import UserError

QUESTION = (
    "Where is my budget wasted, how should I split it, audit this product page and write Google ads for it"
)
PRODUCT = """Aqualis TrailBottle 750 ml
Brand: Aqualis
Insulated stainless steel water bottle for hiking and commuting.
- Keeps drinks cold for 24 hours and hot for 12 hours
- 750 ml, 310 g, height 26 cm, BPA free
- Leak-proof bamboo lid, dishwasher safe body
- Price: 34.90 EUR, free returns within 30 days
The bottle fits most cup holders. Made of 18/8 steel. Two-year warranty.
"""
SEED = 20261121
AGAIN = 0.3
"""How often a process that resumes or approves is killed as well."""
_IF_ENDED = os.WEXITED | os.WNOWAIT | os.WNOHANG
_STARTED = re.compile(r"^(\w+) started$")


@dataclass
class End:
    """What is left when a run has its answer."""

    evidence: list[str]
    answer: str
    memory: int
    approvals: list[tuple[str, str, str]]
    runs: int
    pending: int
    verified: bool


@dataclass
class Tally:
    """What came of the kills."""

    kills: int = 0
    moments: list[float] = field(default_factory=list[float])
    stations: Counter[str] = field(default_factory=Counter[str])
    not_begun: int = 0
    answered_first: int = 0
    second_kills: int = 0
    faults: list[str] = field(default_factory=list[str])


def main() -> None:
    """Kill, resume, compare; write `results/survival.json`."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.survival", description=__doc__)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--seed", type=int, default=SEED)
    given, _ = options.parse_known_args()
    table = Path(os.environ.get("LIFTOS_REFERENCE_DATA", "../shared/data")) / "mmm" / "robyn_weekly.csv"
    if not table.exists():
        print(f"No {table}: the survival benchmark needs the reference data.")
        return
    _import_all()
    with tempfile.TemporaryDirectory() as name:
        page = Path(name) / "product.txt"
        page.write_text(PRODUCT)
        trial = Trial(Path(name), [str(table.resolve()), str(page)])
        seconds, whole = trial.whole()
        print(f"The whole run: {seconds:.2f} s, {len(whole.evidence)} pieces of evidence", flush=True)
        chance, tally = random.Random(given.seed), Tally()
        began = time.monotonic()
        while tally.kills < given.kills:
            trial.kill_once(chance, seconds, whole, tally)
            print(
                f"{tally.kills} kills, {time.monotonic() - began:.0f} s, {len(tally.faults)} faults",
                flush=True,
            )
            if tally.kills and tally.kills % 20 == 0:
                _report(given.kills, given.seed, seconds, whole, tally)
    _report(given.kills, given.seed, seconds, whole, tally)


def _import_all() -> None:
    """Every module of the package, so that a child begins with its work."""
    for module in pkgutil.walk_packages(liftos_agents.__path__, "liftos_agents."):
        if not module.name.endswith(("__main__", "migrations.env")):
            with suppress(ImportError):
                importlib.import_module(module.name)


class Trial:
    """Homes, and the processes that are killed in them."""

    def __init__(self, folder: Path, data: list[str]) -> None:
        self.folder = folder
        self.data = data
        self.events = 0
        self._homes = 0

    def whole(self) -> tuple[float, End]:
        """How long the question takes and what it leaves when nobody kills anything."""
        self._run(self._home(), self._ask)
        home = self._home()
        seconds = self._run(home, self._ask)
        self.events = self._events(home)
        self._run(home, self._approve)
        return seconds, self._end(home)

    def kill_once(self, chance: random.Random, seconds: float, whole: End, tally: Tally) -> None:
        """One question killed at one moment, brought to its end, and compared."""
        home, began = self._home(), time.monotonic()
        if tally.kills % 2:
            self._run(home, self._ask, kill_after=chance.uniform(0.0, seconds))
        else:
            self._run(
                home, self._ask, kill_after=chance.uniform(0.0, 0.03), events=chance.randint(0, self.events)
            )
        moment = time.monotonic() - began
        log = self._log(home)
        if not (home / "liftos.sqlite").exists() or not self._rows(home, "SELECT id FROM run_ledger"):
            tally.not_begun += 1
            return
        status = self._rows(home, "SELECT status FROM run_ledger")[0][0]
        if status != "running":
            tally.answered_first += 1
        tally.kills += 1
        tally.moments.append(moment)
        tally.stations[_latest(log)] += 1
        faults: list[str] = []
        for work, longest in ((self._resume, seconds), (self._approve, 0.3)):
            if chance.random() < AGAIN:
                tally.second_kills += 1
                faults += self._counted(home, work, kill_after=chance.uniform(0.0, longest))
            faults += self._counted(home, work)
        end = self._end(home)
        faults += [
            f"{name} differs: {getattr(end, name)!r}"
            for name in ("evidence", "answer", "memory", "approvals", "runs", "pending", "verified")
            if getattr(end, name) != getattr(whole, name)
        ]
        tally.faults += [f"killed after {moment:.3f} s ({_latest(log)}): {fault[:600]}" for fault in faults]
        for fault in faults:
            print(f"! {moment:.3f} s: {fault[:600]}", flush=True)

    def _counted(
        self, home: Path, work: Callable[[Path], None], kill_after: float | None = None
    ) -> list[str]:
        """Faults of one attempt: tools computed again that had finished before it."""
        before = set(self._rows(home, "SELECT id, tool FROM evidence"))
        self._log_path(home).unlink(missing_ok=True)
        self._run(home, work, kill_after=kill_after)
        added = Counter(tool for _, tool in set(self._rows(home, "SELECT id, tool FROM evidence")) - before)
        log = self._log(home)
        begun = Counter(entry["tool"] for entry in log if entry["kind"] == "computes")
        faults = [
            f"{tool} computed {begun[tool]} times for {added[tool]} new results"
            for tool in begun
            if kill_after is None and begun[tool] > added[tool]
        ]
        ended = [entry for entry in log if entry["kind"] == "ended"]
        if kill_after is None and (not ended or "error" in ended[-1]):
            faults.append(f"the attempt ended with {ended[-1:]}")
        return faults

    def _ask(self, home: Path) -> None:
        self._answered(home, lambda lift, told: lift.ask(QUESTION, self.data, on_event=told))

    def _resume(self, home: Path) -> None:
        self._answered(home, lambda lift, told: lift.resume("last", on_event=told))

    def _approve(self, home: Path) -> None:
        self._answered(
            home, lambda lift, told: lift.approve("last", by="Ada", note="tried in May", on_event=told)
        )

    def _answered(self, home: Path, work: Callable[[LiftOS, Callable[[Event], None]], Answer]) -> None:
        """In a child: does `work`, with what happens written down as it happens."""
        settings = Settings(home=home, guardrails=Guardrails(max_share_moved=0.01))
        with self._log_path(home).open("a", buffering=1) as log:

            def tell(kind: str, **more: Any) -> None:
                log.write(json.dumps({"kind": kind, **more}) + "\n")

            def told(event: Event) -> None:
                computes = _STARTED.match(str(event.data.get("message", "")))
                if event.kind == "tool_progress" and computes:
                    tell("computes", tool=computes[1])
                else:
                    tell(event.kind, who=event.data.get("agent") or event.data.get("tool") or "")

            try:
                with LiftOS(settings=settings) as lift:
                    answer = work(lift, told)
                tell("ended", status=answer.status)
            except UserError as error:
                tell("ended", error=str(error))
            except Exception as error:
                tell("ended", error=f"{type(error).__name__}: {error}")
                raise

    def _run(
        self, home: Path, work: Callable[[Path], None], kill_after: float | None = None, events: int = 0
    ) -> float:
        """Seconds that a child took; it is killed `kill_after` seconds after so many events, if it is then there."""
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                work(home)
                code = 0
            finally:
                os._exit(code)
        if kill_after is not None:
            while events and self._events(home) < events and not os.waitid(os.P_PID, child, _IF_ENDED):
                time.sleep(0.001)
            moment = (time.monotonic() if events else began) + kill_after
            while time.monotonic() < moment:
                time.sleep(min(0.002, max(0.0, moment - time.monotonic())))
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return time.monotonic() - began

    def _events(self, home: Path) -> int:
        path = self._log_path(home)
        return path.read_bytes().count(b"\n") if path.exists() else 0

    def _end(self, home: Path) -> End:
        (child_end,) = self._in_child(home)
        return child_end

    def _in_child(self, home: Path) -> list[End]:
        """The end as the stores hold it; read in a child, for no store may be open where others are forked."""
        path = home / "end.json"

        def look(home: Path) -> None:
            with LiftOS(settings=Settings(home=home)) as lift:
                verified = lift.trace.verify("default").ok
            path.write_text(json.dumps(verified))

        self._run(home, look)
        answers = self._rows(home, "SELECT answer FROM runs")
        body = json.loads(answers[0][0]) if answers else {}
        return [
            End(
                evidence=[e["id"] for e in body.get("evidence", ())],
                answer=json.dumps([body.get("status"), body.get("answer"), body.get("grounding")]),
                memory=self._rows(home, "SELECT count(*) FROM memory_records")[0][0],
                approvals=[
                    tuple(row)
                    for row in self._rows(home, "SELECT evidence, status, decided_by FROM approvals")
                ],
                runs=self._rows(home, "SELECT count(*) FROM run_ledger WHERE status = 'complete'")[0][0],
                pending=self._rows(home, "SELECT count(*) FROM pending_runs")[0][0],
                verified=bool(json.loads(path.read_text())) if path.exists() else False,
            )
        ]

    def _rows(self, home: Path, query: str) -> list[Any]:
        with closing(sqlite3.connect(home / "liftos.sqlite", timeout=30)) as database:
            try:
                return database.execute(query).fetchall()
            except sqlite3.OperationalError:
                return []

    def _home(self) -> Path:
        self._homes += 1
        home = self.folder / f"home{self._homes}"
        home.mkdir()
        return home

    def _log_path(self, home: Path) -> Path:
        return home / "events.jsonl"

    def _log(self, home: Path) -> list[dict[str, Any]]:
        path = self._log_path(home)
        lines = path.read_text().splitlines() if path.exists() else []
        return [json.loads(line) for line in lines if line.endswith("}")]


def _latest(log: list[dict[str, Any]]) -> str:
    last = log[-1] if log else {}
    return (
        " ".join(str(last.get(key)) for key in ("kind", "who", "tool") if last.get(key)) or "before any event"
    )


def _report(kills: int, seed: int, seconds: float, whole: End, tally: Tally) -> None:
    write(
        "survival",
        "Killed at random moments and resumed",
        [
            {
                "kills": tally.kills,
                "of them after the answer": tally.answered_first,
                "killed again while resumed or approved": tally.second_kills,
                "resumed to the whole run's evidence and answer": tally.kills
                - len({fault.split(":")[0] for fault in tally.faults}),
                "faults": len(tally.faults),
                "whole_run_s": round(seconds, 2),
                "evidence": len(whole.evidence),
            }
        ],
        settings={"kills": kills, "seed": seed, "question": QUESTION},
        notes=[
            f"Killed before the run was in the ledger, not counted: {tally.not_begun}.",
            "What was going on: "
            + "; ".join(f"{name}: {count}" for name, count in tally.stations.most_common()),
            *tally.faults[:20],
        ],
    )


if __name__ == "__main__":
    main()
