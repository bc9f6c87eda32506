"""Tables of the trace: runs, their spans and inputs, models' replies, chained decisions, signed heads."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from liftos_agents.data.tables import metadata

runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organisation", String(128), nullable=False),
    Column("thread_id", String(128), nullable=False),
    Column("question", Text, nullable=False),
    Column("model", String(128), nullable=False),
    Column("status", String(32), nullable=False),
    Column("started", Float, nullable=False),
    Column("ended", Float, nullable=False),
    Column("plan", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("versions", Text, nullable=False),
    Column("error", Text, nullable=False),
    Index("ix_runs_organisation_started", "organisation", "started"),
    Index(None, "thread_id"),
)

spans = Table(
    "spans",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("id", String(16), nullable=False),
    Column("parent", String(16), nullable=False),
    Column("name", String(256), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("started_ns", BigInteger, nullable=False),
    Column("ended_ns", BigInteger, nullable=False),
    Column("status", String(16), nullable=False),
    Column("message", Text, nullable=False),
    Column("attributes", Text, nullable=False),
    Column("events", Text, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("organisation", String(128), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("run_id", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("content", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "run_id"),
)

chain_heads = Table(
    "chain_heads",
    metadata,
    Column("organisation", String(128), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("public_key", String(64), nullable=False),
    Column("signature", String(128), nullable=False),
)

run_inputs = Table(
    "run_inputs",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("content", Text, nullable=False),
)

pending_runs = Table(
    "pending_runs",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("organisation", String(128), nullable=False),
    Column("content", Text, nullable=False),
)

model_replies = Table(
    "model_replies",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("request", String(64), primary_key=True),
    Column("agent", String(128), nullable=False),
    Column("position", Integer, nullable=False),
    Column("parts", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Column("created_ns", BigInteger, nullable=False),
)
