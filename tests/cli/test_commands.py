"""Commands as a user types them: what they print, and the code they leave with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from liftos_agents.cli.entry import run


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.csv"
    assert run(["demo", "--out", str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def answer(shop: Path, home: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """One answered question, whose run the trace commands then look at."""
    with pytest.MonkeyPatch.context() as patch:
        out = tmp_path_factory.mktemp("out") / "answer.json"
        with out.open("w") as stream:
            patch.setattr("sys.stdout", stream)
            code = run(
                [
                    "ask",
                    "Which channels waste money?",
                    "--data",
                    str(shop),
                    "--json",
                    "--no-input",
                    "--home",
                    home,
                ]
            )
    assert code == 0
    return json.loads(out.read_text())


def test_ask_prints_one_json_object_with_every_number_bound(answer: dict[str, object]) -> None:
    assert answer["status"] == "complete"
    assert answer["grounding"]["numbers"] == answer["grounding"]["bound"] > 0  # type: ignore[index]
    assert {e["id"] for e in answer["evidence"]} >= set(answer["answer"]["claims"][0]["evidence"])  # type: ignore[index, union-attr]


def test_why_leads_from_a_claim_to_the_data(
    answer: dict[str, object], home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    claim = answer["answer"]["claims"][0]["id"]  # type: ignore[index]
    assert run(["trace", "why", str(answer["run_id"]), claim, "--home", home]) == 0
    shown = capsys.readouterr().out.replace("\n", "")
    assert "fit_mmm" in shown
    assert "sha256" in shown


def test_show_names_tools_and_decisions(
    answer: dict[str, object], home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["trace", "show", "last", "--home", home, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["run"]["id"] == answer["run_id"]
    assert any(span["name"] == "execute_tool fit_mmm" for span in body["spans"])
    assert {"route", "tool_call"} <= {record["decision"]["kind"] for record in body["decisions"]}


def test_verify_tells_a_whole_chain_from_an_edited_one(
    answer: dict[str, object], home: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert answer["run_id"]
    head = tmp_path / "head.json"
    assert run(["trace", "verify", "--home", home, "--export", str(head)]) == 0
    assert run(["trace", "verify", "--home", home, "--head", str(head), "--json"]) == 0
    capsys.readouterr()
    forged = json.loads(head.read_text())
    forged["position"] += 1
    head.write_text(json.dumps(forged))
    assert run(["trace", "verify", "--home", home, "--head", str(head)]) == 1


def test_roles_check_and_clean(
    shop: Path, home: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["data", "roles", str(shop), "--json"]) == 0
    roles = json.loads(capsys.readouterr().out)
    assert set(roles["spend"]) == {"tv", "search", "social", "display", "radio"}
    assert run(["data", "check", str(shop), "--home", home, "--json"]) == 0
    assert "findings" in json.loads(capsys.readouterr().out)["result"]
    twice = tmp_path / "twice.csv"
    lines = shop.read_text().splitlines()
    twice.write_text("\n".join([*lines, lines[-1]]) + "\n")
    clean = tmp_path / "clean.csv"
    assert run(["data", "clean", str(twice), "--fix", "drop_duplicates", "--out", str(clean)]) == 0
    assert len(clean.read_text().splitlines()) == len(lines)


def test_tools_list_show_and_run(shop: Path, home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tools", "list", "--json"]) == 0
    assert {"fit_mmm", "optimise_budget"} <= {row["name"] for row in json.loads(capsys.readouterr().out)}
    assert run(["tools", "show", "what_if"]) == 0
    assert "changes" in capsys.readouterr().out
    assert run(["tools", "run", "profile_data", "-d", str(shop), "--json", "--home", home]) == 0
    assert json.loads(capsys.readouterr().out)["tool"] == "profile_data"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask", "Which channels waste money?", "-d", "missing.csv", "--no-input"], "missing.csv"),
        (["ask", "   ", "--no-input"], "empty"),
        (["ask", "", "--no-input"], "empty"),
        (["ask", "word " * 5000, "--no-input"], "too long"),
        (["ask", "Which channels waste money?", "--no-input"], "data"),
        (["ask", "x", "--model", "ofline"], "offline"),
        (["ask", "x", "--role", "outcom=y"], "outcome"),
        (["tools", "run", "fit_mm"], "fit_mmm"),
        (["tools", "run", "fit_mmm", "-a", "{", "-d", "x.csv"], "JSON"),
        (["trace", "show", "nothing-like-it"], "no run"),
        (["eval", "run", "routin"], "routing"),
        (["schema", "answr"], "answer"),
    ],
)
def test_a_mistake_is_told_without_a_traceback(
    arguments: list[str],
    said: str,
    home: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LIFTOS_HOME", home)
    assert run(arguments) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert "Traceback" not in shown


def test_a_mistake_is_json_when_json_was_asked_for(capsys: pytest.CaptureFixture[str], home: str) -> None:
    assert run(["trace", "show", "nothing", "--json", "--home", home]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["type"] == "NotFoundError"


def test_doctor_graph_and_schema(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--json", "--home", home]) == 0
    assert json.loads(capsys.readouterr().out)["ok"]
    assert run(["graph", "draw"]) == 0
    assert "verify" in capsys.readouterr().out
    assert run(["schema", "answer"]) == 0
    assert "grounding" in json.loads(capsys.readouterr().out)["properties"]


def test_eval_resumes_from_its_log(tmp_path: Path, home: str, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "routing.jsonl"
    command = ["eval", "run", "routing", "--limit", "12", "--log", str(log), "--json", "--home", home]
    assert run(command) == 0
    first = json.loads(capsys.readouterr().out)
    kept = log.read_text().splitlines()
    log.write_text("\n".join(kept[:5]) + "\n")
    assert run(command) == 0
    again = json.loads(capsys.readouterr().out)
    assert first["metrics"] == again["metrics"]
    assert len(log.read_text().splitlines()) == len(kept)


def test_a_tool_reads_dates_in_the_order_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "doubtful.csv"
    months = [f"01/{m:02d}/{y},{10 * m + y % 7},{m}\n" for y in (2021, 2022, 2023) for m in range(1, 13)]
    path.write_text("date,revenue,tv_spend\n" + "".join(months))
    asked = ["tools", "run", "check_quality", "-d", str(path), "--home", str(tmp_path / "home"), "--json"]
    assert run(asked) == 2
    assert "date_order" in capsys.readouterr().out
    assert run([*asked, "--role", "date_order=day_first"]) == 0
    assert json.loads(capsys.readouterr().out)["tool"] == "check_quality"


def test_a_question_in_bytes_of_another_encoding_is_answered(tmp_path: Path) -> None:
    assert run(["ask", "Wer zahlt den Caf\udce9?", "--no-input", "--home", str(tmp_path)]) in (0, 2)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_arguments_in_a_file_that_cannot_be_read_are_a_mistake(
    content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "arguments.json"
    if content is not None:
        file.write_bytes(content)
    assert run(["tools", "run", "check_quality", "-a", f"@{file}"]) == 2
    said = capsys.readouterr().err.replace("\n", "")
    assert "cannot be read" in said
    assert "arguments.json" in said
