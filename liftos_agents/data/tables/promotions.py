"""Table of the gates' signed verdicts."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, String, Table, Text

from liftos_agents.data.tables import metadata

promotions = Table(
    "promotions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organisation", String(128), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("record", Text, nullable=False),
    Column("signed_at", Float, nullable=False),
    Index("ix_promotions_organisation_kind_subject", "organisation", "kind", "subject"),
)
