"""`liftos chat`, as lines come in."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from liftos_agents.cli.entry import run

LISTING = (
    "Riva Brewer 12 coffee maker. Capacity: 12 cups. Material: stainless steel. Price: 89 EUR. "
    "Fits paper filters size 4. Keeps coffee warm for 2 hours."
)


@pytest.fixture
def listing(tmp_path: Path) -> str:
    path = tmp_path / "brewer.txt"
    path.write_text(LISTING)
    return str(path)


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def said(*lines: str, arguments: tuple[str, ...] = ()) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
        code = run(["chat", "--home", str(tmp_path / "home"), *arguments])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return said


def test_a_conversation_answers_explains_reports_and_takes_back(say, listing: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    code, out, err = say(
        f"/data {listing}",
        "Audit this product page",
        "/why",
        f"/report {page}",
        "/undo",
        "/undo",
        "/quit",
        "never reached",
    )
    assert code == 0
    assert "readiness score" in out
    assert "audit_product version" in out
    assert "Taken back: Audit this product page" in out
    assert "no question is left to take back" in err
    assert "<html" in page.read_text(encoding="utf-8")


def test_a_conversation_is_listed_and_gone_on_with(say, listing: str) -> None:
    _, out, _ = say("Audit this product page", arguments=("--data", listing, "--json"))
    first = json.loads(out)
    code, out, _ = say(arguments=("--threads", "--json"))
    assert code == 0
    listed = json.loads(out)
    assert [(t["id"], t["runs"]) for t in listed] == [(first["thread_id"], 1)]
    _, out, _ = say("Write Google ads for it", arguments=("--thread", "last", "--json"))
    second = json.loads(out)
    assert second["thread_id"] == first["thread_id"]
    assert second["evidence"][0]["datasets"] == first["evidence"][0]["datasets"], "the data are the thread's"
    _, out, _ = say("/quit", arguments=("--thread", first["thread_id"][:8]))
    assert "Audit this product page" in out


def test_mistakes_are_told_and_the_conversation_goes_on(say) -> None:
    code, out, err = say("/nosuch", '/data "open', "/data missing.csv", "/why", "/role outcome", "/", "/quit")
    assert code == 0
    for said in ("no command /nosuch", "cannot be read", "missing.csv", "nothing has been answered yet"):
        assert said in err
    assert "/report" in out, "a lone slash shows the commands"
    assert "Traceback" not in err


def test_an_unknown_conversation_is_an_error(say) -> None:
    code, _, err = say("/quit", arguments=("--thread", "thr_nowhere"))
    assert code == 2
    assert "--threads" in err


def test_dates_that_read_two_ways_are_put_right_in_the_conversation(say, tmp_path: Path) -> None:
    path = tmp_path / "doubtful.csv"
    path.write_text("date,revenue\n" + "".join(f"01/0{m}/2023,{m}\n" for m in range(1, 10)))
    code, out, err = say(f"/data {path}", "/role date_order=day_first", f"/data {path}", "/new", "/role")
    assert code == 0
    assert err.count("could be day/month") == 1
    assert "The next question is of" in out
    assert "No roles were named." in out, "roles of one conversation are not those of the next"


def test_bytes_of_another_encoding_are_answered(say) -> None:
    code, out, err = say("Wer zahlt den Caf\udce9?", "/quit")
    assert code == 0
    assert "Traceback" not in out + err


def test_why_takes_a_number_as_it_is_printed(say, listing: str) -> None:
    _, _, err = say("Audit this product page", "/why 99999 %", arguments=("--data", listing))
    assert "prints no '99999 %'" in err


def test_a_report_that_cannot_be_written_does_not_end_the_conversation(
    say, listing: str, tmp_path: Path
) -> None:
    blocked = tmp_path / "file.txt"
    blocked.write_text("")
    code, out, err = say(
        "Audit this product page", f"/report {blocked}/page.html", "/help", arguments=("--data", listing)
    )
    assert code == 0
    assert "cannot be written" in err
    assert "/undo" in out


def test_a_role_that_fits_no_column_is_told_at_once(say, tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text("date,revenue,tv\n" + "".join(f"2023-01-{d:02},{d},{d % 5}\n" for d in range(1, 29)))
    _, out, err = say(f"/data {path}", "/role spend=foo", "/role spend=tv", "/data")
    assert err.count("'foo'") == 1
    assert "foo" not in out, "what fits no column is not kept"
    assert '{"spend": ["tv"]}' in out


def test_data_alone_names_the_files(say, listing: str) -> None:
    _, out, _ = say("/data", f"/data {listing}", "/data", "Audit this product page", "/data")
    assert "none yet" in out
    named = [line for line in out.splitlines() if line.startswith("Data of the next question")]
    assert "brewer" in named[-1]
