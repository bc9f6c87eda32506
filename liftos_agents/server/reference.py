"""The routes as a page to read, drawn from the OpenAPI description; it needs no network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")


def reference(api: Mapping[str, Any]) -> str:
    """HTML of every route: what it does, what it takes and gives, an example to run."""
    return "\n".join(
        _route(api, path, method)
        for path, item in api["paths"].items()
        for method in _METHODS
        if method in item
    )


def _route(api: Mapping[str, Any], path: str, method: str) -> str:
    operation = api["paths"][path][method]
    body = _schema(
        api, operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    )
    rows = [*_parameters(operation), *_fields(body)]
    takes = (
        f"<table><tr><th>Field</th><th>Type</th><th>Meaning</th></tr>{''.join(rows)}</table>" if rows else ""
    )
    gives = "".join(
        f"<tr><td>{escape(status)}</td><td>{escape(' or '.join(response.get('content', {})) or '–')}</td>"
        f"<td>{escape(response.get('description', ''))}</td></tr>"
        for status, response in operation["responses"].items()
    )
    return (
        f"<section><h2><code>{method.upper()} {escape(path)}</code> {escape(operation.get('summary', ''))}</h2>"
        f"<p>{escape(operation.get('description', ''))}</p>{takes}"
        f"<table><tr><th>Status</th><th>Gives</th><th>When</th></tr>{gives}</table>"
        f"<pre>{escape(_command(path, method, body))}</pre></section>"
    )


def _command(path: str, method: str, body: Mapping[str, Any]) -> str:
    if method == "get":
        return f"curl http://127.0.0.1:8080{path}"
    example = json.dumps((body.get("examples") or [{}])[0])
    return f"curl http://127.0.0.1:8080{path} \\\n  -H 'Content-Type: application/json' \\\n  -d '{example}'"


def _parameters(operation: Mapping[str, Any]) -> Iterator[str]:
    for parameter in operation.get("parameters", ()):
        yield _row(parameter["name"], _type(parameter["schema"]), f"In the {parameter['in']}.")


def _fields(body: Mapping[str, Any]) -> Iterator[str]:
    required = body.get("required", ())
    for name, field in body.get("properties", {}).items():
        meaning = field.get("description", "Required." if name in required else "")
        yield _row(name, _type(field), meaning)


def _row(name: str, kind: str, meaning: str) -> str:
    return f"<tr><td><code>{escape(name)}</code></td><td>{escape(kind)}</td><td>{escape(meaning)}</td></tr>"


def _type(field: Mapping[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(_type(option) for option in field["anyOf"] if option.get("type") != "null")
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    return field.get("type") or field.get("$ref", "").rpartition("/")[2] or "any"


def _schema(api: Mapping[str, Any], schema: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if not schema:
        return {}
    name = schema.get("$ref", "").rpartition("/")[2]
    return api["components"]["schemas"][name] if name else schema
