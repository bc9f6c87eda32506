"""The gates' signed verdicts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "promotions",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("organisation", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(128), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", "organisation", name="pk_promotions"),
    )
    op.create_index(
        "ix_promotions_organisation_kind_subject", "promotions", ["organisation", "kind", "subject"]
    )


def downgrade() -> None:
    """Drops it."""
    op.drop_table("promotions")
