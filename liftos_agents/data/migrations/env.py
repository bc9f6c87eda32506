"""Runs the revisions on the connection that `Database` hands over, within its transaction."""

from __future__ import annotations

from alembic import context

from liftos_agents.data.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
