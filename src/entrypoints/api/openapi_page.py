"""The API reference at /schema: the OpenAPI document as plain HTML, without scripts or external hosts."""

import asyncio
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from litestar import Litestar, Request, Response, route
from litestar._openapi.plugin import OpenAPIPlugin
from litestar.exceptions import NotFoundException
from litestar.openapi.plugins import OpenAPIRenderPlugin

from modeldesk.entrypoints.api.openapi_schema import READING
from modeldesk.entrypoints.owned_router import OwnedRouter

METHODS = ("get", "post", "put", "patch", "delete")
STYLE = "/static/schema.css"
Document = Mapping[str, Any]


def router() -> OwnedRouter:
    """The router of the document and its page. It replaces Litestar's own 404 page by a problem response."""
    document = _Document()

    async def make_document(request: Request[Any, Any, Any]) -> None:
        await document.made_for(request.app)

    return OwnedRouter(
        "/schema", route_handlers=[], include_in_schema=False, before_request=make_document, after_request=_not_found_as_problem
    )


class _Document:
    """The document of an application, made when it is requested first: in a thread, since it takes as long as hundreds of small requests."""

    def __init__(self) -> None:
        self._making: asyncio.Task[Document] | None = None

    async def made_for(self, app: Litestar) -> None:
        """Returns once it is made, which goes on where somebody stops waiting for it."""
        if self._making is None:
            self._making = asyncio.create_task(asyncio.to_thread(app.plugins.get(OpenAPIPlugin).provide_openapi_schema))
        await asyncio.shield(self._making)


async def _not_found_as_problem(answer: Response[Any]) -> Response[Any]:
    if answer.status_code == NotFoundException.status_code:
        raise NotFoundException
    return answer


@route(STYLE, http_method=READING, include_in_schema=False)
async def style() -> Response[bytes]:
    """The stylesheet, the only static file here. No name from a request reaches the file system."""
    return Response(_style(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})


ROUTES = [style]


@cache
def _style() -> bytes:
    return Path(__file__).with_name("static").joinpath("schema.css").read_bytes()


class PlainPage(OpenAPIRenderPlugin):
    """One page with every operation by tag, each with its parameters, body and responses."""

    def __init__(self) -> None:
        super().__init__(path="/", favicon="", style="")

    def render(self, request: Request[Any, Any, Any], openapi_schema: Document) -> bytes:
        return "".join(page(openapi_schema)).encode()


def page(document: Document) -> Iterator[str]:
    info, base_path = document["info"], document["servers"][0]["url"].rstrip("/")
    yield "<!doctype html><html lang='en'><head><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
    yield f"<title>{escape(info['title'])}</title><link rel='stylesheet' href='{base_path}{STYLE}'><link rel='icon' href='data:,'></head><body><main>"
    yield f"<h1>{escape(info['title'])} <small>{escape(info['version'])}</small></h1><p>{escape(info.get('description', ''))}</p>"
    yield f"<p>For programs: <a href='{base_path}/schema/openapi.json'>openapi.json</a></p>"
    for tag, operations in _by_tag(document).items():
        yield f"<h2>{escape(tag)}</h2>"
        for path, method, operation in operations:
            yield from _operation(document, path, method, operation)
    yield "</main></body></html>"


def _by_tag(document: Document) -> dict[str, list[tuple[str, str, Document]]]:
    grouped: dict[str, list[tuple[str, str, Document]]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                grouped.setdefault(item[method].get("tags", ["other"])[0], []).append((path, method, item[method]))
    return grouped


def _operation(document: Document, path: str, method: str, operation: Document) -> Iterator[str]:
    summary = escape(operation.get("summary", ""))
    yield f"<details><summary><span class='method'>{method.upper()}</span> <code>{escape(path)}</code> {summary}</summary>"
    yield f"<p>{escape(operation.get('description', ''))}</p>"
    if parameters := operation.get("parameters"):
        rows = ((entry["name"], _kind(document, entry["schema"]), "required" if entry.get("required") else "") for entry in parameters)
        yield from _table("Parameters", rows)
    if body := operation.get("requestBody"):
        yield from _members(document, "Body", body["content"]["application/json"]["schema"])
    yield from _table("Responses", ((status, answer.get("description", ""), "") for status, answer in operation["responses"].items()))
    good = operation["responses"].get("200", {}).get("content", {}).get("application/json")
    if good:
        yield from _members(document, "Response 200", good["schema"])
    yield "</details>"


def _members(document: Document, caption: str, schema: Document) -> Iterator[str]:
    schema = _resolved(document, schema)
    required = schema.get("required", ())
    rows = (
        (name, _kind(document, member), "required" if name in required else "") for name, member in schema.get("properties", {}).items()
    )
    yield from _table(caption, rows)


def _table(caption: str, rows: Iterator[tuple[str, str, str]]) -> Iterator[str]:
    yield f"<table><caption>{escape(caption)}</caption>"
    for name, kind, note in rows:
        yield f"<tr><th scope='row'><code>{escape(str(name))}</code></th><td>{escape(kind)}</td><td>{escape(note)}</td></tr>"
    yield "</table>"


def _kind(document: Document, schema: Document) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if choices := schema.get("oneOf") or schema.get("anyOf"):
        return " or ".join(_kind(document, choice) for choice in choices)
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_kind(document, schema.get('items', {}))}"
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _resolved(document: Document, schema: Document) -> Document:
    if "$ref" not in schema:
        return schema
    found: Document = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found
