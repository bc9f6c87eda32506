"""What a process on a meadow imports: named here, so that it is imported once for all of them."""

import alembic.command
import alembic.config
import alembic.runtime.migration  # noqa: F401

import liftos_agents.graphs.workshop
import liftos_agents.memory.memory
import liftos_agents.models.offline  # noqa: F401
import tests.runs.meadow  # noqa: F401
