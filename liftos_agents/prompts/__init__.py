"""Versioned prompt files and the renderer.

A prompt is `files/<name>.v<version>.md`; a snapshot test keeps what a model is told from changing unseen.
"""

from __future__ import annotations

from liftos_agents.prompts.prompt import Prompt, load, names, render

__all__ = ["Prompt", "load", "names", "render"]
