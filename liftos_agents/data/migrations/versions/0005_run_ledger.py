"""The run ledger and the approvals; runs that the trace already holds are entered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Creates the tables and enters the finished runs of the trace."""
    op.create_table(
        "run_ledger",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("organisation", sa.String(128), nullable=False),
        sa.Column("thread_id", sa.String(128), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("model", sa.String(128), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("process", sa.String(128), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("cancel_requested", sa.Integer(), nullable=False),
        sa.Column("started", sa.Float(), nullable=False),
        sa.Column("updated", sa.Float(), nullable=False),
        sa.Column("topology", sa.String(32), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("carried", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_run_ledger"),
    )
    op.create_index("ix_run_ledger_organisation_started", "run_ledger", ["organisation", "started"])
    op.create_index(
        "ix_run_ledger_organisation_thread_id_started", "run_ledger", ["organisation", "thread_id", "started"]
    )
    op.create_index("ix_run_ledger_status", "run_ledger", ["status"])
    op.create_table(
        "approvals",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("organisation", sa.String(128), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(64), nullable=False),
        sa.Column("tool", sa.String(64), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("recommendations", sa.Text(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.Float()),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
    )
    op.create_index("ix_approvals_run_id", "approvals", ["run_id"])
    op.create_index("ix_approvals_organisation_status", "approvals", ["organisation", "status"])
    op.execute(
        "INSERT INTO run_ledger (id, organisation, thread_id, question, model, status, host, process, attempt,"
        " cancel_requested, started, updated, topology, request, carried, outcome, problem)"
        " SELECT id, organisation, thread_id, question, model, status, '', '', 1, 0, started, ended, '', '{}', '{}',"
        " '', error FROM runs"
    )


def downgrade() -> None:
    """Drops them."""
    op.drop_table("approvals")
    op.drop_table("run_ledger")
