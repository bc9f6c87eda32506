"""The organisation's memory."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "memory_records",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("organisation", sa.String(200), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("entities", sa.Text(), nullable=False),
        sa.Column("source_run", sa.String(64), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("datasets", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.String(32)),
        sa.Column("valid_to", sa.String(32)),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("superseded_by", sa.String(64)),
        sa.Column("edge", sa.Text()),
        sa.PrimaryKeyConstraint("sequence", name="pk_memory_records"),
        sa.UniqueConstraint("organisation", "id", name="uq_memory_records_organisation_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_memory_records_organisation_kind_subject", "memory_records", ["organisation", "kind", "subject"]
    )
    op.create_index("ix_memory_records_organisation_sequence", "memory_records", ["organisation", "sequence"])
    op.create_table(
        "memory_vectors",
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("embedder", sa.String(64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sequence"],
            ["memory_records.sequence"],
            name="fk_memory_vectors_sequence_memory_records",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sequence", "embedder", name="pk_memory_vectors"),
    )
    op.create_table(
        "memory_revisions",
        sa.Column("organisation", sa.String(200), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("rewritten", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", name="pk_memory_revisions"),
    )
    op.create_table(
        "memory_index",
        sa.Column("organisation", sa.String(200), nullable=False),
        sa.Column("embedder", sa.String(64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("vectors", sa.Integer(), nullable=False),
        sa.Column("rewritten", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "embedder", name="pk_memory_index"),
    )


def downgrade() -> None:
    """Drops them."""
    op.drop_table("memory_index")
    op.drop_table("memory_revisions")
    op.drop_table("memory_vectors")
    op.drop_table("memory_records")
