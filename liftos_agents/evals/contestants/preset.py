"""Tools with other defaults, for an engine that is asked in words: what the words do not say comes from here, and is evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import Field, create_model

from liftos_agents import tools
from liftos_agents.tools.registry import ToolSpec


def preset(name: str, **values: Any) -> ToolSpec:
    """The tool of this name, whose arguments have `values` where a call does not give them."""
    spec = tools.spec(name)
    fields = spec.arguments_model.model_fields
    given: dict[str, Any] = {
        argument: (
            fields[argument].annotation,
            Field(default=value, description=fields[argument].description),
        )
        for argument, value in values.items()
    }
    model = create_model(f"Preset{spec.arguments_model.__name__}", __base__=spec.arguments_model, **given)
    return replace(spec, arguments_model=model)
