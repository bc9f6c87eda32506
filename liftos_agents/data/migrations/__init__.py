"""Alembic's environment and the versions of the schema, run by `Database` when it opens."""
