from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from liftos_agents.config import Settings
from liftos_agents.data import open_home
from liftos_agents.data.promotions import Promotions
from liftos_agents.data.signing import SigningKey
from liftos_agents.data.tables.promotions import promotions
from liftos_agents.domain.canonical import canonical_json
from liftos_agents.domain.promotion import GateCheck, Verdict

FOR = {"plan": "a", "data": "b"}


def verdict(said: str = "promote", **changed: object) -> Verdict:
    given: dict[str, object] = {
        "kind": "plan",
        "subject": "ev_1",
        "verdict": said,
        "checks": (
            GateCheck(name="worlds", value=1000.0, bound=1000.0, passed=True, meaning="Worlds played."),
        ),
        "valid_for": FOR,
        "code": "1.0",
        "label": "Conditional.",
    }
    return Verdict.model_validate(given | changed)


@pytest.fixture
def records(tmp_path: Path):
    with open_home(Settings(home=tmp_path / "home")) as home:
        ticks = iter(range(1000))
        yield Promotions(
            home.database, SigningKey(tmp_path / "keys", "promotion"), "acme", lambda: next(ticks)
        )


def test_a_signed_verdict_comes_back_and_holds(records: Promotions) -> None:
    record = records.sign(verdict())
    assert records.of("plan", "ev_1") == (record,)
    assert records.promoted("plan", "ev_1", FOR, "1.0") == record


@pytest.mark.parametrize(
    ("subject", "valid_for", "code"),
    [
        ("ev_2", FOR, "1.0"),
        ("ev_1", {**FOR, "data": "c"}, "1.0"),
        ("ev_1", {**FOR, "seeds": "x"}, "1.0"),
        ("ev_1", FOR, "1.1"),
    ],
)
def test_it_is_valid_for_just_what_was_judged(
    records: Promotions, subject: str, valid_for: dict[str, str], code: str
) -> None:
    records.sign(verdict())
    assert records.promoted("plan", subject, valid_for, code) is None


def test_the_latest_word_counts(records: Promotions) -> None:
    records.sign(verdict())
    records.sign(verdict("hold_back"))
    assert records.promoted("plan", "ev_1", FOR, "1.0") is None
    again = records.sign(verdict())
    assert len(records.of("plan", "ev_1")) == 2
    assert records.promoted("plan", "ev_1", FOR, "1.0") == again


def test_a_row_that_was_edited_is_no_record(records: Promotions) -> None:
    record = records.sign(verdict("hold_back"))
    forged = record.model_copy(update={"verdict": verdict("promote")})
    with records._database.begin() as connection:
        connection.execute(update(promotions).values(record=canonical_json(forged)))
    assert records.of("plan", "ev_1") == ()
    with records._database.begin() as connection:
        connection.execute(update(promotions).values(record="not even json"))
    assert records.of("plan", "ev_1") == ()


def test_another_key_or_organisation_signs_for_itself_alone(records: Promotions, tmp_path: Path) -> None:
    records.sign(verdict())
    stranger = Promotions(records._database, SigningKey(tmp_path / "others", "promotion"), "acme")
    elsewhere = Promotions(records._database, records._key, "other")
    assert stranger.of("plan", "ev_1") == ()
    assert elsewhere.of("plan", "ev_1") == ()
    assert (tmp_path / "keys" / "promotion.ed25519").stat().st_mode & 0o077 == 0


def test_a_record_changes_neither_hands_nor_its_place_in_time(records: Promotions) -> None:
    early = records.sign(verdict())
    late = records.sign(verdict("hold_back"))
    other = Promotions(records._database, records._key, "other")
    with records._database.begin() as connection:
        connection.execute(update(promotions).where(promotions.c.id == early.id).values(signed_at=1e9))
    assert records.of("plan", "ev_1") == (late, early)
    moved = early.model_copy(update={"signed_at": late.signed_at + 1.0})
    with records._database.begin() as connection:
        connection.execute(
            update(promotions).where(promotions.c.id == early.id).values(record=canonical_json(moved))
        )
    assert records.of("plan", "ev_1") == (late,)
    with records._database.begin() as connection:
        connection.execute(update(promotions).where(promotions.c.id == late.id).values(organisation="other"))
    assert other.of("plan", "ev_1") == ()
    assert [(kept.id, kept.holds) for kept in other.all()] == [(late.id, False)]


def test_rows_are_listed_whatever_they_are_worth(records: Promotions) -> None:
    good, bad = records.sign(verdict()), records.sign(verdict("hold_back"))
    with records._database.begin() as connection:
        connection.execute(update(promotions).where(promotions.c.id == bad.id).values(record="{}"))
    assert [(kept.id, kept.holds) for kept in records.all()] == [(good.id, True), (bad.id, False)]
