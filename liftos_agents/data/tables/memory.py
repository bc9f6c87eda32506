"""Tables of the organisation's memory: records, their vectors, and how far each index has come."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from liftos_agents.data.tables import metadata

memory_records = Table(
    "memory_records",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("organisation", String(200), nullable=False),
    Column("id", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("subject", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("entities", Text, nullable=False),
    Column("source_run", String(64), nullable=False),
    Column("evidence", Text, nullable=False),
    Column("datasets", Text, nullable=False),
    Column("valid_from", String(32)),
    Column("valid_to", String(32)),
    Column("confidence", Float, nullable=False),
    Column("superseded_by", String(64)),
    Column("edge", Text),
    UniqueConstraint("organisation", "id"),
    Index(None, "organisation", "kind", "subject"),
    Index(None, "organisation", "sequence"),
    sqlite_autoincrement=True,
)

memory_vectors = Table(
    "memory_vectors",
    metadata,
    Column("sequence", Integer, ForeignKey("memory_records.sequence", ondelete="CASCADE"), primary_key=True),
    Column("embedder", String(64), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

memory_revisions = Table(
    "memory_revisions",
    metadata,
    Column("organisation", String(200), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("rewritten", Integer, nullable=False),
)

memory_index = Table(
    "memory_index",
    metadata,
    Column("organisation", String(200), primary_key=True),
    Column("embedder", String(64), primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("vectors", Integer, nullable=False),
    Column("rewritten", Integer, nullable=False),
)
