"""One file per specialist: purpose, prompt with its playbook, tools and limits.

The registry holds those that are built in; a host adds its own.
"""

from __future__ import annotations

from liftos_agents.agents.registry import built_in, router_prompt, with_specialists

__all__ = ["built_in", "router_prompt", "with_specialists"]
