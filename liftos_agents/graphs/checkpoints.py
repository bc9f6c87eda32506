"""Where threads are kept: LangGraph's SQLite saver, written from the engine's own loop."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from typing_extensions import override

from liftos_agents.data.database import switch_to_wal


class ThreadSaver(SqliteSaver):
    """The SQLite saver with its asynchronous half done in place.

    A write to the log takes less time than the hop to another thread would. Only JSON-plain state is read
    back: no module may be named by a stored value.
    """

    @override
    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return self.get_tuple(config)

    @override
    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        for item in self.list(config, filter=filter, before=before, limit=limit):
            yield item

    @override
    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        return self.put(config, checkpoint, metadata, new_versions)

    @override
    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        self.put_writes(config, writes, task_id, task_path)

    @override
    async def adelete_thread(self, thread_id: str) -> None:
        self.delete_thread(thread_id)


def open_saver(path: Path) -> ThreadSaver:
    """The saver of the database at `path`; the caller closes its `conn`."""
    connection = sqlite3.connect(path, check_same_thread=False, timeout=30.0)
    saver = ThreadSaver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=None))
    switch_to_wal(connection.cursor())
    saver.setup()
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA busy_timeout=30000")
    return saver
