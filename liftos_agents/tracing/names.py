"""The names of spans and attributes, pinned: the GenAI conventions are still unstable.

`gen_ai.*` follows OpenTelemetry's GenAI semantic conventions as of `CONVENTIONS`; `openinference.*`,
`input.value`, `output.value`, `session.id`, `user.id` and `metadata` are the OpenInference dialect that Phoenix and
Langfuse read; `liftos.*` is our own.
"""

from __future__ import annotations

from typing import Literal

CONVENTIONS = "gen-ai-1.44/openinference-0.1/liftos-1"

SpanKind = Literal["workflow", "step", "agent", "plan", "tool", "model", "retrieval", "memory", "guardrail"]

OPERATIONS: dict[SpanKind, str] = {
    "workflow": "invoke_workflow",
    "agent": "invoke_agent",
    "plan": "plan",
    "tool": "execute_tool",
    "model": "chat",
    "retrieval": "retrieval",
    "memory": "memory",
}
"""Span kind to `gen_ai.operation.name`; a span is called `{operation} {subject}`."""

OPENINFERENCE_KINDS: dict[SpanKind, str] = {
    "workflow": "CHAIN",
    "step": "CHAIN",
    "agent": "AGENT",
    "plan": "CHAIN",
    "tool": "TOOL",
    "model": "LLM",
    "retrieval": "RETRIEVER",
    "memory": "RETRIEVER",
    "guardrail": "GUARDRAIL",
}

OPERATION = "gen_ai.operation.name"
WORKFLOW = "gen_ai.workflow.name"
AGENT = "gen_ai.agent.name"
TOOL = "gen_ai.tool.name"
TOOL_CALL = "gen_ai.tool.call.id"
PROVIDER = "gen_ai.provider.name"
MODEL = "gen_ai.request.model"
CONVERSATION = "gen_ai.conversation.id"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
ERROR = "error.type"

OPENINFERENCE_KIND = "openinference.span.kind"
INPUT = "input.value"
OUTPUT = "output.value"
SESSION = "session.id"

RUN = "liftos.run.id"
SPAN = "liftos.span.id"
ORGANISATION = "liftos.organisation"
STEP = "liftos.step"
CONVENTIONS_VERSION = "liftos.conventions"
EVIDENCE = "liftos.evidence.ids"
CACHED = "liftos.evidence.cached"
ON_RECORD = "liftos.reply.on_record"

SUBJECTS: dict[SpanKind, str] = {
    "workflow": WORKFLOW,
    "step": STEP,
    "agent": AGENT,
    "plan": AGENT,
    "tool": TOOL,
    "model": MODEL,
}
"""Span kind to the attribute that holds the span's subject."""

CONTENT = frozenset(
    {
        INPUT,
        OUTPUT,
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.system_instructions",
        "gen_ai.tool.call.arguments",
        "gen_ai.tool.call.result",
    }
)
"""Attributes that hold what people and models wrote; kept only where content capture is switched on."""


def span_name(kind: SpanKind, subject: str) -> str:
    """`execute_tool fit_mmm`; a step of the graph goes by its subject alone."""
    operation = OPERATIONS.get(kind)
    return f"{operation} {subject}" if operation else subject
