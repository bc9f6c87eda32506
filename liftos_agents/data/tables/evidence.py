"""Tables of the evidence store and of the workspace."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text

from liftos_agents.data.tables import metadata

evidence = Table(
    "evidence",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tool", String(64), nullable=False),
    Column("version", String(32), nullable=False),
    Column("arguments", Text, nullable=False),
    Column("datasets", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Index(None, "tool"),
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("bytes", Integer, nullable=False),
)

datasets = Table(
    "datasets",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("columns", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("currencies", Text, nullable=False),
)
