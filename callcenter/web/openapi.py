"""``/api/v1/openapi.json``: OpenAPI 3.1, made from the operations and their typed messages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from .codes import ErrorBody
from .operations import Operation

REF = "#/components/schemas/{name}"


def describe(operations: Sequence[Operation], version: str) -> dict[str, Any]:
    """The document for ``operations``."""
    shapes = [shape for op in operations for shape in (op.body, op.answer) if shape is not None]
    params = [param.shape for op in operations for param in op.params]
    schemas, components = msgspec.json.schema_components(
        [*shapes, *params, ErrorBody], ref_template=REF
    )
    by_shape = dict(zip([repr(s) for s in (*shapes, *params, ErrorBody)], schemas, strict=True))
    paths: dict[str, Any] = {}
    for operation in operations:
        entry = paths.setdefault(operation.path, {})
        entry[operation.method.lower()] = _operation(operation, by_shape)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Contact-centre service",
            "version": version or "0",
            "description": "Calls, figures, customers and agents. Instants are RFC 3339 UTC with "
            "milliseconds, durations are whole milliseconds in members named *_ms.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "callcenter_session"},
            },
        },
    }


def _operation(operation: Operation, by_shape: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": _name_of(operation),
        "responses": {
            str(operation.status): _answer(operation, by_shape),
            "default": {
                "description": "Refused; the message says what is wrong and what to do.",
                "content": {"application/json": {"schema": by_shape[repr(ErrorBody)]}},
            },
        },
    }
    params = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", operation.path)
    ] + [
        {
            "name": param.name,
            "in": "query",
            "description": param.text,
            "schema": by_shape[repr(param.shape)],
        }
        for param in operation.params
    ]
    if params:
        described["parameters"] = params
    if operation.body is not None:
        content = {"application/json": {"schema": by_shape[repr(operation.body)]}}
        described["requestBody"] = {"required": True, "content": content}
    if operation.handler is not None:
        described["security"] = [{"token": []}, {"session": []}]
        if len(operation.roles) < 3:
            described["description"] = f"For {' and '.join(sorted(operation.roles))}."
    else:
        described["security"] = []
    return described


def _answer(operation: Operation, by_shape: dict[str, Any]) -> dict[str, Any]:
    if operation.answer is None:
        return {"description": "Done." if operation.status == 204 else operation.summary}
    schema = by_shape[repr(operation.answer)]
    return {
        "description": operation.summary,
        "content": {"application/json": {"schema": schema}},
    }


def _name_of(operation: Operation) -> str:
    words = re.findall(r"\w+", operation.path.replace("/api/v1", ""))
    return "_".join([operation.method.lower(), *words])
