"""A specialist's specification: what it is for and what it may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from liftos_agents.domain.task import SpecialistBrief


@dataclass(frozen=True)
class Specialist:
    """One specialist.

    Attributes:
        name: Unique, in snake case.
        purpose: One sentence for the router and for readers.
        prompt: The system prompt, rendered, with its playbook.
        prompt_version: Version of that prompt.
        tools: Names of the analysis tools it may call.
        needs: What data it cannot work without.
        handles: Short phrases of what it does, for the router.
        examples: Questions that are its business.
        max_steps: Cap on its model calls.
        timeout_seconds: Cap on its wall time.
    """

    name: str
    purpose: str
    prompt: str
    prompt_version: str
    tools: tuple[str, ...]
    needs: Literal["table", "text", "nothing"] = "nothing"
    handles: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    max_steps: int = 12
    timeout_seconds: float = 300.0

    def brief(self) -> SpecialistBrief:
        """The specialist as the router sees it."""
        return SpecialistBrief(
            name=self.name,
            purpose=self.purpose,
            handles=self.handles,
            examples=self.examples,
            needs=self.needs,
        )
