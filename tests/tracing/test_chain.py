"""Each attack on a stored chain, carried out on a real database, and what verifying says."""

import json
import shutil

import pytest
from sqlalchemy import text

from liftos_agents.errors import NotFoundError
from liftos_agents.tracing import Recorder, TraceStore
from liftos_agents.tracing.chain import genesis, link_hash


@pytest.fixture
def chain(store, recorded):
    for number in range(4):
        recorded(f"run_{number}")
    return store


def attack(store, *statements, **values):
    with store.database.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values)


def kinds(report):
    return {fault.kind for fault in report.faults}


def forget_the_witness(store):
    shutil.rmtree(store.keys / "heads")


def test_an_untouched_chain_is_sound(chain):
    report = chain.verify("acme", head=chain.export_head("acme"))
    assert report.ok
    assert (report.records, report.runs) == (12, 4)
    assert report.head == chain.export_head("acme")


def test_chains_of_organisations_are_apart(chain, recorded):
    recorded("other", "globex")
    attack(chain, "UPDATE decisions SET content = '{}' WHERE organisation = 'acme' AND position = 1")
    assert not chain.verify("acme").ok
    assert chain.verify("globex").ok


def test_an_edit_is_detected(chain):
    attack(
        chain,
        "UPDATE decisions SET content = replace(content, 'it measures', 'he measures') WHERE position = 5",
    )
    report = chain.verify("acme")
    assert [(fault.kind, fault.position) for fault in report.faults] == [("edited", 5)]


def test_an_edit_whose_hash_was_made_anew_is_detected(chain):
    with chain.database.connect() as connection:
        row = connection.execute(text("SELECT * FROM decisions WHERE position = 5")).one()
    content = row.content.replace("it measures", "he measures")
    digest = link_hash("acme", row.run_id, row.kind, content, row.previous)
    attack(
        chain,
        "UPDATE decisions SET content = :content, hash = :hash WHERE position = 5",
        content=content,
        hash=digest,
    )
    assert chain.verify("acme").faults[0].position == 6


def test_a_whole_chain_made_anew_is_detected_without_the_key(chain):
    with chain.database.connect() as connection:
        rows = connection.execute(text("SELECT * FROM decisions ORDER BY position")).all()
    previous = genesis("acme")
    for row in rows:
        content = row.content.replace("it measures", "he measures")
        digest = link_hash("acme", row.run_id, row.kind, content, previous)
        attack(
            chain,
            "UPDATE decisions SET content = :content, hash = :hash, previous = :previous WHERE position = :position",
            content=content,
            hash=digest,
            previous=previous,
            position=row.position,
        )
        previous = digest
    attack(chain, "UPDATE chain_heads SET hash = :hash", hash=previous)
    forget_the_witness(chain)
    assert kinds(chain.verify("acme")) == {"forged_head"}


def test_a_deletion_is_detected(chain):
    attack(chain, "DELETE FROM decisions WHERE position = 5")
    report = chain.verify("acme")
    assert ("deleted", 5) in [(fault.kind, fault.position) for fault in report.faults]


def test_a_deletion_with_renumbered_records_is_detected(chain):
    attack(
        chain,
        "DELETE FROM decisions WHERE position = 5",
        "UPDATE decisions SET position = -position WHERE position > 5",
        "UPDATE decisions SET position = -position - 1 WHERE position < 0",
    )
    assert "deleted" in kinds(chain.verify("acme"))


def test_a_deleted_beginning_is_detected(chain):
    attack(
        chain,
        "DELETE FROM decisions WHERE position <= 3",
        "UPDATE decisions SET position = -position",
        "UPDATE decisions SET position = -position - 3",
    )
    assert "deleted" in kinds(chain.verify("acme"))


def test_a_reordering_is_detected(chain):
    attack(
        chain,
        "UPDATE decisions SET position = 99 WHERE position = 4",
        "UPDATE decisions SET position = 4 WHERE position = 5",
        "UPDATE decisions SET position = 5 WHERE position = 99",
    )
    report = chain.verify("acme")
    assert "reordered" in kinds(report)
    assert "edited" not in kinds(report)


def test_a_truncation_is_detected(chain):
    attack(chain, "DELETE FROM decisions WHERE position > 9")
    assert "truncated" in kinds(chain.verify("acme"))


def test_a_truncation_with_an_old_head_put_back_is_detected(store, recorded):
    recorded("run_0")
    old = store.export_head("acme")
    recorded("run_1")
    exported = store.export_head("acme")
    attack(
        store,
        "DELETE FROM decisions WHERE position > 3",
        "DELETE FROM runs WHERE id = 'run_1'",
        "UPDATE chain_heads SET position = :position, hash = :hash, signature = :signature",
        **old.model_dump(include={"position", "hash", "signature"}),
    )
    assert kinds(store.verify("acme")) == {"truncated"}
    forget_the_witness(store)
    assert store.verify("acme").ok
    assert kinds(store.verify("acme", head=exported)) == {"truncated"}
    recorded("run_2")
    recorded("run_3")
    assert kinds(store.verify("acme", head=exported)) == {"forged_head"}


def test_what_the_witness_saw_stays_seen_while_new_runs_are_written(store, recorded):
    recorded("run_0")
    old = store.export_head("acme")
    recorded("run_1")
    attack(
        store,
        "DELETE FROM decisions WHERE position > 3",
        "DELETE FROM runs WHERE id = 'run_1'",
        "UPDATE chain_heads SET position = :position, hash = :hash, signature = :signature",
        **old.model_dump(include={"position", "hash", "signature"}),
    )
    recorded("run_2")
    recorded("run_3")
    assert kinds(store.verify("acme")) == {"forged_head"}


def test_emptying_the_tables_is_detected(chain):
    exported = chain.export_head("acme")
    attack(chain, "DELETE FROM decisions", "DELETE FROM chain_heads", "DELETE FROM spans", "DELETE FROM runs")
    assert kinds(chain.verify("acme")) == {"truncated"}
    forget_the_witness(chain)
    assert kinds(chain.verify("acme", head=exported)) == {"truncated"}


def test_a_head_that_is_gone_is_detected(chain):
    attack(chain, "DELETE FROM chain_heads")
    assert kinds(chain.verify("acme")) == {"forged_head"}


def test_a_head_of_another_key_or_organisation_is_detected(chain, database, tmp_path, recorded):
    other = TraceStore(database, tmp_path / "elsewhere")
    Recorder(other, "alien", "initech").finish("complete")
    assert "forged_head" in kinds(chain.verify("initech"))
    recorded("own", "globex")
    assert "forged_head" in kinds(chain.verify("acme", head=chain.export_head("globex")))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE runs SET answer = replace(answer, '0.42', '4.20') WHERE id = 'run_2'",
        "UPDATE runs SET question = 'another' WHERE id = 'run_2'",
        "UPDATE spans SET attributes = '{}' WHERE run_id = 'run_2' AND position = 1",
        "DELETE FROM spans WHERE run_id = 'run_2' AND position = 1",
        "DELETE FROM runs WHERE id = 'run_2'",
    ],
)
def test_a_changed_answer_or_span_is_detected(chain, statement):
    attack(chain, statement)
    (fault,) = chain.verify("acme").faults
    assert fault.kind == "changed_run"
    assert "run_2" in fault.message


def test_an_organisation_without_runs_has_no_head(store):
    assert store.verify("acme").ok
    with pytest.raises(NotFoundError, match="acme"):
        store.export_head("acme")


def test_an_exported_head_is_plain_json(chain):
    head = chain.export_head("acme")
    assert type(head).model_validate_json(json.dumps(head.model_dump())) == head
