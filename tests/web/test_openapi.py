"""The description of the API: complete, made from the operations, every reference resolvable."""

from __future__ import annotations

import re
from typing import Any

from callcenter.web.server import OPERATIONS

from .conftest import Site


async def described(site: Site) -> dict[str, Any]:
    async with site.browser("ali") as browser:
        document: dict[str, Any] = await (await browser.get("/api/v1/openapi.json")).json()
        return document


def references(node: object) -> set[str]:
    """Every ``$ref`` in a document."""
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(references(value) for value in node))
    return set()


async def test_every_route_of_the_api_is_described_and_nothing_else(site: Site) -> None:
    document = await described(site)
    assert document["openapi"] == "3.1.0"
    told = {(method.upper(), path) for path, ops in document["paths"].items() for method in ops}
    assert told == {(op.method, op.path) for op in site.server.app[OPERATIONS]}
    served = {
        (route.method, route.resource.canonical)
        for route in site.server.app.router.routes()
        if route.resource and route.method != "HEAD"
    }
    pages = {"/", "/sign-in", "/desk", "/wall", "/calls", "/calls/{id}", "/admin", "/static"}
    assert {entry for entry in served if entry[1] not in pages} == told


async def test_every_reference_leads_somewhere_and_every_name_is_unique(site: Site) -> None:
    document = await described(site)
    schemas = document["components"]["schemas"]
    refs = references(document)
    assert len(refs) > 10
    assert {ref.removeprefix("#/components/schemas/") for ref in refs} <= set(schemas)
    names = [op["operationId"] for ops in document["paths"].values() for op in ops.values()]
    assert len(names) == len(set(names))
    for path, operations in document["paths"].items():
        for operation in operations.values():
            inside = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
            assert inside == set(re.findall(r"{(\w+)}", path))


async def test_the_error_codes_are_a_closed_list_in_the_document(site: Site) -> None:
    schemas = (await described(site))["components"]["schemas"]
    assert "on_call" in schemas["Code"]["enum"]
    call = schemas["CallShape"]["properties"]
    assert {"id", "visits", "conversations", "disposition", "settled_by"} <= set(call)


async def test_what_does_not_exist_yet_is_not_described(site: Site) -> None:
    """Click-to-call is to come; until then there is no route that promises it."""
    assert not [path for path in (await described(site))["paths"] if "dial" in path]
    async with site.browser("ali") as browser:
        response = await browser.post("/api/v1/dial", json={"number": "1"})
        assert response.status == 404
