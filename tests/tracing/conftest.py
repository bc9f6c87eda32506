import itertools

import pytest

from liftos_agents.data.database import Database
from liftos_agents.domain.answer import Answer, AnswerBody
from liftos_agents.domain.decision import Decision
from liftos_agents.domain.evidence import DatasetRef, Evidence
from liftos_agents.domain.findings import Claim, Recommendation
from liftos_agents.domain.plan import Plan, PlanStep
from liftos_agents.tracing import Recorder, TraceStore


@pytest.fixture
def database(tmp_path):
    opened = Database(f"sqlite:///{tmp_path / 'trace.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture
def store(database, tmp_path):
    return TraceStore(database, tmp_path / "keys")


@pytest.fixture
def ticking():
    """A clock that moves a microsecond a look."""
    counter = itertools.count(1_700_000_000_000_000_000, 1_000)
    return lambda: next(counter)


@pytest.fixture
def recorded(store):
    """Records a run with two decisions and its answer."""

    def record(run_id="run_1", organisation="acme", **changes):
        recorder = Recorder(
            store, run_id, organisation, question="Which channel wastes money?", model="offline"
        )
        with recorder.span("lift", "workflow"):
            recorder.decide(
                Decision(kind="route", actor="router", options=("a", "b"), chosen="a", reason="asked")
            )
            with recorder.span("causal_analyst", "agent"), recorder.span("fit_mmm", "tool"):
                recorder.decide(
                    Decision(
                        kind="tool_call",
                        actor="causal_analyst",
                        asked="find waste",
                        chosen="fit_mmm",
                        reason="it measures every channel",
                        evidence=("ev_7f3a",),
                    )
                )
        recorder.finish("complete", **{"answer": answer(run_id), **changes})
        return recorder

    return record


def answer(run_id: str) -> Answer:
    source = "TV returns {ev_7f3a:channels.tv.roas.mean|x} on {ev_7f3a:channels.tv.spend|money}."
    return Answer(
        status="complete",
        run_id=run_id,
        thread_id="t",
        question="Which channel wastes money?",
        model="offline",
        plan=Plan(steps=(PlanStep(agent="causal_analyst", goal="find waste"),)),
        answer=AnswerBody(
            headline="TV wastes money.",
            claims=(
                Claim(
                    id="c1",
                    text="TV returns 0.42× on €1.50m.",
                    source=source,
                    agent="causal_analyst",
                    evidence=("ev_7f3a",),
                ),
            ),
            recommendations=(
                Recommendation(id="r1", text="Test TV.", source="Test TV.", agent="causal_analyst"),
            ),
        ),
        evidence=(
            Evidence(
                id="ev_7f3a",
                tool="fit_mmm",
                version="1",
                arguments={
                    "draws": 500,
                    "margin": None,
                    "roles": {
                        "outcome": "revenue",
                        "spend": {"tv": ["tv_S"], "radio": ["radio_a", "radio_b"]},
                        "geo": None,
                        "notes": ["as the headers say"],
                    },
                },
                datasets=(DatasetRef(id="ab" * 32, name="shop"),),
                result={
                    "channels": {
                        "tv": {"spend": 1_500_000.0, "roas": {"mean": 0.42, "p05": 0.2, "p95": 0.6}}
                    },
                    "currency": "EUR",
                    "units": {"channels.*.roas": "ratio", "channels.*.spend": "money"},
                },
            ),
        ),
    )


@pytest.fixture
def make_answer():
    return answer
