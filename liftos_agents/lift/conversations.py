"""Conversations: which there are, what was answered in one, and taking the last question back."""

from __future__ import annotations

from liftos_agents.config import Settings
from liftos_agents.domain.answer import Answer
from liftos_agents.domain.run import ThreadEntry
from liftos_agents.errors import NotFoundError
from liftos_agents.graphs.workshop import Workshop

_EVERY = 1_000_000


class Conversations:
    """The part of `LiftOS` that deals with threads of questions."""

    settings: Settings
    _workshop: Workshop

    def threads(self, limit: int = 20) -> tuple[ThreadEntry, ...]:
        """The conversations that went on last, newest first."""
        self._workshop.settle()
        return self._workshop.stores.ledger.threads(self.settings.organisation, limit)

    def thread(self, name: str) -> str:
        """The id of the conversation called `name`: its id, enough of its beginning, or `last`.

        Raises:
            NotFoundError: There is none, or several begin so.
        """
        known = [t.id for t in self.threads(_EVERY)]
        found = known[:1] if name == "last" else [i for i in known if i == name]
        found = found or [i for i in known if name and i.startswith(name)]
        if len(found) == 1:
            return found[0]
        raise NotFoundError(
            f"{len(found)} conversations begin with {name!r}"
            if found
            else f"there is no conversation {name!r}",
            where="thread",
            fix="They are listed by: liftos chat --threads",
        )

    def history(self, thread: str, limit: int = 20) -> tuple[Answer, ...]:
        """The latest answers that a conversation goes on from, oldest first; those taken back are left out.

        Raises:
            NotFoundError: No such conversation.
        """
        answered = self._answered(thread)[:limit]
        records = (self._workshop.trace.run(run) for run in reversed(answered))
        return tuple(Answer.model_validate(record.answer) for record in records)

    def undo(self, thread: str) -> str:
        """Takes a conversation's last question back and returns it: the next one goes on from before it.

        The run, its trace and its evidence stay; only the conversation forgets it.

        Raises:
            NotFoundError: No such conversation, or no question is left to take back.
        """
        answered = self._answered(thread)
        if not answered:
            raise NotFoundError("no question is left to take back", where=thread, fix="Ask something first")
        ledger = self._workshop.stores.ledger
        ledger.forget_outcome(answered[0])
        return ledger.entry(answered[0], self.settings.organisation).public.question

    def _answered(self, thread: str) -> tuple[str, ...]:
        self._workshop.settle()
        ledger, organisation = self._workshop.stores.ledger, self.settings.organisation
        if ledger.thread(organisation, thread) is None:
            raise NotFoundError(
                f"there is no conversation {thread!r}",
                where="thread",
                fix="They are listed by: liftos chat --threads",
            )
        return ledger.answered(organisation, thread)
