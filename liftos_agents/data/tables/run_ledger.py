"""Tables of the run ledger: every run from its start, and what waits for a person's decision."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text

from liftos_agents.data.tables import metadata

run_ledger = Table(
    "run_ledger",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organisation", String(128), nullable=False),
    Column("thread_id", String(128), nullable=False),
    Column("question", Text, nullable=False),
    Column("model", String(128), nullable=False),
    Column("status", String(32), nullable=False),
    Column("host", String(255), nullable=False),
    Column("process", String(128), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("cancel_requested", Integer, nullable=False),
    Column("started", Float, nullable=False),
    Column("updated", Float, nullable=False),
    Column("topology", String(32), nullable=False),
    Column("request", Text, nullable=False),
    Column("carried", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Index("ix_run_ledger_organisation_started", "organisation", "started"),
    Index("ix_run_ledger_organisation_thread_id_started", "organisation", "thread_id", "started"),
    Index(None, "status"),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("run_id", String(64), nullable=False),
    Column("organisation", String(128), nullable=False),
    Column("position", Integer, nullable=False),
    Column("evidence", String(64), nullable=False),
    Column("tool", String(64), nullable=False),
    Column("reasons", Text, nullable=False),
    Column("recommendations", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("decided_by", String(200), nullable=False),
    Column("note", Text, nullable=False),
    Column("decided_at", Float),
    Index(None, "run_id"),
    Index(None, "organisation", "status"),
)
