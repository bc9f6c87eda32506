"""`liftos runs` and the decisions of `liftos ask`, as a user types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from liftos_agents.cli.entry import run

Typed = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("shop") / "shop.csv"
    assert run(["demo", "--out", str(path)]) == 0
    return str(path)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("home"))


@pytest.fixture
def typed(home: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Runs a command and returns its exit code and what it printed."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("LIFTOS_MAX_SHARE_MOVED", "0")

    def type_(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = run([*words, "--home", home])
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return type_


def waiting(typed: Typed, shop: str) -> dict[str, Any]:
    """A question whose plan waits for a person."""
    code, shown = typed("ask", "How should I split my budget?", "-d", shop, "--no-input", "--json")
    assert code == 0, shown
    answer = json.loads(shown)
    assert answer["status"] == "needs_approval"
    return answer


def test_a_plan_waits_is_listed_shown_and_approved(typed: Typed, shop: str) -> None:
    answer = waiting(typed, shop)
    (approval,) = answer["pending_approval"]["approvals"]
    assert answer["answer"]["recommendations"] == []
    _, listed = typed("runs", "list", "--status", "needs_approval")
    assert answer["run_id"] in listed
    assert "needs_approval (1)" in listed
    assert f"liftos runs approve {answer['run_id']}" in listed
    _, shown = typed("runs", "show", "last")
    assert approval["recommendations"][0] in shown
    assert "0.0 % needs no decision" in shown
    code, shown = typed("runs", "approve", "last", "--by", "Ada", "--note", "tested", "--json")
    assert code == 0
    assert [r["text"] for r in json.loads(shown)["answer"]["recommendations"]] == approval["recommendations"]
    _, shown = typed("runs", "show", answer["run_id"][:9], "--json")
    kept = json.loads(shown)
    assert (kept["status"], kept["attempt"], kept["approvals"][0]["by"]) == ("complete", 2, "Ada")
    code, shown = typed("runs", "deny", "last")
    assert code == 2
    assert "was approved already by Ada" in shown
    code, shown = typed("runs", "cancel", "last")
    assert code == 2
    assert "has ended" in shown


def test_a_plan_is_denied(typed: Typed, shop: str) -> None:
    answer = waiting(typed, shop)
    code, shown = typed("runs", "deny", answer["run_id"], "--approval", "apr_")
    assert code == 0
    assert "did not approve the plan" in " ".join(shown.split())
    assert "What to do" not in shown


@pytest.mark.parametrize(("reply", "kept"), [("y", True), ("n", False)])
def test_ask_wants_a_decision_at_the_terminal(
    typed: Typed, shop: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reply: str, kept: bool
) -> None:
    typing = tmp_path / "typing"
    typing.write_text(f"{reply}\n")
    with typing.open() as terminal:
        monkeypatch.setattr("sys.stdin", terminal)
        monkeypatch.setattr("liftos_agents.cli.ask._may_ask", lambda no_input: not no_input)
        code, shown = typed("ask", "How should I split my budget?", "-d", shop)
    assert code == 0
    assert "Recommend this plan?" in shown
    assert ("What to do" in shown.split("Recommend this plan?")[1]) is kept
    _, listed = typed("runs", "list", "-n", "1", "--json")
    assert json.loads(listed)[0]["status"] == "complete"


def test_a_time_limit_and_how_to_go_on(typed: Typed, shop: str) -> None:
    code, shown = typed("ask", "How should I split my budget?", "-d", shop, "--timeout", "0.001")
    assert code == 2
    assert "liftos runs resume run_" in shown
    _, listed = typed("runs", "list", "-n", "1")
    assert "timed_out" in listed
    assert "Go on with it: liftos runs resume run_" in listed
    code, shown = typed("runs", "resume", "last", "--json")
    assert (code, json.loads(shown)["status"]) == (0, "needs_approval")
    code, shown = typed("runs", "cancel", "last")
    assert (code, "is stopped" in shown) == (0, True)


def test_what_cannot_be(typed: Typed) -> None:
    code, shown = typed("runs", "list", "--status", "lost")
    assert code == 2
    assert "there is no status 'lost'" in shown
    code, shown = typed("runs", "show", "run_nowhere", "--json")
    assert (code, json.loads(shown)["error"]["type"]) == (2, "NotFoundError")
    code, shown = typed("ask", "And tv?", "--thread", "thr_nowhere", "--json")
    assert (code, json.loads(shown)["error"]["where"]) == (2, "thread")
