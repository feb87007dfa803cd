"""Every route with its parameters, body, answers and examples, read from the OpenAPI document."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from dependency_injector.providers import Object
from litestar import Litestar
from litestar.routes import HTTPRoute

from modeldesk.domain.model.access.permissions import RIGHT_POLICIES, Right
from modeldesk.entrypoints.api.app import create_app
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.rights import RIGHT
from modeldesk.entrypoints.settings import Settings
from reference.markdown import code, table

METHODS = ("get", "post", "put", "patch", "delete")
HEAD = """# REST API

Every route, from the OpenAPI document that a running server returns at `/schema/openapi.json`. [REST conventions](../rest-conventions.md) says what holds for all of
them: authentication, errors, ETags, versions. Every route may also answer 401, 403 and 503.
"""
Document = Mapping[str, Any]


@cache
def application() -> Litestar:
    """An application that is never started."""
    settings = Settings(database_url=f"sqlite:///{Path('never-opened.db').absolute()}")
    return create_app(Container(settings=Object(settings)))


def document() -> Document:
    """The OpenAPI document."""
    return application().openapi_schema.to_schema()


def rights() -> Mapping[str, Right]:
    """The right that each operation requires, by its id. Routes that nobody must sign in for require none."""
    handlers = (handler for route in application().routes if isinstance(route, HTTPRoute) for handler in route.route_handlers)
    return {handler.handler_name: handler.opt[RIGHT] for handler in handlers if RIGHT in handler.opt}


def allowed(right: Right | None) -> str:
    """Who may call an operation with this right."""
    if right in (None, Right.OPEN):
        return "everybody, without signing in"
    policy = RIGHT_POLICIES[right]
    scopes = f"tokens with the scope {' or '.join(code(scope.value) for scope in policy.scopes)}" if policy.scopes else "no tokens"
    return f"{'super admins' if policy.is_for_super else 'all admins'}; {scopes}"


def page() -> str:
    """A section for each tag, in the document's order."""
    schema = document()
    by_tag: dict[str, list[str]] = {}
    for path, item in schema["paths"].items():
        for method in METHODS:
            if method in item:
                by_tag.setdefault(item[method]["tags"][0], []).append("".join(operation(schema, path, method, item[method])))
    return HEAD + "".join(f"\n## {tag.capitalize()}\n\n" + "\n".join(sections) for tag, sections in by_tag.items())


def operation(schema: Document, path: str, method: str, found: Document) -> Iterator[str]:
    yield f"### {method.upper()} `{path}`\n\n**{found['summary']}.** {found.get('description', '')}\n\nOperation id: `{found['operationId']}`. Allowed for: {allowed(rights().get(found['operationId']))}.\n\n"
    if parameters := found.get("parameters"):
        rows = [
            (code(given["name"]), given["in"], kind(schema, given["schema"]), "yes" if given.get("required") else "")
            for given in parameters
        ]
        yield table(("parameter", "in", "type", "required"), rows) + "\n"
    if body := found.get("requestBody"):
        content = next(iter(body["content"].values()))
        yield from members(schema, "field of the body", content["schema"])
        yield from examples("Body", content)
    for status, answer in found["responses"].items():
        content = next(iter(answer.get("content", {}).values()), {})
        if status.startswith("2"):
            yield from members(schema, "field of the answer", content.get("schema", {}))
            yield from examples(f"Answer {status}", content)
    problems = [
        (status, answer.get("description", ""))
        for status, answer in found["responses"].items()
        if status not in ("401", "403", "503") and not status.startswith("2")
    ]
    if problems:
        yield table(("status", "when"), problems) + "\n"


def members(schema: Document, caption: str, found: Document) -> Iterator[str]:
    found = resolved(schema, found)
    required = found.get("required", ())
    rows = [(code(name), kind(schema, member), "yes" if name in required else "") for name, member in found.get("properties", {}).items()]
    if rows:
        yield table((caption, "type", "always" if "answer" in caption else "required"), rows) + "\n"


def examples(caption: str, content: Document) -> Iterator[str]:
    for example in content.get("examples", {}).values():
        yield f"{caption}:\n\n```json\n{json.dumps(example['value'], indent=2, ensure_ascii=False)}\n```\n\n"


def kind(schema: Document, found: Document) -> str:
    """The type of a member, in a word or two."""
    if "$ref" in found:
        inner = resolved(schema, found)
        return "object" if inner.get("type") == "object" else kind(schema, inner)
    if choices := found.get("oneOf") or found.get("anyOf"):
        return " or ".join(dict.fromkeys(kind(schema, choice) for choice in choices))
    if values := found.get("enum"):
        return ", ".join(code(str(value)) for value in values)
    named = found.get("type", "any")
    if named == "array":
        return f"list of {kind(schema, found.get('items', {}))}"
    return " or ".join(named) if isinstance(named, list) else str(named)


def resolved(schema: Document, found: Document) -> Document:
    if "$ref" not in found:
        return found
    inner: Document = schema["components"]["schemas"][found["$ref"].rpartition("/")[2]]
    return inner
